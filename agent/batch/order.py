"""What goes to whoever makes a song, and what comes back: plain values that cross processes and machines as JSON."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from songsmith.agent.batch.job import Job

__all__ = ["MadeSong", "Order", "Outcome", "Terms"]


class _Sent(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Terms(_Sent):
    """What holds for every song of a batch. `prepare` names a function, "package.module:name", that is called once
    wherever songs are made; only a program says it, no job can."""

    engine: str = ""
    go_on_with_faults: bool = False
    listen_model: str = ""
    may_download: bool = False
    prepare: str = ""


class Order(_Sent):
    """One song to make now: `folder` is where, made for this order alone. `job` has its files in it."""

    id: str
    line: int
    job: Job
    folder: str
    row: str = ""
    """Digest of the row."""
    tries: int = 1
    losses: int = 0
    """Machines that went away with it."""
    is_alone: bool = False
    """Whether nothing else is made meanwhile, for it died once before."""


class MadeSong(_Sent):
    """A song that was made. Files are given from the song's folder on, in results from the folder of the batch on."""

    folder: str = ""
    title: str = ""
    audio: str = ""
    files: tuple[str, ...] = ()
    engine: str = ""
    seed: int | None = None
    takes: tuple[str, ...] = ()
    length_s: float | None = None
    words_heard: float | None = None
    """Share of the words that were heard, where the job asked for ears."""
    lines_below: tuple[int, ...] = ()
    """Numbers of the lines that are still heard below the job's `until_sung`."""
    notes: tuple[str, ...] = ()


class Outcome(_Sent):
    """How an order ended.

    done: `song.folder` is the path of the song, for whoever reads this to take in. failed: `error` says why; the
    folder, if there is one, holds what there was. died: the process went, or its memory did. lost: the machine
    went. full: the disk has no room, which is nobody's fault but ends the batch.
    """

    id: str
    kind: Literal["done", "failed", "died", "lost", "full"]
    song: MadeSong = MadeSong()
    seconds: float = Field(default=0.0, ge=0)
    where: str = ""
    error: str = ""
