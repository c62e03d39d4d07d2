"""Files that appear whole or not at all: written aside, flushed to the disk, renamed into place."""

import contextlib
import os
from pathlib import Path

from songsmith.errors import SongsmithError

__all__ = ["FileError", "make_folder", "read_text", "write_new", "write_whole"]


class FileError(SongsmithError):
    """A file or folder that can't be read or written."""


def write_whole(path: Path, data: bytes | str) -> None:
    """Put `data` at `path`, replacing what was there in one step."""
    aside = path.with_name(f".{path.name}.{os.getpid()}.part")
    raw = data.encode() if isinstance(data, str) else data
    try:
        with aside.open("wb") as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)
        _sync_folder(path.parent)
    except OSError as error:
        raise _file_error(path, "written", error) from error
    finally:
        with contextlib.suppress(OSError):
            aside.unlink(missing_ok=True)


def write_new(path: Path, data: bytes | str) -> None:
    """Put `data` at `path`, where nothing may be yet."""
    if path.exists():
        raise FileError("is there already and nothing is overwritten", where=str(path))
    write_whole(path, data)


def make_folder(path: Path) -> None:
    """Make `path` and the folders above it, if they are not there."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _file_error(path, "made", error) from error


def read_text(path: Path) -> str:
    """Text of a file that songsmith wrote itself (UTF-8)."""
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise _file_error(path, "read", error) from error
    except UnicodeDecodeError as error:
        raise FileError(
            "is no UTF-8 text", where=str(path), mend="restore it from a copy"
        ) from error


def _sync_folder(folder: Path) -> None:
    """Flush the rename itself; Windows can't open folders and needs no such call."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _file_error(path: Path, deed: str, error: OSError) -> FileError:
    return FileError(
        f"can't be {deed} ({(error.strerror or str(error)).lower()})",
        where=str(path),
        mend="check the folder, its rights and the space on the disk",
    )
