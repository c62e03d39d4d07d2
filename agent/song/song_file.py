"""What a song folder's JSON files hold: `song.json` and the manifest beside every take."""

from datetime import datetime, timezone
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from songsmith.agent.song.file_names import PlainName, TakeName

__all__ = ["SongFile", "State", "TakeManifest", "Version", "now"]


class _Stored(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Version(_Stored):
    """The song at one moment: words, style, takes and which of them was picked. Never changed."""

    number: int
    parent: int = 0
    """Number of the version this one was made from, 0 for none."""
    made_by: str
    """The verb that made it, as people read it: "write", "fix 0:42-0:55 → t003"."""
    made_at: str
    words: PlainName = ""
    """File name of its lyrics."""
    style: str = ""
    duration_s: float = 0.0
    takes: tuple[TakeName, ...] = ()
    picked: str = ""
    written: dict[str, str] = Field(default_factory=dict)
    """How its words came about, where a writer wrote them: the writer, who stamped, the prompts with their versions."""


class State(_Stored):
    """Where the song stands: the version, the branch, and the newest version of every branch."""

    version: int = 0
    branch: str = "main"
    tips: dict[str, int] = Field(default_factory=lambda: {"main": 0})


class SongFile(_Stored):
    """What `song.json` holds."""

    schema_version: Literal[1] = 1
    title: str
    prompt: str = ""
    language: str = ""
    versions: tuple[Version, ...] = ()
    state: State = State()
    past: tuple[State, ...] = ()
    future: tuple[State, ...] = ()


class TakeManifest(_Stored):
    """All that is needed to make a take again, and what was measured of it."""

    schema_version: Literal[1] = 1
    take: TakeName
    file: PlainName
    engine: str
    seed: int
    lyrics: str
    """The words of the song when it was sung, as LRC; `replay` needs them."""
    sung: str = ""
    """The words that it sings, as LRC, where only spans were sung again; "" for those of `lyrics`."""
    style: str
    duration_s: float
    options: dict[str, Any] = Field(default_factory=dict)
    option_files: dict[str, str] = Field(default_factory=dict)
    """Sha256 of the files that options name, by option."""
    spans: tuple[tuple[float, float], ...] = ()
    parent: str = ""
    details: dict[str, Any] = Field(default_factory=dict, repr=False)
    attachments: tuple[PlainName, ...] = ()
    lufs: float | None = None
    true_peak_dbtp: float | None = None
    samples_sha256: str = ""
    made_at: str
    made_with: dict[str, str] = Field(default_factory=dict, repr=False)
    hearing: dict[str, Any] | None = Field(default=None, repr=False)
    """What was heard of it, in manifests of version 0.1; since then a hearing is a file of its own."""

    @property
    def words(self) -> str:
        """The words that it sings, as LRC."""
        return self.sung or self.lyrics


def now() -> str:
    """This moment as people and programs read it."""
    return datetime.now(timezone.utc).isoformat(timespec="seconds")
