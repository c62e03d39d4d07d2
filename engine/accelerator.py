"""Which accelerator this machine has: from torch where that may be imported, else from what the system shows."""

import platform
import shutil
import sys
from pathlib import Path

__all__ = ["find_accelerator"]


def find_accelerator(*, may_import_torch: bool) -> str:
    """ "cuda", "mps" or "". Without torch it is a guess: the card is there, its build of torch may not be."""
    if may_import_torch:
        import torch

        if torch.cuda.is_available():
            return "cuda"
        return "mps" if torch.backends.mps.is_available() else ""
    if sys.platform == "darwin":
        return "mps" if platform.machine() == "arm64" else ""
    has_driver = Path("/proc/driver/nvidia/version").exists() or shutil.which("nvidia-smi")
    return "cuda" if has_driver else ""
