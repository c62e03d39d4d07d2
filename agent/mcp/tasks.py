"""Jobs as tasks of the protocol: the extension io.modelcontextprotocol/tasks of 2026-07-28.

A client that declares it gets a task in place of a result that takes longer, and asks for it itself with tasks/get;
its model has nothing to poll. See https://github.com/modelcontextprotocol/ext-tasks, specification/2026-07-28/tasks.md.
"""

from typing import Any

from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel.server import Server
from mcp.server.mcpserver import require_client_extension
from mcp.shared.exceptions import MCPError
from mcp_types import INVALID_PARAMS, METHOD_NOT_FOUND, RequestParams
from mcp_types.version import MODERN_PROTOCOL_VERSIONS
from pydantic import Field

from songsmith.agent.mcp.jobs import KEPT_S, Job, JobError, Jobs
from songsmith.agent.mcp.waiting import result_of

__all__ = ["TASKS", "serve_tasks", "task_handle", "wants_tasks"]

TASKS = "io.modelcontextprotocol/tasks"
_STATUS = {
    "waiting": "working",
    "working": "working",
    "done": "completed",
    "failed": "completed",  # with a result that is an error; "failed" is kept for faults of the protocol
    "cancelled": "cancelled",
}
_POLL_MS = 1_000


class TaskParams(RequestParams):
    """Which task is meant."""

    task_id: str = Field(alias="taskId", max_length=100)


def serve_tasks(server: Server[Any], jobs: Jobs) -> None:
    """Let clients that declare the extension get, update and cancel tasks."""

    def task_of(context: ServerRequestContext, params: TaskParams) -> Job:
        if context.protocol_version not in MODERN_PROTOCOL_VERSIONS:
            raise MCPError(METHOD_NOT_FOUND, "Method not found")
        require_client_extension(context, TASKS)
        try:
            return jobs.named(params.task_id)
        except JobError as error:
            raise MCPError(INVALID_PARAMS, str(error)) from error

    async def get(context: ServerRequestContext, params: TaskParams) -> dict[str, Any]:
        job = task_of(context, params)
        return {**_task(job), **_result(job), "resultType": "complete"}

    async def update(context: ServerRequestContext, params: TaskParams) -> dict[str, Any]:
        task_of(
            context, params
        )  # a task never asks for anything: the budget is settled before it begins
        return {"resultType": "complete"}

    async def cancel(context: ServerRequestContext, params: TaskParams) -> dict[str, Any]:
        task_of(context, params).cancel()
        return {"resultType": "complete"}

    server.extensions[TASKS] = {}
    server.add_request_handler("tasks/get", TaskParams, get)
    server.add_request_handler("tasks/update", TaskParams, update)
    server.add_request_handler("tasks/cancel", TaskParams, cancel)


def wants_tasks(context: ServerRequestContext) -> bool:
    """Whether this very request declares the extension."""
    capabilities = context.session.client_capabilities
    is_modern = context.protocol_version in MODERN_PROTOCOL_VERSIONS
    return is_modern and TASKS in ((capabilities and capabilities.extensions) or {})


def task_handle(job: Job) -> dict[str, Any]:
    """The answer to a call whose result is still to come."""
    return {**_task(job), "resultType": "task"}


def _task(job: Job) -> dict[str, Any]:
    return {
        "taskId": job.id,
        "status": _STATUS[job.state],
        "statusMessage": job.fault or (job.remarks[-1] if job.remarks else job.operation),
        "createdAt": job.created_at,
        "lastUpdatedAt": job.changed_at,
        "ttlMs": KEPT_S * 1_000,
        "pollIntervalMs": _POLL_MS,
    }


def _result(job: Job) -> dict[str, Any]:
    if _STATUS[job.state] != "completed":
        return {}
    result = result_of(job).model_dump(by_alias=True, mode="json", exclude_none=True)
    return {"result": result}
