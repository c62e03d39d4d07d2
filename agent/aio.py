"""The library for servers that run on asyncio: the same verbs, awaited; cancelling one stops it between two steps.

    made = await songsmith.aio.make("jazzy nightclub love song", seed=7)
    studio = await songsmith.aio.open_song(made.folder)
    fixed = await songsmith.aio.do(studio.fix, studio.spans_named("chorus 2"))

Each verb works on a thread of the loop's default executor, so that the loop stays free. How many work at once is the
caller's to decide: one engine on one GPU sings one song at a time.
"""

import asyncio
import functools
from collections.abc import AsyncGenerator, Callable, Coroutine
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from songsmith.agent import api
from songsmith.agent.events import Done, Event
from songsmith.agent.studio.results import Audience
from songsmith.agent.studio.studio import Studio
from songsmith.agent.watching import Watch, name_of

__all__ = ["check", "do", "events", "examine", "make", "open_song", "render", "rhyme", "write"]

Given = ParamSpec("Given")
Result = TypeVar("Result")


async def do(verb: Callable[Given, Result], *args: Given.args, **kwargs: Given.kwargs) -> Result:
    """Await any verb: `do(studio.render, wish)`, `do(songsmith.make, "…")`.

    When the task is cancelled, the work ends at its next word or step; that is waited for, unless it is cancelled
    once more.
    """
    return await _run(Watch(), verb, *args, **kwargs)


async def events(
    verb: Callable[Given, object], *args: Given.args, **kwargs: Given.kwargs
) -> AsyncGenerator[Event, None]:
    """Do `verb` and give what it tells, as it comes; the last event is `Done` with its result.

    What the verb raises is raised here. Leaving the loop early, or cancelling the task, stops the work at its next
    step; close the generator to wait for that (`contextlib.aclosing`).
    """
    loop = asyncio.get_running_loop()
    told: asyncio.Queue[Event | None] = asyncio.Queue()

    def tell(event: Event | None) -> None:
        loop.call_soon_threadsafe(told.put_nowait, event)

    work = asyncio.ensure_future(_run(Watch(tell), verb, *args, **kwargs))
    work.add_done_callback(lambda _: told.put_nowait(None))
    try:
        while (event := await told.get()) is not None:
            yield event
        yield Done(name_of(verb), work.result())
    finally:
        work.cancel()
        await _ended(work)


async def open_song(folder: Path | str, *, audience: Audience | None = None) -> Studio:
    """A song folder with all its verbs; `do` and `events` do them."""
    return await asyncio.to_thread(api.open_song, folder, audience=audience)


def _awaited(verb: Callable[Given, Result]) -> Callable[Given, Coroutine[Any, Any, Result]]:
    @functools.wraps(verb)
    async def awaited(*args: Given.args, **kwargs: Given.kwargs) -> Result:
        return await do(verb, *args, **kwargs)

    return awaited


make = _awaited(api.make)
write = _awaited(api.write)
check = _awaited(api.check)
render = _awaited(api.render)
rhyme = _awaited(api.rhyme)
examine = _awaited(api.examine)


async def _run(
    watch: Watch, verb: Callable[Given, Result], *args: Given.args, **kwargs: Given.kwargs
) -> Result:
    """Do `verb` on a thread; a cancelled task stops it and waits until it has ended."""
    loop = asyncio.get_running_loop()
    work = loop.run_in_executor(None, functools.partial(watch.run, verb, *args, **kwargs))
    try:
        return await asyncio.shield(work)
    except asyncio.CancelledError:
        watch.stop()
        await _ended(work)
        raise


async def _ended(work: "asyncio.Future[Any]") -> None:
    """Wait until `work` has ended, however it did."""
    await asyncio.wait([work])
    if not work.cancelled():
        work.exception()  # looked at, so that nobody is told that it was not
