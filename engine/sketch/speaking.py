"""A line of a song spoken by a voice: cut by script, each run by the voice that can read it."""

import functools
import re
import unicodedata
from dataclasses import dataclass, replace

import numpy as np

from songsmith.engine.sketch.baker import BAKER, speak_baker
from songsmith.engine.sketch.espeak import Phoneme, Speech, speak
from songsmith.engine.sketch.hanzi import speak_mandarin
from songsmith.engine.sketch.onsets import refine_onsets
from songsmith.engine.sketch.pico import PICO_VOICES, speak_pico
from songsmith.engine.sketch.syllables import Syllable, split_syllables

__all__ = ["Utterance", "say"]

_SPEECH_RATE_WPM = 108
_VOWEL_RMS = 0.14
_HIGH_VARIANT = "f3"
_HAN = r"\u3400-\u9fff\uf900-\ufaff"


@dataclass(frozen=True)
class Utterance:
    """A line spoken by a voice: the speech and its syllables."""

    speech: Speech
    syllables: tuple[Syllable, ...]


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
