"""While a progress bar is drawn, what is typed ahead is kept for the next prompt and not echoed into the bar."""

import atexit
import sys
from typing import Any

try:
    import termios
except ImportError:  # Windows echoes only what is being read
    termios = None  # type: ignore[assignment]

__all__ = ["QuietKeys"]


class QuietKeys:
    """Turns the terminal's echo off and back on; does nothing where stdin is no terminal."""

    def __init__(self) -> None:
        self._before: list[Any] | None = None
        atexit.register(self.stop)

    def start(self) -> None:
        if termios is None or self._before is not None or not sys.stdin.isatty():
            return
        try:
            before = termios.tcgetattr(sys.stdin)
            quiet = [*before]
            quiet[3] &= ~termios.ECHO
            termios.tcsetattr(sys.stdin, termios.TCSADRAIN, quiet)
        except termios.error:
            return
        self._before = before

    def stop(self) -> None:
        if self._before is not None:
            termios.tcsetattr(sys.stdin, termios.TCSADRAIN, self._before)
            self._before = None
