"""What one process changes at a time: songs, settings, the folder of a batch."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from songsmith.agent.files import file_error
from songsmith.errors import SongsmithError

__all__ = ["alone"]


@contextmanager
def alone(lock: Path, what: Path, *, patience_s: float, busy: SongsmithError) -> Iterator[None]:
    """While this process alone holds the file `lock`, to change `what`.

    Raises `busy` where another process keeps it longer than that, `FileError` where nobody can hold it.
    """
    held = FileLock(lock, timeout=patience_s)
    try:
        held.acquire()
    except Timeout as error:
        raise busy from error
    except OSError as error:
        raise file_error(what, "changed", error) from error
    try:
        yield
    finally:
        held.release()
