"""torch and what it calculates on: which build it is, whether it finds this machine's GPU, its companions, memory."""

import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from typing import Any

from songsmith.agent.doctor.finding import Finding, Machine, fail, ok, warn
from songsmith.agent.doctor.packages import requirement
from songsmith.agent.doctor.probe import ask_python
from songsmith.engine.accelerator import find_accelerator
from songsmith.engine.extras import TORCH_INDEX, WINDOWS_CUDA, torch_extra
from songsmith.engine.weights.parts import format_bytes

__all__ = ["check_accelerator", "check_memory", "torch_findings"]

_SMALL_BYTES = 3_000_000_000
_CODE = """
import json, warnings
warnings.simplefilter("ignore")
import torch
facts = {"version": torch.__version__, "cuda": torch.version.cuda, "hip": torch.version.hip, "names": [],
         "bytes": 0, "mps": torch.backends.mps.is_available(), "torchaudio": "", "fault": ""}
if torch.cuda.is_available():
    facts["names"] = [torch.cuda.get_device_name(index) for index in range(torch.cuda.device_count())]
    facts["bytes"] = torch.cuda.get_device_properties(0).total_memory
try:
    import torchaudio
    facts["torchaudio"] = torchaudio.__version__
except ModuleNotFoundError:
    pass
except Exception as error:
    facts["torchaudio"], facts["fault"] = "?", (str(error).splitlines() or [repr(error)])[0]
print(json.dumps(facts))
"""


def check_accelerator(machine: Machine) -> Iterator[Finding]:
    """torch is imported in a Python of its own, and only where it is installed."""
    card = _card()
    if importlib.util.find_spec("torch") is None:
        extra = torch_extra("diffrhythm", ())
        size = format_bytes(extra.size_bytes)
        yield warn(
            "torch", f"not installed ({size}): only DiffRhythm and ACE-Step need it", extra.command
        )
        if card:
            yield ok("accelerator", f"{card}; an engine on torch would use it")
        return
    answer = ask_python(_CODE)
    if answer.fault:
        yield fail("torch", f"can't be loaded ({answer.fault})", _reinstall_torch())
        return
    yield from torch_findings(answer.value, card, machine.environ)


def torch_findings(
    facts: Mapping[str, Any], card: str, environ: Mapping[str, str]
) -> Iterator[Finding]:
    """What torch says of itself, compared with the `card` that the system shows ("" for none)."""
    build = (
        f"CUDA {facts['cuda']}"
        if facts["cuda"]
        else f"ROCm {facts['hip']}"
        if facts["hip"]
        else "no GPU build"
    )
    yield ok("torch", f"{facts['version']} ({'Metal' if facts['mps'] else build})")
    if facts["fault"]:
        yield warn(
            "torchaudio",
            f"can't be loaded beside this torch ({facts['fault']}); songsmith does not need it, transformers tries it",
            "pip uninstall torchaudio",
        )
    elif facts["torchaudio"]:
        yield ok(
            "torchaudio",
            f"{facts['torchaudio']}, loads beside this torch; songsmith does not need it",
        )
    yield _accelerator(facts, card, environ)


def _accelerator(facts: Mapping[str, Any], card: str, environ: Mapping[str, str]) -> Finding:
    if facts["names"]:
        return ok("accelerator", f"{', '.join(facts['names'])}, {format_bytes(facts['bytes'])}")
    if facts["mps"]:
        return ok("accelerator", "the GPU of this Mac (mps), which shares the memory")
    if not card:
        return ok("accelerator", "none; torch calculates on the CPU")
    if not facts["cuda"]:
        return fail(
            "accelerator",
            f"{card} is here, but this torch is a build without CUDA",
            _reinstall_torch(),
        )
    if "CUDA_VISIBLE_DEVICES" in environ:
        hidden = environ["CUDA_VISIBLE_DEVICES"] or '""'
        return warn(
            "accelerator",
            f"{card} is hidden by CUDA_VISIBLE_DEVICES={hidden}",
            "unset CUDA_VISIBLE_DEVICES",
        )
    return fail(
        "accelerator",
        f"{card} is here, but torch (CUDA {facts['cuda']}) can't use it",
        "update the card's driver, then run songsmith doctor again",
    )


def check_memory(machine: Machine) -> Iterator[Finding]:
    """Memory of the machine in all."""
    size = _memory_bytes()
    if not size:
        return
    found = f"{format_bytes(size)}, {os.cpu_count() or 1} CPU cores"
    if size < _SMALL_BYTES:
        yield warn("memory", f"{found}: enough for the sketch engine alone")
    else:
        yield ok("memory", found)


def _card() -> str:
    """The accelerator that the system shows, by name where it tells; "" if there is none."""
    kind = find_accelerator(may_import_torch=False)
    if kind != "cuda":
        return "the GPU of this Mac" if kind else ""
    return _nvidia_names() or "an NVIDIA card"


def _nvidia_names() -> str:
    program = shutil.which("nvidia-smi")
    if program is None:
        return ""
    asked = [program, "--query-gpu=name,memory.total", "--format=csv,noheader"]
    try:
        done = subprocess.run(asked, capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return "" if done.returncode else "; ".join(done.stdout.strip().splitlines())


def _reinstall_torch() -> str:
    """The command for the build of torch that fits this machine."""
    kind = find_accelerator(may_import_torch=False)
    index = WINDOWS_CUDA if kind == "cuda" and sys.platform == "win32" else "" if kind else "cpu"
    options = f" --index-url {TORCH_INDEX}/{index}" if index else ""
    return f'pip install --force-reinstall "{requirement("diffrhythm", "torch")}"{options}'


def _memory_bytes() -> int:
    """0 where the system does not say."""
    if sys.platform == "win32":
        return _windows_memory_bytes()
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return 0


def _windows_memory_bytes() -> int:
    import ctypes

    class Status(ctypes.Structure):
        _fields_ = (
            ("length", ctypes.c_ulong),
            ("load", ctypes.c_ulong),
            *((name, ctypes.c_ulonglong) for name in ("total", "free", "a", "b", "c", "d", "e")),
        )

    status = Status(length=ctypes.sizeof(Status))
    if not ctypes.windll.kernel32.GlobalMemoryStatusEx(ctypes.byref(status)):  # type: ignore[attr-defined,unused-ignore]
        return 0
    return int(status.total)
