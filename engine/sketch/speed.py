"""How long a song takes here: the times measured on one machine, by how much slower or faster this one is."""

import time
from functools import cache

import numpy as np

__all__ = ["wall_seconds"]

_BASE_S, _PER_PLAYED_S, _PER_SUNG_S = 0.7, 0.012, 0.035  # two AVX2 cores, without a GPU
_NETWORK_S, _PER_NETWORK_S = 2.5, 0.34  # to load the network, and for each second that it sings
_REFERENCE_S = 0.011
"""What the trial takes on that machine."""


def wall_seconds(played_s: float, sung_s: float, *, network_s: float = 0.0) -> float:
    """Time that a take takes here of which `played_s` are played and words are sung in `sung_s`, in `network_s` of
    these by a network, repeated lines counted once."""
    by_network_s = _NETWORK_S + _PER_NETWORK_S * network_s if network_s else 0.0
    return (_BASE_S + _PER_PLAYED_S * played_s + _PER_SUNG_S * sung_s + by_network_s) * _slowness()


@cache
def _slowness() -> float:
    """This machine's time over the reference, by transforms and sorting for some hundredths of a second."""
    noise = np.random.default_rng(0).standard_normal(1 << 18)
    best_s = float("inf")
    for _ in range(4):
        start_s = time.perf_counter()
        np.fft.irfft(np.fft.rfft(noise) * 0.5).cumsum().sort()
        best_s = min(best_s, time.perf_counter() - start_s)
    return best_s / _REFERENCE_S
