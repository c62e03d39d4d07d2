"""What becomes of a call: the person is asked if it must be, a job is begun and waited for, the client is told.

The client's model proposes, this decides, as the chat does for its own: arguments are validated, a song is a name on
the shelf, and takes beyond the budget need the person's yes. What is wrong with a call is its result, to be put right.
"""

import asyncio
from typing import Any

from mcp.server.context import ServerRequestContext
from mcp_types import CallToolRequestParams, CallToolResult, InputRequiredResult

from songsmith.agent.mcp.calls import (
    CALLS,
    OWN_TOOLS,
    CancelCall,
    JobCall,
    SongCall,
    SongsCall,
    Wait,
)
from songsmith.agent.mcp.consent import ask_for_takes
from songsmith.agent.mcp.jobs import Job, Jobs, Outcome, Work
from songsmith.agent.mcp.outcomes import job_document, outcome_of, refused, said, told
from songsmith.agent.mcp.resources import Library
from songsmith.agent.mcp.shelf import Shelf
from songsmith.agent.mcp.tasks import task_handle, wants_tasks
from songsmith.agent.mcp.waiting import result_of, wait_for
from songsmith.agent.operations.arguments import Arguments
from songsmith.agent.operations.budget import Budget
from songsmith.agent.operations.operation import ArgumentsError, Operation, read_arguments
from songsmith.agent.operations.table import OPERATIONS
from songsmith.agent.studio.results import Audience
from songsmith.engine.engine import Cancelled
from songsmith.errors import SongsmithError

__all__ = ["Answer", "Desk"]

Answer = CallToolResult | InputRequiredResult | dict[str, Any]
"""A result, a question to the person, or the handle of a task."""

_BEFORE_A_TASK_S = 1.0
"""Whoever can have tasks still gets a result that is there at once."""

_MOST_JOBS = 20


class Desk:
    """All calls of a server: for the songs of `shelf`, with `budget` takes that may be sung unasked."""

    def __init__(self, shelf: Shelf, budget: int) -> None:
        self.jobs = Jobs()
        self.library = Library(shelf, budget)
        self._shelf = shelf
        self._budget = Budget(budget)

    async def call(self, context: ServerRequestContext, params: CallToolRequestParams) -> Answer:
        """Do what a client asks for. Raises nothing that is the client's fault."""
        try:
            if params.name in OWN_TOOLS:
                call = read_arguments(OWN_TOOLS[params.name], params.arguments or {})
                return await self._own(context, call)
            return await self._operation(context, params)
        except SongsmithError as error:
            return refused(str(error))

    # --- operations

    async def _operation(
        self, context: ServerRequestContext, params: CallToolRequestParams
    ) -> Answer:
        operation = OPERATIONS.get(params.name)
        if operation is None:
            known = ", ".join([*OWN_TOOLS, *OPERATIONS])
            raise ArgumentsError(f"there is no tool {params.name!r}", hint=f"the tools are {known}")
        call = read_arguments(CALLS[params.name], params.arguments or {})
        self.jobs.need_room()
        song = getattr(call, "song", "")
        if song:
            self._shelf.song_folder(song)  # nobody is asked about a song that is not there
        takes = operation.takes(call)
        if not self._budget.covers(takes):
            question = await ask_for_takes(context, params, takes, self._budget.allowed)
            if question is not None:
                return question
            self._budget.renew()
        self._budget.spend(takes)
        job = Job(operation.name, song)
        work = self._work(operation, song, call, takes)
        self.jobs.start(job, work, is_heavy=operation.is_heavy)
        return await self._first_answer(context, job, call.wait_s)

    def _work(self, operation: Operation, song: str, call: Wait, takes: int) -> Work:
        """What the job does: the operation on its song, in a session of its own."""

        def work(audience: Audience) -> Outcome:
            try:
                session = self._shelf.session(song, audience)
                result = operation.act(session, call)
            except SongsmithError as error:
                if not isinstance(error, Cancelled):
                    self._budget.give_back(takes)
                raise
            return outcome_of(result, session.song)

        return work

    async def _first_answer(self, context: ServerRequestContext, job: Job, wait_s: float) -> Answer:
        """The result if it comes in time, else the task or where the job stands. A call taken back ends its job."""
        has_tasks = wants_tasks(context)
        try:
            await self._wait(context, job, min(wait_s, _BEFORE_A_TASK_S) if has_tasks else wait_s)
        except asyncio.CancelledError:
            job.cancel()
            raise
        return task_handle(job) if has_tasks and not job.is_over else result_of(job)

    async def _wait(self, context: ServerRequestContext, job: Job, wait_s: float) -> None:
        async def report(number: int, words: str) -> None:
            await context.session.report_progress(number, message=words)

        await wait_for(job, wait_s, report)

    # --- the server's own tools

    async def _own(self, context: ServerRequestContext, call: Arguments) -> CallToolResult:
        match call:
            case SongsCall():
                return told({"folder": str(self._shelf.folder), "songs": self._shelf.names()})
            case SongCall():
                return said(await asyncio.to_thread(self.library.state, call.song))
            case JobCall(id=""):
                return told({"jobs": [job_document(job) for job in self.jobs.all()[-_MOST_JOBS:]]})
            case JobCall():
                job = self.jobs.named(call.id)
                await self._wait(context, job, call.wait_s)
                return result_of(job)
            case CancelCall():
                job = self.jobs.named(call.id)
                job.cancel()
                return told(job_document(job))
        return said(self.library.guide)
