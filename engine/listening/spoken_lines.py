"""The lines of a lyric as espeak speaks them: which sounds each word is made of, and what those sound like."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import soxr

from songsmith.engine.engine import EngineError
from songsmith.engine.listening.ears import EARS_RATE_HZ
from songsmith.engine.listening.voice_features import FRAMES_PER_S, FloatArray, log_mel
from songsmith.engine.sketch.phonetics.languages import espeak_file
from songsmith.engine.sketch.phonetics.sounds import is_nucleus
from songsmith.engine.sketch.voices.speaking import say
from songsmith.lyrics.speech.japanese import is_japanese
from songsmith.lyrics.words import written_words

__all__ = ["SpokenSound", "SpokenWord", "spoken_words"]

_HIGH = "+f3"


@dataclass(frozen=True, eq=False)
class SpokenSound:
    """A sound: its symbol, whether it is a vowel, and the spectra (frames, 40) of it in a low and a high voice."""

    symbol: str
    is_vowel: bool
    spectra: FloatArray


@dataclass(frozen=True, eq=False)
class SpokenWord:
    """A word that begins at the character `offset` of its line, and its sounds."""

    offset: int
    text: str
    sounds: tuple[SpokenSound, ...]


def spoken_words(text: str, language: str) -> tuple[SpokenWord, ...]:
    """The words of a line that have a sound. Where a language writes no spaces the whole line is one word."""
    whole = language in ("ja", "th", "lo", "km", "my") or is_japanese(text)
    words = [(0, text)] if whole else written_words(text)
    found = (
        SpokenWord(offset, word.strip(), _sounds(word.strip(), language)) for offset, word in words
    )
    return tuple(word for word in found if word.sounds)


@lru_cache(maxsize=4096)
def _sounds(word: str, language: str) -> tuple[SpokenSound, ...]:
    low, high = (_spoken(word, language, variant) for variant in ("", _HIGH))
    if [symbol for symbol, _ in low] != [symbol for symbol, _ in high]:
        high = low
    return tuple(
        SpokenSound(symbol, is_nucleus(symbol), np.concatenate([own, other]))
        for (symbol, own), (_, other) in zip(low, high, strict=True)
    )


def _spoken(word: str, language: str, variant: str) -> list[tuple[str, FloatArray]]:
    try:
        utterance = say(espeak_file(language) + variant, word)
    except EngineError:
        return []
    if utterance is None:
        return []
    speech = utterance.speech
    energies = log_mel(soxr.resample(speech.samples, speech.rate_hz, EARS_RATE_HZ))
    per_sample = FRAMES_PER_S / speech.rate_hz
    return [
        (sound.symbol, _cut(energies, sound.start * per_sample, sound.end * per_sample))
        for sound in speech.phonemes
        if sound.symbol
    ]


def _cut(energies: FloatArray, start: float, end: float) -> FloatArray:
    """The frames from `start` to `end`, one at least."""
    first = min(int(start), len(energies) - 1)
    return energies[first : max(first + 1, int(end))]
