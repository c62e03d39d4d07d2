"""A dull voice made present: more of it where words are told apart, so that it does not drown in a band.

Between 1 and 6 kHz some voices have 10 to 20 dB less than espeak's. What one sounds like on a few syllables
says how it is to be filtered.
"""

import numpy as np
from numpy.typing import NDArray

__all__ = ["SCALE", "brighten", "presence_taps"]

SCALE = "la mi nu so te ka fi lo pe ru"
"""Syllables that every voice can speak, for `presence_taps`."""

_EDGES_HZ = np.array([100, 300, 600, 1000, 1500, 2200, 3000, 4000, 5500, 8000, 11000], dtype=float)
# Decibels of each band against the whole when espeak, which is well understood in a song, speaks them.
_WANTED_DB = np.array([-6.6, -4.2, -6.1, -13.6, -15.7, -15.0, -17.0, -21.0, -25.0, -32.0])
_LEAST_DB, _MOST_DB = -3.0, 12.0
_TAPS = 511

FloatArray = NDArray[np.float64]


def presence_taps(scale: FloatArray, rate_hz: int, *, clear_hz: float) -> FloatArray:
    """A filter for a voice, whose `SCALE` is given; what lies above `clear_hz` is treated as what is below."""
    power = np.abs(np.fft.rfft(scale)) ** 2
    own = np.histogram(np.fft.rfftfreq(len(scale), 1 / rate_hz), _EDGES_HZ, weights=power)[0]
    own_db = 10 * np.log10(own / max(own.sum(), 1e-12) + 1e-9)
    gains_db = np.clip(_WANTED_DB - own_db, _LEAST_DB, _MOST_DB)
    centres = np.sqrt(_EDGES_HZ[:-1] * _EDGES_HZ[1:])
    is_clear = _EDGES_HZ[1:] <= clear_hz
    points = np.linspace(0, rate_hz / 2, _TAPS + 2)
    gains = 10 ** (np.interp(points, centres[is_clear], gains_db[is_clear]) / 20)
    middle = np.fft.irfft(gains * np.exp(-2j * np.pi * (_TAPS // 2) * points / rate_hz))
    return np.asarray(middle[:_TAPS] * np.hamming(_TAPS))


def brighten(samples: FloatArray, taps: FloatArray) -> FloatArray:
    """`samples` filtered, as long as they were and no later."""
    size = 1 << (len(samples) + _TAPS - 1).bit_length()
    wet = np.fft.irfft(np.fft.rfft(samples, size) * np.fft.rfft(taps, size), size)
    return np.asarray(wet[_TAPS // 2 : _TAPS // 2 + len(samples)])
