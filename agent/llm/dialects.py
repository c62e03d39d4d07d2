"""How one request looks to one endpoint: the fields that its provider takes, less what it has refused so far.

A `Shape` is what is known of an endpoint in this session; `adapting` says how it learns from refusals.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from songsmith.agent.llm.fenced import fenced_wire
from songsmith.agent.llm.messages import Message, Tool, to_wire, tools_to_wire
from songsmith.agent.llm.profiles import Endpoint
from songsmith.agent.llm.providers import Task, provider_named, takes_of

__all__ = ["Ask", "Shape", "request_body", "shape_for"]

_THINKING_TOKENS = 8_000
"""What a bound leaves for thinking, beside the reply."""
_OPENAI_CLIENT = {"thinking", "chat_template_kwargs", "random_seed"}
"""Fields that the client only passes on inside `extra_body`."""


@dataclass(frozen=True)
class Ask:
    """What a request is for.

    `max_tokens` bounds the reply (None: nothing does); `schema` asks for JSON of that shape.
    """

    task: Task = "chat"
    max_tokens: int | None = None
    seed: int | None = None
    schema: Mapping[str, Any] | None = None
    as_text: bool = False
    """Whether tools go as text, to a model that has them but does not use them."""


@dataclass(frozen=True)
class Shape:
    """What an endpoint takes, as far as it is known."""

    has_tools: bool = True
    has_system: bool = True
    is_streamed: bool = True
    wants_reasoning: bool = False
    left_out: frozenset[str] = frozenset()
    renamed: tuple[tuple[str, str], ...] = ()
    values: tuple[tuple[str, str], ...] = ()


def shape_for(endpoint: Endpoint) -> Shape:
    """What is known of an endpoint before the first request."""
    takes = takes_of(endpoint.profile, endpoint.model)
    return Shape(
        has_tools=endpoint.tools,
        wants_reasoning=takes.reasoning_back and endpoint.thinking,
        left_out=frozenset() if takes.stream_options else frozenset({"stream_options"}),
    )


def request_body(
    endpoint: Endpoint, shape: Shape, messages: Sequence[Message], tools: Sequence[Tool], ask: Ask
) -> dict[str, Any]:
    """The arguments of one chat completion."""
    has_tools = bool(tools) and shape.has_tools and not ask.as_text
    fields = {**_fields(endpoint, shape, has_tools, ask), **_stream_fields(shape)}
    fields = _as_learned(fields, shape)
    extra = {name: fields.pop(name) for name in _OPENAI_CLIENT & set(fields)}
    body = {"model": endpoint.model, **fields, **({"extra_body": extra} if extra else {})}
    if shape.has_tools and not ask.as_text:
        body["messages"] = to_wire(messages, with_reasoning=shape.wants_reasoning)
    else:
        body["messages"] = fenced_wire(messages, tools)
    if has_tools:
        body["tools"] = tools_to_wire(tools)
    if not shape.has_system:
        body["messages"] = _without_system(body["messages"])
    return body


def _fields(endpoint: Endpoint, shape: Shape, has_tools: bool, ask: Ask) -> dict[str, Any]:
    takes = takes_of(endpoint.profile, endpoint.model)
    thinks = endpoint.thinking and (takes.tools_while_thinking or not has_tools)
    fields = dict(takes.thinking_on if thinks else takes.thinking_off)
    if takes.temperature_while_thinking or not thinks:
        usual = provider_named(endpoint.profile).temperatures.get(ask.task)
        fields["temperature"] = usual if endpoint.temperature is None else endpoint.temperature
    if ask.max_tokens:
        spare = _THINKING_TOKENS if thinks or takes.always_thinks else 0
        fields[takes.bound] = ask.max_tokens + spare
    if takes.seed and ask.seed is not None:
        fields[takes.seed] = ask.seed % 2**31
    if ask.schema:
        mode = dict(shape.values).get("response_format", takes.json_mode)
        fields["response_format"] = _json_format(mode, ask.schema)
    return {name: value for name, value in fields.items() if value is not None}


def _stream_fields(shape: Shape) -> dict[str, Any]:
    if not shape.is_streamed:
        return {"stream": False}
    return {"stream": True, "stream_options": {"include_usage": True}}


def _json_format(mode: str, schema: Mapping[str, Any]) -> dict[str, Any] | None:
    """How JSON is asked for: as any object, or as one of a schema."""
    if mode == "schema":
        return {"type": "json_schema", "json_schema": {"name": "reply", "schema": dict(schema)}}
    return {"type": "json_object"} if mode == "object" else None


def _as_learned(fields: dict[str, Any], shape: Shape) -> dict[str, Any]:
    """The fields under the names and with the values that the endpoint has asked for."""
    names, values = dict(shape.renamed), dict(shape.values)
    fields = {names.get(name, name): value for name, value in fields.items()}
    for name, value in values.items():
        if name in fields and name != "response_format":
            fields[name] = value
    return {name: value for name, value in fields.items() if name not in shape.left_out}


def _without_system(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The system text put before the first words of the person."""
    system = "\n\n".join(str(m["content"]) for m in messages if m["role"] == "system")
    rest = [dict(m) for m in messages if m["role"] != "system"]
    if not system:
        return rest
    if rest and rest[0]["role"] == "user":
        rest[0]["content"] = f"{system}\n\n{rest[0]['content']}"
        return rest
    return [{"role": "user", "content": system}, *rest]
