"""The packages that came with songsmith, whether each can be loaded, and the extras that are or are not there."""

import importlib
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from importlib.metadata import PackageNotFoundError, metadata, requires, version

from packaging.requirements import Requirement

from songsmith.agent.doctor.finding import Check, Finding, Fix, Machine, fail, ok, warn
from songsmith.agent.doctor.probe import ask_python
from songsmith.agent.doctor.python import installs_freely
from songsmith.errors import SongsmithError

__all__ = ["InstallError", "check_extras", "check_packages", "reinstall", "requirement"]

_COMPILED = (
    "numpy",
    "scipy",
    "soundfile",
    "soxr",
    "pyworld",
    "pedalboard",
    "rjieba",
    "resvg_py",
    "pydantic",
    "mido",
)
"""Modules with a library of their own, which a wrong build, or another library in its place, keeps from loading."""
_PACKAGE_OF = {"pyworld": "pyworld-prebuilt", "resvg_py": "resvg-py"}
_FOR_MAKERS = ("dev",)
"""Extras for those who work on songsmith."""


class InstallError(SongsmithError):
    """Packages could not be put right."""


def check_packages(machine: Machine) -> Iterator[Finding]:
    """Whether all required packages are here, in versions that fit, and can be loaded."""
    if not _is_installed():
        yield warn("packages", "songsmith runs from its folder, not installed", "pip install -e .")
        return
    wrong = [_wrong(needed) for needed in _required("")]
    broken = _unloadable()
    faults = [
        *filter(None, wrong),
        *(f"{name} can't be loaded ({why})" for name, why in broken.items()),
    ]
    if not faults:
        yield ok("packages", f"all {len(wrong)} that songsmith needs are here and can be loaded")
        return
    named = [str(need) for need in _required("") if _wrong(need)]
    yield fail(
        "packages",
        "; ".join(faults),
        *reinstall(
            [*named, *(_PACKAGE_OF.get(name, name) for name in broken)], check_packages, machine
        ),
    )


def check_extras(machine: Machine) -> Iterator[Finding]:
    """Which extras are installed; what is missing for want of one is told where it matters."""
    if not _is_installed():
        return
    names = [
        name
        for name in metadata("songsmith").get_all("Provides-Extra") or ()
        if name not in _FOR_MAKERS
    ]
    here = [name for name in names if not any(map(_wrong, _required(name)))]
    others = ", ".join(name for name in names if name not in here)
    hint = f'; not: {others} (pip install "songsmith[NAME]")' if others else ""
    yield ok("extras", f"installed: {', '.join(here) or 'none'}{hint}")


def reinstall(packages: list[str], again: Check, machine: Machine) -> tuple[str, Fix | None]:
    """The command that installs `packages` anew, and the repair that runs it and looks `again`; None where the packages
    belong to the system."""
    quoted = " ".join(f'"{name}"' if set(name) & set("<>=! ") else name for name in packages)
    command = f"{_pip()} install --force-reinstall --no-deps {quoted}"
    if not installs_freely():
        return command, None

    def install() -> Finding:
        _run_pip(packages)
        found = list(again(machine))
        still = next((finding for finding in found if finding.state == "fail"), found[0])
        return replace(still, fix=None)

    return command, Fix(f"install {', '.join(packages)} anew with pip", install)


def requirement(extra: str, package: str) -> str:
    """What an extra asks for of `package`, as pip reads it: "torch<2.14,>=2.11"."""
    found = (f"{need.name}{need.specifier}" for need in _required(extra) if need.name == package)
    return next(found, package)


def _pip() -> str:
    return "pip" if sys.prefix != sys.base_prefix else f"{sys.executable} -m pip"


def _run_pip(packages: list[str]) -> None:
    command = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--force-reinstall",
        "--no-deps",
        *packages,
    ]
    done = subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL, check=False)
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines() or [
            "it does not say why"
        ]
        raise InstallError(
            f"pip could not do it ({said[-1][:300]})", hint="check the network, or pip's settings"
        )
    importlib.invalidate_caches()


def _is_installed() -> bool:
    try:
        return bool(version("songsmith"))
    except PackageNotFoundError:
        return False


@cache
def _required(extra: str) -> tuple[Requirement, ...]:
    """What songsmith's own metadata asks for on this machine: without an extra, or for one alone."""
    found = [Requirement(text) for text in (requires("songsmith") if _is_installed() else ()) or ()]
    base = [need for need in found if need.marker is None or need.marker.evaluate({"extra": ""})]
    if not extra:
        return tuple(base)
    return tuple(
        need
        for need in found
        if need not in base and need.marker and need.marker.evaluate({"extra": extra})
    )


def _wrong(need: Requirement) -> str:
    """What is wrong with a package, "" if nothing is."""
    try:
        here = version(need.name)
    except PackageNotFoundError:
        return f"{need.name} is missing"
    if need.specifier.contains(here, prereleases=True):
        return ""
    return f"{need.name} is {here}, songsmith needs {need.specifier}"


def _unloadable() -> dict[str, str]:
    """The compiled modules that can't be imported, and what they say."""
    code = (
        "import importlib, json, sys, warnings\n"
        "warnings.simplefilter('ignore')\n"
        "faults = {}\n"
        f"for name in {_COMPILED!r}:\n"
        "    try: importlib.import_module(name)\n"
        "    except Exception as error: faults[name] = str(error).splitlines()[0] if str(error) else repr(error)\n"
        "print(json.dumps(faults))"
    )
    answer = ask_python(code)
    if answer.fault:
        return _each_alone()
    return dict(answer.value)


def _each_alone() -> dict[str, str]:
    """As above where one of them ended the process: which one it was."""
    asked = {name: ask_python(f"import json, {name}; print(json.dumps(0))") for name in _COMPILED}
    return {name: answer.fault for name, answer in asked.items() if answer.fault}
