"""The tools as clients see them: each operation with the song that it is for, and a few tools of the server's own."""

from typing import Any

from mcp_types import Tool, ToolAnnotations
from pydantic import Field, create_model

from songsmith.agent.operations.arguments import Arguments
from songsmith.agent.operations.operation import Operation, short_schema
from songsmith.agent.operations.table import OPERATIONS

__all__ = ["CALLS", "OWN_TOOLS", "Wait", "all_tools"]

_SONG = Field(description="name of the song, as `songs` lists it", max_length=200)
_SONG_OR_NEW = Field(
    "", description="a song to give new words to; empty: a new song", max_length=200
)


class Wait(Arguments):
    """How long a call waits for its job."""

    wait_s: float = Field(
        6, ge=0, le=50, description="seconds to wait for the result; then go on with `job`"
    )


def _call(operation: Operation) -> type[Wait]:
    """The arguments of an operation, with the song and the wait."""
    songs: dict[str, dict[str, Any]] = {
        "there": {"song": (str, _SONG)},
        "there or new": {"song": (str, _SONG_OR_NEW)},
        "none": {},
    }
    bases: Any = (Wait, operation.arguments)
    name = f"{operation.name}_call"
    model: type[Wait] = create_model(name, __base__=bases, **songs[operation.song])
    return model


CALLS: dict[str, type[Wait]] = {o.name: _call(o) for o in OPERATIONS.values()}
"""What each operation is to be called with. A call is the operation's own arguments too."""


class GuideCall(Arguments):
    """How to work with songsmith: read this first."""


class SongsCall(Arguments):
    """The songs that there are, the one changed last first."""


class SongCall(Arguments):
    """A song as it stands: words with numbers and stamps, faults, takes."""

    song: str = _SONG


class JobCall(Wait):
    """What a job has come to: waits for its result, or for `wait_s` seconds. Without an id: all jobs."""

    id: str = Field("", description='e.g. "job-1f2e3d4c5b6a"', max_length=60)


class CancelCall(Arguments):
    """Stop a job at its next step; what it had finished is kept."""

    id: str = Field(max_length=60)


OWN_TOOLS: dict[str, type[Arguments]] = {
    "guide": GuideCall,
    "songs": SongsCall,
    "song": SongCall,
    "job": JobCall,
    "cancel_job": CancelCall,
}
"""The tools that are no operation."""


def all_tools() -> list[Tool]:
    """All tools, the guide first."""
    own = [_own_tool(name, model) for name, model in OWN_TOOLS.items()]
    return [*own[:3], *(_tool(operation) for operation in OPERATIONS.values()), *own[3:]]


def _own_tool(name: str, model: type[Arguments]) -> Tool:
    is_reading = name != "cancel_job"
    return Tool(
        name=name,
        description=model.__doc__,
        input_schema=short_schema(model),
        annotations=ToolAnnotations(
            read_only_hint=is_reading,
            destructive_hint=not is_reading,
            idempotent_hint=True,
            open_world_hint=False,
        ),
    )


def _tool(operation: Operation) -> Tool:
    return Tool(
        name=operation.name,
        description=operation.description,
        input_schema=short_schema(CALLS[operation.name]),
        annotations=ToolAnnotations(
            read_only_hint=operation.effect == "nothing",
            destructive_hint=operation.effect == "files",
            idempotent_hint=operation.effect != "song",
            open_world_hint=operation.reaches_out,
        ),
    )
