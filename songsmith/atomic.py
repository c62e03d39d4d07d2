"""Files that appear whole or not at all: written aside, flushed to the disk, renamed into place.

A leaf that every folder may import. Errors are the system's own; who writes says what they mean.
"""

import contextlib
import os
from pathlib import Path

__all__ = ["write_whole"]


def write_whole(path: Path, data: bytes, *, mode: int = 0o666) -> None:
    """Put `data` at `path`, replacing what was there in one step; `mode` as for `os.open`.

    Raises `OSError` and then leaves `path` as it was.
    """
    aside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        handle = os.open(
            aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0), mode
        )
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)
        _sync_folder(path.parent)
    finally:
        with contextlib.suppress(OSError):
            aside.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    """Flush the rename itself; Windows can't open folders and needs no such call."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
