"""The songs that clients may name: those that lie in one folder, by the names of their folders."""

from contextlib import suppress
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from songsmith.agent.chat.session import Session
from songsmith.agent.llm.usage import Ledger
from songsmith.agent.song.file_names import PlainName, file_in
from songsmith.agent.song.songbook import Song, SongError
from songsmith.agent.studio.rendering import Engines
from songsmith.agent.studio.results import Audience

__all__ = ["Shelf"]

_NAME: TypeAdapter[str] = TypeAdapter(PlainName)
_MOST_NAMED = 20


class Shelf:
    """The songs in `folder`, worked on with one set of engines."""

    def __init__(self, folder: Path, overrides: dict[str, object] | None = None) -> None:
        self.folder = folder.absolute()
        self._overrides = {**(overrides or {}), "out": self.folder}
        self._engines = Engines()
        self._ledger = Ledger()

    def names(self) -> list[str]:
        """Names of all songs, the one that was changed last first."""
        changed_ns: dict[str, int] = {}
        for file in self.folder.glob("[!.]*/song.json"):  # one with a dot is not finished yet
            with suppress(OSError):  # it was removed meanwhile
                if not file.parent.is_symlink():
                    changed_ns[file.parent.name] = file.stat().st_mtime_ns
        return sorted(changed_ns, key=lambda name: -changed_ns[name])

    def song_folder(self, name: str) -> Path:
        """The folder of a song. Raises for a name that is none, and for what is not below the shelf's own folder."""
        try:
            folder = file_in(self.folder, _NAME.validate_python(name))
        except ValidationError as error:
            raise SongError(
                f"{name[:60]!r} is not the name of a song", hint="give a name, never a path"
            ) from error
        if not name or name.startswith(".") or not (folder / "song.json").is_file():
            known = ", ".join(self.names()[:_MOST_NAMED]) or "none yet"
            raise SongError(f"there is no song {name!r}", hint=f"the songs are {known}")
        return folder

    def song(self, name: str) -> Song:
        return Song.open(self.song_folder(name))

    def session(self, name: str, audience: Audience) -> Session:
        """A session with the song of this name open, or with none yet for ""."""
        session = Session(audience, ask=lambda question: False, overrides=dict(self._overrides))
        session.engines, session.ledger = self._engines, self._ledger
        if name:
            session.open(self.song_folder(name))
        return session
