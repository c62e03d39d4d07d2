"""Before a chorus: moments in which the whole band holds its breath, and bars in which it gathers."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from songsmith.engine.sketch.score import Note, Score

__all__ = ["rises", "stopped", "stops"]

_EARLY_S = 0.03  # notes on the beat are played a little before it, too
_RISE_BARS = 2
_LEAST_DRIVE = 0.45


def stops(score: Score, chance: float, rng: np.random.Generator) -> tuple[tuple[float, float], ...]:
    """(start, end) in seconds of the last beat before those choruses that the band stops for."""
    found = []
    for bar, after in pairwise(score.bars):
        is_new = after.part != bar.part and score.parts[after.part].kind == "chorus"
        if is_new and len(bar.beats_s) > 2 and rng.random() < chance:
            beats = 3 if score.meter == "6/8" else 1
            found.append((bar.beats_s[-beats], after.start_s))
    return tuple(found)


def stopped(notes: Sequence[Note], silent: Sequence[tuple[float, float]]) -> tuple[Note, ...]:
    """`notes` without those that begin in a stop; what sounds on into one ends where it begins."""
    kept = list(notes)
    for first_s, last_s in silent:
        kept = list(_before_and_after(kept, first_s - _EARLY_S, last_s - _EARLY_S))
    return tuple(kept)


def _before_and_after(notes: Sequence[Note], first_s: float, last_s: float) -> Iterator[Note]:
    for note in notes:
        if note.start_s < first_s < note.end_s:
            yield replace(note, end_s=first_s)
        elif not first_s <= note.start_s < last_s:
            yield note


def rises(score: Score) -> list[tuple[float, float]]:
    """(start, end) in seconds of the bars before every chorus that has drive and comes out of a quieter part."""
    found = []
    for index, (bar, after) in enumerate(pairwise(score.bars)):
        here, coming = score.parts[bar.part], score.parts[after.part]
        if bar.part != after.part and coming.kind == "chorus" and here.kind != "chorus":
            first = score.bars[max(0, index + 1 - _RISE_BARS)]
            if first.part == bar.part and coming.energy > _LEAST_DRIVE:
                found.append((first.start_s, after.start_s))
    return found
