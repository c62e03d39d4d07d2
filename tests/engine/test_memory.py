"""Memory that was freed stays with the process until it is handed back."""

import ctypes
import platform
import subprocess
import sys

import pytest

from songsmith.engine.memory import hand_back_memory, keep_memory

PRINT_SIZES = """
import numpy as np
from songsmith.engine.memory import hand_back_memory, keep_memory

def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4096 // 1_000_000

keep_memory()
before = resident()
pieces = [np.ones(5_000_000) for _ in range(5)]
del pieces
kept = resident()
hand_back_memory()
print(kept - before, resident() - before)
"""


@pytest.mark.skipif(
    platform.libc_ver()[0] != "glibc", reason="other systems keep or free as they like"
)
def test_freed_memory_is_kept_until_it_is_handed_back():
    printed = subprocess.run(
        [sys.executable, "-c", PRINT_SIZES], capture_output=True, text=True, check=True
    ).stdout
    kept_mb, left_mb = map(int, printed.split())
    assert kept_mb > 150 and left_mb < 60


def test_elsewhere_nothing_is_asked_of_the_system(monkeypatch):
    def refuse(name):
        raise AssertionError("there is no such library")

    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(ctypes, "CDLL", refuse)
    keep_memory()
    hand_back_memory()
