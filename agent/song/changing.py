"""One change of a song at a time: the lock that programs at work on one song take in turn."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from songsmith.agent.files import FileError
from songsmith.agent.song.stored import SongError

__all__ = ["alone_in"]

_PATIENCE_S = 5


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """While a song is changed. Raises `SongError` where another process holds it, `FileError` where nobody can."""
    lock = FileLock(folder / ".lock", timeout=_PATIENCE_S)
    try:
        lock.acquire()
    except Timeout as error:
        raise SongError(
            "another songsmith is changing this song",
            where=str(folder),
            hint="wait for it, or close it",
        ) from error
    except OSError as error:
        raise FileError(
            f"can't be changed ({(error.strerror or str(error)).lower()})",
            where=str(folder),
            hint="check the folder and its rights",
        ) from error
    try:
        yield
    finally:
        lock.release()
