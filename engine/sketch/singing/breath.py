"""The breath that a singer takes before a line."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Breath", "breath_before"]

_LONGEST_S, _SHORTEST_S = 0.34, 0.16
_HOLD_S = 0.05  # between the breath and the first sound
_RMS = 0.005  # 29 dB below the vowels
_SHAPE_HZ = (0.0, 250.0, 700.0, 1800.0, 3500.0, 7000.0, 12000.0)
_SHAPE_DB = (-60.0, -14.0, 0.0, -2.0, -8.0, -18.0, -30.0)

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Breath:
    """Mono `samples`, the first of them at `start_s`."""

    start_s: float
    samples: FloatArray


def breath_before(
    first_sound_s: float, earliest_s: float, rate_hz: int, *, seed: int
) -> Breath | None:
    """The breath before a line whose first sound begins at `first_sound_s`; none where there is no room from
    `earliest_s` on."""
    length_s = min(first_sound_s - _HOLD_S - earliest_s, _LONGEST_S)
    if length_s < _SHORTEST_S:
        return None
    return Breath(
        first_sound_s - _HOLD_S - length_s, _air(round(length_s * rate_hz), rate_hz, seed)
    )


def _air(length: int, rate_hz: int, seed: int) -> FloatArray:
    """Air drawn in: noise as a throat colours it, that swells and stops."""
    noise = np.fft.rfft(np.random.default_rng(seed).standard_normal(length))
    shape_db = np.interp(np.fft.rfftfreq(length, 1 / rate_hz), _SHAPE_HZ, _SHAPE_DB)
    air = np.fft.irfft(noise * 10 ** (shape_db / 20), length)
    share = np.linspace(0, 1, length)
    air *= share**1.5 * (1 - share) ** 0.5
    return np.asarray(air * _RMS / np.sqrt(np.mean(air**2)))
