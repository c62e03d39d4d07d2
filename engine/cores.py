"""How much of the machine this process may use."""

import os

__all__ = ["usable_cores"]


def usable_cores() -> int:
    """CPU cores this process may use: those it is allowed to run on, and no more than OMP_NUM_THREADS says, by which
    several processes share a machine."""
    cores = (
        len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    )
    said = os.environ.get("OMP_NUM_THREADS", "")
    return min(cores, int(said)) if said.isdecimal() and int(said) else cores
