"""What every engine is: a forecast, and takes from a request. And the registry of engines.

An engine gets all it may depend on in the request, so that the same request gives the same samples on
the same device: nothing is read from settings, the clock or global random state.
"""

import importlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from songsmith.engine.units import SAMPLE_RATE_HZ
from songsmith.errors import SongsmithError
from songsmith.lyrics.lyric import Lyrics

__all__ = [
    "ENGINE_NAMES",
    "Audio",
    "Cancelled",
    "Engine",
    "EngineError",
    "EngineStatus",
    "Forecast",
    "OnProgress",
    "Progress",
    "RenderRequest",
    "Span",
    "Take",
    "load_engine",
]

Audio = NDArray[np.float32]
"""Stereo sound, shape (2, samples), 44,100 Hz, within [-1, 1), in steps of 2^-23 once it is in a take."""


class EngineError(SongsmithError):
    """An engine can't do what was asked."""


class Cancelled(EngineError):
    """The person stopped a render; raised by a progress callback, passed on untouched."""


@dataclass(frozen=True)
class Span:
    """A part of a song to sing again: `[start_s, end_s)`."""

    start_s: float
    end_s: float

    def __post_init__(self) -> None:
        if not 0 <= self.start_s < self.end_s:
            raise EngineError(
                f"a span can't go from {self.start_s:.2f} s to {self.end_s:.2f} s",
                hint="give its start first, then a later end",
            )


@dataclass(frozen=True)
class Take:
    """One rendering. `details` holds all the engine did and chose (JSON values only), for the manifest.

    `stems` are named parts of the same length whose sum is close to the audio; `attachments` are files
    that belong to the take, by name ("song.mid", "chords.cho", "latents.safetensors").
    """

    audio: Audio
    seed: int
    engine: str
    details: Mapping[str, object] = field(default_factory=dict)
    stems: Mapping[str, Audio] = field(default_factory=dict)
    attachments: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def duration_s(self) -> float:
        return int(self.audio.shape[1]) / SAMPLE_RATE_HZ


@dataclass(frozen=True)
class RenderRequest:
    """Everything a render depends on.

    A lyric without lines asks for an instrumental. `seeds` asks for one take each; take k alone equals
    take k among others. With `spans`, `parent` is the take that stays as it is everywhere else.
    `options` are the engine's own, checked by it (unknown names are an error).
    """

    lyrics: Lyrics
    style: str
    duration_s: float
    seeds: tuple[int, ...]
    spans: tuple[Span, ...] = ()
    parent: Take | None = None
    options: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Progress:
    """`done` of `total` steps of `stage` ("singing", "band", "step"), for take `take` of `takes` (from 1)."""

    stage: str
    done: int
    total: int
    take: int = 1
    takes: int = 1


OnProgress = Callable[[Progress], None]
"""Called between steps on the rendering thread; what it raises ends the render."""


@dataclass(frozen=True)
class EngineStatus:
    """Whether an engine can sing here and now; `reason` says why (not), `remedy` what would help.

    One that is ready but not advised (it would take hours) is only taken when it is asked for.
    """

    is_ready: bool
    reason: str
    remedy: str = ""
    is_advised: bool = True


@dataclass(frozen=True)
class Forecast:
    """What a render would do, before the time is spent.

    `style` is what was understood of the style text, as people read it; `notes` are honest words about
    what the engine can't do with this request; `wall_s` is the estimated time, 0 if unknown.
    """

    style: str
    wall_s: float = 0.0
    memory_bytes: int = 0
    notes: tuple[str, ...] = ()


class Engine(Protocol):
    """A singer. `languages` are the lyric languages it can sing, empty for any."""

    name: str
    languages: Sequence[str]
    min_duration_s: float
    max_duration_s: float

    def status(self) -> EngineStatus:
        """Cheap: no model is loaded for it."""
        ...

    def forecast(self, request: RenderRequest) -> Forecast:
        """What `render` would do. Raises `EngineError` for what it would refuse."""
        ...

    def render(self, request: RenderRequest, on_progress: OnProgress) -> Iterator[Take]:
        """Takes in the order of `request.seeds`, each as soon as it is done."""
        ...


_ENGINES = {
    "diffrhythm": "songsmith.engine.diffrhythm.engine:DiffRhythmEngine",
    "sketch": "songsmith.engine.sketch.engine:SketchEngine",
}
ENGINE_NAMES = tuple(_ENGINES)


def load_engine(name: str) -> Engine:
    """The engine called `name`, its models not loaded yet."""
    if name not in _ENGINES:
        raise EngineError(
            f"there is no engine {name!r}", hint=f"the engines are {' and '.join(ENGINE_NAMES)}"
        )
    module, _, attribute = _ENGINES[name].partition(":")
    engine: Engine = getattr(importlib.import_module(module), attribute)()
    return engine
