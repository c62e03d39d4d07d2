"""Samples made longer than they are: their loops unrolled as they stand, or, of cymbals, without any beat in it.

A cymbal's loop of a seventh of a second, repeated, is a chord of steady tones where there was noise. Its metal is
therefore put together from overlapping grains of the loop, taken from wherever chance has it.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from songsmith.engine.sketch.band.sf2 import Region

__all__ = ["Mono", "Unroll", "unrolled", "unrolled_metal"]

Mono = NDArray[np.float32]
Unroll = Callable[[Mono, Region, int], Mono]
_METAL_LOOP_S = 0.035
"""Loops of drums that are longer are noise; shorter ones are the wave of a tone."""
_LONGEST_GRAIN_S = 0.06


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
    tape = _once(samples, region)
    if not region.is_looped or len(loop) < _METAL_LOOP_S * region.rate_hz or len(tape) >= length:
        return unrolled(samples, region, length)
    hop = min(len(loop) // 4, int(_LONGEST_GRAIN_S * region.rate_hz) // 2)
    window = np.sin(np.pi * (np.arange(2 * hop) + 0.5) / (2 * hop)).astype(np.float32)
    count = -(-(length - len(tape)) // hop) + 2
    starts = np.random.default_rng(region.start).integers(len(loop) - 2 * hop, size=count)
    joint = len(tape) - hop
    whole = np.zeros(joint + (count + 1) * hop, dtype=np.float32)
    whole[: len(tape)] = tape
    whole[joint : len(tape)] *= window[hop:]
    for number, start in enumerate(starts):
        at = joint + number * hop
        whole[at : at + 2 * hop] += loop[start : start + 2 * hop] * window
    return whole


def _once(samples: Mono, region: Region) -> Mono:
    """The region up to the end of its loop, its first sample twice, for the interpolation."""
    once = samples[region.start : region.loop_end if region.is_looped else region.end]
    return np.concatenate([once[:1], once])
