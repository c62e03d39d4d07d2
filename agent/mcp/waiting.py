"""Waiting for a job inside a call, and telling the client meanwhile how far it is."""

import asyncio
from collections.abc import Awaitable, Callable

from mcp_types import CallToolResult

from songsmith.agent.mcp.jobs import Job
from songsmith.agent.mcp.outcomes import job_document, refused, step_words, told

__all__ = ["Report", "result_of", "wait_for"]

Report = Callable[[int, str], Awaitable[None]]
"""Tells the client about a step: its number, and words."""


async def wait_for(job: Job, wait_s: float, report: Report) -> None:
    """Wait until a job is over, at most `wait_s` seconds. `report` is called for every step that is news.

    Steps are counted: how many there will be is known of a stage, not of the whole.
    """
    loop, news = asyncio.get_running_loop(), asyncio.Event()

    def ring() -> None:
        loop.call_soon_threadsafe(news.set)

    async def follow() -> None:
        number, words = 0, ""
        while not job.is_over:
            await news.wait()
            news.clear()
            if words != (words := _words(job)):
                number += 1
                await report(number, words)

    with job.watched(ring):
        try:
            await asyncio.wait_for(follow(), wait_s)
        except asyncio.TimeoutError:  # not the built-in one before Python 3.11
            return


def result_of(job: Job) -> CallToolResult:
    """What a call is answered with: the job's result, why there is none, or where it stands."""
    if job.outcome is not None:
        return told(job.outcome.document, job.outcome.files)
    if job.is_over:
        return refused(f"{job.operation}: {job.fault}")
    return told(job_document(job))


def _words(job: Job) -> str:
    """The last that was said of a job, "" for one that said nothing yet."""
    if job.step is not None:
        return f"{job.operation}: {step_words(job.step)}"
    return job.remarks[-1] if job.remarks else ""
