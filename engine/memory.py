"""Memory that stays with this process while it works on a song and goes back to the system afterwards.

Arrays of many megabytes come and go with every line and every instrument. glibc hands their memory back each time, and
clearing new pages for the next ones takes a twentieth of the work. Other systems don't know these settings.
"""

import ctypes
import sys
from collections.abc import Callable

__all__ = ["KEEP_MEMORY", "hand_back_memory", "keep_memory"]

_ENOUGH_BYTES = 1 << 30
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # of mallopt(3)

KEEP_MEMORY = {
    "MALLOC_TRIM_THRESHOLD_": str(_ENOUGH_BYTES),
    "MALLOC_MMAP_THRESHOLD_": str(_ENOUGH_BYTES),
}
"""What `keep_memory` does, as the environment of a process that is started."""


def keep_memory() -> None:
    """Let freed memory stay with this process until `hand_back_memory`. Only for a process that is all ours."""
    if change := _glibc("mallopt"):
        for setting in (_TRIM_THRESHOLD, _MMAP_THRESHOLD):
            change(setting, _ENOUGH_BYTES)


def hand_back_memory() -> None:
    """Give the system back what this process has freed."""
    if trim := _glibc("malloc_trim"):
        trim(0)


def _glibc(name: str) -> Callable[..., int] | None:
    return getattr(ctypes.CDLL(None), name, None) if sys.platform == "linux" else None
