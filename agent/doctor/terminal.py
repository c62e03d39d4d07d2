"""The terminal: whether it shows what songsmith prints, which is UTF-8 everywhere."""

import locale
import os
import sys
from collections.abc import Iterator, Mapping

from songsmith.agent.doctor.finding import Finding, Machine, ok, warn

__all__ = ["check_terminal", "terminal_finding"]

_UTF8_CODE_PAGE = 65001


def check_terminal(machine: Machine) -> Iterator[Finding]:
    if sys.platform == "win32":
        yield _windows_finding()
        return
    yield terminal_finding(_said_encoding(), machine.environ)
    if "utf" not in sys.getfilesystemencoding().casefold():
        yield warn(
            "file names",
            f"{sys.getfilesystemencoding()}: songs with letters beyond ASCII get plain names",
            "export LC_ALL=C.UTF-8",
        )


def terminal_finding(encoding: str, environ: Mapping[str, str]) -> Finding:
    """What a terminal of `encoding` makes of words in UTF-8."""
    if encoding.casefold().replace("-", "") != "utf8":
        said = next(
            (
                f"{name}={environ[name]}"
                for name in ("LC_ALL", "LC_CTYPE", "LANG")
                if environ.get(name)
            ),
            "",
        )
        why = f" ({said})" if said else " (LANG is not set)"
        return warn(
            "terminal",
            f"it is said to be {encoding}{why}; songsmith prints UTF-8 all the same",
            "export LANG=C.UTF-8, or LC_ALL where that is set",
        )
    if environ.get("TERM") == "dumb":
        return ok("terminal", "UTF-8, without colours (TERM=dumb)")
    return ok("terminal", "UTF-8")


def _said_encoding() -> str:
    """The encoding that the environment asks for; Python itself goes on in UTF-8 where that is plain ASCII."""
    if any(os.environ.get(name) for name in ("LC_ALL", "LC_CTYPE", "LANG")):
        return (
            locale.getencoding()
            if hasattr(locale, "getencoding")
            else locale.getpreferredencoding(False)
        )
    return "ASCII"


def _windows_finding() -> Finding:
    import ctypes

    page = int(ctypes.windll.kernel32.GetConsoleOutputCP())  # type: ignore[attr-defined,unused-ignore]
    if page in (0, _UTF8_CODE_PAGE):  # 0: no console at all
        return ok("terminal", "UTF-8")
    return warn("terminal", f"code page {page}; songsmith prints UTF-8 all the same", "chcp 65001")
