"""The song folder: versions of the words and takes together, and where the song stands among them.

    song.json            a `SongFile`: every version, the present state, what undo and redo lead to
    v001.lrc             the words as of version 1; a version that changes no words names an older file
    takes/t001.flac      a take; t001.json its manifest, with all that is needed to make it again
    export/              copies for other programs

Every change writes new files first and `song.json` last, in one rename: a kill at any moment leaves the
song as it was before or after. Nothing is ever overwritten or deleted; undo only moves the present state.
"""

import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from pydantic import ValidationError

from songsmith.agent.files import FileError, make_folder, read_text, write_new, write_whole
from songsmith.agent.song.names import free_folder
from songsmith.agent.song.song_file import SongFile, State, TakeManifest, Version, now
from songsmith.errors import SongsmithError
from songsmith.lyrics.lyric import Lyrics
from songsmith.lyrics.reading.lrc import format_lrc, parse_lyrics

__all__ = ["Song", "SongError"]


class SongError(SongsmithError):
    """A song folder that can't be opened or changed."""


@dataclass
class Song:
    """A song folder that is open. `file` is what the disk holds; every change goes through `_save`."""

    folder: Path
    file: SongFile

    @classmethod
    def create(cls, parent: Path, *, name: str, title: str, prompt: str, language: str) -> "Song":
        """A new song in a new folder below `parent`, named after `name`."""
        make_folder(parent)
        song = cls(
            free_folder(parent, name), SongFile(title=title, prompt=prompt, language=language)
        )
        with song.beginning():
            make_folder(song.folder / "takes")
            song._write()
        return song

    @classmethod
    def open(cls, folder: Path) -> "Song":
        """The song in `folder`."""
        path = folder / "song.json"
        if not path.is_file():
            raise SongError(
                "there is no song here",
                where=str(folder),
                hint='give the folder of a song, or make one: songsmith make "…"',
            )
        try:
            return cls(folder, SongFile.model_validate_json(read_text(path)))
        except ValidationError as error:
            fault = error.errors()[0]
            place = ".".join(str(part) for part in fault["loc"])
            raise SongError(
                f"is no song file of this version of songsmith ({place}: {fault['msg'].lower()})",
                where=str(path),
                hint="restore it from a copy, or open it with the songsmith that made it",
            ) from error

    # --- what the song is now

    @property
    def title(self) -> str:
        """Title of the words as they are now, else the one the song began with."""
        return self.lyrics.title or self.file.title

    @property
    def language(self) -> str:
        return self.file.language

    @property
    def versions(self) -> tuple[Version, ...]:
        return self.file.versions

    @property
    def version(self) -> Version:
        """The version the song stands at; an empty one before the first words."""
        return self.version_numbered(self.file.state.version)

    def version_numbered(self, number: int) -> Version:
        if number == 0:
            return Version(number=0, made_by="begin", made_at="")
        for version in self.file.versions:
            if version.number == number:
                return version
        raise SongError(
            f"there is no version v{number}",
            where=str(self.folder),
            hint=f"its versions: {_range_of('v', [v.number for v in self.file.versions])}",
        )

    @property
    def lyrics(self) -> Lyrics:
        """The words as they are now; without lines before the first were written."""
        return self.lyrics_of(self.version)

    def lyrics_of(self, version: Version) -> Lyrics:
        if not version.words:
            return Lyrics(title=self.file.title, language=self.language)
        path = self.folder / version.words
        try:
            stat = path.stat()
        except OSError as error:
            raise FileError(
                "the words of this version are gone", where=str(path), hint="restore the file"
            ) from error
        return _read_words(path.absolute(), stat.st_ino, stat.st_mtime_ns)

    @property
    def takes(self) -> tuple[str, ...]:
        """Names of the takes of the present version, oldest first."""
        return self.version.takes

    @property
    def picked(self) -> str:
        """The take that counts: the picked one, else the newest, else ""."""
        return self.version.picked or (self.takes[-1] if self.takes else "")

    def manifest(self, take: str) -> TakeManifest:
        """Manifest of a take, of this or any other version."""
        path = self.folder / "takes" / f"{take}.json"
        if not path.is_file():
            known = ", ".join(self.takes) or "none yet"
            raise SongError(
                f"there is no take {take!r}", where=str(self.folder), hint=f"its takes: {known}"
            )
        try:
            return TakeManifest.model_validate_json(read_text(path))
        except ValidationError as error:
            raise SongError(
                "is no take manifest of this version",
                where=str(path),
                hint="restore it from a copy",
            ) from error

    def audio_path(self, take: str) -> Path:
        """The sound file of a take."""
        return self.folder / "takes" / self.manifest(take).file

    def sound_files(self, take: str) -> tuple[Path, ...]:
        """The take in every format it was kept in, its own file first."""
        own = self.audio_path(take)
        others = (own.with_suffix(f".{ending}") for ending in ("wav", "mp3", "ogg"))
        return (own, *(path for path in others if path.is_file()))

    # --- changes

    def add_version(
        self,
        made_by: str,
        *,
        lyrics: Lyrics | None = None,
        style: str | None = None,
        duration_s: float | None = None,
        takes: Sequence[str] | None = None,
        picked: str | None = None,
    ) -> Version:
        """The next version: the present one with what is given changed. One undo takes it back."""
        with self._changing():
            number = self._next_number()
            words = self.version.words
            if lyrics is not None:
                words = f"v{number:03d}.lrc"
                write_new(self.folder / words, format_lrc(lyrics))
            changes: dict[str, Any] = {"style": style, "duration_s": duration_s, "picked": picked}
            version = self.version.model_copy(
                update={
                    "number": number,
                    "parent": self.version.number,
                    "made_by": made_by,
                    "made_at": now(),
                    "words": words,
                    "takes": self.takes if takes is None else tuple(takes),
                    **{name: value for name, value in changes.items() if value is not None},
                }
            )
            state = self.file.state
            tips = {**state.tips, state.branch: number}
            moved = State(version=number, branch=state.branch, tips=tips)
            self._save(versions=(*self.file.versions, version), **self._moved_to(moved))
            return version

    def extend_version(self, takes: Sequence[str], made_by: str) -> Version:
        """Add further takes of the same render to the version that its first take made."""
        with self._changing():
            version = self.version.model_copy(
                update={
                    "takes": (*self.takes, *takes),
                    "picked": self.version.picked,
                    "made_by": made_by,
                }
            )
            others = tuple(v for v in self.file.versions if v.number != version.number)
            self._save(versions=(*others, version))
            return version

    def undo(self) -> Version:
        """Step back to the state before the last change."""
        with self._changing():
            if not self.file.past:
                raise SongError("there is nothing to undo", where=self.title)
            *past, before = self.file.past
            self._save(state=before, past=tuple(past), future=(self.file.state, *self.file.future))
            return self.version

    def redo(self) -> Version:
        """Take the last undo back."""
        with self._changing():
            if not self.file.future:
                raise SongError("there is nothing to redo", where=self.title)
            after, *future = self.file.future
            self._save(state=after, past=(*self.file.past, self.file.state), future=tuple(future))
            return self.version

    def branch(self, name: str) -> Version:
        """Go on from branch `name`: a new one that starts here, or the tip of one that exists.

        `v3` goes back to version 3 and goes on from there on a branch of that name.
        """
        with self._changing():
            state = self.file.state
            tips = dict(state.tips)
            if name not in tips:
                is_version = name[:1] == "v" and name[1:].isdecimal()
                start = self.version_numbered(int(name[1:])) if is_version else self.version
                tips[name] = start.number
            moved = State(version=tips[name], branch=name, tips=tips)
            self._save(**self._moved_to(moved))
            return self.version

    @contextmanager
    def beginning(self) -> Iterator[None]:
        """While the first words are written: where they fail, the folder goes again."""
        try:
            yield
        except BaseException:
            if not self.file.versions:
                shutil.rmtree(self.folder, ignore_errors=True)
            raise

    def next_take(self) -> str:
        """A name for a take that no file has, not even one left by a render that was killed."""
        numbers = [
            int(path.name[1:4]) for path in (self.folder / "takes").glob("t[0-9][0-9][0-9]*")
        ]
        return f"t{max(numbers, default=0) + 1:03d}"

    def _next_number(self) -> int:
        """One more than every version and every words file, even one left by a change that was killed."""
        files = [int(path.stem[1:]) for path in self.folder.glob("v[0-9][0-9][0-9].lrc")]
        return max([*files, *(version.number for version in self.file.versions)], default=0) + 1

    def add_manifest(self, manifest: TakeManifest) -> None:
        write_new(
            self.folder / "takes" / f"{manifest.take}.json", manifest.model_dump_json(indent=1)
        )

    def set_hearing(self, take: str, hearing: Mapping[str, Any]) -> None:
        """Keep what was heard of a take in its manifest."""
        heard = self.manifest(take).model_copy(update={"hearing": dict(hearing)})
        write_whole(self.folder / "takes" / f"{take}.json", heard.model_dump_json(indent=1))

    def stray_takes(self) -> tuple[str, ...]:
        """Takes on the disk that no version knows: finished just before a render was killed."""
        known = {take for version in self.file.versions for take in version.takes}
        found = {path.stem for path in (self.folder / "takes").glob("t[0-9][0-9][0-9].json")}
        return tuple(sorted(found - known))

    def _moved_to(self, state: State) -> dict[str, Any]:
        return {"state": state, "past": (*self.file.past, self.file.state), "future": ()}

    def _changing(self) -> "_Change":
        return _Change(self)

    def _save(self, **changes: Any) -> None:
        self.file = self.file.model_copy(update=changes)
        self._write()

    def _write(self) -> None:
        write_whole(self.folder / "song.json", self.file.model_dump_json(indent=1) + "\n")


