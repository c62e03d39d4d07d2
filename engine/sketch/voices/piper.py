"""Lines spoken by a Piper voice, with the boundaries that its network decided on.

The network reads the phonemes that espeak-ng gives for the text, so that its durations are those of the very
sounds the singer counts in. Tones are left out: in a song the melody replaces them.
"""

import functools
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import soxr
from numpy.typing import NDArray

from songsmith.engine.sketch.phonetics.espeak import Phoneme, Speech
from songsmith.engine.sketch.phonetics.hanzi import speak_mandarin
from songsmith.engine.sketch.phonetics.heard_pitch import heard_pitch
from songsmith.engine.sketch.phonetics.onsets import refine_onsets
from songsmith.engine.sketch.phonetics.phoneme_alignment import snap_to_voicing, sounding_span
from songsmith.engine.sketch.phonetics.said import speak_said
from songsmith.engine.sketch.phonetics.syllables import split_syllables
from songsmith.engine.sketch.voices.piper_voice import PiperAlphabet, PiperVoice
from songsmith.engine.sketch.voices.speaking_voice import Spoken

__all__ = ["PiperSpeaker", "natural_pitch_hz", "speak_piper", "unknown_letters"]

_RATE_HZ = 22_050
_GUIDE_RATE_WPM = 120
_SYLLABLES = "la mi nu so"
_SLOWNESS = 1.7
_CLEAR_SHARE = 0.9  # of half the voice's rate: above it there is a filter's edge
_REACH_S = 0.08
_PAD, _START, _END = "_", "^", "$"
_STRESS_MARKS = ("", "ˌ", "ˈ")
_PAUSE, _LAST_PAUSE = ",", "."

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class PiperSpeaker:
    """A loaded Piper voice as a `SpeakingVoice`."""

    voice: PiperVoice

    @property
    def name(self) -> str:
        return self.voice.language

    @property
    def language(self) -> str:
        return self.voice.language

    def speak(self, text: str) -> Spoken | None:
        if self.language == "cmn":
            return speak_mandarin(
                text, lambda words, pinyin: speak_piper(words, self.voice, pinyin)
            )
        speech = speak_piper(text, self.voice)
        return speech, split_syllables(speech, text)

    def unknown_sounds(self, text: str) -> tuple[str, ...]:
        return unknown_letters(text, self.voice)


def speak_piper(text: str, voice: PiperVoice, language: str = "") -> Speech:
    """`text` spoken by `voice`, its sounds those that espeak would speak (in its voice for `language`, if the
    text is written for another than the voice's own)."""
    guide = speak_said(text, language or voice.language, rate_wpm=_GUIDE_RATE_WPM)
    if not guide.phonemes:
        return replace(guide, samples=np.zeros(0))
    samples, placed = _synthesise(guide.phonemes, voice)
    begin = min(sounding_span(samples, _RATE_HZ)[0], placed[0].end - 1)
    placed = [Phoneme("", 0, begin), replace(placed[0], start=begin), *placed[1:]]
    pitch_hz = heard_pitch(samples, _RATE_HZ)
    phonemes = snap_to_voicing(placed, pitch_hz, _RATE_HZ)
    clear_hz = _CLEAR_SHARE * min(voice.rate_hz, _RATE_HZ) / 2
    speech = Speech(samples, _RATE_HZ, phonemes, guide.words, clear_hz, pitch_hz)
    return refine_onsets(speech, reach_s=_REACH_S, is_rough=True)


def unknown_letters(text: str, alphabet: PiperAlphabet) -> tuple[str, ...]:
    """Letters of the phonemes of `text` that a voice of this alphabet has no sound for, each once."""
    sounds = speak_said(text, alphabet.language, rate_wpm=_GUIDE_RATE_WPM).phonemes
    letters = [letter for sound in sounds if sound.symbol for letter in _letters(sound)]
    return tuple(dict.fromkeys(letter for letter in letters if letter not in alphabet.ids))


@functools.lru_cache(maxsize=8)
def natural_pitch_hz(voice: PiperVoice) -> float:
    """About how high the voice speaks by itself, by syllables that mean the same in all languages."""
    words = _SYLLABLES.split()
    sounds = [Phoneme(c, 0, 0, word=n) for n, word in enumerate(words) for c in word]
    samples, _ = _synthesise([*sounds, Phoneme("", 0, 0, word=len(words) - 1)], voice)
    pitch = heard_pitch(samples, _RATE_HZ)
    return float(np.median(pitch[pitch > 0])) if np.any(pitch > 0) else 0.0


def _synthesise(sounds: Sequence[Phoneme], voice: PiperVoice) -> tuple[FloatArray, list[Phoneme]]:
    """Samples at 22,050 Hz, and `sounds` where they are among them."""
    tokens, owners = _tokens(sounds, voice)
    sound, durations = voice.run(tokens, _SLOWNESS)
    samples = soxr.resample(sound.astype(np.float64), voice.rate_hz, _RATE_HZ, "HQ")
    return samples, _placed(sounds, owners, durations, len(samples))


def _letters(sound: Phoneme) -> str:
    return unicodedata.normalize("NFD", _STRESS_MARKS[sound.stress] + sound.symbol)


def _tokens(sounds: Sequence[Phoneme], voice: PiperVoice) -> tuple[list[int], list[int]]:
    """The network's numbers for `sounds`, and for each the index of the sound that it is part of. A pad comes
    between every two, and belongs to what follows it; the space between two words belongs to the first."""
    tokens, owners = list(voice.ids[_START]), [0] * len(voice.ids[_START])
    for index in range(len(sounds)):
        for letter in _written(sounds, index):
            numbers = [*voice.ids[_PAD], *voice.ids.get(letter, ())]
            tokens += numbers
            owners += [index] * len(numbers)
    tail = [*voice.ids[_PAD], *voice.ids[_END]]
    return tokens + tail, owners + [len(sounds) - 1] * len(tail)


def _written(sounds: Sequence[Phoneme], index: int) -> str:
    """What the network reads for a sound; a mark for a pause, though never two in a row."""
    sound = sounds[index]
    after = sounds[index + 1] if index + 1 < len(sounds) else None
    if sound.symbol:
        return _letters(sound) + (" " if after and after.word != sound.word else "")
    if index and not sounds[index - 1].symbol:
        return ""
    return _PAUSE + " " if any(s.symbol for s in sounds[index:]) else _LAST_PAUSE


def _placed(
    sounds: Sequence[Phoneme], owners: Sequence[int], durations: NDArray[np.float32], length: int
) -> list[Phoneme]:
    """`sounds` where the network speaks them, among `length` samples."""
    frames = np.bincount(owners, weights=durations, minlength=len(sounds))
    ends = np.rint(np.cumsum(frames) * length / frames.sum()).astype(int)
    starts = [0, *ends[:-1]]
    return [
        replace(sound, start=int(start), end=int(end))
        for sound, start, end in zip(sounds, starts, ends, strict=True)
    ]
