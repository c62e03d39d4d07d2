"""Breath and air: what a 22 kHz voice lacks above 8 kHz, made of noise that follows the voice."""

import numpy as np
from numpy.typing import NDArray

from songsmith.engine.sketch.filters import equalise, high_pass, low_pass
from songsmith.engine.sketch.smoothing import running_mean
from songsmith.engine.units import SAMPLE_RATE_HZ

__all__ = ["add_air"]

_AIR_GAIN = 0.010
_SIBILANCE_GAIN = 0.5
_FADE_S = 0.004

FloatArray = NDArray[np.float64]


def add_air(samples: FloatArray, *, seed: int) -> FloatArray:
    """Mono `samples` at 44.1 kHz with air: a breath under the vowels, brightness on top of the sibilants.
    The ends are faded, so that nothing clicks."""
    noise = np.random.default_rng(seed).standard_normal(len(samples))
    bright = _band(noise, 7500.0, 15000.0)
    voice = _follow(samples)
    sibilance = _follow(_band(samples, 5000.0, 10000.0))
    out = samples + bright * (
        _AIR_GAIN * voice + _SIBILANCE_GAIN * sibilance * _top_share(sibilance, voice)
    )
    fade = min(int(_FADE_S * SAMPLE_RATE_HZ), len(out) // 2)
    ramp = np.linspace(0, 1, fade)
    out[:fade] *= ramp
    out[len(out) - fade :] *= ramp[::-1]
    return np.asarray(out)


def _top_share(sibilance: FloatArray, voice: FloatArray) -> FloatArray:
    """0 in vowels, up to 1 where the high band is most of the sound."""
    return np.clip((sibilance / (voice + 1e-6) - 0.2) / 0.5, 0, 1)


def _follow(samples: FloatArray) -> FloatArray:
    """The envelope of `samples`: root mean square over about 10 ms."""
    return np.asarray(np.sqrt(running_mean(samples**2, 441) + 1e-14))


def _band(samples: FloatArray, low_hz: float, high_hz: float) -> FloatArray:
    row = samples[None].astype(np.float32)
    return np.asarray(equalise(row, high_pass(low_hz), low_pass(high_hz))[0], dtype=np.float64)
