"""What each of several processes on one machine gets of it: threads and GPUs."""

import os
import shutil
import subprocess
from collections.abc import Mapping

from songsmith.engine.cores import usable_cores

__all__ = ["gpus_here", "share_of"]

_THREADS = (
    "OMP_NUM_THREADS",
    "MKL_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "RAYON_NUM_THREADS",
)
"""Variables by which the numerical libraries, and the sketch engine's helpers, learn how many threads they may have."""


def share_of(worker: int, workers: int, gpus: tuple[str, ...]) -> dict[str, str]:
    """The variables of process `worker` (from 0) of `workers`: its part of the threads, one of the GPUs."""
    threads = str(max(1, usable_cores() // workers))
    gpu = {"CUDA_VISIBLE_DEVICES": gpus[worker % len(gpus)]} if gpus else {}
    return {**dict.fromkeys(_THREADS, threads), **gpu}


def gpus_here(environ: Mapping[str, str] = os.environ) -> tuple[str, ...]:
    """The GPUs that may be used, as CUDA_VISIBLE_DEVICES names them; none where it says none or there is no driver."""
    said = environ.get("CUDA_VISIBLE_DEVICES")
    if said is not None:
        return tuple(name.strip() for name in said.split(",") if name.strip() not in ("", "-1"))
    program = shutil.which("nvidia-smi")
    if program is None:
        return ()
    listed = subprocess.run([program, "--list-gpus"], capture_output=True, text=True, check=False)
    count = sum(line.startswith("GPU ") for line in listed.stdout.splitlines())
    return tuple(map(str, range(count)))
