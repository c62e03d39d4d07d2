"""log.txt of a song: what was done to it, when, by which process, and how it ended; for the day something went wrong.

It holds no words of a song and no key. It stays small: at its bound it becomes log.older.txt in one rename, in place of
the older half. Several processes may write at once, each whole lines. Whatever the disk does, the song's own work goes
on: a line that can't be written is left out.
"""

import contextlib
import os
import stat
from datetime import datetime, timezone
from pathlib import Path

from filelock import FileLock, Timeout

from songsmith.agent.song.file_names import ForeignPath, file_in

__all__ = ["LOG_NAME", "OLDER_NAME", "SongLog"]

LOG_NAME, OLDER_NAME = "log.txt", "log.older.txt"
_MOST_BYTES = 100_000
_MOST_CHARACTERS = 400


class SongLog:
    """The log of the song in `folder`."""

    def __init__(self, folder: Path, *, most_bytes: int = _MOST_BYTES) -> None:
        self._folder = folder
        self._most_bytes = most_bytes

    def add(self, text: str) -> None:
        """One line, with the time in UTC and this process in front."""
        now = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
        words = " ".join(text.split())[:_MOST_CHARACTERS]
        line = "".join(c if c.isprintable() else "?" for c in f"{now} {os.getpid()} {words}")
        with contextlib.suppress(OSError, ForeignPath, Timeout):
            if self._append(f"{line}\n".encode("utf-8", "replace")) > self._most_bytes:
                self._turn_over()

    def _append(self, line: bytes) -> int:
        """The size of the file with `line` behind all that was in it. A pipe or a link in its place is left alone."""
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
        flags |= getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
        handle = os.open(file_in(self._folder, LOG_NAME), flags | getattr(os, "O_BINARY", 0), 0o666)
        try:
            if stat.S_ISREG(os.fstat(handle).st_mode):
                os.write(handle, line)
            return os.fstat(handle).st_size
        finally:
            os.close(handle)

    def _turn_over(self) -> None:
        """Make the file the older half, unless another process just did."""
        path = file_in(self._folder, LOG_NAME)
        with FileLock(self._folder / ".log.lock", timeout=0):
            if path.stat().st_size > self._most_bytes:
                path.replace(self._folder / OLDER_NAME)
