"""The song folder: versions of the words and takes together, and where the song stands among them.

    song.json            a `SongFile`: every version, the present state, what undo and redo lead to
    v001.lrc             the words as of version 1; a version that changes no words names an older file
    takes/t001.flac      a take; t001.json its manifest, with all that is needed to make it again;
                         t001.hearing.json what was heard of it, t001.hearing-2.json what was heard later
    export/              copies for other programs

Every change writes new files first and `song.json` last, in one rename: a kill at any moment leaves the
song as it was before or after. No words, take, hearing or version is ever overwritten or deleted; undo only
moves the present state. A change is made to the song as it is on the disk under its lock, whatever another
process did since this one read it.
"""

import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from songsmith import atomic
from songsmith.agent.files import FileError, make_folder, write_new, write_whole
from songsmith.agent.locks import alone
from songsmith.agent.song.file_names import file_in
from songsmith.agent.song.hearings import add_hearing, last_hearing
from songsmith.agent.song.merge import conflicts, merged
from songsmith.agent.song.names import folder_name, folder_names
from songsmith.agent.song.new_folder import is_moved, sweep_unfinished, unfinished_folder
from songsmith.agent.song.song_file import SongFile, TakeManifest, Version
from songsmith.agent.song.stored import (
    SongError,
    next_number,
    read_manifest,
    read_song_file,
    read_words,
    takes_on_disk,
    write_words,
)
from songsmith.agent.song.take_claims import claim_take, release_take, sweep_claims
from songsmith.agent.song.timeline import (
    named_version,
    next_version,
    on_branch,
    redone,
    undone,
    with_version,
)
from songsmith.lyrics.lyric import Lyrics

__all__ = ["Song", "SongError"]


