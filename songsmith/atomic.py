"""Files that appear whole or not at all: written aside, flushed to the disk, moved into place; and files read with a
bound.

A leaf that every folder may import. Errors are the system's own; who writes says what they mean.
"""

import contextlib
import errno
import os
import re
import stat
import time
from collections.abc import Iterator
from pathlib import Path

__all__ = [
    "aside_of",
    "is_abandoned",
    "read_regular",
    "sweep",
    "sync_folder",
    "write_new",
    "write_whole",
]

_ASIDE = re.compile(r"\..*\.(\d+)\.part", re.DOTALL)
_OLD_S = 24 * 3600.0


def read_regular(path: Path, most_bytes: int) -> bytes:
    """What is in the file at `path`. Raises `OSError` for what is no file, such as a pipe that would never end, and
    for one of more than `most_bytes`."""
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    with os.fdopen(os.open(path, flags), "rb") as file:
        kind = os.fstat(file.fileno())
        if stat.S_ISDIR(kind.st_mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
        if not stat.S_ISREG(kind.st_mode):
            raise OSError(errno.EINVAL, "it is no regular file", str(path))
        data = file.read(most_bytes + 1)
    if len(data) > most_bytes:
        raise OSError(errno.EFBIG, f"it has more than {most_bytes:,} bytes", str(path))
    return data


def write_whole(path: Path, data: bytes, *, mode: int = 0o666) -> None:
    """Put `data` at `path`, replacing what was there in one step; `mode` as for `os.open`.

    Raises `OSError` and then leaves `path` as it was.
    """
    with _written_aside(path, data, mode) as aside:
        aside.replace(path)


def write_new(path: Path, data: bytes, *, mode: int = 0o666) -> None:
    """Put `data` at `path`, where nothing may be yet. Raises `FileExistsError` if something is, even if another
    process put it there at the same moment, and `OSError` as `write_whole` does."""
    with _written_aside(path, data, mode) as aside:
        if os.name == "nt":
            aside.rename(path)
        else:
            _link(aside, path)


def aside_of(path: Path) -> Path:
    """Where this process writes what is to become `path`."""
    return path.with_name(f".{path.name}.{os.getpid()}.part")


def sweep(folder: Path) -> None:
    """Remove files in `folder` that processes were writing aside when they were killed."""
    for path in folder.glob(".*.part"):
        match = _ASIDE.fullmatch(path.name)
        if match and path.is_file() and is_abandoned(path, int(match[1])):
            with contextlib.suppress(OSError):
                path.unlink()


@contextlib.contextmanager
def _written_aside(path: Path, data: bytes, mode: int) -> Iterator[Path]:
    """`data` in a file beside `path`, flushed; the file is gone afterwards, and the folder flushed."""
    aside = aside_of(path)
    # A link that somebody put there is not followed: what is written goes into a new file or nowhere.
    with contextlib.suppress(FileNotFoundError):
        aside.unlink()
    try:
        handle = os.open(
            aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), mode
        )
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        yield aside
        sync_folder(path.parent)
    finally:
        with contextlib.suppress(OSError):
            aside.unlink(missing_ok=True)


def _link(aside: Path, path: Path) -> None:
    """Give the file at `aside` the name `path` as well, if that is free."""
    try:
        os.link(aside, path)
    except FileExistsError:
        raise
    except (
        OSError
    ):  # a file system without hard links: claim the name first, then replace what was claimed
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL))
        aside.replace(path)


def is_abandoned(path: Path, process: int) -> bool:
    """Whether `process`, which was writing `path`, is gone; where that can't be asked, whether it is a day old."""
    if process == os.getpid():
        return False
    if os.name == "nt":
        return time.time() - path.stat().st_mtime > _OLD_S
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


def sync_folder(folder: Path) -> None:
    """Flush the rename itself; Windows can't open folders and needs no such call."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
