"""When each line and each word of a take is really sung, found by its own sound: the ears say about where, forced
alignment says when.

Transcribers let a line begin where the pause before it does, about half a second early. So what they heard only tells
in which seconds a line is looked for, and where the joints between its words are; within those, its sounds are laid
along the music by `forced_alignment`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from songsmith.engine.listening.forced_alignment import (
    Placed,
    chain_of,
    place_chain,
    sound_at,
    usual_vowel_frames,
)
from songsmith.engine.listening.heard_starts import heard_starts_s
from songsmith.engine.listening.sound_models import teach_models
from songsmith.engine.listening.speech_odds import speech_odds
from songsmith.engine.listening.spoken_lines import SpokenWord, spoken_words
from songsmith.engine.listening.voice_features import FRAMES_PER_S, log_mel
from songsmith.engine.listening.word_alignment import HeardWord
from songsmith.engine.times import SungLine, SungTimes
from songsmith.lyrics.lyric import Lyrics, WordStamp

__all__ = ["find_sung_times"]

_ROUNDS = 3
_LONGEST_SURE_S = 0.6
"""The end of a heard word is surely sung; its beginning may be the pause before it."""
_FEWEST_SURE_FRAMES = 100
_ROUNDING_S = 0.05
"""Places are rounded."""


def find_sung_times(
    sound: NDArray[np.float32],
    lyrics: Lyrics,
    heard: Sequence[HeardWord],
    places_s: Mapping[int, float],
    *,
    language: str,
    model: str,
) -> SungTimes:
    """When the lines of `lyrics` are sung in `sound` (samples,), 16 kHz, in which these words were heard.

    `places_s` says about when each line that was heard begins, by its number from 1. Lines that are not in it are
    only given a place.
    """
    spoken = {
        number: words
        for number in sorted(places_s, key=lambda number: places_s[number])
        if (words := spoken_words(lyrics.lines[number - 1].text, language))
    }
    energies = log_mel(sound)
    found = _aligned(sound, energies, spoken, places_s, heard, language) if spoken else {}
    lines = [
        _line(number, line.text, spoken.get(number, ()), found.get(number, ()))
        for number, line in enumerate(lyrics.lines, 1)
    ]
    return SungTimes(tuple(_between(lines, len(energies) / FRAMES_PER_S)), "ears", model, language)


def _aligned(
    sound: NDArray[np.float32],
    energies: NDArray[np.float64],
    spoken: Mapping[int, Sequence[SpokenWord]],
    places_s: Mapping[int, float],
    heard: Sequence[HeardWord],
    language: str,
) -> dict[int, list[Placed]]:
    is_heard, is_sure = _marks(heard, len(energies))
    if is_sure.sum() < _FEWEST_SURE_FRAMES:
        return {}
    sounds = [sound for words in spoken.values() for word in words for sound in word.sounds]
    models = teach_models(energies, sounds, is_heard, is_sure, speech_odds(sound))
    places = [places_s[number] for number in spoken]
    chain = chain_of(
        [*spoken.values()],
        models.symbols,
        places,
        len(energies),
        list(_heard_starts_s(spoken, places, heard, language)),
    )
    placed = place_chain(chain, models)
    for _ in range(_ROUNDS - 1):
        models = models.taught(sound_at(placed, len(energies)))
        placed = place_chain(chain, models, usual_vowel_frames(placed)) or placed
    return {
        number: [place for place in placed if place.link.line == line]
        for line, number in enumerate(spoken)
    }


def _heard_starts_s(
    spoken: Mapping[int, Sequence[SpokenWord]],
    places_s: Sequence[float],
    heard: Sequence[HeardWord],
    language: str,
) -> Iterator[dict[int, float]]:
    """Of each line, when its words were heard to begin; all that was heard up to the place of the next is its own."""
    ends_s = [*places_s[1:], float("inf")]
    for words, place_s, end_s in zip(spoken.values(), places_s, ends_s, strict=True):
        own = [word for word in heard if place_s <= word.start_s + _ROUNDING_S < end_s]
        yield heard_starts_s([word.text for word in words], own, language)


def _marks(heard: Sequence[HeardWord], frames: int) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Frames (frames,) in which words were heard, and those in which somebody surely sang."""
    is_heard, is_sure = np.zeros(frames, dtype=bool), np.zeros(frames, dtype=bool)
    for word in heard:
        start, end = int(word.start_s * FRAMES_PER_S), int(word.end_s * FRAMES_PER_S)
        is_heard[start:end] = True
        is_sure[max(start, end - round(_LONGEST_SURE_S * FRAMES_PER_S)) : end] = True
    return is_heard, is_sure


def _line(
    number: int, text: str, words: Sequence[SpokenWord], placed: Sequence[Placed]
) -> SungLine:
    if not placed:
        return SungLine(number, text, 0.0, 0.0, is_heard=False)
    by_word = {
        word.offset: [place for place in placed if place.link.word == index]
        for index, word in enumerate(words)
    }
    stamps = [WordStamp(offset, _start_s(sounds)) for offset, sounds in by_word.items()]
    return SungLine(
        number,
        text,
        _start_s(placed),
        placed[-1].end / FRAMES_PER_S,
        words=tuple(stamps) if len(stamps) > 1 else (),
    )


def _start_s(placed: Sequence[Placed]) -> float:
    """When the first vowel begins, or the first sound where there is none."""
    vowels = [place for place in placed if place.link.is_vowel]
    return (vowels or placed)[0].start / FRAMES_PER_S


def _between(lines: Sequence[SungLine], length_s: float) -> list[SungLine]:
    """Lines that were not found get even shares of the time between those that were."""
    known = [(line.line, line.start_s) for line in lines if line.is_heard]
    points = [(0, 0.0), *known, (len(lines) + 1, length_s)]
    numbers, times_s = zip(*points, strict=True)
    placed = []
    for line in lines:
        if line.is_heard:
            placed.append(line)
            continue
        start_s, next_s = (
            float(np.interp(number, numbers, times_s)) for number in (line.line, line.line + 1)
        )
        placed.append(replace(line, start_s=round(start_s, 2), end_s=round(next_s, 2)))
    return placed
