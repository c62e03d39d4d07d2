"""What a sound is like a hundred times a second: the shape of its spectrum, apart from its level and its pitch.

Mel-frequency cepstra with their slopes, as speech recognisers of before neural networks used them.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.fft import dct

from songsmith.engine.listening.ears import EARS_RATE_HZ

__all__ = ["FRAMES_PER_S", "FloatArray", "cepstra", "log_mel"]

FRAMES_PER_S = 100
_HOP = EARS_RATE_HZ // FRAMES_PER_S
_WINDOW, _BINS = 400, 512
_BANDS, _LOW_HZ, _HIGH_HZ = 40, 80.0, 7600.0
_COEFFICIENTS = 15
_FLOOR = 1e-8
_BLOCK = 4096

FloatArray = NDArray[np.float64]


def log_mel(sound: NDArray[np.floating]) -> FloatArray:
    """Log energies (frames, 40) of `sound` (samples,), 16 kHz; frame k is centred on sample 160 k."""
    count = 1 + len(sound) // _HOP
    padded = np.pad(np.asarray(sound, dtype=np.float64), (_WINDOW // 2, _WINDOW + _HOP))
    window, weights = np.hanning(_WINDOW), _mel_weights()
    rows = []
    for first in range(0, count, _BLOCK):
        starts = _HOP * np.arange(first, min(count, first + _BLOCK))
        frames = padded[starts[:, None] + np.arange(_WINDOW)] * window
        rows.append(np.abs(np.fft.rfft(frames, _BINS)) ** 2 @ weights)
    return np.asarray(np.log(np.concatenate(rows) + _FLOOR))


def cepstra(energies: FloatArray) -> FloatArray:
    """(frames, 30) of log energies (frames, 40): the outline of each spectrum and how it changes."""
    shape = dct(energies, axis=1, norm="ortho")[:, 1 : _COEFFICIENTS + 1]
    slopes = 2 * np.gradient(shape, axis=0) if len(shape) > 1 else np.zeros_like(shape)
    return np.hstack([shape, slopes])


def _mel_weights() -> FloatArray:
    """Triangular bands, (bins, 40)."""
    low, high = (2595 * np.log10(1 + hz / 700) for hz in (_LOW_HZ, _HIGH_HZ))
    edges = 700 * (10 ** (np.linspace(low, high, _BANDS + 2) / 2595) - 1)
    frequency = np.linspace(0, EARS_RATE_HZ / 2, _BINS // 2 + 1)[:, None]
    rise = (frequency - edges[:-2]) / (edges[1:-1] - edges[:-2])
    fall = (edges[2:] - frequency) / (edges[2:] - edges[1:-1])
    return np.asarray(np.clip(np.minimum(rise, fall), 0, None))
