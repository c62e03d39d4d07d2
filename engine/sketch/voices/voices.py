"""The singers: who there is, and who sings a language.

espeak-ng has a voice for about 140 languages; each sings low as it is and high as a variant. Others are
optional: some by name, where their packages are installed, and any Piper voice by the path of its file.
"""

import functools
from dataclasses import dataclass

from songsmith.engine.abilities import VoiceInfo
from songsmith.engine.engine import EngineError
from songsmith.engine.sketch.phonetics.espeak import list_espeak_voices
from songsmith.engine.sketch.phonetics.languages import SIBLINGS, espeak_file
from songsmith.engine.sketch.voices.piper import natural_pitch_hz
from songsmith.engine.sketch.voices.piper_voice import (
    absolute_name,
    is_piper,
    load_piper,
    pulled_voices,
)
from songsmith.engine.sketch.voices.registry import clearest_voice, named_voices
from songsmith.engine.sketch.voices.speaking_voice import REGISTERS, NamedVoice
from songsmith.lyrics.speech.espeak_files import espeak_data

__all__ = ["Voice", "accent_note", "choose_voice", "is_missing", "is_register", "voice_names"]

_HIGH_FROM_HZ = 160.0
_HIGH_VARIANT = "f3"
_QUICK, _NEURAL = "quick", "neural"
# Variants that are understood better than the plain voice.
_LOW_VARIANTS = {"cmn": "m7"}
_LOW_WORDS = ("low", "male", "man", "him", "he", "his", "boy", "男", "男声", "他")
_HIGH_WORDS = ("high", "female", "woman", "her", "she", "hers", "girl", "女", "女声", "她")


@dataclass(frozen=True)
class Voice:
    """A singer: the name of the voice that speaks, and the range (lowest, highest MIDI pitch) it sings in."""

    name: str
    language: str
    register: str
    lowest: int
    highest: int


def voice_names(language: str = "") -> list[VoiceInfo]:
    """All voices, or those of `language` ("en", "zh", "fr", "pt-br", …)."""
    wanted = espeak_file(language) if language else ""
    infos = []
    for espeak in list_espeak_voices():
        if not _is_of(espeak.file, wanted):
            continue
        for register in ("low", "high"):
            described = f"{espeak.name}, espeak-ng, {register}"
            name = _espeak_name(espeak.file, register)
            infos.append(VoiceInfo(name, espeak.language, register, described, is_natural=False))
    for voice in named_voices().values():
        if _is_of(voice.language, wanted):
            described = f"{voice.description}, {voice.register}"
            is_installed = voice.is_installed()
            infos.append(
                VoiceInfo(voice.name, voice.language, voice.register, described, is_installed)
            )
    infos += [
        VoiceInfo(name, file, "", f"{name}, Piper, sings where it speaks")
        for name, file in pulled_voices().items()
        if _is_of(file, wanted)
    ]
    if wanted:
        infos.sort(key=lambda info: _is_far(info, wanted))
    return infos


def choose_voice(language: str, wanted: str = "", register: str = "") -> Voice:
    """The voice called `wanted`, or the language's voice of that register ("low", the default, or "high").

    `wanted` may also say who: "her", "male", "high"; after a name, "+low" or "+high" is where it sings. "quick" is
    the language's voice that is sung by WORLD, in seconds, "neural" the one whose network sings by itself.
    Raises `EngineError` for a voice or a language that there is none for, and for a voice that can't be used.
    """
    name = wanted.strip()
    if is_register(name):
        register, name = ("low" if name.casefold() in _LOW_WORDS else "high"), ""
    for asked in REGISTERS:
        if name.casefold().endswith(f"+{asked}"):
            register, name = asked, name[: -len(asked) - 1]
    if name.casefold() == _NEURAL:
        return _named_voice(_neural_voice(language, register), register)
    is_quick = name.casefold() == _QUICK
    if is_quick:
        name = ""
    if name.casefold() in named_voices():
        return _named_voice(named_voices()[name.casefold()], register)
    if is_piper(name):
        return _piper_voice(name, register)
    name = name.casefold()
    clear = None if name else clearest_voice(espeak_file(language), register, is_quick=is_quick)
    if clear:
        return _named_voice(clear, register if clear.sings_as else "")
    file, _, variant = name.partition("+")
    if file:
        _check_voice(file, variant, wanted, language)
        register = register or ("high" if variant.startswith("f") else "low")
        name = name if variant else _espeak_name(file, register, plain=True)
    else:
        register = register or "low"
        name = _espeak_name(espeak_file(language), register)
    return Voice(name, language or "en", register, *REGISTERS[register])


