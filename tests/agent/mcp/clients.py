"""Real clients of the SDK, and servers for them: in this process, as a child over stdio, over HTTP."""

import asyncio
import os
import re
import subprocess
import sys
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mcp import Client, StdioServerParameters
from mcp.types import CallToolResult

from songsmith.engine.engine import OnProgress, Progress, RenderRequest, Take
from tests.agent.beep import BeepEngine

ROOT = Path(__file__).parents[3]
BOTH_ERAS = ("legacy", "auto")
"""The protocol with a handshake and questions of the server's own, and the one of 2026-07-28 without either."""
_PROGRAM = """
import os, sys
from songsmith.agent.cli.main import main
from songsmith.engine.engine import register_engine
from tests.agent.mcp.clients import NoisyEngine, PatientEngine
from tests.agent.beep import CARD
register_engine(CARD, PatientEngine if "PATIENT" in os.environ else NoisyEngine)
main(sys.argv[1:])
"""


class NoisyEngine(BeepEngine):
    """Prints where only the protocol may be, as libraries do, and has a child of its own do it too."""

    def render(self, request: RenderRequest, on_progress: OnProgress) -> Iterator[Take]:
        print("loading checkpoint shards: 100%")  # noqa: T201
        subprocess.run([sys.executable, "-c", "print('a child speaks')"], check=True)
        yield from super().render(request, on_progress)


class PatientEngine(BeepEngine):
    """Sings on and on until it is let go or cancelled; `begun` is set when it does."""

    begun, may_end = threading.Event(), threading.Event()

    @classmethod
    def reset(cls) -> None:
        cls.begun, cls.may_end = threading.Event(), threading.Event()

    def render(self, request: RenderRequest, on_progress: OnProgress) -> Iterator[Take]:
        step = 0
        while not self.may_end.wait(0.01):
            step += 1
            on_progress(Progress("waiting", step, step + 1))
            self.begun.set()
        yield from super().render(request, on_progress)


def environment(folder: Path, engine: str = "beep") -> dict[str, str]:
    """Of a server that sings in `folder` and writes offline."""
    kept = {name: value for name, value in os.environ.items() if not name.endswith("_API_KEY")}
    return {
        **kept,
        "PYTHONPATH": str(ROOT),
        "SONGSMITH_WRITER": "offline",
        "SONGSMITH_ENGINE": engine,
        "OMP_NUM_THREADS": "1",
        "SONGSMITH_LISTEN_MODEL": "tiny.en",
        "SONGSMITH_CONFIG": str(folder / "config.toml"),
    }


def command(folder: Path, *flags: str) -> list[str]:
    """The command that serves `folder`."""
    return [sys.executable, "-c", _PROGRAM, "mcp", "--out", str(folder), *flags]


def stdio_server(folder: Path, engine: str = "beep") -> StdioServerParameters:
    program, *arguments = command(folder)
    return StdioServerParameters(command=program, args=arguments, env=environment(folder, engine))


@contextmanager
def http_server(folder: Path, engine: str = "beep", *, is_killed: bool = False) -> Iterator[str]:
    """The address of a server that runs while inside. One that is to be killed sings on and on until then."""
    process = subprocess.Popen(
        command(folder, "--http", "--port", "0"),
        env=environment(folder, engine) | ({"PATIENT": "1"} if is_killed else {}),
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    try:
        announced = process.stderr.readline()
        yield re.findall(r"http://\S+", announced)[0]
    finally:
        process.kill() if is_killed else process.terminate()
        process.stderr.read()
        process.stderr.close()
        process.wait()


def talk(server: Any, session: Callable[[Client], Awaitable[Any]], **options: Any) -> Any:
    """Hold a session with a server and give back what it came to."""

    async def hold() -> Any:
        async with Client(server, cache=None, **options) as client:
            return await session(client)

    return asyncio.run(hold())


def text_of(result: CallToolResult) -> str:
    return "".join(block.text for block in result.content if block.type == "text")


async def done(client: Client, name: str, **arguments: Any) -> dict[str, Any]:
    """The result of a tool, however long its job takes."""
    result = await client.call_tool(name, arguments)
    while not result.is_error and "job" in (result.structured_content or {}):
        job = result.structured_content["job"]
        result = await client.call_tool("job", {"id": job, "wait_s": 20})
    assert not result.is_error, text_of(result)
    values: dict[str, Any] = result.structured_content or {}
    return values
