"""A small service: songs are queued, sung one after the other, followed and cancelled over HTTP.

pip install songsmith fastapi uvicorn
python examples/a_service.py 8000
curl -d '{"prompt": "night train", "length_s": 20}' -H 'content-type: application/json' localhost:8000/songs
curl localhost:8000/songs/1/events        every step as a line of JSON, until it is done
curl localhost:8000/songs/1               how it stands
curl -O -J localhost:8000/songs/1/audio
curl -X DELETE localhost:8000/songs/1     stops it between two steps
"""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import uvicorn
from fastapi import FastAPI, HTTPException
from fastapi.responses import FileResponse, StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

import songsmith
from songsmith import aio

MOST_WAITING = 100


class Order(BaseModel):
    """What somebody wants sung. No paths and no engine options: those are the service's to decide."""

    model_config = ConfigDict(extra="forbid")

    prompt: str = Field(min_length=1, max_length=2_000)
    style: str = Field("", max_length=400)
    length_s: float = Field(30, ge=5, le=300)
    seed: int | None = Field(None, ge=0, lt=2**31)


@dataclass
class Job:
    """An order, how it stands, and all that was told of it."""

    id: int
    order: Order
    state: str = "waiting"
    error: str = ""
    audio: Path | None = None
    told: list[songsmith.Event] = field(default_factory=list)
    news: asyncio.Condition = field(default_factory=asyncio.Condition)
    task: asyncio.Task[None] | None = None

    @property
    def is_over(self) -> bool:
        return self.state in ("done", "failed", "cancelled")

    async def stands(self, state: str, error: str = "") -> None:
        self.state, self.error = state, error
        await self.tell()

    async def tell(self, *events: songsmith.Event) -> None:
        """Wake all who follow this job."""
        self.told += events
        async with self.news:
            self.news.notify_all()

    async def told_after(self, seen: int) -> list[songsmith.Event]:
        """What was told after the first `seen` events, as soon as there is something; [] once the job is over."""
        async with self.news:
            await self.news.wait_for(lambda: self.is_over or len(self.told) > seen)
        return self.told[seen:]

    def as_json(self) -> dict[str, object]:
        return {"id": self.id, "state": self.state, "error": self.error, **self.order.model_dump()}


jobs: dict[int, Job] = {}
waiting: asyncio.Queue[Job] = asyncio.Queue(MOST_WAITING)


async def sing(job: Job) -> None:
    """Make the song of a job."""
    order = job.order
    await job.stands("working")
    try:
        async for event in aio.events(
            songsmith.make,
            order.prompt,
            style=order.style,
            length_s=order.length_s,
            seed=order.seed,
        ):
            match event:
                case songsmith.Done(result=made):
                    job.audio = made.audio
                case _:
                    await job.tell(event)
        await job.stands("done")
    except songsmith.SongsmithError as error:
        await job.stands("failed", str(error))
    except asyncio.CancelledError:
        await job.stands("cancelled")


async def work() -> None:
    """One song after the other: an engine has one GPU, or all cores. More workers are more of these."""
    while True:
        job = await waiting.get()
        if not job.is_over:
            job.task = asyncio.create_task(sing(job))
            await asyncio.wait([job.task])


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """The worker lives as long as the service; what is being sung then is stopped."""
    worker = asyncio.create_task(work())
    yield
    worker.cancel()
    singing = [job.task for job in jobs.values() if job.task and not job.task.done()]
    for task in singing:
        task.cancel()
    await asyncio.gather(worker, *singing, return_exceptions=True)


app = FastAPI(title="songs", lifespan=lifespan)


@app.post("/songs", status_code=202)
async def order_song(order: Order) -> dict[str, object]:
    job = Job(len(jobs) + 1, order)
    try:
        waiting.put_nowait(job)
    except asyncio.QueueFull:
        raise HTTPException(503, "the queue is full; try again later") from None
    jobs[job.id] = job
    return job.as_json()


@app.get("/songs/{id}")
async def how_it_stands(id: int) -> dict[str, object]:
    return found(id).as_json()


@app.get("/songs/{id}/events")
async def follow(id: int) -> StreamingResponse:
    async def lines(job: Job) -> AsyncIterator[str]:
        seen = 0
        while events := await job.told_after(seen):
            seen += len(events)
            for event in events:
                yield json.dumps(songsmith.event_document(event)) + "\n"
        yield json.dumps({"event": "end", **job.as_json()}) + "\n"

    return StreamingResponse(lines(found(id)), media_type="application/x-ndjson")


@app.get("/songs/{id}/audio")
async def audio(id: int) -> FileResponse:
    job = found(id)
    if job.audio is None:
        raise HTTPException(409, f"the song is {job.state}")
    return FileResponse(job.audio, filename=f"song-{id}{job.audio.suffix}")


@app.delete("/songs/{id}")
async def cancel(id: int) -> dict[str, object]:
    job = found(id)
    if job.task:
        job.task.cancel()
        await asyncio.wait([job.task])
    if not job.is_over:
        await job.stands("cancelled")
    return job.as_json()


def found(id: int) -> Job:
    if id not in jobs:
        raise HTTPException(404, f"there is no song {id}")
    return jobs[id]


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]) if len(sys.argv) > 1 else 8000)
