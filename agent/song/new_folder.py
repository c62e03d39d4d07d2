"""Folders of new songs: filled aside under a name of their own, then moved to a name that nobody has taken."""

import os
import re
import shutil
from pathlib import Path
from tempfile import mkdtemp

from songsmith import atomic
from songsmith.agent.files import FileError

__all__ = ["is_moved", "sweep_unfinished", "unfinished_folder"]


def unfinished_folder(parent: Path, name: str) -> Path:
    """A new folder below `parent` that becomes a song when it is moved to its name."""
    try:
        return Path(mkdtemp(prefix=f".{name}.", suffix=f".{os.getpid()}.part", dir=parent))
    except OSError as error:
        raise FileError(
            f"can't be written to ({(error.strerror or str(error)).lower()})",
            where=str(parent),
            hint="check the folder, its rights and the space on the disk",
        ) from error


def is_moved(aside: Path, folder: Path) -> bool:
    """Move `aside` to `folder`; False if another process took that name at the same moment."""
    try:
        aside.rename(folder)
    except OSError as error:
        if folder.exists():
            return False
        raise FileError(
            f"can't be made ({(error.strerror or str(error)).lower()})",
            where=str(folder),
            hint="check the folder and its rights",
        ) from error
    folder.chmod(0o777 & ~_umask())
    return True


def _umask() -> int:
    mask = os.umask(0o022)
    os.umask(mask)
    return mask


def sweep_unfinished(parent: Path) -> None:
    """Remove the folders of songs whose making was killed before they had a name."""
    for path in parent.glob(".*.part"):
        match = re.fullmatch(r"\..*\.(\d+)\.part", path.name, re.DOTALL)
        if match and path.is_dir() and atomic.is_abandoned(path, int(match[1])):
            shutil.rmtree(path, ignore_errors=True)
