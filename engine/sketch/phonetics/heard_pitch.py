"""The pitch of a voice, read from its sound by WORLD (Morise et al. 2016)."""

import numpy as np
from numpy.typing import NDArray

__all__ = ["PITCH_STEP_S", "audible", "heard_pitch"]

PITCH_STEP_S = 0.005
_WHISPER = 1e-5

FloatArray = NDArray[np.float64]


def heard_pitch(samples: FloatArray, rate_hz: int) -> FloatArray:
    """Pitch in Hz of mono `samples` each `PITCH_STEP_S`, 0 where there is no voice."""
    import pyworld

    sound = audible(samples)
    found, times = pyworld.dio(sound, rate_hz, frame_period=1000 * PITCH_STEP_S)
    return np.asarray(pyworld.stonemask(sound, found, times, rate_hz))


def audible(samples: FloatArray) -> FloatArray:
    """`samples` with a whisper of noise: digital silence has no logarithm."""
    return samples + _WHISPER * np.random.default_rng(0).standard_normal(len(samples))
