"""How fast this machine multiplies, by a short measurement, and how a wait is said."""

import time
from functools import cache

__all__ = ["format_wait", "machine_flops_per_s", "numpy_flops_per_s"]


def format_wait(seconds: float) -> str:
    """ "about 40 s", "about 25 min", "about 3.5 h"."""
    if seconds < 90:
        return f"about {max(1, round(seconds))} s"
    if seconds < 5_400:
        return f"about {round(seconds / 60)} min"
    return f"about {seconds / 3600:.1f} h"


@cache
def machine_flops_per_s(device: str, dtype_name: str) -> float:
    """Rate of matrix products on `device`, measured once a process, in a quarter of a second or so."""
    import torch

    size = 1024 if device == "cpu" else 4096
    dtype = getattr(torch, dtype_name)
    left, right = (torch.ones(size, size, dtype=dtype, device=device) for _ in range(2))

    def finish() -> None:
        if device.startswith("cuda"):
            torch.cuda.synchronize(device)
        elif device == "mps":
            torch.mps.synchronize()

    best_s = float("inf")
    for _ in range(4):
        finish()
        start_s = time.perf_counter()
        torch.mm(left, right)
        finish()
        best_s = min(best_s, time.perf_counter() - start_s)
    return 2.0 * size**3 / max(best_s, 1e-9)


@cache
def numpy_flops_per_s() -> float:
    """The same for float32 on this CPU without torch, for when its start-up is not worth it."""
    import numpy as np

    size = 1024
    matrix = np.ones((size, size), dtype=np.float32)
    best_s = float("inf")
    for _ in range(3):
        start_s = time.perf_counter()
        matrix @ matrix
        best_s = min(best_s, time.perf_counter() - start_s)
    return 2.0 * size**3 / max(best_s, 1e-9)
