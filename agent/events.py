"""What is told while a verb works, as values: for callbacks, iterators and JSON lines.

A `Listener` is the audience of a verb that hands every word, fact, remark and step of a render to one function.
"""

from collections.abc import Callable
from dataclasses import dataclass

from songsmith.engine.engine import Progress

__all__ = ["Done", "Event", "Fact", "Listener", "Note", "Progress", "Text"]


@dataclass(frozen=True)
class Text:
    """A piece of the words as they are written."""

    piece: str


@dataclass(frozen=True)
class Fact:
    """Who works and why, before the time is spent: "writer", "engine", "style"."""

    name: str
    value: str


@dataclass(frozen=True)
class Note:
    """One remark."""

    line: str


@dataclass(frozen=True)
class Done:
    """A verb has come to its end; `result` is what it returned."""

    verb: str
    result: object


Event = Text | Fact | Note | Progress | Done
"""`Progress` is a step of a render; see `songsmith.engine.engine`."""


class Listener:
    """An audience that hands everything to `on_event`, on the thread that works; what that raises ends the work."""

    def __init__(self, on_event: Callable[[Event], object]) -> None:
        self._on_event = on_event

    def text(self, piece: str) -> None:
        self._on_event(Text(piece))

    def fact(self, name: str, value: str) -> None:
        self._on_event(Fact(name, value))

    def note(self, line: str) -> None:
        self._on_event(Note(line))

    def progress(self, progress: Progress) -> None:
        self._on_event(progress)
