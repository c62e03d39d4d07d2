"""File names that song folders hold: plain ones only, since a folder may come from anybody.

A name never leads out of its folder: not by its parts, and not by a link that stands where the file should be.
"""

import re
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator

from songsmith.errors import SongsmithError

__all__ = ["ForeignPath", "PlainName", "TakeName", "file_in", "take_name", "take_number"]

_TAKE = re.compile(r"t(\d{1,18})")
_NOT_PLAIN = re.compile(r'[\\/:*?"<>|\x00-\x1f]')


class ForeignPath(SongsmithError):
    """A song folder that points outside itself."""


def _plain(name: str) -> str:
    if name and (_NOT_PLAIN.search(name) or name in (".", "..") or len(name) > 200):
        raise ValueError(f"{name[:60]!r} is not the plain name of a file")
    return name


def _take(name: str) -> str:
    if not _TAKE.fullmatch(name):
        raise ValueError(f"{name[:60]!r} is not the name of a take")
    return name


PlainName = Annotated[str, AfterValidator(_plain)]
"""The name of a file without any folder, or ""."""
TakeName = Annotated[str, AfterValidator(_take)]
"""The name of a take: t001, t002, …, t1000, …"""


def take_name(number: int) -> str:
    """ "t003" for 3, "t1000" for 1000."""
    return f"t{number:03d}"


def take_number(text: str) -> int | None:
    """3 for "t003", "T3" or "3"; None for what can't be a take's name."""
    digits = text.strip().casefold().removeprefix("t")
    return int(digits) if digits.isascii() and digits.isdecimal() and len(digits) <= 18 else None


def file_in(folder: Path, name: str) -> Path:
    """The file called `name` in `folder`. Raises `ForeignPath` if it, or the folder, is a link to somewhere else."""
    path = folder / _plain(name)
    for part in (folder, path):
        if part.is_symlink():
            raise ForeignPath(
                "is a link, and links in a song's folder are not followed",
                where=str(part),
                hint="put the file itself there",
            )
    return path
