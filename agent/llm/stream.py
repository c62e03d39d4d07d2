"""A streamed reply, put together: words, thinking, tool calls in pieces, usage and the reason of its end.

Chunks are read as plain mappings and tolerantly: servers leave fields out, send null for them, number calls
with gaps or all alike, forget ids, repeat names, and put thinking into the text.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from songsmith.agent.llm.error_mapping import not_the_protocol, stream_cut
from songsmith.agent.llm.errors import EmptyReply, NoRoom, ReplyRefused, ReplyTooLong
from songsmith.agent.llm.fenced import FencedSplitter
from songsmith.agent.llm.messages import ReasoningDelta, TextDelta, ToolCall, Usage
from songsmith.agent.llm.profiles import Endpoint
from songsmith.agent.llm.thinking import ThinkSplitter
from songsmith.agent.llm.usage import estimate_tokens

__all__ = ["MAX_REASONING_CHARS", "MAX_REPLY_CHARS", "ReplyReader"]

MAX_REPLY_CHARS = 200_000
"""Words and tool arguments of one reply; the longest song is a twentieth of it."""
MAX_REASONING_CHARS = 1_000_000

Delta = TextDelta | ReasoningDelta


@dataclass
class _Call:
    index: object
    id: str = ""
    name: str = ""
    arguments: str = ""


class ReplyReader:
    """Reads one reply. `read` gives the words as they come; the rest is known when it has ended."""

    def __init__(self, endpoint: Endpoint, fenced_tools: Iterable[str] | None = None) -> None:
        """With `fenced_tools`, their names, calls are looked for in the text."""
        self._endpoint = endpoint
        self._think = ThinkSplitter()
        self._fenced = None if fenced_tools is None else FencedSplitter(fenced_tools)
        self._calls: list[_Call] = []
        self._usage: Usage | None = None
        self._reasoning_chars = 0
        self._reply_chars = 0
        self.text = ""
        self.reasoning = ""
        self.finish_reason = ""

    @property
    def has_begun(self) -> bool:
        """Whether the model has written anything, which will have to be paid for."""
        return bool(self._reply_chars or self._reasoning_chars)

    def read(self, chunks: Iterable[object]) -> Iterator[Delta]:
        """Words and thinking of all chunks, in order."""
        for chunk in chunks:
            yield from self._read_chunk(chunk)
        yield from self._kept(self._think.finish())
        if self._fenced and (rest := self._fenced.finish()):
            yield from self._words(rest)

    def check_end(self, *, is_whole: bool) -> None:
        """Raise if the reply can't be used. `is_whole`: the protocol's end mark was seen."""
        where = self._endpoint.name
        if self.finish_reason == "content_filter":
            raise ReplyRefused(
                "a content filter stopped the reply", where=where, hint="say it in other words"
            )
        if not self.finish_reason and not is_whole:
            raise stream_cut(self._endpoint)
        if self.text.strip() or self.calls:
            return
        if self.finish_reason == "length":
            raise NoRoom(
                "the reply reached its length limit before it began",
                where=where,
                hint="choose a model with a longer reply; in chat, /clear shortens the conversation",
            )
        raise EmptyReply("the reply was empty", where=where, hint="say it again, or in other words")

    @property
    def ending(self) -> str:
        """Why the reply ended; what servers say is only to be trusted about a cut."""
        if self.finish_reason == "length":
            return "length"
        return "tool_calls" if self.calls else "stop"

    @property
    def calls(self) -> tuple[ToolCall, ...]:
        """All tool calls, each with an id of its own."""
        if self._fenced:
            return tuple(self._fenced.calls)
        calls: list[ToolCall] = []
        for number, call in enumerate(self._calls, start=1):
            is_taken = any(call.id == other.id for other in calls)
            call_id = call.id if call.id and not is_taken else f"call_{number}"
            calls.append(ToolCall(call_id, call.name, call.arguments))
        return tuple(calls)

    def usage(self, prompt_text: str) -> Usage:
        """Tokens as the endpoint counted them, else an estimate."""
        if self._usage:
            return self._usage
        written = self.text + self.reasoning + "".join(c.name + c.arguments for c in self.calls)
        return Usage(estimate_tokens(prompt_text), estimate_tokens(written), is_estimated=True)

    def _read_chunk(self, chunk: object) -> Iterator[Delta]:
        if not isinstance(chunk, Mapping):
            raise not_the_protocol(
                self._endpoint, "the reply holds something that is not a message"
            )
        if usage := _usage(chunk.get("usage")):
            self._usage = usage
        for choice in _mappings(chunk.get("choices"))[:1]:
            delta = choice.get("delta") or choice.get("message") or {}
            if isinstance(delta, Mapping):
                yield from self._read_delta(delta)
            if isinstance(choice.get("finish_reason"), str):
                self.finish_reason = choice["finish_reason"]

    def _read_delta(self, delta: Mapping[str, Any]) -> Iterator[Delta]:
        thinking = delta.get("reasoning_content") or delta.get("reasoning")
        if isinstance(thinking, str) and thinking:
            yield self._thought(thinking)
        text = _text(delta.get("content")) + _text(delta.get("refusal"))
        if text:
            self._count(len(text))
            yield from self._kept(self._think.feed(text))
        for call in _mappings(delta.get("tool_calls")):
            self._add_call(call)

    def _kept(self, pieces: Iterable[Delta]) -> Iterator[Delta]:
        for piece in pieces:
            if isinstance(piece, ReasoningDelta):
                yield self._thought(piece.text)
            else:
                yield from self._words(
                    self._fenced.feed(piece.text) if self._fenced else piece.text
                )

    def _words(self, text: str) -> Iterator[Delta]:
        if text:
            self.text += text
            yield TextDelta(text)

    def _thought(self, text: str) -> ReasoningDelta:
        self._reasoning_chars += len(text)
        self._refuse_over(self._reasoning_chars, MAX_REASONING_CHARS)
        self.reasoning += text
        return ReasoningDelta(text)

    def _add_call(self, piece: Mapping[str, Any]) -> None:
        """Take a piece of a call: the one it continues, or a new one."""
        function = piece.get("function")
        function = function if isinstance(function, Mapping) else {}
        name, call_id = _text(function.get("name")), _text(piece.get("id"))
        arguments = function.get("arguments") or ""
        text = arguments if isinstance(arguments, str) else json.dumps(arguments)
        self._count(len(text) + len(name))
        call = self._continued(piece.get("index"), call_id, name)
        call.id = call.id or call_id
        call.name = call.name or name
        call.arguments += text

    def _continued(self, index: object, call_id: str, name: str) -> _Call:
        known = [call for call in self._calls if call.index == index] if index is not None else []
        last = (known or self._calls)[-1:]
        begins = (bool(name) and index is None) or bool(call_id and last and call_id != last[0].id)
        if last and (known or index is None) and not begins:
            return last[0]
        self._calls.append(_Call(index))
        return self._calls[-1]

    def _count(self, chars: int) -> None:
        self._reply_chars += chars
        self._refuse_over(self._reply_chars, MAX_REPLY_CHARS)

    def _refuse_over(self, chars: int, limit: int) -> None:
        if chars > limit:
            raise ReplyTooLong(
                f"the reply did not end within {limit:,} characters",
                where=self._endpoint.name,
                hint="say it again, or choose another model",
            )


def _text(value: object) -> str:
    """Text of a field: a string, or the text parts of a list of parts."""
    if isinstance(value, str):
        return value
    parts = [part.get("text") for part in _mappings(value)]
    return "".join(part for part in parts if isinstance(part, str))


def _mappings(value: object) -> list[Mapping[str, Any]]:
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []


def _usage(value: object) -> Usage | None:
    """Usage as the endpoint counted it; cached tokens as OpenAI and as DeepSeek name them."""
    if not isinstance(value, Mapping):
        return None
    details = value.get("prompt_tokens_details")
    cached = value.get("prompt_cache_hit_tokens") or (
        details.get("cached_tokens") if isinstance(details, Mapping) else 0
    )
    counted = [value.get("prompt_tokens"), value.get("completion_tokens"), cached]
    tokens_in, tokens_out, tokens_cached = (
        n if isinstance(n, int) and n > 0 else 0 for n in counted
    )
    if not tokens_in and not tokens_out:
        return None
    return Usage(tokens_in, tokens_out, min(tokens_cached, tokens_in))
