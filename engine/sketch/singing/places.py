"""Which moment of the speech the network's mouth is at in each moment of a sung line."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from songsmith.engine.sketch.kokoro.network import MOVE_S
from songsmith.engine.sketch.singing.retime import Stretch

__all__ = ["spoken_places"]

_SILENT_PLACE = 1.5  # in the silence before the first sound
_RELEASE_S = 0.08  # of a phrase's last sound

FloatArray = NDArray[np.float64]


def spoken_places(
    stretches: Sequence[Stretch], moments_s: FloatArray, count: int, *, is_filled: bool
) -> FloatArray:
    """For each of `moments_s` of the song the place, in moves from 0 to `count`, of the speech. Before the first sound
    and after the last one speech goes on at its own speed, in a script that `is_filled` for a moment and after each
    phrase; in rests the mouth is shut."""
    places = np.full(len(moments_s), _SILENT_PLACE)
    first, last = stretches[0], stretches[-1]
    before = moments_s < first.start_s
    places[before] = (first.source_start_s - (first.start_s - moments_s[before])) / MOVE_S
    starts_s = [stretch.source_start_s for stretch in stretches[1:]] + [float("inf")]
    for stretch, next_source_s in zip(stretches, starts_s, strict=True):
        inside = (moments_s >= stretch.start_s) & (moments_s < stretch.end_s)
        share = (moments_s[inside] - stretch.start_s) / (stretch.end_s - stretch.start_s)
        span_s = stretch.source_end_s - stretch.source_start_s
        places[inside] = (stretch.source_start_s + share * span_s) / MOVE_S
        if is_filled and next_source_s - stretch.source_end_s >= _RELEASE_S:
            since_s = moments_s - stretch.end_s
            released = (since_s >= 0) & (since_s < _RELEASE_S)
            places[released] = (stretch.source_end_s + since_s[released]) / MOVE_S
    if not is_filled:
        after = moments_s >= last.end_s
        places[after] = (last.source_end_s + (moments_s[after] - last.end_s)) / MOVE_S
    return np.asarray(np.clip(places, 0, count))
