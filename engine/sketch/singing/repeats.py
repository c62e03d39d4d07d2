"""Lines that come back on the same notes: they are sung once."""

from collections.abc import Iterable
from typing import TypeVar

import numpy as np

from songsmith.engine.sketch.singing.tasks import Way

__all__ = ["repeated"]

_SAME_S = 0.006  # beats that are written as seconds differ by rounding

_Result = TypeVar("_Result")


def repeated(way: Way, done: Iterable[tuple[Way, _Result]]) -> tuple[float, _Result] | None:
    """The result of one of the ways that are `done` which is `way` at another place of the song, and how many seconds
    earlier that was; None if there is none."""
    for other, result in done:
        if _is_same(way, other):
            return way.notes[0].start_s - other.notes[0].start_s, result
    return None


def _is_same(way: Way, other: Way) -> bool:
    if (way.stem, way.seed, len(way.notes)) != (other.stem, other.seed, len(other.notes)):
        return False
    if [note.pitch for note in way.notes] != [note.pitch for note in other.notes]:
        return False
    return bool(np.allclose(_times_s(way), _times_s(other), rtol=0, atol=_SAME_S))


def _times_s(way: Way) -> list[float]:
    """All times of `way` after its first note."""
    times_s = [time_s for note in way.notes for time_s in (note.start_s, note.end_s)]
    return [time_s - way.notes[0].start_s for time_s in (way.earliest_s, *times_s)]
