"""What a song's folder holds, read into values: `song.json`, the words of versions, the manifests of takes."""

import re
from functools import lru_cache
from pathlib import Path

from pydantic import ValidationError

from songsmith.agent.files import FileError, read_text, write_new
from songsmith.agent.song.file_names import file_in, take_number
from songsmith.agent.song.song_file import SongFile, TakeManifest
from songsmith.errors import SongsmithError
from songsmith.lyrics.lyric import Lyrics
from songsmith.lyrics.reading.lrc import format_lrc, parse_lyrics

__all__ = [
    "SongError",
    "next_number",
    "read_manifest",
    "read_song_file",
    "read_words",
    "takes_on_disk",
    "write_words",
]


class SongError(SongsmithError):
    """A song folder that can't be opened or changed."""


def read_song_file(folder: Path) -> SongFile:
    """What `song.json` holds now. Raises `SongError` for what this version can't read."""
    path = file_in(folder, "song.json")
    try:
        return SongFile.model_validate_json(read_text(path))
    except ValidationError as error:
        fault = error.errors()[0]
        place = ".".join(str(part) for part in fault["loc"])
        raise SongError(
            f"is not a song file that this version of songsmith can read ({place}: {fault['msg'].lower()})",
            where=str(path),
            hint="restore it from a copy, or open it with the songsmith that made it",
        ) from error


def read_words(folder: Path, name: str) -> Lyrics:
    """The words in the file `name`. Raises `FileError` if it is gone, `SongError` if it holds no stamps."""
    path = file_in(folder, name)
    try:
        stat = path.stat()
    except OSError as error:
        raise FileError(
            "the words of this version are gone", where=str(path), hint="restore the file"
        ) from error
    return _read_words(path.absolute(), stat.st_ino, stat.st_mtime_ns)


@lru_cache(maxsize=64)
def _read_words(path: Path, inode: int, mtime_ns: int) -> Lyrics:
    """Lyrics of a words file; `inode` and `mtime_ns` tell a file from another that took its place."""
    parsed = parse_lyrics(read_text(path), as_written=True).lyrics
    if isinstance(parsed, Lyrics):
        return parsed
    raise SongError("holds no stamps", where=str(path), hint="restore it from a copy")


def write_words(folder: Path, number: int, lyrics: Lyrics) -> str:
    """Keep the words of version `number`; the name of their file, which is new."""
    name = f"v{number:03d}.lrc"
    write_new(folder / name, format_lrc(lyrics))
    return name


def next_number(folder: Path, file: SongFile) -> int:
    """One more than every version and every words file, even one left by a change that was killed."""
    names = (re.fullmatch(r"v(\d{1,18})\.lrc", path.name) for path in folder.glob("v*.lrc"))
    files = [int(match[1]) for match in names if match]
    return max([*files, *(version.number for version in file.versions)], default=0) + 1


def read_manifest(path: Path) -> TakeManifest:
    """The manifest of a take. Raises `SongError` for what this version can't read."""
    try:
        return TakeManifest.model_validate_json(read_text(path))
    except ValidationError as error:
        raise SongError(
            "is not a manifest that this version of songsmith can read",
            where=str(path),
            hint="restore it from a copy",
        ) from error


def takes_on_disk(folder: Path) -> tuple[str, ...]:
    """Names of all takes that have a manifest in the song's folder, whichever versions know them; by number."""
    names = [path.stem for path in (folder / "takes").glob("t*.json")]
    numbered = [(number, name) for name in names if (number := take_number(name)) is not None]
    return tuple(name for _, name in sorted(numbered))
