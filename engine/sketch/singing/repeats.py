"""Lines that come back on the same notes: they are sung once."""

import numpy as np

from songsmith.engine.sketch.singing.tasks import Way

__all__ = ["is_repeat"]

_SAME_S = 0.006  # beats that are written as seconds differ by rounding


def is_repeat(way: Way, other: Way) -> bool:
    """Whether `way` is `other` at another place of the song."""
    alike = (way.stem, way.seed, way.has_doubles) == (other.stem, other.seed, other.has_doubles)
    if not alike or [note.pitch for note in way.notes] != [note.pitch for note in other.notes]:
        return False
    return bool(np.allclose(_times_s(way), _times_s(other), rtol=0, atol=_SAME_S))


def _times_s(way: Way) -> list[float]:
    """All times of `way` after its first note."""
    times_s = [time_s for note in way.notes for time_s in (note.start_s, note.end_s)]
    return [time_s - way.notes[0].start_s for time_s in (way.earliest_s, *times_s)]
