"""How fast this machine multiplies, by a short measurement, and how a wait is said.

The fastest that was ever measured is kept, so that a forecast is the same however busy the machine is just now.
"""

import json
import os
import platform
import time
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path

from songsmith.atomic import write_whole

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
    """Rate of matrix products on `device`: measured once a process, in a quarter of a second or so, but never
    less than was measured before."""
    return _fastest(f"torch {device} {dtype_name}", lambda: _torch_flops_per_s(device, dtype_name))


@cache
def numpy_flops_per_s() -> float:
    """The same for float32 on this CPU without torch, for when its start-up is not worth it."""
    return _fastest("numpy float32", _numpy_flops_per_s)


def _fastest(what: str, measure: Callable[[], float]) -> float:
    """What `measure` gives, or the most it gave before on this machine; the larger is kept."""
    key = f"{what} · {platform.node()} {platform.machine()} {os.cpu_count()} cores"
    kept = _kept()
    before, now = kept.get(key, 0.0), measure()
    if now > before:
        with suppress(OSError):  # a forecast is no reason to fail
            path = _path()
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, json.dumps({**kept, key: now}).encode())
    return max(before, now)


def _path() -> Path:
    from platformdirs import user_cache_path

    return user_cache_path("songsmith") / "speed.json"


def _kept() -> dict[str, float]:
    """What was measured before; nothing where the file is missing or not ours."""
    try:
        kept = json.loads(_path().read_bytes())
    except (OSError, ValueError):
        return {}
    rates = kept.items() if isinstance(kept, dict) else ()
    return {key: float(rate) for key, rate in rates if isinstance(rate, (int, float))}


def _torch_flops_per_s(device: str, dtype_name: str) -> float:
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


def _numpy_flops_per_s() -> float:
    import numpy as np

    size = 640
    matrix = np.ones((size, size), dtype=np.float32)
    best_s = float("inf")
    for _ in range(3):
        start_s = time.perf_counter()
        matrix @ matrix
        best_s = min(best_s, time.perf_counter() - start_s)
    return 2.0 * size**3 / max(best_s, 1e-9)
