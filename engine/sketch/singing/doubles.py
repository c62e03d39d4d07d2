"""A second take of a line out of the first: never quite together with it, never quite as high.

The sound is read with a delay that wanders by a few milliseconds, which also bends the pitch by up to ten
cents. That costs next to nothing beside singing the line again.
"""

import numpy as np
from numpy.typing import NDArray

from songsmith.engine.sketch.filters import equalise, low_pass
from songsmith.engine.units import SAMPLE_RATE_HZ

__all__ = ["double"]

_DELAY_S = 0.016
_WANDER_S = 0.005
_KNOT_S = 0.9
_TOP_HZ = 6000.0


def double(samples: NDArray[np.float64], *, seed: int) -> NDArray[np.float64]:
    """`samples` (mono, 44.1 kHz) as another singer would have sung them, without the sibilants' top."""
    length = len(samples) + round((_DELAY_S + _WANDER_S) * SAMPLE_RATE_HZ)
    random = np.random.default_rng(seed)
    knots = int(np.ceil(length / SAMPLE_RATE_HZ / _KNOT_S)) + 2
    places = np.arange(length) / SAMPLE_RATE_HZ / _KNOT_S
    low = places.astype(int)
    share = 0.5 - 0.5 * np.cos(np.pi * (places - low))
    wander = random.uniform(-1, 1, knots)
    delay_s = _DELAY_S + _WANDER_S * (wander[low] * (1 - share) + wander[low + 1] * share)
    soft = equalise(samples[None].astype(np.float32), low_pass(_TOP_HZ))[0]
    read_at = np.arange(length) - delay_s * SAMPLE_RATE_HZ
    return np.asarray(np.interp(read_at, np.arange(len(soft)), soft, left=0.0, right=0.0))
