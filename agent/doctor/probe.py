"""Questions asked of a second Python: a library that can't be loaded may end its process, and takes only that one."""

import json
import subprocess
import sys
from dataclasses import dataclass
from typing import Any

__all__ = ["Answer", "ask_python"]

_MOST_SAID = 300


@dataclass(frozen=True)
class Answer:
    """What the other Python printed as JSON (None if it did not), and why it could not, "" if it could."""

    value: Any
    fault: str = ""


def ask_python(code: str, *, timeout_s: float = 120.0) -> Answer:
    """Run `code`, which prints one line of JSON last, in a Python of its own."""
    try:
        done = subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            stdin=subprocess.DEVNULL,
            timeout=timeout_s,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Answer(None, f"did not come to an end within {timeout_s:g} s")
    except OSError as error:
        return Answer(None, f"Python can't be started ({error.strerror or error})")
    if done.returncode:
        return Answer(None, _why(done.returncode, done.stderr.decode("utf-8", "replace")))
    try:
        return Answer(json.loads(done.stdout.splitlines()[-1]))
    except (ValueError, IndexError):
        return Answer(None, "did not answer")


def _why(code: int, said: str) -> str:
    """The last line of a traceback, or how the process died."""
    if code < 0:
        return f"ended its process (signal {-code})"
    lines = said.strip().splitlines()
    return lines[-1][:_MOST_SAID] if lines else f"ended its process (exit code {code})"
