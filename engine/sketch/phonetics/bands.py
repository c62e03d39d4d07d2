"""A band of a sound, cut out without moving anything in time."""

import numpy as np
from numpy.typing import NDArray

__all__ = ["band_of"]

_PADDING_S = 0.05


def band_of(
    samples: NDArray[np.float64], rate_hz: int, band_hz: tuple[float, float]
) -> NDArray[np.float64]:
    """What of `samples` lies between two frequencies, by the slopes of a Butterworth band pass of second order run
    forwards and backwards."""
    low_hz, high_hz = band_hz
    padding = round(_PADDING_S * rate_hz)
    size = 1 << (len(samples) + padding - 1).bit_length()
    hz = np.maximum(np.fft.rfftfreq(size, 1 / rate_hz), 1e-3)
    off = (hz - low_hz * high_hz / hz) / (high_hz - low_hz)
    return np.fft.irfft(np.fft.rfft(samples, size) / (1 + off**4), size)[: len(samples)]
