"""Takes that run beside their stamps as a whole: sung later, faster or slower than the lyrics say.

Recordings from elsewhere have another lead-in or tempo. The words are then aligned once without regard to time,
and if the lines lie on a straight line that is not that of the stamps, that is where they are looked for. Words
that have no stamps of their own are looked for where they were heard.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from statistics import median

import numpy as np

from songsmith.engine.listening.word_alignment import HeardWord, heard_lines, sung_words
from songsmith.lyrics.lyric import Lyrics

__all__ = ["Drift", "find_drift", "placed_by_ear"]

_FEWEST_LINES = 4
_LEAST_S = 1.0
"""Median distance from the stamps that lines are still found at without this."""
_SCATTER_S = 0.5
"""How far off the straight line its points may lie, half of them."""
_WELL = 0.6
_STRETCHES = (0.7, 1.4)


@dataclass(frozen=True)
class Drift:
    """What is stamped at `t` is sung at `offset_s + stretch * t`."""

    offset_s: float = 0.0
    stretch: float = 1.0

    def __str__(self) -> str:
        """ "sung 3.6 s late", "sung 6 % faster, 0.4 s early"."""
        said = []
        if abs(self.stretch - 1) >= 0.005:
            faster = 1 / self.stretch - 1
            said.append(f"{abs(faster):.0%} {'faster' if faster > 0 else 'slower'}")
        if abs(self.offset_s) >= 0.1:
            said.append(f"{abs(self.offset_s):.1f} s {'late' if self.offset_s > 0 else 'early'}")
        return f"sung {', '.join(said)}" if said else "sung as stamped"

    def at(self, time_s: float) -> float:
        """When the take sings what is stamped at `time_s`."""
        return max(0.0, self.offset_s + self.stretch * time_s)

    def moved(self, lyrics: Lyrics) -> Lyrics:
        """The lyrics with the stamps at which the take sings them."""
        return lyrics.with_lines(line.moved_to(self.at(line.start_s)) for line in lyrics.lines)


def find_drift(lyrics: Lyrics, heard: Sequence[HeardWord]) -> Drift | None:
    """The drift of a take in which these words were heard; None where it keeps to its stamps, or lines were
    sung here and there."""
    points = sorted(
        (lyrics.lines[number - 1].start_s, start_s)
        for number, start_s in _places_s(lyrics, heard).items()
    )
    if len(points) < max(_FEWEST_LINES, len(lyrics.lines) / 2):
        return None
    if median(abs(sung_s - stamp_s) for stamp_s, sung_s in points) < _LEAST_S:
        return None
    slopes = [
        (later_s - sung_s) / (later - stamp)
        for (stamp, sung_s), (later, later_s) in combinations(points, 2)
        if later - stamp > 1.0
    ]
    stretch = median(slopes) if slopes else 1.0
    offset_s = median(sung_s - stretch * stamp_s for stamp_s, sung_s in points)
    scatter_s = median(abs(sung_s - offset_s - stretch * stamp_s) for stamp_s, sung_s in points)
    is_straight = scatter_s <= _SCATTER_S and _STRETCHES[0] <= stretch <= _STRETCHES[1]
    return Drift(round(offset_s, 2), round(stretch, 3)) if is_straight else None


def placed_by_ear(lyrics: Lyrics, heard: Sequence[HeardWord]) -> Lyrics:
    """The lyrics with each line where it was heard; lines that were not, in between at their share."""
    places_s = _places_s(lyrics, heard)
    if not places_s:
        return lyrics
    numbers = sorted(places_s)
    stamps_s = [lyrics.lines[number - 1].start_s for number in numbers]
    sung_s = [places_s[number] for number in numbers]
    moved = []
    for line in lyrics.lines:
        place = min(max(line.start_s, stamps_s[0]), stamps_s[-1])
        start_s = float(np.interp(place, stamps_s, sung_s)) + line.start_s - place
        moved.append(line.moved_to(max(0.0, start_s)))
    return lyrics.with_lines(moved)


def _places_s(lyrics: Lyrics, heard: Sequence[HeardWord]) -> dict[int, float]:
    """When lines were sung, by their number, if they were heard well from their beginning; nothing but their
    order is held to."""
    anywhere = [word.anywhere for word in sung_words(lyrics, float("inf"))]
    return {
        number: line.start_s
        for number, line in heard_lines(anywhere, heard).items()
        if line.recall >= _WELL and line.start_s is not None
    }
