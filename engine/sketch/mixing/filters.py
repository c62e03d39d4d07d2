"""Filters, levels and gains that the mix is made of; all on float32 arrays of shape (2, samples)."""

from collections.abc import Iterator
from functools import lru_cache

import numpy as np
import pyloudnorm
from numpy.typing import NDArray
from pedalboard import HighShelfFilter, PeakFilter, Plugin
from scipy.ndimage import minimum_filter1d, uniform_filter1d
from scipy.signal import butter, sosfilt

from songsmith.engine.engine import Audio
from songsmith.engine.units import SAMPLE_RATE_HZ

__all__ = [
    "FRAME",
    "equalise",
    "gated_lufs",
    "high_pass",
    "limit",
    "limiter_gain",
    "pan_gains",
    "peak",
    "power_frames",
    "shelf",
]

FRAME = 441
"""Samples of a control frame: 10 ms."""
_BLOCK = 100 * FRAME
Sos = NDArray[np.float64]


def high_pass(frequency_hz: float, *, order: int = 2) -> Sos:
    """A Butterworth high pass as second-order sections; pedalboard's own is of first order."""
    return np.asarray(
        butter(order, frequency_hz, "highpass", fs=SAMPLE_RATE_HZ, output="sos"), dtype=np.float64
    )


def peak(frequency_hz: float, gain_db: float, q: float = 1.0) -> Plugin:
    """A bell."""
    return PeakFilter(frequency_hz, gain_db, q)


def shelf(frequency_hz: float, gain_db: float) -> Plugin:
    """A high shelf of slope 1."""
    return HighShelfFilter(frequency_hz, gain_db, 2**-0.5)


def equalise(audio: Audio, first: Sos, *filters: Plugin) -> Audio:
    """`audio` (channels, samples) through a high pass, in double precision inside, and then through `filters`."""
    passed = np.empty(audio.shape, dtype=np.float32)
    for place, block in _filtered_blocks(first, audio):
        passed[:, place : place + block.shape[1]] = block
    for plugin in filters:
        passed = plugin(passed, SAMPLE_RATE_HZ)
    return np.asarray(passed, dtype=np.float32)


def _filtered_blocks(sos: Sos, audio: Audio) -> Iterator[tuple[int, NDArray[np.float64]]]:
    """(first sample, filtered block): what fits a cache is several times faster than the whole."""
    state = np.zeros((len(sos), audio.shape[0], 2))
    for place in range(0, audio.shape[1], _BLOCK):
        block, state = sosfilt(sos, audio[:, place : place + _BLOCK], zi=state)
        yield place, block


@lru_cache(maxsize=1)
def _k_weighting() -> Sos:
    """The K filter of ITU-R BS.1770 at our rate, as pyloudnorm designs it."""
    stages = pyloudnorm.Meter(SAMPLE_RATE_HZ)._filters.values()
    return np.array([[*stage.b, *stage.a] for stage in stages])


def power_frames(audio: Audio) -> NDArray[np.float64]:
    """K-weighted power of every 10 ms, summed over channels; shape (frames,)."""
    powers = [np.zeros(0)]
    for _, block in _filtered_blocks(_k_weighting(), audio):
        frames = block.shape[1] // FRAME
        whole = block[:, : frames * FRAME].reshape(audio.shape[0], frames, FRAME)
        powers.append(np.einsum("cfs,cfs->f", whole, whole) / FRAME)
    found = np.concatenate(powers)
    return found if len(found) else np.zeros(1)


def gated_lufs(frames: NDArray[np.float64]) -> float:
    """Integrated loudness from `power_frames`: blocks of 0.4 s every 0.1 s, gated at -70 LUFS and -10 LU."""
    sums = np.concatenate([[0.0], np.cumsum(frames)])
    starts = np.arange(0, max(len(frames) - 40, 0) + 1, 10)
    blocks = (sums[np.minimum(starts + 40, len(frames))] - sums[starts]) / 40
    loud = blocks[blocks > 10 ** ((-70 + 0.691) / 10)]
    if loud.size == 0:
        return float("-inf")
    loud = loud[loud > loud.mean() / 10]
    return float(-0.691 + 10 * np.log10(loud.mean()))


def pan_gains(pan: float) -> NDArray[np.float32]:
    """Gains of left and right for one channel at `pan` (-1..1), equal in power; shape (2, 1)."""
    angle = (pan + 1) * np.pi / 4
    return np.asarray(
        [[np.sqrt(2) * np.cos(angle)], [np.sqrt(2) * np.sin(angle)]], dtype=np.float32
    )


def limit(audio: Audio, ceiling: float, *, look_s: float = 0.004) -> Audio:
    """`audio` with no sample above `ceiling`; see `limiter_gain`."""
    return np.asarray(audio * limiter_gain(audio, ceiling, look_s=look_s), dtype=np.float32)


def limiter_gain(audio: Audio, ceiling: float, *, look_s: float = 0.004) -> NDArray[np.float32]:
    """Gain (samples,) that keeps `audio` within `ceiling`: lowered ahead of a peak and let go after it."""
    level = np.abs(audio).max(axis=0)
    needed = np.minimum(1.0, ceiling / np.maximum(level, 1e-9)).astype(np.float32)
    look = int(look_s * SAMPLE_RATE_HZ) | 1
    held = minimum_filter1d(needed, 2 * look + 1, mode="nearest")
    slow = minimum_filter1d(needed, 12 * look + 1, mode="nearest")
    quick = uniform_filter1d(held, look, mode="nearest")
    # The slow curve keeps the gain from pumping between the peaks of one note.
    gain = np.minimum(quick, uniform_filter1d(slow, 12 * look + 1, mode="nearest"))
    return np.asarray(np.minimum(gain, 1.0), dtype=np.float32)
