"""Files of songs and settings: every fault of the disk as one clear line."""

from pathlib import Path

from songsmith import atomic
from songsmith.errors import SongsmithError

__all__ = [
    "FileError",
    "is_file",
    "is_there",
    "make_folder",
    "read_text",
    "write_new",
    "write_whole",
]


_MOST_BYTES = 200_000_000
"""Of a file of a song; the manifest of a ten-minute take has a few million."""


class FileError(SongsmithError):
    """A file or folder that can't be read or written."""


def write_whole(path: Path, data: bytes | str, *, mode: int = 0o666) -> None:
    """Put `data` at `path`, replacing what was there in one step; `mode` are the rights of a new file."""
    try:
        atomic.write_whole(path, data.encode() if isinstance(data, str) else data, mode=mode)
    except OSError as error:
        raise file_error(path, "written", error) from error


def write_new(path: Path, data: bytes | str) -> None:
    """Put `data` at `path`, where nothing may be yet."""
    try:
        atomic.write_new(path, data.encode() if isinstance(data, str) else data)
    except FileExistsError as error:
        raise FileError(
            "is already there, and nothing is overwritten",
            where=str(path),
            hint="move it away, or try again",
        ) from error
    except OSError as error:
        raise file_error(path, "written", error) from error


def is_there(path: Path) -> bool:
    """Whether something is at `path`. What can't be a path, like a text too long for one, is nowhere."""
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


def is_file(path: Path) -> bool:
    """Whether a file is at `path`; see `is_there`."""
    return is_there(path) and path.is_file()


def make_folder(path: Path) -> None:
    """Make `path` and the folders above it, if they are not there."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise file_error(path, "made", error) from error
    except UnicodeEncodeError as error:
        raise FileError(
            f"can't be made (file names here are {error.encoding})",
            where=str(path),
            hint="set PYTHONUTF8=1, or choose another name with --title",
        ) from error


def read_text(path: Path) -> str:
    """Text of a file that songsmith wrote itself (UTF-8)."""
    try:
        return atomic.read_regular(path, _MOST_BYTES).decode("utf-8")
    except OSError as error:
        raise file_error(path, "read", error) from error
    except UnicodeDecodeError as error:
        raise FileError(
            "is not UTF-8 text", where=str(path), hint="restore it from a copy"
        ) from error


def file_error(path: Path, deed: str, error: OSError) -> FileError:
    """The system's error as one line; `deed` is what could not be done: "read", "written"."""
    return FileError(
        f"can't be {deed} ({(error.strerror or str(error)).lower()})",
        where=str(path),
        hint="check the folder, its rights and the space on the disk",
    )
