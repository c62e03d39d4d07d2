"""Extras: packages that songsmith is installed without, and what to type when an engine needs them.

Which build of torch is right depends on the machine: the one on PyPI knows NVIDIA cards on Linux and the GPU
of a Mac; a Windows machine with a card, and any machine without one, do better with a build of PyTorch's own index.
"""

import importlib
import importlib.util
import sys
from dataclasses import dataclass
from functools import cache

from songsmith.engine.accelerator import find_accelerator

__all__ = ["TORCH_INDEX", "WINDOWS_CUDA", "Extra", "torch_extra"]

TORCH_INDEX = "https://download.pytorch.org/whl"
WINDOWS_CUDA = "cu130"
_CPU_BYTES, _CUDA_BYTES, _MAC_BYTES = 1_000_000_000, 5_400_000_000, 900_000_000


@dataclass(frozen=True)
class Extra:
    """An extra of pyproject: the modules it brings, its size installed, options that pip needs here, and why."""

    name: str
    modules: tuple[str, ...]
    size_bytes: int
    pip_options: str = ""
    note: str = ""

    @property
    def missing(self) -> tuple[str, ...]:
        """Those of its modules that are not installed; nothing is imported to find out."""
        return tuple(name for name in self.modules if importlib.util.find_spec(name) is None)

    @property
    def broken(self) -> str:
        """Why the largest of its modules, the first, can't be loaded, "" if it can. It is imported for that."""
        fault = _import_fault(self.modules[0])
        return f"{self.modules[0]} can't be loaded ({fault})" if fault else ""

    @property
    def command(self) -> str:
        """What to type to install it."""
        return f'pip install "songsmith[{self.name}]"{self.pip_options}'

    @property
    def how_to_install(self) -> str:
        """The command, how large it is, and for which build."""
        note = f", {self.note}" if self.note else ""
        return f"`{self.command}` ({self.size_bytes / 1e9:.1f} GB{note})"

    @property
    def how_to_repair(self) -> str:
        """The command that installs all of it anew."""
        return f'pip install --force-reinstall "songsmith[{self.name}]"{self.pip_options}'


@cache
def _import_fault(module: str) -> str:
    try:
        importlib.import_module(module)
    except (ImportError, OSError, RuntimeError) as error:
        return " ".join(str(error).split()) or type(error).__name__
    return ""


def torch_extra(name: str, modules: tuple[str, ...], *, accelerator: str | None = None) -> Extra:
    """The extra `name` of an engine that runs on torch, with the build of torch for this machine.

    `accelerator` is "cuda", "mps" or ""; None looks for one.
    """
    if accelerator is None:
        accelerator = find_accelerator(may_import_torch=False)
    if accelerator == "mps":
        return Extra(name, modules, _MAC_BYTES, note="with torch for the GPU of this Mac")
    if accelerator == "cuda":
        options = f" --extra-index-url {TORCH_INDEX}/{WINDOWS_CUDA}"
        options *= sys.platform == "win32"
        return Extra(name, modules, _CUDA_BYTES, options, "with torch for this NVIDIA card")
    note = "with torch for the CPU alone; for an NVIDIA card or a Mac leave the address out"
    return Extra(name, modules, _CPU_BYTES, f" --extra-index-url {TORCH_INDEX}/cpu", note)
