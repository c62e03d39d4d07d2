"""Jobs: looked at, waited for, cancelled; by calls of their own and as tasks of the protocol."""

import asyncio
import threading
from typing import Any, Literal

import pytest
from mcp import ClientSession
from mcp.client.extension import ClaimContext, ClientExtension, ResultClaim
from mcp.shared.exceptions import MCPError
from mcp.types import CallToolResult, Request, RequestParams, Result
from pydantic import ConfigDict, Field

from songsmith.agent.mcp.jobs import Job, JobError, Jobs, Outcome
from songsmith.agent.mcp.tasks import TASKS
from songsmith.errors import SongsmithError
from tests.agent.mcp.clients import BOTH_ERAS, done, http_server, talk, text_of

eras = pytest.mark.parametrize("era", BOTH_ERAS)


async def begun(client, patient, **more):
    """A song, and the answer to a render that does not end by itself, once it sings."""
    song = (await done(client, "write", brief="a harbour at dawn", length_s=12))["song"]
    result = await client.call_tool("render", {"song": song, "wait_s": 0, **more})
    await asyncio.to_thread(patient.begun.wait)
    return song, result.structured_content


@eras
def test_a_long_render_is_a_job_that_can_be_looked_at_and_waited_for(server, patient, era):
    async def session(client):
        _, job = await begun(client, patient)
        looked = await client.call_tool("job", {"id": job["job"], "wait_s": 0})
        patient.may_end.set()
        return job, looked.structured_content, await done(client, "job", id=job["job"])

    first, looked, result = talk(server, session, mode=era)
    assert first["job"] in first["next"]
    assert looked["state"] == "working"
    assert looked["step"].startswith("waiting ")
    assert [take["take"] for take in result["takes"]] == ["t001"]


@eras
def test_a_cancelled_render_ends_and_leaves_no_take(server, desk, patient, era):
    async def session(client):
        song, job = await begun(client, patient)
        await client.call_tool("cancel_job", {"id": job["job"]})
        ended = await client.call_tool("job", {"id": job["job"], "wait_s": 20})
        return ended, await done(client, "takes", song=song)

    ended, listed = talk(server, session, mode=era)
    assert ended.is_error
    assert "cancelled" in text_of(ended)
    assert listed["takes"] == []


@eras
def test_a_call_that_the_client_takes_back_ends_its_job(server, desk, patient, era):
    async def session(client):
        song = (await done(client, "write", brief="a harbour at dawn", length_s=12))["song"]
        call = asyncio.create_task(client.call_tool("render", {"song": song, "wait_s": 50}))
        await asyncio.to_thread(patient.begun.wait)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        job = desk.jobs.all()[-1]
        await client.call_tool("job", {"id": job.id, "wait_s": 20})
        return job

    assert talk(server, session, mode=era).state == "cancelled"


def test_heavy_jobs_wait_for_one_another_and_words_do_not_wait_for_them(server, patient):
    async def session(client):
        song, _ = await begun(client, patient)
        second = await client.call_tool("render", {"song": song, "wait_s": 0})
        listed = await done(client, "takes", song=song)
        await client.call_tool("cancel_job", {"id": second.structured_content["job"]})
        states = (await client.call_tool("job", {})).structured_content["jobs"]
        patient.may_end.set()
        return second.structured_content["state"], listed["takes"], states

    state, takes, jobs = talk(server, session)
    assert state == "waiting"
    assert takes == []
    assert [(job["operation"], job["state"]) for job in jobs][1:] == [
        ("render", "working"),
        ("render", "cancelled"),
        ("takes", "done"),
    ]


def test_a_job_that_fails_says_why_and_a_bug_does_not_stop_the_singer():
    jobs = Jobs()

    def fail(audience):
        raise SongsmithError("no voice today", hint="rest")

    def crash(audience):
        raise ZeroDivisionError

    def sing(audience):
        return Outcome({"sung": True})

    made = [jobs.start(Job("render", "x"), work, is_heavy=True) for work in (fail, crash, sing)]
    jobs.named(made[-1].id)
    jobs._heavy.put(None)
    jobs._singer.join()
    assert [job.state for job in made] == ["failed", "failed", "done"]
    assert made[0].fault == "no voice today; rest"
    assert "ZeroDivisionError" in made[1].fault
    with pytest.raises(JobError, match="there is no job"):
        jobs.named("job-0")


