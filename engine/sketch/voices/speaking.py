"""A line of a song spoken by a voice: cut by script, each run by the voice that can read it."""

import functools
import re
import unicodedata
from dataclasses import dataclass, replace

import numpy as np

from songsmith.engine.sketch.voices.baker import BAKER, speak_baker
from songsmith.engine.sketch.voices.espeak import Phoneme, Speech, speak
from songsmith.engine.sketch.voices.glides import join_glides
from songsmith.engine.sketch.voices.hanzi import speak_mandarin, spelled
from songsmith.engine.sketch.voices.kana import speak_japanese
from songsmith.engine.sketch.voices.kokoro import KOKORO_VOICES, speak_kokoro
from songsmith.engine.sketch.voices.onsets import refine_onsets
from songsmith.engine.sketch.voices.pico import PICO_VOICES, speak_pico
from songsmith.engine.sketch.voices.piper import speak_piper, unknown_letters
from songsmith.engine.sketch.voices.piper_voice import is_piper, load_piper
from songsmith.engine.sketch.voices.script_runs import script_runs
from songsmith.engine.sketch.voices.syllables import Syllable, split_syllables
from songsmith.engine.sketch.voices.voices import choose_voice
from songsmith.lyrics.speech.spoken import sung_text

__all__ = ["Utterance", "say", "unknown_sounds"]

_SPEECH_RATE_WPM = 108
_MANDARIN_RATE_WPM = 140
_VOWEL_RMS = 0.14
_JOINERS = "\u200c\u200d"  # letters of Persian and of Indian scripts are shaped, and read, by them


@dataclass(frozen=True)
class Utterance:
    """A line spoken by a voice: the speech and its syllables."""

    speech: Speech
    syllables: tuple[Syllable, ...]


@functools.lru_cache(maxsize=512)
def say(voice: str, text: str) -> Utterance | None:
    """`text` spoken by voice `voice`; None when there is nothing in it to sing.

    Runs in a script that its language is not written in go to another language's voice: hanzi to
    Mandarin, Cyrillic to Russian, Latin letters to English.
    """
    pieces: list[Speech] = []
    syllables: list[Syllable] = []
    for run, run_voice in _runs(text, voice):
        found = _speak(run, run_voice)
        if found is None:
            continue
        speech, spoken = found
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


def unknown_sounds(voice: str, text: str) -> tuple[str, ...]:
    """Letters of the phonemes of `text` that `voice` can't say, each once."""
    return tuple(
        letter
        for run, run_voice in _runs(text, voice)
        if is_piper(run_voice)
        for letter in unknown_letters(run, load_piper(run_voice))
    )


def _speak(text: str, voice: str) -> tuple[Speech, tuple[Syllable, ...]] | None:
    if is_piper(voice):
        piper = load_piper(voice)
        if piper.language == "cmn":
            return speak_mandarin(text, lambda words, pinyin: speak_piper(words, piper, pinyin))
        speech = speak_piper(text, piper)
        return speech, split_syllables(speech, text)
    file, _, variant = voice.partition("+")
    if file == BAKER:
        return speak_baker(text)
    if file in KOKORO_VOICES:
        return speak_kokoro(text, file)
    if file == "ja":
        return speak_japanese(text, voice, rate_wpm=_SPEECH_RATE_WPM)
    if file == "cmn":
        ending = f"+{variant}" if variant else ""
        return speak_mandarin(text, lambda words, voice: _speak_spelled(words, voice + ending))
    speech = (
        refine_onsets(speak_pico(text, file)) if file in PICO_VOICES else _speak_espeak(text, voice)
    )
    return speech, split_syllables(speech, text)


def _speak_espeak(text: str, voice: str) -> Speech:
    return refine_onsets(join_glides(speak(text, voice, rate_wpm=_SPEECH_RATE_WPM), voice))


def _speak_spelled(pinyin: str, voice: str) -> Speech:
    speech = speak(spelled(pinyin), voice, rate_wpm=_MANDARIN_RATE_WPM, is_spelled=True)
    return refine_onsets(speech)


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
        if (unicodedata.category(c) in ("So", "Sk", "Cf", "Cn", "Co") and c not in _JOINERS)
        or c in "/\\|_*#~^<>={}[]@"
        else c
        for c in text
    )
    kept = kept.lower() if kept.isupper() else kept
    return " ".join(kept.split())


def _runs(text: str, voice: str) -> list[tuple[str, str]]:
    """The line as it is spoken, in runs of one script, each with the voice that speaks it."""
    own = _language_of(voice)
    return [
        (run, voice if language == own else _stand_in(voice, language))
        for run, language in script_runs(_singable(sung_text(text, own)), own)
    ]


def _language_of(voice: str) -> str:
    """The espeak voice whose language `voice` reads."""
    if is_piper(voice):
        return load_piper(voice).language
    file = voice.partition("+")[0]
    if file in PICO_VOICES:
        return PICO_VOICES[file][1]
    return "cmn" if file == BAKER or file in KOKORO_VOICES else file


def _stand_in(voice: str, language: str) -> str:
    """Who sings words of another language in a line of `voice`'s."""
    variant = "" if is_piper(voice) else voice.partition("+")[2]
    if variant:
        return f"{language}+{variant}"
    return choose_voice(language, register=choose_voice(language, voice).register).name
