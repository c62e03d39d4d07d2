"""A harmony out of a lead that the network sang: the same voice on other pitches.

WORLD takes the lead apart and puts it together again on the harmony's pitch. That costs a tenth of having the network
sing again, and under the lead nobody hears the difference.
"""

import numpy as np
from numpy.typing import NDArray

from songsmith.engine.sketch.singing.pitch import FRAME_S

__all__ = ["shift_voice"]

_THRESHOLD = 0.85  # of aperiodicity, above which a frame counts as noise


def shift_voice(
    samples: NDArray[np.float64],
    rate_hz: int,
    ratio: NDArray[np.float64],
    from_hz: NDArray[np.float64],
) -> NDArray[np.float64]:
    """`samples`, whose pitch is `from_hz` (0 where there is none), with that pitch times `ratio`. Both have one
    value each `FRAME_S`."""
    import pyworld

    count = len(samples) // round(FRAME_S * rate_hz) + 1
    pitch = np.zeros(count)
    pitch[: min(count, len(from_hz))] = from_hz[:count]
    factor = np.ones(count)
    factor[: min(count, len(ratio))] = ratio[:count]
    times = FRAME_S * np.arange(count)
    quiet = samples + 1e-6 * np.random.default_rng(0).standard_normal(len(samples))
    envelope = pyworld.cheaptrick(quiet, pitch, times, rate_hz)
    noise = pyworld.d4c(quiet, pitch, times, rate_hz, threshold=_THRESHOLD)
    out = pyworld.synthesize(pitch * factor, envelope, noise, rate_hz, 1000 * FRAME_S)
    return np.asarray(out[: len(samples)])
