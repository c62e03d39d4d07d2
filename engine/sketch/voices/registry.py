"""The voices there are beside espeak-ng's own, and any voice by its name."""

import functools
import importlib

from songsmith.engine.sketch.phonetics.languages import SIBLINGS
from songsmith.engine.sketch.voices.espeak_voice import EspeakSpeaker
from songsmith.engine.sketch.voices.piper import PiperSpeaker
from songsmith.engine.sketch.voices.piper_voice import is_piper, load_piper
from songsmith.engine.sketch.voices.speaking_voice import NamedVoice, SpeakingVoice

__all__ = ["clearest_voice", "kokoro_speaker", "named_voices", "speaking_voice"]

_MODULES = ("joe", "baker", "kokoro", "kokoro_singers", "pico")
"""Modules of this package whose `VOICES` are the named voices. A new voice is a module and its name here."""


@functools.cache
def named_voices() -> dict[str, NamedVoice]:
    """All of them by name, installed or not."""
    found: dict[str, NamedVoice] = {}
    for module in _MODULES:
        voices = importlib.import_module(f"songsmith.engine.sketch.voices.{module}").VOICES
        found.update({voice.name: voice for voice in voices})
    return found


def clearest_voice(language: str, register: str, *, is_quick: bool = False) -> NamedVoice | None:
    """The installed voice of a language (its espeak file), or else of its sibling, that is understood better in a
    song than espeak's; no network that sings if it has to be quick."""
    clear = [
        voice
        for voice in named_voices().values()
        if voice.language in (language, SIBLINGS.get(language))
        if register in voice.ranks and voice.is_installed() and not (is_quick and voice.sings_as)
    ]
    return min(clear, key=lambda v: (v.language != language, v.ranks[register]), default=None)


def kokoro_speaker(name: str) -> str:
    """Which of Kokoro's speakers sings as the voice `name`; "" for a voice that speaks."""
    voice = named_voices().get(name.casefold())
    return voice.sings_as if voice else ""


@functools.lru_cache(maxsize=64)
def speaking_voice(name: str) -> SpeakingVoice:
    """The speaker called `name`: a named voice, a Piper voice by the path of its file, or espeak-ng's."""
    if name.casefold() in named_voices():
        return named_voices()[name.casefold()]
    if is_piper(name):
        return PiperSpeaker(load_piper(name))
    return EspeakSpeaker(name)
