"""Samples made longer than they are: their loops unrolled as they stand, or, of cymbals, without any beat in it.

A cymbal's loop of a seventh of a second, repeated, is a chord of steady tones where there was noise. Its metal is
therefore put together from overlapping grains of the loop, taken from wherever and as high as chance has it.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from songsmith.engine.sketch.band.sf2 import Region

__all__ = ["Mono", "Unroll", "unrolled", "unrolled_metal"]

Mono = NDArray[np.float32]
Unroll = Callable[[Mono, Region, int], Mono]
_BRIGHT = 0.7
"""A loop whose samples differ by more than this share of its level is noise: kicks and toms have 0.1, metal 1.5."""
_LONGEST_GRAIN_S = 0.06
_DETUNED = 0.1


def unrolled(samples: Mono, region: Region, length: int) -> Mono:
    """`length` samples of the region, its loop repeated, after one that stands before the first."""
    tape = _once(samples, region)
    if region.is_looped and len(tape) < length:
        loop = samples[region.loop_start : region.loop_end]
        tape = np.concatenate([tape, np.tile(loop, -(-(length - len(tape)) // len(loop)))])
    return np.pad(tape, (0, max(0, length - len(tape))))


def unrolled_metal(samples: Mono, region: Region, length: int) -> Mono:
    """The same for a drum: what it rings on with, where that is noise, does not repeat itself."""
    loop = samples[region.loop_start : region.loop_end]
    if not region.is_looped or np.std(np.diff(loop)) < _BRIGHT * np.std(loop):
        return unrolled(samples, region, length)
    hop = min(len(loop) // 4, int(_LONGEST_GRAIN_S * region.rate_hz) // 2)
    window = np.sin(np.pi * (np.arange(2 * hop) + 0.5) / (2 * hop)).astype(np.float32)
    joint = region.loop_start - region.start
    stroke = _once(samples, region)[: joint + hop]
    stroke[joint:] *= window[hop : hop + len(stroke) - joint]
    whole = np.zeros(max(length, len(stroke)) + 2 * hop, dtype=np.float32)
    whole[: len(stroke)] = stroke
    rng = np.random.default_rng(region.start)
    for at in range(joint, len(whole) - 2 * hop, hop):
        whole[at : at + 2 * hop] += _grain(loop, 2 * hop, rng) * window
    return whole


def _grain(loop: Mono, length: int, rng: np.random.Generator) -> Mono:
    """A piece from anywhere in the loop, a little higher or lower than it is: its tones become a hiss."""
    speed = rng.uniform(1 - _DETUNED, 1 + _DETUNED)
    start = rng.uniform(0, len(loop) - length * (1 + _DETUNED) - 1)
    places = start + speed * np.arange(length)
    return np.asarray(np.interp(places, np.arange(len(loop)), loop), dtype=np.float32)


def _once(samples: Mono, region: Region) -> Mono:
    """The region up to the end of its loop, its first sample twice, for the interpolation."""
    once = samples[region.start : region.loop_end if region.is_looped else region.end]
    return np.concatenate([once[:1], once])
