"""Where espeak-ng is: the library and the data of the espeakng-loader wheel, for everything that loads it."""

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path

from songsmith.errors import SongsmithError

__all__ = ["PhonemeError", "espeak_data", "espeak_library", "short_path"]

_LONGEST_DATA_PATH = 140
"""Bytes. espeak-ng keeps its path in a short buffer, and ends the process when the path does not fit."""
_HINT = "pip install --force-reinstall espeakng-loader"


class PhonemeError(SongsmithError):
    """Words can't be turned into sounds: espeak-ng can't be loaded, or lacks its data."""


@cache
def espeak_library() -> Path:
    """The shared library. Raises `PhonemeError` if there is none on this machine."""
    try:
        import espeakng_loader

        return Path(espeakng_loader.get_library_path())
    except (ImportError, OSError, RuntimeError) as error:
        raise PhonemeError(f"espeak-ng can't be loaded ({error})", hint=_HINT) from error


@cache
def espeak_data() -> Path:
    """Its data, at a path that fits its buffer: the folder itself or a short link to it. Raises `PhonemeError`."""
    espeak_library()
    import espeakng_loader

    return short_path(Path(espeakng_loader.get_data_path()))


def short_path(data: Path) -> Path:
    """`data` itself where its path fits, else a link to it, or a copy, that goes when the process ends."""
    if not (data / "phontab").is_file():
        raise PhonemeError(f"espeak-ng's data is missing at {data}", hint=_HINT)
    if len(str(data).encode()) <= _LONGEST_DATA_PATH:
        return data
    folder = Path(tempfile.mkdtemp(prefix="espeak-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    try:
        (folder / data.name).symlink_to(data, target_is_directory=True)
    except OSError:  # file systems and users without the right to make links
        shutil.copytree(data, folder / data.name)
    return folder / data.name
