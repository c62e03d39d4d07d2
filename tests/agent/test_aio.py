import asyncio
import contextlib
import threading
from collections.abc import Coroutine
from typing import Any

import pytest

import songsmith
from songsmith import aio
from songsmith.agent.studio.make import Made
from songsmith.agent.studio.results import Silence

LYRICS = "[00:01.00]The train is late again\n[00:04.00]I'm waiting in the rain\n"


@pytest.fixture
def make(tmp_path, monkeypatch, beep):
    monkeypatch.chdir(tmp_path)
    return {"lyrics": LYRICS, "length_s": 8, "seed": 1, "engine": "beep", "title": "Train"}


class Gate(Silence):
    """Says when the second take has begun, and holds the work there until `opened`."""

    def __init__(self) -> None:
        self.reached, self.opened = threading.Event(), threading.Event()

    def progress(self, progress: songsmith.Progress) -> None:
        if progress.take == 2:
            self.reached.set()
            assert self.opened.wait(20)


def run(work: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(asyncio.wait_for(work, 60))


def test_a_song_is_made_opened_and_sung_again_while_the_loop_is_free(make):
    async def session():
        ticks = 0

        async def tick():
            nonlocal ticks
            while True:
                ticks += 1
                await asyncio.sleep(0)

        clock = asyncio.create_task(tick())
        made = await aio.make("train", **make)
        studio = await aio.open_song(made.folder)
        fixed = await aio.do(studio.fix, studio.spans_named("line 2"), songsmith.RenderWish(seed=2))
        clock.cancel()
        return made, fixed, ticks

    made, fixed, ticks = run(session())
    assert made.audio.is_file()
    assert fixed.takes[0].parent == "t001" and ticks > 100


def test_cancelling_a_task_stops_the_render_between_steps_and_waits_for_that(make):
    made = songsmith.make("train", **make)

    async def session():
        gate = Gate()
        studio = await aio.open_song(made.folder, audience=gate)
        wish = songsmith.RenderWish(engine="beep", seed=5, takes=64)
        task = asyncio.create_task(aio.do(studio.render, wish))
        await asyncio.to_thread(gate.reached.wait, 20)
        task.cancel()
        await asyncio.sleep(0)
        assert not task.done()  # the work has not ended yet
        gate.opened.set()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        return task.cancelled()

    assert run(session())
    assert songsmith.open_song(made.folder).song.takes == ("t001", "t002")


def test_events_are_iterated_and_the_result_is_the_last(make):
    async def session():
        return [event async for event in aio.events(songsmith.make, "train", **make)]

    *told, last = run(session())
    assert songsmith.Progress("beeping", 1, 1) in told
    assert isinstance(last, songsmith.Done) and isinstance(last.result, Made)
    assert last.result.audio.is_file()


def test_closing_the_events_early_stops_the_work(make):
    made = songsmith.make("train", **make)

    async def session():
        gate = Gate()
        studio = await aio.open_song(made.folder, audience=gate)
        wish = songsmith.RenderWish(engine="beep", seed=5, takes=64)
        async with contextlib.aclosing(aio.events(studio.render, wish)) as told:
            async for event in told:
                if isinstance(event, songsmith.Progress) and event.take == 2:
                    asyncio.get_running_loop().call_soon(gate.opened.set)
                    break

    run(session())
    assert len(songsmith.open_song(made.folder).song.takes) < 6


def test_what_fails_is_raised_where_it_is_awaited(make):
    async def session():
        await aio.make("train", **{**make, "engine": "nobody"})

    async def iterated():
        async for _ in aio.events(songsmith.make, "train", **{**make, "engine": "nobody"}):
            pass

    for work in (session(), iterated()):
        with pytest.raises(songsmith.SongsmithError, match="no engine 'nobody'"):
            run(work)


def test_the_plain_verbs_can_be_awaited_too(make):
    async def session():
        report = await aio.check(LYRICS, length_s=8, engine="beep")
        rhymes = await aio.rhyme("night")
        lyrics = await aio.write("train", length_s=20, seed=1)
        takes = await aio.render(LYRICS, length_s=8, seed=1, engine="beep")
        return report, rhymes, lyrics, takes

    report, rhymes, lyrics, takes = run(session())
    assert len(report.lines) == 2 and rhymes and lyrics.lines and takes[0].audio.shape[0] == 2
