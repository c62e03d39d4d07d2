"""When each line and each word of a take is really sung, found by its own sound: the ears say about where, forced
alignment says when.

Transcribers let a line begin where the pause before it does, about half a second early. So what they heard only tells
in which seconds a line is looked for; within those, its sounds are laid along the music by `forced_alignment`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from songsmith.engine.listening.forced_alignment import Chain, best_path, chain_of
from songsmith.engine.listening.sound_models import teach_models
from songsmith.engine.listening.spoken_lines import SpokenWord, spoken_words
from songsmith.engine.listening.times import SungLine, SungTimes
from songsmith.engine.listening.voice_features import FRAMES_PER_S, log_mel
from songsmith.engine.listening.word_alignment import HeardWord
from songsmith.lyrics.lyric import Lyrics, WordStamp

__all__ = ["find_sung_times"]

_ROUNDS = 3
_LONGEST_SURE_S = 0.6
"""The end of a heard word is surely sung; its beginning may be the pause before it."""
_FEWEST_SURE_FRAMES = 100
_HELD_FRAMES, _HELD_TIMES = 60, 2.2
"""An opening vowel longer than this, and this much longer than others of its line, began in what sounded before it."""


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
    found = _aligned(energies, spoken, places_s, heard) if spoken else {}
    lines = [
        _line(number, line.text, found.get(number)) for number, line in enumerate(lyrics.lines, 1)
    ]
    return SungTimes(tuple(_between(lines, len(energies) / FRAMES_PER_S)), "ears", model, language)


def _aligned(
    energies: NDArray[np.float64],
    spoken: Mapping[int, Sequence[SpokenWord]],
    places_s: Mapping[int, float],
    heard: Sequence[HeardWord],
) -> dict[int, "_Found"]:
    is_heard, is_sure = _marks(heard, len(energies))
    if is_sure.sum() < _FEWEST_SURE_FRAMES:
        return {}
    sounds = [sound for words in spoken.values() for word in words for sound in word.sounds]
    models = teach_models(energies, sounds, is_heard, is_sure)
    places = [places_s[number] for number in spoken]
    chain = chain_of([*spoken.values()], models.symbols, places, len(energies))
    path = best_path(chain, models)
    for _ in range(_ROUNDS - 1):
        models = models.taught(chain.sound[path])
        path = best_path(chain, models)
    return {
        number: _Found(chain, path, place, words)
        for place, (number, words) in enumerate(spoken.items())
    }


def _marks(heard: Sequence[HeardWord], frames: int) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Frames (frames,) in which words were heard, and those in which somebody surely sang."""
    is_heard, is_sure = np.zeros(frames, dtype=bool), np.zeros(frames, dtype=bool)
    for word in heard:
        start, end = int(word.start_s * FRAMES_PER_S), int(word.end_s * FRAMES_PER_S)
        is_heard[start:end] = True
        is_sure[max(start, end - round(_LONGEST_SURE_S * FRAMES_PER_S)) : end] = True
    return is_heard, is_sure


@dataclass(frozen=True, eq=False)
class _Found:
    """A line on the path: where its sounds are."""

    chain: Chain
    path: NDArray[np.intp]
    place: int
    words: Sequence[SpokenWord]

    def start(self) -> int | None:
        """First frame of its first vowel; of one held beyond belief only as much is kept as others of the line last."""
        runs = self._vowels()
        if not runs:
            return None
        first, end = runs[0]
        usual = float(np.median([last - start for start, last in runs[1:-1]] or [_HELD_FRAMES]))
        if end - first > max(_HELD_FRAMES, _HELD_TIMES * usual):
            return end - round(usual)
        return first

    def _vowels(self) -> list[tuple[int, int]]:
        """Frames (from, until) of each of its vowels."""
        states = self.path[
            (self.chain.line[self.path] == self.place) & self.chain.is_vowel[self.path]
        ]
        frames = np.flatnonzero(
            (self.chain.line[self.path] == self.place) & self.chain.is_vowel[self.path]
        )
        begins = np.flatnonzero(self.chain.is_first[states] & (np.diff(states, prepend=-1) > 0))
        ends = [*begins[1:], len(frames)]
        return [
            (int(frames[begin]), int(frames[end - 1]) + 1)
            for begin, end in zip(begins, ends, strict=True)
        ]

    def frames(self, word: int = -1) -> tuple[int, int] | None:
        """First frame of its first vowel, or of the first of one word, and the frame after its last sound."""
        inside = self.chain.line[self.path] == self.place
        if word >= 0:
            inside &= self.chain.word[self.path] == word
        here = np.flatnonzero(inside)
        if not len(here):
            return None
        vowels = np.flatnonzero(inside & self.chain.is_vowel[self.path])
        return int(vowels[0] if len(vowels) else here[0]), int(here[-1]) + 1


def _line(number: int, text: str, found: _Found | None) -> SungLine:
    frames = found.frames() if found else None
    if found is None or frames is None:
        return SungLine(number, text, 0.0, 0.0, is_heard=False)
    start = (found.start() or frames[0]) / FRAMES_PER_S
    end = frames[1] / FRAMES_PER_S
    stamps = [
        WordStamp(word.offset, max(start, place[0] / FRAMES_PER_S))
        for index, word in enumerate(found.words)
        if (place := found.frames(index))
    ]
    return SungLine(number, text, start, end, words=tuple(stamps) if len(stamps) > 1 else ())


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
