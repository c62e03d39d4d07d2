"""An open song as its verbs see it: the song, and all that they work with."""

from dataclasses import dataclass

from songsmith.agent.llm.usage import Ledger
from songsmith.agent.settings.settings import Settings
from songsmith.agent.song.file_names import take_name, take_number
from songsmith.agent.song.songbook import Song
from songsmith.agent.studio.rendering import Engines
from songsmith.agent.studio.results import Audience
from songsmith.agent.writers.stamping import DEFAULT_DURATION_S
from songsmith.errors import SongsmithError
from songsmith.lyrics.timing import natural_duration_s

__all__ = ["OpenSong", "StudioError"]


class StudioError(SongsmithError):
    """A verb that can't be done with this song as it is."""


@dataclass(frozen=True)
class OpenSong:
    """One song, the settings that hold for it, the engines of the session, and who watches."""

    song: Song
    settings: Settings
    engines: Engines
    audience: Audience
    ledger: Ledger

    @property
    def language(self) -> str:
        return self.song.lyrics.language or self.song.language

    @property
    def duration_s(self) -> float:
        """Length of the song: as asked, else what its words need."""
        version = self.song.version
        if version.duration_s:
            return version.duration_s
        lyrics = self.song.lyrics
        return natural_duration_s(lyrics) if lyrics.lines else DEFAULT_DURATION_S

    def singer(self, engine: str = "") -> tuple[str, str]:
        """The engine that would sing, `engine` or else the one chosen for this song, and why."""
        return self.engines.singer(engine or self.settings.engine, self.language)

    def take_named(self, text: str) -> str:
        """A take of the present version from "t003", "3", or "" for the one that counts."""
        if not text:
            return self.picked_take()
        number = take_number(text)
        name = "" if number is None else take_name(number)
        if name not in self.song.takes:
            raise StudioError(
                f"there is no take {text!r} in this version",
                hint=f"its takes: {', '.join(self.song.takes) or 'none yet'}",
            )
        return name

    def picked_take(self) -> str:
        """The take that counts; there must be one."""
        if not self.song.picked:
            raise StudioError("this song has no take yet", hint="render one first")
        return self.song.picked
