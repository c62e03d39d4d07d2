"""The middle of the stereo picture, where the voice stands, cut out of the mix.

Every cell of the spectrogram is kept as far as both channels agree in level and phase. It is worked on a block of
frames at a time, so that an hour of sound takes no more memory than a minute, and only as far up as the ears hear.
"""

from collections.abc import Iterator

import numpy as np

from songsmith.engine.engine import Audio
from songsmith.engine.units import SAMPLE_RATE_HZ

__all__ = ["middle_of"]

_SIZE, _HOP = 4096, 1024
"""Samples of a frame, and from one to the next."""
_BLOCK = 256
"""Frames worked on at once."""
_WINDOW = np.hanning(_SIZE + 1)[:-1].astype(np.float32)
_OVERLAP = 1.5
"""What the squares of the windows add up to, at a hop of a quarter."""
_NOTHING = np.float32(1e-9 * _WINDOW.sum() ** 2)
"""Power of a cell that is silence: there both channels agree in nothing."""
_LOWEST_HZ = 120
"""Below stand bass and bass drum, in the middle too: little of it is kept."""


def middle_of(audio: Audio, *, highest_hz: float) -> np.ndarray:
    """The middle of `audio` (2, samples), as (samples,), up to `highest_hz`."""
    samples = audio.shape[1]
    weights = _weights(highest_hz)
    middle = np.zeros(samples + 2 * _SIZE, np.float32)
    for start, frames in _blocks(np.pad(audio, ((0, 0), (_SIZE, _SIZE)))):
        for place, frame in enumerate(_agreeing(frames, weights)):
            begin = start + place * _HOP
            middle[begin : begin + _SIZE] += frame[: len(middle) - begin]
    return middle[_SIZE : _SIZE + samples] / _OVERLAP


def _weights(highest_hz: float) -> np.ndarray:
    """How much of each bin below `highest_hz` may be kept, (bins,)."""
    frequencies_hz = (
        np.arange(int(highest_hz * _SIZE / SAMPLE_RATE_HZ) + 1) * SAMPLE_RATE_HZ / _SIZE
    )
    return np.where(frequencies_hz < _LOWEST_HZ, 0.1, 1.0).astype(np.float32)


def _blocks(padded: np.ndarray) -> Iterator[tuple[int, np.ndarray]]:
    """Frames of `padded` (2, samples), (2, frames, 4096), a block at a time with the sample where it begins."""
    frames = np.lib.stride_tricks.sliding_window_view(padded, _SIZE, axis=1)[:, ::_HOP]
    for first in range(0, frames.shape[1], _BLOCK):
        yield first * _HOP, frames[:, first : first + _BLOCK]


def _agreeing(frames: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """What both channels of `frames` (2, frames, 4096) have in common, windowed, (frames, 4096)."""
    from scipy.fft import irfft, rfft

    left, right = rfft(frames * _WINDOW, axis=-1)[..., : len(weights)]
    power = _power(left) + _power(right) + _NOTHING
    agreement = 2 * (left.real * right.real + left.imag * right.imag) / power
    kept = np.clip((agreement - 0.6) / 0.35, 0, 1) * weights
    common: np.ndarray = irfft((left + right) * (kept / 2), n=_SIZE, axis=-1) * _WINDOW
    return common


def _power(spectrum: np.ndarray) -> np.ndarray:
    power: np.ndarray = spectrum.real**2 + spectrum.imag**2
    return power
