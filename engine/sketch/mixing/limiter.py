"""The limiter: a gain that keeps sound below a ceiling, worked out in steps of a third of a millisecond."""

import numpy as np
from numpy.typing import NDArray

from songsmith.engine.engine import Audio
from songsmith.engine.loudness import PIECE
from songsmith.engine.sketch.smoothing import running_mean, running_minimum
from songsmith.engine.units import SAMPLE_RATE_HZ

__all__ = ["STEP", "limiter_steps", "peak_steps"]

STEP = 16
"""Samples between two values of the gain."""
_LOOK_S = 0.004


def peak_steps(audio: Audio) -> NDArray[np.float32]:
    """The highest sample of any channel in every `STEP` samples."""
    starts = range(0, audio.shape[1], PIECE)
    return np.concatenate([_peaks(audio[:, first : first + PIECE]) for first in starts])


def _peaks(piece: Audio) -> NDArray[np.float32]:
    level = np.abs(piece).max(axis=0)
    padded = np.pad(level, (0, -len(level) % STEP))
    return np.asarray(padded.reshape(-1, STEP).max(axis=1))


def limiter_steps(peaks: NDArray[np.float32], ceiling: float) -> NDArray[np.float32]:
    """Gains every `STEP` samples that keep sound with these `peak_steps` within `ceiling`: lowered ahead of a
    peak and let go after it."""
    needed = np.minimum(np.float32(1), np.float32(ceiling) / np.maximum(peaks, np.float32(1e-9)))
    look = int(_LOOK_S * SAMPLE_RATE_HZ / STEP) | 1
    held = running_minimum(needed, 2 * look + 1)
    slow = running_minimum(needed, 12 * look + 1)
    # The slow curve keeps the gain from pumping between the peaks of one note.
    quick = _mean(held, look)
    gain = np.minimum(quick, _mean(slow, 12 * look + 1))
    return np.asarray(np.minimum(gain, np.float32(1)), dtype=np.float32)


def _mean(gains: NDArray[np.float32], width: int) -> NDArray[np.float64]:
    """The running mean, the first and the last gain going on beyond the ends."""
    return running_mean(np.pad(gains, width, mode="edge"), width)[width:-width]