def _neural_voice(language: str, register: str) -> NamedVoice:
    """The network that sings a language, in its accent and in `register` if there is one; the first that are listed
    are the best."""
    file = espeak_file(language)
    own = [v for v in named_voices().values() if v.sings_as and _is_of(v.language, file)]
    own.sort(key=lambda voice: voice.language != file)
    if not own:
        raise EngineError(
            f"no neural voice sings the language {language!r}", hint="leave it to the quick one"
        )
    return next((voice for voice in own if voice.register == register), own[0])


def accent_note(language: str, voice: Voice) -> str:
    """What is to be said where `voice` sings `language` in the accent of a sibling; "" else."""
    file = espeak_file(language)
    if SIBLINGS.get(file) != voice.language:
        return ""
    return (
        f"{voice.name} sings with the accent {voice.language}; `--voice {file}` has that of {file} "
        "and is harder to understand"
    )


def is_register(wanted: str) -> bool:
    """Whether `wanted` says who sings ("her", "low") instead of naming a voice."""
    return wanted.strip().casefold() in (*_LOW_WORDS, *_HIGH_WORDS)


def is_missing(name: str) -> bool:
    """Whether `name` is a named voice that is not installed."""
    voice = named_voices().get(name.casefold())
    return voice is not None and not voice.is_installed()


def _named_voice(voice: NamedVoice, register: str) -> Voice:
    if not voice.is_installed():
        raise EngineError(
            f"the voice {voice.name!r} is not installed", hint=f"install it with {voice.install}"
        )
    pitches = voice.registers[register] if register else voice.pitches
    return Voice(voice.name, voice.language, register or voice.register, *pitches)


def _piper_voice(name: str, register: str) -> Voice:
    """A voice from a file sings where it speaks, if nobody asks for another register."""
    piper = load_piper(absolute_name(name))
    if not register:
        register = "high" if natural_pitch_hz(piper) >= _HIGH_FROM_HZ else "low"
    return Voice(absolute_name(name), piper.language, register, *REGISTERS[register])


def _espeak_name(file: str, register: str, *, plain: bool = False) -> str:
    """The voice of a language in a register; its low one without any variant if it is `plain`."""
    variant = _HIGH_VARIANT if register == "high" else "" if plain else _LOW_VARIANTS.get(file, "")
    return f"{file}+{variant}" if variant else file


def _is_of(file: str, wanted: str) -> bool:
    """Whether a voice's language is `wanted`, or of its family; "" is any."""
    return not wanted or file.split("-")[0] == wanted.split("-")[0]


def _is_far(info: VoiceInfo, file: str) -> int:
    """How far down the list of a language's voices one belongs: its default is the first."""
    voice = named_voices().get(info.name)
    if voice and voice.language in (file, SIBLINGS.get(file)) and voice.ranks:
        return 0 if info.is_installed else 3
    return 1 if info.name.partition("+")[0] == file else 2


def _check_voice(file: str, variant: str, wanted: str, language: str) -> None:
    files = {voice.file for voice in list_espeak_voices()}
    if file in files and (not variant or variant in _variants()):
        return
    names = ", ".join(info.name for info in voice_names(language or "en")[:6])
    raise EngineError(
        f"there is no voice {wanted!r}", hint=f"try {names}; `--voice list` names all"
    )


@functools.cache
def _variants() -> frozenset[str]:
    folder = espeak_data() / "voices" / "!v"
    return frozenset(path.name for path in folder.iterdir())
