"""Filters and gains that the mix is made of; all on float32 arrays of shape (channels, samples)."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from pedalboard import (
    Chain,
    HighpassFilter,
    HighShelfFilter,
    LowpassFilter,
    LowShelfFilter,
    PeakFilter,
    Plugin,
)

from songsmith.engine.engine import Audio
from songsmith.engine.loudness import PIECE, filtered

__all__ = [
    "curve_pieces",
    "equalise",
    "high_pass",
    "low_pass",
    "low_shelf",
    "pan_gains",
    "peak",
    "per_sample",
    "shelf",
    "swell",
]

_HIGHEST_HZ = 20_000.0  # a filter above half the sample rate runs away
_TWO_POLES = 0.6436  # where two filters of first order in a row are 3 dB down together


def high_pass(frequency_hz: float) -> Plugin:
    """A gentle high pass, 3 dB down at `frequency_hz` and 12 dB an octave below."""
    return Chain([HighpassFilter(frequency_hz * _TWO_POLES) for _ in range(2)])


def low_pass(frequency_hz: float) -> Plugin:
    """A gentle low pass, 3 dB down at `frequency_hz` (or higher, near the top) and 12 dB an octave above."""
    pole_hz = min(frequency_hz / _TWO_POLES, _HIGHEST_HZ)
    return Chain([LowpassFilter(pole_hz) for _ in range(2)])


def peak(frequency_hz: float, gain_db: float, q: float = 1.0) -> Plugin:
    """A bell."""
    return PeakFilter(frequency_hz, gain_db, q)


def shelf(frequency_hz: float, gain_db: float) -> Plugin:
    """A high shelf of slope 1."""
    return HighShelfFilter(frequency_hz, gain_db, 2**-0.5)


def low_shelf(frequency_hz: float, gain_db: float) -> Plugin:
    """A low shelf of slope 1."""
    return LowShelfFilter(frequency_hz, gain_db, 2**-0.5)


def equalise(audio: Audio, *filters: Plugin, out: Audio | None = None) -> Audio:
    """`audio` through `filters`, one after the other, written to `out`, which may be `audio`, or to a new array."""
    return filtered(audio, Chain(list(filters)), out)


def pan_gains(pan: float) -> NDArray[np.float32]:
    """Gains of left and right for one channel at `pan` (-1..1), equal in power; shape (2, 1)."""
    angle = (pan + 1) * np.pi / 4
    return np.asarray(
        [[np.sqrt(2) * np.cos(angle)], [np.sqrt(2) * np.sin(angle)]], dtype=np.float32
    )


def per_sample(values: NDArray[np.float32], step: int, samples: int) -> NDArray[np.float32]:
    """Values that stand every `step` samples, joined by lines, (samples,); the last one holds on."""
    steps = -(-samples // step)
    knots = np.pad(values[: steps + 1], (0, max(0, steps + 1 - len(values))), mode="edge")
    knots = knots.astype(np.float32)
    share = np.arange(step, dtype=np.float32) / np.float32(step)
    lines = knots[:-1, None] + np.diff(knots)[:, None] * share
    return np.asarray(lines.reshape(-1)[:samples])


def swell(audio: Audio, gains: NDArray[np.float32], step: int) -> None:
    """Bring `audio` to `gains`, one for every `step` samples and between them by lines, in place."""
    for first, curve in curve_pieces(gains, step, audio.shape[1]):
        audio[:, first : first + len(curve)] *= curve


def curve_pieces(
    values: NDArray[np.float32], step: int, samples: int
) -> Iterator[tuple[int, NDArray[np.float32]]]:
    """`per_sample` in pieces, each with the sample at which it begins."""
    for first in range(0, samples, PIECE):
        knots = values[min(first // step, len(values) - 1) :]
        yield first, per_sample(knots, step, min(PIECE, samples - first))
