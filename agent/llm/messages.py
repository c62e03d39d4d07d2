"""What goes to an LLM and what comes back, as values, and their form on the wire.

A `Message` never holds anything but data: text of users, lyrics and tool results is passed on as it is and
means nothing to this program. Only the assistant's own replies are searched for tool calls.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

__all__ = [
    "Finish",
    "Message",
    "Notice",
    "ReasoningDelta",
    "Reply",
    "ReplyEvent",
    "Retry",
    "TextDelta",
    "Tool",
    "ToolCall",
    "Usage",
    "arguments_of",
    "to_wire",
    "tools_to_wire",
]

Role = Literal["system", "user", "assistant", "tool"]


@dataclass(frozen=True)
class Tool:
    """Something the model may ask for; `parameters` is the JSON schema of its arguments."""

    name: str
    description: str
    parameters: Mapping[str, Any]


@dataclass(frozen=True)
class ToolCall:
    """The model asks for tool `name`. `arguments` is the text as it came, see `arguments_of`."""

    id: str
    name: str
    arguments: str


@dataclass(frozen=True)
class Message:
    """One turn. `calls` and `reasoning` belong to the assistant, `call_id` to a tool's result."""

    role: Role
    text: str = ""
    calls: tuple[ToolCall, ...] = ()
    call_id: str = ""
    reasoning: str = ""


@dataclass(frozen=True)
class TextDelta:
    """A piece of the reply."""

    text: str


@dataclass(frozen=True)
class ReasoningDelta:
    """A piece of the model's thinking; not part of the reply."""

    text: str


@dataclass(frozen=True)
class Usage:
    """Tokens of one request. `is_estimated` when the endpoint didn't count them itself."""

    tokens_in: int = 0
    tokens_out: int = 0
    tokens_cached: int = 0
    is_estimated: bool = False


@dataclass(frozen=True)
class Retry:
    """The request failed and is sent again after `wait_s`; whatever was streamed so far is void."""

    reason: str
    wait_s: float
    attempt: int
    attempts: int

    def __str__(self) -> str:
        wait = f"waiting {self.wait_s:.3g} s: " if self.wait_s else ""
        return f"{wait}{self.reason}; try {self.attempt} of {self.attempts}"


@dataclass(frozen=True)
class Notice:
    """Something the person should know; the reply goes on."""

    text: str

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True)
class Finish:
    """The end of a reply: "stop", "tool_calls" or "length"."""

    reason: str


ReplyEvent = TextDelta | ReasoningDelta | ToolCall | Usage | Retry | Notice | Finish


@dataclass(frozen=True)
class Reply:
    """A whole reply. `is_cut` when the model stopped at its length limit, `is_stopped` when we had enough of it."""

    text: str = ""
    calls: tuple[ToolCall, ...] = ()
    reasoning: str = ""
    usage: Usage = field(default_factory=Usage)
    is_cut: bool = False
    is_stopped: bool = False

    @property
    def message(self) -> Message:
        """The reply as a turn of the conversation."""
        return Message("assistant", self.text, calls=self.calls, reasoning=self.reasoning)


def arguments_of(call: ToolCall) -> dict[str, Any] | None:
    """The arguments of a call as a JSON object, None if they are not one; no text at all means {}."""
    if not call.arguments.strip():
        return {}
    try:
        value = json.loads(call.arguments)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def to_wire(messages: Iterable[Message], *, with_reasoning: bool = False) -> list[dict[str, Any]]:
    """Messages in the form of the chat-completions protocol."""
    return [_wire_message(message, with_reasoning) for message in messages]


def _wire_message(message: Message, with_reasoning: bool) -> dict[str, Any]:
    if message.role == "tool":
        return {"role": "tool", "tool_call_id": message.call_id, "content": message.text}
    if not message.calls:
        return {"role": message.role, "content": message.text}
    wire: dict[str, Any] = {
        "role": "assistant",
        "content": message.text or None,
        "tool_calls": [_wire_call(call) for call in message.calls],
    }
    if with_reasoning:  # an empty text where there was none; a missing one is refused
        wire["reasoning_content"] = message.reasoning
    return wire


def _wire_call(call: ToolCall) -> dict[str, Any]:
    """A past call; arguments that were no JSON object are left out, since many servers would choke."""
    arguments = "{}" if arguments_of(call) in (None, {}) else call.arguments
    return {
        "id": call.id,
        "type": "function",
        "function": {"name": call.name, "arguments": arguments},
    }


def tools_to_wire(tools: Sequence[Tool]) -> list[dict[str, Any]]:
    """Tools in the form of the chat-completions protocol."""
    return [
        {
            "type": "function",
            "function": {
                "name": tool.name,
                "description": tool.description,
                "parameters": dict(tool.parameters),
            },
        }
        for tool in tools
    ]
