"""The server: tools and resources for the protocol's SDK, over stdio or over HTTP on this machine alone."""

import asyncio
import signal
import socket
from collections.abc import Callable
from typing import Any, TypeVar, cast

import anyio
import uvicorn
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel.server import Server
from mcp.server.stdio import stdio_server
from mcp.server.transport_security import TransportSecuritySettings
from mcp.shared.exceptions import MCPError
from mcp_types import (
    INVALID_PARAMS,
    CallToolRequestParams,
    CallToolResult,
    CompleteRequestParams,
    CompleteResult,
    ListResourcesResult,
    ListResourceTemplatesResult,
    ListToolsResult,
    PaginatedRequestParams,
    ReadResourceRequestParams,
    ReadResourceResult,
    ResourceTemplateReference,
)

from songsmith import __version__
from songsmith.agent.mcp.calls import all_tools
from songsmith.agent.mcp.desk import Desk
from songsmith.agent.mcp.tasks import serve_tasks
from songsmith.errors import SongsmithError

__all__ = ["HOST", "ServerError", "listening_socket", "make_server", "serve_http", "serve_stdio"]

HOST = "127.0.0.1"
"""The only address that is listened on: this machine's own."""
_ENDS_WITHIN_S = 5.0
_INSTRUCTIONS = "Writes, checks, sings and mends songs on this machine. Call `guide` first."

Read = TypeVar("Read")


class ServerError(SongsmithError):
    """A server that can't be started."""


def make_server(desk: Desk) -> Server[Any]:
    """A server of the SDK that hands every request to `desk`."""

    async def list_tools(
        context: ServerRequestContext, params: PaginatedRequestParams | None
    ) -> ListToolsResult:
        return ListToolsResult(tools=all_tools())

    async def call_tool(
        context: ServerRequestContext, params: CallToolRequestParams
    ) -> CallToolResult:
        # The handle of a task is the extension's own kind of result, which the SDK's type does not name.
        return cast(CallToolResult, await desk.call(context, params))

    async def list_resources(
        context: ServerRequestContext, params: PaginatedRequestParams | None
    ) -> ListResourcesResult:
        return ListResourcesResult(resources=await _read(desk.library.listed))

    async def list_templates(
        context: ServerRequestContext, params: PaginatedRequestParams | None
    ) -> ListResourceTemplatesResult:
        return ListResourceTemplatesResult(resource_templates=desk.library.templates())

    async def read_resource(
        context: ServerRequestContext, params: ReadResourceRequestParams
    ) -> ReadResourceResult:
        content = await _read(lambda: desk.library.read(str(params.uri)))
        return ReadResourceResult(contents=[content])

    async def complete(
        context: ServerRequestContext, params: CompleteRequestParams
    ) -> CompleteResult:
        known = (params.context and params.context.arguments) or {}
        begun = params.argument
        is_template = isinstance(params.ref, ResourceTemplateReference)
        variable = begun.name if is_template else ""
        found = await _read(
            lambda: desk.library.completed(variable, begun.value, known.get("song", ""))
        )
        return CompleteResult(completion=found)

    server: Server[Any] = Server(
        "songsmith",
        version=__version__,
        title="songsmith",
        instructions=_INSTRUCTIONS,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
        on_list_resources=list_resources,
        on_list_resource_templates=list_templates,
        on_read_resource=read_resource,
        on_completion=complete,
    )
    serve_tasks(server, desk.jobs)
    return server


async def _read(read: Callable[[], Read]) -> Read:
    """What `read` finds on the disk; a mistake of the client's as the protocol's own error."""
    try:
        return await asyncio.to_thread(read)
    except SongsmithError as error:
        raise MCPError(INVALID_PARAMS, str(error)) from error


def serve_stdio(desk: Desk) -> None:
    """Serve the one client at the other end of stdin and stdout until it closes them."""
    server = make_server(desk)

    async def serve() -> None:
        async with stdio_server() as (read, write):  # whatever else is printed goes to stderr
            await server.run(read, write, server.create_initialization_options())

    # The thread that reads stdin can't be interrupted: Ctrl-C is to end the process itself, which songs survive.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        anyio.run(serve)
    finally:
        desk.jobs.close(_ENDS_WITHIN_S)


def listening_socket(port: int) -> socket.socket:
    """A socket on this machine's own address; port 0 takes any that is free. Raises `ServerError`."""
    listening = socket.socket()
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((HOST, port))
        listening.listen()
    except OSError as error:
        listening.close()
        raise ServerError(
            f"port {port} can't be listened on ({(error.strerror or str(error)).lower()})",
            hint="choose another with --port, or 0 for any",
        ) from error
    return listening


def serve_http(desk: Desk, listening: socket.socket) -> None:
    """Serve clients of this machine at http://127.0.0.1:PORT/mcp until the process is interrupted.

    Requests that a page of some website makes a browser send are refused: Host and Origin must be this server's own.
    """
    port = listening.getsockname()[1]
    hosts = [f"{name}:{port}" for name in (HOST, "localhost")]
    security = TransportSecuritySettings(
        allowed_hosts=hosts, allowed_origins=[f"http://{host}" for host in hosts]
    )
    app = make_server(desk).streamable_http_app(host=HOST, transport_security=security)
    config = uvicorn.Config(
        app, log_level="warning", access_log=False, timeout_graceful_shutdown=int(_ENDS_WITHIN_S)
    )
    try:
        uvicorn.Server(config).run(sockets=[listening])
    finally:
        desk.jobs.close(_ENDS_WITHIN_S)