@dataclass
class Song:
    """A song folder that is open. `file` is what the disk holds; every change goes through `_save`."""

    folder: Path
    file: SongFile

    @classmethod
    def create(cls, parent: Path, *, name: str, title: str, prompt: str, language: str) -> "Song":
        """A new song in a new folder below `parent`, named after `name`. The folder appears whole."""
        make_folder(parent)
        sweep_unfinished(parent)
        file = SongFile(title=title, prompt=prompt, language=language)
        aside = unfinished_folder(parent, folder_name(name))
        try:
            make_folder(aside / "takes")
            cls(aside, file)._write()
            for free in folder_names(name):
                if not (parent / free).exists() and is_moved(aside, parent / free):
                    return cls(parent / free, file)
            raise AssertionError("there is always another name")
        except BaseException:
            shutil.rmtree(aside, ignore_errors=True)
            raise

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
        for swept in (folder, folder / "takes"):
            atomic.sweep(swept)
        sweep_claims(folder / "takes")
        return cls(folder, read_song_file(folder))

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
        return read_words(self.folder, version.words)

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
        path = file_in(self.folder / "takes", f"{take}.json")
        if not path.is_file():
            if take in self.takes:
                raise SongError(
                    f"the manifest of {take} is gone",
                    where=str(path),
                    hint="restore it from a copy",
                )
            known = ", ".join(self.takes) or "none yet"
            raise SongError(
                f"there is no take {take!r}", where=str(self.folder), hint=f"its takes: {known}"
            )
        return read_manifest(path)

    def audio_path(self, take: str) -> Path:
        """Where the sound file of a take lies."""
        return file_in(self.folder / "takes", self.manifest(take).file)

    def sound_of(self, take: str) -> Path:
        """The sound file of a take, to be read. Raises `SongError` where it is gone."""
        path = self.audio_path(take)
        if not path.is_file():
            raise SongError(
                "the sound of this take is gone",
                where=str(path),
                hint=f"songsmith replay {self.folder} {take} makes it again",
            )
        return path

    def sound_files(self, take: str) -> tuple[Path, ...]:
        """The take in every format it was kept in, its own file first."""
        own = self.audio_path(take)
        others = (own.with_suffix(f".{ending}") for ending in ("wav", "mp3", "ogg"))
        return (own, *(path for path in others if path.is_file()))

    # --- changes

    def reload(self) -> None:
        """Read again what the disk holds: another process may have changed the song."""
        self.file = read_song_file(self.folder)

    def add_version(
        self,
        made_by: str,
        *,
        lyrics: Lyrics | None = None,
        style: str | None = None,
        duration_s: float | None = None,
        new_takes: Sequence[str] = (),
        picked: str | None = None,
        is_whole: bool = False,
        continues: Version | None = None,
        written: Mapping[str, str] | None = None,
    ) -> Version:
        """The next version: the present one with what is given changed. One undo takes it back.

        `lyrics` were made of the words as this object knows them. If another process changed those since, the
        two changes are merged line by line; `SongError` says which lines both changed. With `is_whole` the
        words are new as a whole and nothing is merged. A version that `continues` one belongs to the same step:
        the same undo takes both back.
        """
        base = self.version
        with self._changing():
            number = next_number(self.folder, self.file)
            words = None
            if lyrics is not None:
                words = write_words(
                    self.folder, number, lyrics if is_whole else self._merged(base, lyrics)
                )
            version = next_version(
                self.version,
                number,
                made_by,
                new_takes=tuple(new_takes),
                words=words,
                style=style,
                duration_s=duration_s,
                picked=picked,
                written=dict(written) if written else None,
            )
            self._save(with_version(self.file, version, continues))
            return version

    def _merged(self, base: Version, ours: Lyrics) -> Lyrics:
        """`ours`, made of the words of `base`, on top of the words as they are now."""
        if self.version.words == base.words:
            return ours
        before, theirs = self.lyrics_of(base), self.lyrics
        clashing = conflicts(before, ours, theirs)
        if clashing == []:
            return merged(before, ours, theirs)
        what = (
            f"the words were changed meanwhile by {self.version.made_by!r} (v{self.version.number})"
        )
        lines = "" if clashing is None else f", line {', '.join(map(str, clashing))} too"
        raise SongError(
            what + lines, where=str(self.folder), hint="look at them, then make your change again"
        )

    def undo(self) -> Version:
        """Step back to the state before the last change."""
        with self._changing():
            if not self.file.past:
                raise SongError("there is nothing to undo", where=self.title)
            self._save(undone(self.file))
            return self.version

    def redo(self) -> Version:
        """Take the last undo back."""
        with self._changing():
            if not self.file.future:
                raise SongError("there is nothing to redo", where=self.title)
            self._save(redone(self.file))
            return self.version

    def branch(self, name: str) -> Version:
        """Go on from branch `name`: a new one that starts here, or the tip of one that exists.

        `v3` goes back to version 3 and goes on from there on a branch of that name.
        """
        with self._changing():
            start = self.version.number
            if name not in self.file.state.tips and (number := named_version(name)) is not None:
                start = self.version_numbered(number).number
            self._save(on_branch(self.file, name, start))
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

    def claim_take(self) -> str:
        """A name for a new take, which is this process's until `release_take`."""
        try:
            return claim_take(self.folder / "takes")
        except OSError as error:
            raise FileError(
                f"can't be written to ({(error.strerror or str(error)).lower()})",
                where=str(self.folder / "takes"),
                hint="check the folder, its rights and the space on the disk",
            ) from error

    def release_take(self, name: str) -> None:
        release_take(self.folder / "takes", name)

    def add_manifest(self, manifest: TakeManifest) -> None:
        write_new(
            self.folder / "takes" / f"{manifest.take}.json", manifest.model_dump_json(indent=1)
        )

    def hearing(self, take: str) -> dict[str, Any] | None:
        """What was heard of a take when it was last listened to."""
        return last_hearing(self.folder / "takes", take) or self.manifest(take).hearing

    def add_hearing(self, take: str, hearing: Mapping[str, Any]) -> None:
        """Keep what was heard of a take, beside what was heard of it before."""
        add_hearing(self.folder / "takes", take, hearing)

    def stray_takes(self) -> tuple[str, ...]:
        """Takes on the disk that no version knows: finished just before a render was killed."""
        known = {take for version in self.file.versions for take in version.takes}
        return tuple(take for take in takes_on_disk(self.folder) if take not in known)

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """A change on top of what the disk holds now; one that fails leaves the song as it was."""
        busy = SongError(
            "another songsmith is changing this song",
            where=str(self.folder),
            hint="wait for it, or close it",
        )
        with alone(self.folder / ".lock", self.folder, patience_s=5, busy=busy):
            before = self.file = read_song_file(self.folder)
            try:
                yield
            except BaseException:
                self.file = before
                raise

    def _save(self, file: SongFile) -> None:
        self.file = file
        self._write()

    def _write(self) -> None:
        write_whole(self.folder / "song.json", self.file.model_dump_json(indent=1) + "\n")


def _range_of(letter: str, numbers: Sequence[int]) -> str:
    if not numbers:
        return "none yet"
    if len(numbers) == 1:
        return f"{letter}{numbers[0]}"
    return f"{letter}{min(numbers)} to {letter}{max(numbers)}"