class _Change:
    """One change at a time, on top of what the disk holds now; a failed one leaves the song as it was."""

    def __init__(self, song: Song) -> None:
        self._song = song
        self._lock = FileLock(song.folder / ".lock", timeout=5)

    def __enter__(self) -> None:
        try:
            self._lock.acquire()
        except Timeout as error:
            raise SongError(
                "another songsmith is changing this song",
                where=str(self._song.folder),
                hint="wait for it, or close it",
            ) from error
        except OSError as error:
            raise FileError(
                f"can't be changed ({(error.strerror or str(error)).lower()})",
                where=str(self._song.folder),
                hint="check the folder and its rights",
            ) from error
        try:
            self._before = Song.open(self._song.folder).file
        except SongsmithError:
            self._lock.release()
            raise
        self._song.file = self._before

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None:
            self._song.file = self._before
        self._lock.release()


@lru_cache(maxsize=64)
def _read_words(path: Path, inode: int, mtime_ns: int) -> Lyrics:
    """Lyrics of a words file; `inode` and `mtime_ns` tell a file from another that took its place."""
    parsed = parse_lyrics(read_text(path)).lyrics
    if isinstance(parsed, Lyrics):
        return parsed
    raise SongError("holds no stamps", where=str(path), hint="restore it from a copy")


def _range_of(letter: str, numbers: Sequence[int]) -> str:
    if not numbers:
        return "none yet"
    if len(numbers) == 1:
        return f"{letter}{numbers[0]}"
    return f"{letter}{min(numbers)} to {letter}{max(numbers)}"
