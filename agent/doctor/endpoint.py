"""The LLM's endpoint, asked for real: whether it is there, takes the key, has the model, streams, and calls tools.

Two short requests, some hundred tokens. What refuses the first makes the second needless.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

from songsmith.agent.doctor.finding import Finding, Machine, fail, ok, warn
from songsmith.agent.doctor.own_settings import put_setting, setting_of
from songsmith.agent.doctor.window import window_finding
from songsmith.agent.llm.client import Llm
from songsmith.agent.llm.dialects import Ask
from songsmith.agent.llm.errors import (
    BadReply,
    KeyRefused,
    LlmError,
    ModelNotFound,
    PaymentNeeded,
    TimedOut,
    Unreachable,
)
from songsmith.agent.llm.messages import Message, Notice, TextDelta, Tool, ToolCall
from songsmith.agent.llm.profiles import Endpoint, is_local, shown_url
from songsmith.agent.settings.settings import SettingsError, endpoint

__all__ = ["check_llm", "endpoint_findings"]

_SILENCE_S = 60.0
_REPLY_S = 90.0
_TOKENS = 400
_COUNT = "Count from one to twenty in English words, with commas, and say nothing else."
_CALL = 'Call the tool note_title with the title "Night Train". Answer with the call alone.'
_TOOL = Tool(
    "note_title",
    "Note the title of a song.",
    {
        "type": "object",
        "properties": {"title": {"type": "string"}},
        "required": ["title"],
        "additionalProperties": False,
    },
)
_FEW_PIECES = 2


def check_llm(machine: Machine) -> Iterator[Finding]:
    """The endpoint that the settings choose; none is no fault, since lyrics are written offline then."""
    if machine.settings is None:
        return
    try:
        chosen = endpoint(machine.settings)
    except SettingsError as error:
        yield fail("LLM", f"{error.where}: {error.what}".removeprefix(": "), error.hint)
        return
    if chosen is None:
        mend = (
            "songsmith config set api_key; with a local server: songsmith config set profile ollama"
        )
        yield warn("LLM", "none is configured; lyrics are written offline", mend)
        return
    key = "with a key" if chosen.api_key else "without a key"
    yield ok("LLM", f"{chosen.name}, {key}, from {chosen.origin}")
    if machine.may_ask_network or is_local(chosen.base_url):
        yield from endpoint_findings(chosen)


def endpoint_findings(chosen: Endpoint) -> Iterator[Finding]:
    """What a conversation with the endpoint shows."""
    asked = replace(chosen, timeout_s=min(chosen.timeout_s, _SILENCE_S))
    llm = Llm(asked, attempts=1, max_reply_s=_REPLY_S)
    begun_s = time.monotonic()
    try:
        said = _ask(llm, _COUNT)
    except LlmError as error:
        yield from _after_failure(llm, error)
        return
    yield ok(
        "address",
        f"{shown_url(llm.endpoint.base_url)} answered in {time.monotonic() - begun_s:.1f} s",
    )
    yield ok("key", "accepted" if chosen.api_key else "none is asked for")
    yield ok("model", f"{llm.endpoint.model} answers")
    for notice in said.notices:
        yield _notice_finding(notice)
    yield _stream_finding(llm, said)
    yield _tool_finding(llm, chosen)
    yield window_finding(llm)


@dataclass(frozen=True)
class _Said:
    """A reply: its words in the pieces in which they came, the names of tools called, and what was told meanwhile."""

    pieces: tuple[str, ...] = ()
    calls: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()


def _ask(llm: Llm, words: str, *tools: Tool) -> _Said:
    """Raises `LlmError`; nothing is asked twice but in another form."""
    said = _Said()
    for event in llm.stream([Message("user", words)], tools, Ask(max_tokens=_TOKENS)):
        match event:
            case TextDelta(text):
                said = replace(said, pieces=(*said.pieces, text))
            case ToolCall():
                said = replace(said, calls=(*said.calls, event.name))
            case Notice(text):
                said = replace(said, notices=(*said.notices, text))
    return said


def _after_failure(llm: Llm, error: LlmError) -> Iterator[Finding]:
    """How far the first request came, by the way in which it failed."""
    address, mend = shown_url(llm.endpoint.base_url), error.hint
    if isinstance(error, Unreachable | TimedOut) or type(error) is BadReply:
        yield fail("address", f"{address}: {error.what}", mend)
        return
    if isinstance(error, ModelNotFound) and not _serves_models(llm):
        yield fail("address", f"{address}: no API is there ({error.what})", mend)
        return
    yield ok("address", f"{address} answers")
    if isinstance(error, KeyRefused):
        yield fail("key", error.what, mend)
    elif isinstance(error, PaymentNeeded):
        yield fail("account", error.what, mend)
    elif isinstance(error, ModelNotFound):
        yield fail("model", f"{llm.endpoint.model or 'none'}: {error.what}", mend)
    elif error.is_passing:
        yield warn("reply", error.what, mend)
    else:
        yield fail("reply", error.what, mend)


def _serves_models(llm: Llm) -> bool:
    try:
        llm.models()
    except LlmError:
        return False
    return True


def _notice_finding(notice: str) -> Finding:
    """What the endpoint would not take; where the API is elsewhere, the address is worth correcting."""
    words, _, command = notice.partition("; `")
    return warn("address", words, command.rstrip("`")) if command else ok("adapted", notice)


def _stream_finding(llm: Llm, said: _Said) -> Finding:
    if llm.shape.is_streamed and len(said.pieces) > _FEW_PIECES:
        return ok("streaming", f"words come as they are written ({len(said.pieces)} pieces)")
    return warn("streaming", "replies come in one piece: you see nothing until they are whole")


def _tool_finding(llm: Llm, chosen: Endpoint) -> Finding:
    """Whether the model calls a tool in the protocol's own way."""
    if not chosen.tools:
        return ok("tools", "asked for as text (tools = false)")
    mend, fix = put_setting(setting_of(chosen, "tools"), "false")
    try:
        said = _ask(llm, _CALL, _TOOL)
    except LlmError as error:
        return warn("tools", f"a request with tools failed: {error.what}", mend, fix)
    if not llm.shape.has_tools:
        return warn(
            "tools", "not taken; they go as text instead, which works less surely", mend, fix
        )
    if _TOOL.name in said.calls:
        return ok("tools", "called")
    return warn(
        "tools", "offered, but the model answered in words: it may only talk in a chat", mend, fix
    )