def test_a_client_that_asks_for_far_too_much_is_told_to_wait(server, patient):
    async def session(client):
        song, _ = await begun(client, patient)
        answers = [await client.call_tool("export", {"song": song, "wait_s": 0}) for _ in range(32)]
        patient.may_end.set()
        return answers

    *begun_too, refusal = talk(server, session)
    assert not any(answer.is_error for answer in begun_too)
    assert "32 jobs are not done yet" in text_of(refusal)


def test_at_the_end_of_a_server_its_jobs_are_cancelled(patient):
    jobs, began = Jobs(), threading.Event()

    def sing(audience):
        began.set()
        while True:
            audience.note("la")

    running = jobs.start(Job("render", "x"), sing, is_heavy=True)
    waiting = jobs.start(Job("render", "x"), sing, is_heavy=True)
    began.wait()
    jobs.close(wait_s=20)
    assert (running.state, waiting.state) == ("cancelled", "cancelled")


# --- tasks of the protocol


class Task(Result):
    """A task, or what was asked of one: with whatever the extension puts in it."""

    model_config = ConfigDict(extra="allow")

    result_type: Literal["task"] = "task"


class TaskState(Result):
    model_config = ConfigDict(extra="allow")


class TaskParams(RequestParams):
    task_id: str = Field(alias="taskId")


class TaskRequest(Request[TaskParams, str]):
    name_param = "taskId"


async def asked(session: ClientSession, method: str, task: str) -> dict[str, Any]:
    params = TaskParams.model_validate({"taskId": task})
    answer = await session.send_request(TaskRequest(method=method, params=params), TaskState)
    return answer.model_extra or {}


class Tasks(ClientExtension):
    """What a client does that knows tasks: it asks until there is a result. `seen` is what it was told."""

    identifier = TASKS

    def __init__(self, when_begun):
        self.seen = []
        self._when_begun = when_begun

    def claims(self):
        return [ResultClaim(result_type="task", model=Task, resolve=self.resolve)]

    async def resolve(self, task: Task, context: ClaimContext) -> CallToolResult:
        told = task.model_extra or {}
        self.seen.append(told)
        await self._when_begun(context.session, told["taskId"])
        while True:
            state = await asked(context.session, "tasks/get", told["taskId"])
            self.seen.append(state)
            if state["status"] == "completed":
                return CallToolResult.model_validate(state["result"])
            if state["status"] == "cancelled":
                return CallToolResult(content=[], is_error=True)


async def render_as_a_task(client):
    song = (await done(client, "write", brief="a harbour at dawn", length_s=12))["song"]
    return await client.call_tool("render", {"song": song})


def test_a_client_that_knows_tasks_gets_one_and_then_its_result(server, patient):
    async def let_go(session, task):
        await asked(session, "tasks/update", task)
        patient.may_end.set()

    tasks = Tasks(let_go)
    result = talk(server, render_as_a_task, extensions=[tasks])
    assert not result.is_error
    assert [take["take"] for take in result.structured_content["takes"]] == ["t001"]
    assert tasks.seen[0]["status"] == "working"
    assert tasks.seen[0]["pollIntervalMs"] > 0
    assert tasks.seen[-1]["taskId"] == tasks.seen[0]["taskId"]


def test_a_task_that_is_cancelled_ends_cancelled(server, patient):
    async def cancel(session, task):
        await asked(session, "tasks/cancel", task)

    tasks = Tasks(cancel)
    assert talk(server, render_as_a_task, extensions=[tasks]).is_error
    assert tasks.seen[-1]["status"] == "cancelled"
    assert "result" not in tasks.seen[-1]


def test_tasks_are_there_over_http_too(tmp_path):
    async def nothing(session, task):
        pass

    async def session(client):
        result = await render_as_a_task(client)
        with pytest.raises(MCPError, match="there is no job"):
            await asked(client.session, "tasks/get", "job-0")
        return result

    with http_server(tmp_path) as address:
        result = talk(address, session, extensions=[Tasks(nothing)])
    assert not result.is_error


@pytest.mark.parametrize(("era", "code"), [("auto", -32021), ("legacy", -32601)])
def test_a_client_that_does_not_know_tasks_gets_none(server, era, code):
    async def session(client):
        with pytest.raises(MCPError) as caught:
            await asked(client.session, "tasks/get", "job-0")
        return caught.value.error.code

    assert talk(server, session, mode=era) == code
