"""What an operation is: a verb of the studio with arguments from outside, and what it may cost or change."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol, TypeVar

from pydantic import ValidationError

from songsmith.agent.operations.arguments import Arguments
from songsmith.agent.studio.results import Written
from songsmith.agent.studio.studio import Studio
from songsmith.errors import SongsmithError

__all__ = ["ArgumentsError", "Operation", "Workplace", "no_takes", "read_arguments", "short_schema"]

Read = TypeVar("Read", bound=Arguments)

Effect = Literal["nothing", "song", "files"]
"""What it changes: nothing; the song, where whatever was there is kept; or files, where older ones are replaced."""

Song = Literal["there", "there or new", "none"]


class ArgumentsError(SongsmithError):
    """Arguments that an operation can't be done with."""


class Workplace(Protocol):
    """Where an operation is done: one song with its verbs, or none yet."""

    @property
    def studio(self) -> Studio:
        """The open song. Raises `StudioError` if there is none."""
        ...

    def write(self, prompt: str, **wishes: object) -> Written:
        """New words for the open song, or for a new one."""
        ...


def no_takes(arguments: Any) -> int:
    """The takes that an operation sings which sings none."""
    return 0


@dataclass(frozen=True)
class Operation:
    """One operation. `act` does it, and its docstring says what it does; `takes` says how many takes it sings at most.

    A heavy one makes sound or hears it: seconds to minutes of the whole machine, so that one at a time is enough.
    One that reaches out may ask an LLM elsewhere. `song` says whether it needs one that is there.
    """

    arguments: type[Arguments]
    act: Callable[[Workplace, Any], object]
    effect: Effect = "song"
    is_heavy: bool = False
    reaches_out: bool = False
    song: Song = "there"
    takes: Callable[[Any], int] = no_takes

    @property
    def name(self) -> str:
        return self.act.__name__

    @property
    def description(self) -> str:
        return inspect.getdoc(self.act) or ""

    @property
    def schema(self) -> dict[str, Any]:
        """Its arguments as a JSON schema for a model to read."""
        return short_schema(self.arguments)


def read_arguments(model: type[Read], values: Mapping[str, Any]) -> Read:
    """The arguments that `values` are. Raises `ArgumentsError` with every fault."""
    try:
        return model.model_validate(values)
    except ValidationError as error:
        faults = [f"{'.'.join(map(str, f['loc']))}: {f['msg']}" for f in error.errors()]
        raise ArgumentsError("; ".join(faults)) from error


def short_schema(model: type[Arguments]) -> dict[str, Any]:
    """The JSON schema of a model without what says nothing: titles, defaults, and null beside another type."""
    schema: dict[str, Any] = _shortened(model.model_json_schema())
    schema.pop("description", None)  # the operation's own says it
    return schema


def _shortened(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_shortened(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    kinds = [kind for kind in schema.get("anyOf", ()) if kind != {"type": "null"}]
    if len(kinds) == 1:
        schema = {**{k: v for k, v in schema.items() if k != "anyOf"}, **kinds[0]}
    return {
        name: {key: _shortened(value) for key, value in part.items()}
        if name in ("properties", "$defs")
        else _shortened(part)
        for name, part in schema.items()
        if name not in ("title", "default")
    }
