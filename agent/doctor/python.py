"""Python itself: its version, where it is installed, and whether the `songsmith` that a shell finds is this one."""

import platform
import shutil
import struct
import sys
from collections.abc import Iterator
from pathlib import Path

from songsmith.agent.doctor.finding import Finding, Machine, fail, ok, warn

__all__ = ["check_environment", "check_python", "installs_freely"]

_NEWEST_TESTED = (3, 14)


def check_python(machine: Machine) -> Iterator[Finding]:
    """The version, and whether it is one for which the packages of sound and of torch are built."""
    found = f"{platform.python_version()} ({platform.machine() or 'machine not known'})"
    if struct.calcsize("P") < 8:
        yield fail(
            "python", f"{found}, 32 bits: no build of numpy or torch", "install Python for 64 bits"
        )
    elif sys.version_info[:2] > _NEWEST_TESTED:
        newest = ".".join(map(str, _NEWEST_TESTED))
        yield warn(
            "python", f"{found}, newer than any it was tested with", f"install Python {newest}"
        )
    elif (
        sys.platform == "darwin"
        and "ARM64" in platform.version()
        and platform.machine() == "x86_64"
    ):
        yield warn(
            "python",
            f"{found}, an Intel build on an Apple chip: torch is not built for it",
            "install Python for Apple chips (arm64)",
        )
    else:
        yield ok("python", found)


def check_environment(machine: Machine) -> Iterator[Finding]:
    """Where packages go, and which program the shell starts."""
    kind = _kind()
    if kind:
        yield ok("packages go to", f"{sys.prefix} ({kind})")
    else:
        yield warn(
            "packages go to",
            f"{sys.prefix}, the system's own Python",
            "make an environment for songsmith: python3 -m venv .venv",
        )
    found = shutil.which("songsmith", path=machine.environ.get("PATH"))
    if found and Path(found).resolve().parent not in _script_folders():
        yield warn(
            "program",
            f"the shell starts another songsmith: {found}",
            f"start this one: {Path(sys.executable).parent / 'songsmith'}",
        )


def installs_freely() -> bool:
    """Whether packages can be put right without touching what belongs to the system."""
    return bool(_kind())


def _kind() -> str:
    """ "venv", "conda", or "" for a Python that belongs to the system."""
    if sys.prefix != sys.base_prefix:
        return "venv"
    return "conda" if (Path(sys.prefix) / "conda-meta").is_dir() else ""


def _script_folders() -> set[Path]:
    """Where pip puts programs of this Python."""
    import sysconfig

    return {Path(sysconfig.get_path("scripts")).resolve(), Path(sys.executable).resolve().parent}
