"""Mending espeak's vowels: what a formant synthesizer leaves out above 4 kHz, and what it holds too still.

espeak's vowels have a hole from 4.2 to 6.5 kHz, a fixed band at 7 kHz and nothing above; other voices end
at 8 kHz. Here the spectrum falls off smoothly from the level below, long notes are never quite the same
for two moments, as no throat is, and short consonants get back the edges that the vocoder blurs.
"""

import numpy as np
from numpy.typing import NDArray

from songsmith.engine.sketch.smoothing import running_mean

__all__ = ["drift", "fill_top", "quick_levels"]

_DB = np.log(10) / 10  # one dB as a difference of log power
_FALL_DB_PER_KHZ = 4.5
_DROP_DB = 12.0
_TOLERANCE_DB = 10.0
_QUICK_S, _SLOW_S = 0.010, 0.030
_MOST_DIP, _MOST_RISE = -3.5, 1.0

FloatArray = NDArray[np.float64]


def fill_top(log_envelope: FloatArray, rate_hz: int, clear_hz: float) -> FloatArray:
    """`log_envelope` (frames, bins), natural log of power, with a smooth fall above `clear_hz`. For voiced,
    open sounds only."""
    frequency = np.linspace(0, rate_hz / 2, log_envelope.shape[1])
    around = (frequency > 0.65 * clear_hz) & (frequency < clear_hz)
    anchor = log_envelope[:, around].mean(axis=1)
    fall_db = _DROP_DB + _FALL_DB_PER_KHZ * (frequency / 1000 - 0.83 * clear_hz / 1000)
    floor = anchor[:, None] - _DB * fall_db[None, :]
    filled = np.clip(log_envelope, floor, floor + _TOLERANCE_DB * _DB)
    share = np.interp(frequency, (0.98 * clear_hz, 0.98 * clear_hz + 800), (0.0, 1.0))[None, :]
    return np.asarray((1 - share) * log_envelope + share * filled)


def quick_levels(
    samples: NDArray[np.float64], rate_hz: int, frames: int, frame_s: float
) -> NDArray[np.float64]:
    """What WORLD's windows of three periods smear, as log power to add to an envelope, shape (frames,): the
    dip of a tapped "t", the closure of a "b" and its burst."""
    power = samples**2
    at = np.minimum((np.arange(frames) * rate_hz * frame_s).astype(int), len(samples) - 1)
    quick, slow = (
        np.log(running_mean(power, round(width_s * rate_hz))[at] + 1e-9)
        for width_s in (_QUICK_S, _SLOW_S)
    )
    return np.asarray(np.clip(quick - slow, _MOST_DIP, _MOST_RISE))


def drift(
    frames: int, bins: int, frame_s: float, *, seed: int, depth_db: float = 0.9
) -> FloatArray:
    """Slow random change of level and colour to add to a log envelope, shape (frames, bins)."""
    random = np.random.default_rng(seed)
    knots = max(2, int(np.ceil(frames * frame_s / 0.16)) + 1)
    bands = 6
    coarse = random.normal(0, depth_db * _DB, (knots, bands))
    when = np.linspace(0, knots - 1, frames)
    low = np.minimum(when.astype(int), knots - 2)
    share = 0.5 - 0.5 * np.cos(np.pi * (when - low))
    smooth = coarse[low] * (1 - share[:, None]) + coarse[low + 1] * share[:, None]
    places = np.linspace(0, bands - 1, bins)
    left = np.minimum(places.astype(int), bands - 2)
    right_share = (places - left)[None, :]
    return np.asarray(smooth[:, left] * (1 - right_share) + smooth[:, left + 1] * right_share)
