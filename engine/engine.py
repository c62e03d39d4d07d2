"""What every engine is: a forecast, and takes from a request. And the registry of engines.

An engine gets all it may depend on in the request, so that the same request gives the same samples on
the same device: nothing is read from settings, the clock or global random state.
"""

import importlib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from songsmith.engine.card import EngineCard
from songsmith.engine.published import Part
from songsmith.engine.units import SAMPLE_RATE_HZ
from songsmith.errors import SongsmithError
from songsmith.lyrics.lyric import Lyrics

__all__ = [
    "Audio",
    "Cancelled",
    "Engine",
    "EngineCard",
    "EngineError",
    "EngineStatus",
    "Forecast",
    "OnProgress",
    "Progress",
    "RenderRequest",
    "RequestOutline",
    "Span",
    "Take",
    "all_parts",
    "engine_card",
    "engine_names",
    "find_part",
    "forget_engine",
    "load_engine",
    "register_engine",
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


@dataclass(frozen=True)
class RequestOutline:
    """What is known of a request before its words are: what the person asked for."""

    style: str
    language: str
    duration_s: float
    options: Mapping[str, object] = field(default_factory=dict)


class Engine(Protocol):
    """A singer. Its `card` says all that is known of it before a model is loaded; `name` is the card's."""

    card: EngineCard
    name: str

    def status(self) -> EngineStatus:
        """Cheap: no model is loaded for it."""
        ...

    def song_seconds(self, duration_s: float) -> float:
        """About how long a song of this length takes on this machine, with the default options; 0 if unknown."""
        ...

    def check_outline(self, outline: RequestOutline) -> None:
        """Raise `EngineError` for what would be refused whatever the words are, before anybody writes them."""
        ...

    def forecast(self, request: RenderRequest) -> Forecast:
        """What `render` would do. Raises `EngineError` for what it would refuse."""
        ...

    def render(self, request: RenderRequest, on_progress: OnProgress) -> Iterator[Take]:
        """Takes in the order of `request.seeds`, each as soon as it is done."""
        ...


_CARDS = {
    "diffrhythm": "songsmith.engine.diffrhythm.card:CARD",
    "ace-step": "songsmith.engine.acestep.card:CARD",
    "sketch": "songsmith.engine.sketch.card:CARD",
}
"""Where the card of each engine is; the best ones come first."""
_REGISTERED: dict[str, tuple[EngineCard, Callable[[], Engine]]] = {}


def register_engine(card: EngineCard, make: Callable[[], Engine]) -> None:
    """Add an engine of one's own for the rest of this process, under its card's name. It is never chosen unasked.

    Only a program does this: no setting, song folder or file can name an engine's code.
    """
    if card.name in _CARDS or not re.fullmatch(r"[a-z][a-z0-9_-]*", card.name):
        raise EngineError(
            f"an engine can't be called {card.name!r}",
            hint="choose a name in small letters that no other engine has",
        )
    _REGISTERED[card.name] = card, make


def forget_engine(name: str) -> None:
    """Take back what `register_engine` added."""
    _REGISTERED.pop(name, None)


def engine_names(*, registered: bool = True) -> tuple[str, ...]:
    """Names of all engines, the best first; with `registered` those added while running too."""
    return (*_CARDS, *(_REGISTERED if registered else ()))


def engine_card(name: str) -> EngineCard:
    """The card of the engine called `name`; the engine itself is not loaded."""
    if name in _REGISTERED:
        return _REGISTERED[name][0]
    if name not in _CARDS:
        raise EngineError(
            f"there is no engine {name!r}", hint=f"the engines are {', '.join(engine_names())}"
        )
    card: EngineCard = _named(_CARDS[name])
    return card


def load_engine(name: str) -> Engine:
    """The engine called `name`, its models not loaded yet."""
    card = engine_card(name)
    make = _REGISTERED[name][1] if name in _REGISTERED else _named(card.home)
    engine: Engine = make()
    return engine


def all_parts() -> dict[str, tuple[Part, ...]]:
    """The published files of every engine, by its name."""
    return {name: engine_card(name).needs.parts for name in engine_names()}


def find_part(name: str) -> Part | None:
    """The part called `name` of whichever engine has it: from its table, or by what the name says."""
    for parts in all_parts().values():
        for part in parts:
            if part.name == name:
                return part
    found = (engine_card(engine).needs.part_named(name) for engine in engine_names())
    return next((part for part in found if part is not None), None)


def _named(place: str) -> Any:
    """What "package.module:name" stands for."""
    module, _, name = place.partition(":")
    return getattr(importlib.import_module(module), name)
