"""Verbs watched from outside: every event as an iterator, and an end between two steps.

A verb is a function of the library that takes an `audience`, or a method of a `Studio`; others are only run.
"""

import copy
import inspect
import threading
from collections.abc import Callable, Generator
from queue import SimpleQueue
from typing import ParamSpec, TypeVar

from songsmith.agent.events import Done, Event, Listener
from songsmith.agent.studio.results import Audience, Silence
from songsmith.agent.studio.studio import Studio
from songsmith.engine.engine import Cancelled, Progress

__all__ = ["Watch", "events", "name_of"]

Given = ParamSpec("Given")
Result = TypeVar("Result")


class Watch:
    """Looks on while one verb works. After `stop` the next word or step ends the work with `Cancelled`."""

    def __init__(self, on_event: Callable[[Event], object] = lambda event: None) -> None:
        self._on_event = on_event
        self._is_stopped = threading.Event()

    def stop(self) -> None:
        """End the work at its next step; from any thread."""
        self._is_stopped.set()

    def run(
        self, verb: Callable[Given, Result], *args: Given.args, **kwargs: Given.kwargs
    ) -> Result:
        """Do `verb`; its own audience goes on being told."""
        owner = getattr(verb, "__self__", None)
        if isinstance(owner, Studio):
            studio = copy.copy(owner)
            studio.audience = _Both(Listener(self._tell), owner.audience)
            watched: Callable[Given, Result] = getattr(studio, name_of(verb))
            return watched(*args, **kwargs)
        if "audience" in inspect.signature(verb).parameters:
            inner = kwargs.get("audience")
            kwargs["audience"] = _Both(Listener(self._tell), inner or Silence())  # type: ignore[arg-type]
        return verb(*args, **kwargs)

    def _tell(self, event: Event) -> None:
        if self._is_stopped.is_set():
            raise Cancelled("the work was stopped", hint="what was finished is kept")
        self._on_event(event)


def name_of(verb: Callable[..., object]) -> str:
    """What events call a verb."""
    return str(getattr(verb, "__name__", "work"))


def events(
    verb: Callable[Given, object], *args: Given.args, **kwargs: Given.kwargs
) -> Generator[Event, None, None]:
    """Do `verb` on a thread of its own and give what it tells, as it comes; the last event is `Done` with its result.

    What the verb raises is raised here. Leaving the loop early stops the work at its next step and waits for that.
    """
    told: SimpleQueue[Event | BaseException] = SimpleQueue()
    watch = Watch(told.put)

    def work() -> None:
        try:
            told.put(Done(name_of(verb), watch.run(verb, *args, **kwargs)))
        except BaseException as error:
            told.put(error)

    thread = threading.Thread(target=work, name=f"songsmith-{name_of(verb)}", daemon=True)
    thread.start()
    try:
        yield from _until_done(told)
    finally:
        watch.stop()
        thread.join()


def _until_done(told: "SimpleQueue[Event | BaseException]") -> Generator[Event, None, None]:
    """Events up to and with `Done`; raises what came instead of one."""
    while True:
        event = told.get()
        if isinstance(event, BaseException):
            raise event
        yield event
        if isinstance(event, Done):
            return


class _Both:
    """Two audiences as one."""

    def __init__(self, first: Audience, second: Audience) -> None:
        self._audiences = (first, second)

    def text(self, piece: str) -> None:
        for audience in self._audiences:
            audience.text(piece)

    def fact(self, name: str, value: str) -> None:
        for audience in self._audiences:
            audience.fact(name, value)

    def note(self, line: str) -> None:
        for audience in self._audiences:
            audience.note(line)

    def progress(self, progress: Progress) -> None:
        for audience in self._audiences:
            audience.progress(progress)
