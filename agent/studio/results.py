"""What the verbs of the studio return, and who watches while they work."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from songsmith.agent.song.logged import log_remark
from songsmith.agent.song.song_file import TakeManifest, Version
from songsmith.engine.engine import Forecast, Progress
from songsmith.lyrics.check import Report
from songsmith.lyrics.fault import Fault
from songsmith.lyrics.lyric import Lyrics

__all__ = [
    "Audience",
    "Changes",
    "Checked",
    "Exported",
    "History",
    "Logged",
    "Played",
    "Rendered",
    "Silence",
    "Step",
    "TakeList",
    "Written",
]


class Audience(Protocol):
    """Who watches while a verb works."""

    def text(self, piece: str) -> None:
        """A piece of the words as they are written."""

    def fact(self, name: str, value: str) -> None:
        """Who works and why, before the time is spent: "writer", "engine", "style"."""

    def note(self, line: str) -> None:
        """One remark worth a line."""

    def progress(self, progress: Progress) -> None:
        """A step of a render; what it raises cancels the render."""


class Silence:
    """An audience that looks away."""

    def text(self, piece: str) -> None: ...

    def fact(self, name: str, value: str) -> None: ...

    def note(self, line: str) -> None: ...

    def progress(self, progress: Progress) -> None: ...


class Logged:
    """An audience that is told all; facts and remarks go to the log of the song in `folder` as well."""

    def __init__(self, audience: Audience, folder: Path) -> None:
        self._audience = audience
        self._folder = folder

    def text(self, piece: str) -> None:
        self._audience.text(piece)

    def fact(self, name: str, value: str) -> None:
        log_remark(self._folder, f"{name}: {value}")
        self._audience.fact(name, value)

    def note(self, line: str) -> None:
        log_remark(self._folder, line)
        self._audience.note(line)

    def progress(self, progress: Progress) -> None:
        self._audience.progress(progress)


@dataclass(frozen=True)
class Written:
    """New words and how they came about; `changes` against those before."""

    version: Version
    lyrics: Lyrics
    report: Report
    writer: str = ""
    why: str = ""
    notes: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()

    @property
    def is_new(self) -> bool:
        """Whether all words are new, or all their stamps, rather than some lines changed."""
        return self.version.parent == 0 or self.version.made_by in ("write", "retime")


@dataclass(frozen=True)
class Checked:
    """All faults of the present words for the engine that would sing them; with `repaired`, what was put right and
    the changes it made."""

    lyrics: Lyrics
    report: Report
    repaired: tuple[Fault, ...] = ()
    changes: tuple[str, ...] = ()
    engine: str = ""
    engine_why: str = ""
    language: str = ""


@dataclass(frozen=True)
class Rendered:
    """New takes, by which engine and why."""

    takes: tuple[TakeManifest, ...]
    engine: str
    why: str
    forecast: Forecast


@dataclass(frozen=True)
class TakeList:
    """The takes of the present version."""

    takes: tuple[TakeManifest, ...]
    picked: str
    differs: Mapping[str, str] = field(default_factory=dict)
    hearings: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    unsung: Mapping[str, Sequence[int]] = field(default_factory=dict)
    """By take, the lines of the present words that it does not sing yet."""
    damaged: Mapping[str, str] | None = None
    """What is wrong with the sound files, by take; None where they were not verified."""


@dataclass(frozen=True)
class History:
    """All versions and where the song stands."""

    versions: tuple[Version, ...]
    current: int
    branch: str
    tips: Mapping[str, int]


@dataclass(frozen=True)
class Step:
    """A step in the song's history: what was done ("picked", "undone") to what, and the version it led to."""

    done: str
    what: str
    version: Version


@dataclass(frozen=True)
class Played:
    """A take that was played to its end."""

    take: str
    file: Path


@dataclass(frozen=True)
class Changes:
    """A diff of the words and the rest, line by line, "+", "-" or " " first."""

    before: str
    after: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Exported:
    """Files written for other programs, and remarks on them."""

    folder: Path
    files: tuple[Path, ...]
    notes: tuple[str, ...] = ()
