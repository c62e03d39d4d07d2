"""Curves made smooth: running means and minima, a bell's, and a soft beginning. SciPy has them too, in a module that
takes as long to import as a line takes to sing.
"""

import numpy as np
from numpy.typing import NDArray

__all__ = ["bell_mean", "fade_in", "running_mean", "running_minimum"]

FloatArray = NDArray[np.float64]


def running_mean(values: NDArray[np.floating], width: int) -> FloatArray:
    """The mean of the `width` values around each one; zeros come before the first and after the last."""
    sums = np.zeros(len(values) + 1)
    np.cumsum(values, dtype=np.float64, out=sums[1:])
    at = np.arange(len(values)) - width // 2
    ends = np.minimum(at + width, len(values))
    means = sums[ends] - sums[np.maximum(at, 0)]
    means /= width
    least = float(values.min(initial=0.0))  # what is left of large sums may be less than that
    return np.maximum(means, least, out=means)


def running_minimum(values: NDArray[np.float32], width: int) -> NDArray[np.float32]:
    """The least of the `width` (odd) values around each one; the first and the last go on beyond the ends."""
    least = np.pad(values, width // 2, mode="edge")
    span = 1
    while 2 * span <= width:  # of twice as many each time
        least = np.minimum(least[:-span], least[span:])
        span *= 2
    rest = width - span
    return np.minimum(least[: len(values)], least[rest : rest + len(values)])


def bell_mean(values: FloatArray, sigma: float) -> FloatArray:
    """The mean around each value, weighted by a Gaussian of `sigma` values; the first and the last go on beyond the
    ends."""
    reach = max(1, round(4 * sigma))
    bell = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    return np.convolve(np.pad(values, reach, mode="edge"), bell / bell.sum(), mode="valid")


def fade_in(samples: int) -> FloatArray:
    """Gains from 0 to 1, level at both ends; backwards, a fade out."""
    return np.asarray(np.sin(np.linspace(0, np.pi / 2, samples)) ** 2)
