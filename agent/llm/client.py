"""One OpenAI-compatible endpoint: streamed replies, tool calls or their fallback, visible retries, typed failures.

Nothing is acted upon before a reply is whole, so a reply that breaks off may be asked for again; `Retry` in
the stream says so, before the wait, and voids what was streamed. What an endpoint turns out not to know (tools,
usage, a temperature) is left out from then on.
"""

import json
import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from songsmith.agent.llm.dialects import OPTIONS, extra_fields, wants_reasoning_back
from songsmith.agent.llm.error_mapping import LONGEST_WAIT_S, edge, not_the_protocol, reported_error
from songsmith.agent.llm.errors import EmptyReply, Garbled, LlmError, ModelNotFound, TimedOut
from songsmith.agent.llm.fenced import fenced_wire
from songsmith.agent.llm.http_client import MAX_REPLY_S, open_client, saw_end
from songsmith.agent.llm.messages import (
    Finish,
    Message,
    Notice,
    ReasoningDelta,
    Reply,
    ReplyEvent,
    Retry,
    TextDelta,
    Tool,
    ToolCall,
    Usage,
    to_wire,
    tools_to_wire,
)
from songsmith.agent.llm.profiles import PREFERRED_MODELS, Endpoint
from songsmith.agent.llm.stream import ReplyReader
from songsmith.agent.llm.usage import Ledger

if TYPE_CHECKING:
    import openai

__all__ = ["Llm"]

_ATTEMPTS = 4
_ADAPTABLE = (400, 404, 405, 422, 500, 501)

_NO_TOOLS = (
    r"(tool|function)s?\W*(call(s|ing)?|use|choice)?\b.{0,40}"
    r"\b(not (be )?(support|allow|permit|available|enabled)|unsupported|requires?|unknown|unrecognized)"
    r"|(not support|unsupported|unknown|unrecognized|unexpected|extra|no endpoints).{0,60}"
    r"\b(tool|function)(s|_choice|\W+call)?"
)


class Llm:
    """A conversation partner at `endpoint`. `ledger` counts what it used; several partners may share one.

    `sleep` and `clock` are for tests; `max_reply_s` bounds the time of one reply, which `timeout_s` of the
    endpoint, the longest silence, does not.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        *,
        ledger: Ledger | None = None,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
        max_reply_s: float = MAX_REPLY_S,
    ) -> None:
        self.endpoint = endpoint
        self.ledger = ledger or Ledger()
        self._sleep = sleep
        self._clock = clock
        self._max_reply_s = max_reply_s
        self._has_tools = endpoint.tools
        self._unknown_options: set[str] = set()
        self._wants_reasoning = wants_reasoning_back(endpoint)

    def stream(
        self, messages: Sequence[Message], tools: Sequence[Tool] = ()
    ) -> Iterator[ReplyEvent]:
        """The reply as it comes: deltas, then its tool calls, `Usage` and `Finish`.

        A `Retry` voids the deltas before it. Raises `LlmError`; the next call is not affected by it.
        """
        attempt = 1
        while True:
            try:
                yield from self._attempt(messages, tools)
                return
            except LlmError as error:
                if notice := self._adapt(error, tools) or self._take_successor(error):
                    yield Notice(notice)
                    continue
                retry = _next_try(error, attempt)
                if isinstance(error, ModelNotFound):
                    self._name_others(error)
                if retry is None:
                    raise
                yield retry
                self._sleep(retry.wait_s)
                attempt += 1

    def reply(
        self,
        messages: Sequence[Message],
        tools: Sequence[Tool] = (),
        *,
        on_text: Callable[[str], None] = lambda text: None,
        on_thinking: Callable[[str], None] = lambda text: None,
        on_event: Callable[[Retry | Notice], None] = lambda event: None,
    ) -> Reply:
        """The whole reply. `on_text` gets its words as they come, `on_thinking` the thoughts before
        them, `on_event` what the person should see."""
        reply = Reply()
        for event in self.stream(messages, tools):
            match event:
                case TextDelta(text):
                    on_text(text)
                    reply = replace(reply, text=reply.text + text)
                case ReasoningDelta(text):
                    on_thinking(text)
                    reply = replace(reply, reasoning=reply.reasoning + text)
                case ToolCall():
                    reply = replace(reply, calls=(*reply.calls, event))
                case Usage():
                    reply = replace(reply, usage=event)
                case Finish(reason):
                    reply = replace(reply, is_cut=reason == "length")
                case Retry():
                    on_event(event)
                    reply = Reply()
                case Notice():
                    on_event(event)
        return reply

    def _attempt(self, messages: Sequence[Message], tools: Sequence[Tool]) -> Iterator[ReplyEvent]:
        """Ask once."""
        is_fenced = bool(tools) and not self._has_tools
        reader = ReplyReader(self.endpoint, [tool.name for tool in tools] if is_fenced else None)
        request: dict[str, Any] = {}
        try:
            if not self.endpoint.model:
                self.endpoint = replace(self.endpoint, model=self._first_model())
            request = self._request(messages, tools)
            with edge(self.endpoint), self._client() as client:
                completions = client.chat.completions.with_streaming_response
                with completions.create(**request) as response:
                    yield from reader.read(self._chunks(response))
                    reader.check_end(is_whole=saw_end(response.http_response))
        finally:
            usage = reader.usage(json.dumps(request.get("messages", []), ensure_ascii=False))
            if reader.has_begun:
                self.ledger.add(usage, self.endpoint)
        yield from reader.calls
        yield usage
        yield Finish(reader.ending)

    def _client(self) -> "openai.OpenAI":
        """A client for one request: nothing stays open between replies, which are minutes apart."""
        return open_client(self.endpoint, max_reply_s=self._max_reply_s, clock=self._clock)

    def models(self) -> list[str]:
        """Names of the models that are served there. Raises `LlmError`."""
        with (
            edge(self.endpoint),
            self._client() as client,
            client.models.with_streaming_response.list() as response,
        ):
            body = json.loads(response.read())
        served = body.get("data") if isinstance(body, dict) else None
        names = (
            [m.get("id") for m in served if isinstance(m, dict)] if isinstance(served, list) else []
        )
        return [name for name in names if isinstance(name, str) and name]

    def _first_model(self) -> str:
        """The first model that writes, for endpoints configured without one."""
        for name in self.models():
            if "embed" not in name:
                return name
        raise ModelNotFound(
            "no model is served there",
            where=self.endpoint.name,
            hint="load one in the server, or name one: `songsmith config set model NAME`",
        )

    def _take_successor(self, error: LlmError) -> str:
        """Go on with the next model of the provider where its usual one is gone; words about it, "" if not so."""
        if not isinstance(error, ModelNotFound) or self.endpoint.is_model_said:
            return ""
        found = self._successor()
        if not found:
            return ""
        gone, self.endpoint = self.endpoint, replace(self.endpoint, model=found)
        return f"{gone.model} is no longer served there; going on with {found}"

    def _successor(self) -> str:
        """The best model that is served there and is not the present one; "" if that can't be told."""
        try:
            served = self.models()
        except LlmError:
            return ""
        wanted = PREFERRED_MODELS.get(self.endpoint.profile, ())
        if self.endpoint.model in served:
            return ""
        return next((name for name in wanted if name in served), "")

    def _name_others(self, error: ModelNotFound) -> None:
        """Let an unknown model's error name those that are there, if they can be asked for."""
        try:
            others = self.models()
        except LlmError:
            return
        if others and self.endpoint.model not in others:
            more = ", …" if len(others) > 8 else ""
            preferred = PREFERRED_MODELS.get(self.endpoint.profile, ())
            successor = next((name for name in preferred if name in others), "")
            advice = (
                f"`songsmith config set model {successor}`" if successor else "set one as model"
            )
            error.hint = f"the models there are {', '.join(others[:8])}{more}; {advice}"

    def _request(self, messages: Sequence[Message], tools: Sequence[Tool]) -> dict[str, Any]:
        request: dict[str, Any] = {
            "model": self.endpoint.model,
            "stream": True,
            "stream_options": {"include_usage": True},
            **extra_fields(self.endpoint, has_tools=bool(tools) and self._has_tools),
        }
        unsaid = {key for key, value in request.items() if value is None}
        request = {k: v for k, v in request.items() if k not in self._unknown_options | unsaid}
        if "thinking" in request:
            request["extra_body"] = {"thinking": request.pop("thinking")}
        if self._has_tools:
            request["messages"] = to_wire(messages, with_reasoning=self._wants_reasoning)
            if tools:
                request["tools"] = tools_to_wire(tools)
        else:
            request["messages"] = fenced_wire(messages, tools)
        return request

    def _chunks(self, response: Any) -> Iterator[object]:
        """Chunks of a streamed reply as plain values, or a reply in one piece as its only chunk."""
        kind = str(response.headers.get("content-type", "")).partition(";")[0].strip().lower()
        if kind == "text/html":
            raise not_the_protocol(self.endpoint, "it answered with a web page")
        if kind == "application/json":
            body = json.loads(response.read())
            yield self._completion(body)
            return
        has_chunks = False
        for chunk in response.parse():
            has_chunks = True
            yield chunk.to_dict(warnings=False) if hasattr(chunk, "to_dict") else chunk
        if not has_chunks and kind != "text/event-stream":
            raise not_the_protocol(self.endpoint, f"it answered with {kind or 'something unnamed'}")

    def _completion(self, body: object) -> object:
        """`body` if it is a reply in one piece. Raises for an error that came under a good status."""
        if not isinstance(body, dict) or "choices" in body:
            return body
        if "error" in body:
            raise reported_error(self.endpoint, body)
        raise not_the_protocol(self.endpoint, "the reply is JSON, but no message")

    def _adapt(self, error: LlmError, tools: Sequence[Tool]) -> str:
        """Leave out what the endpoint says it doesn't know; words about it, "" if that is not the cause."""
        said = error.what.casefold()
        if error.status not in _ADAPTABLE:
            return ""
        for option in OPTIONS:
            if option in said and option not in self._unknown_options:
                self._unknown_options.add(option)
                return f"{self.endpoint.name} takes no {option}; going on without"
        if "reasoning_content" in said and not self._wants_reasoning:
            self._wants_reasoning = True
            return f"{self.endpoint.name} wants its thinking back; sending it along"
        if tools and self._has_tools and re.search(_NO_TOOLS, said):
            self._has_tools = False
            return f"{self.endpoint.name} has no tool calling; tools go as text instead"
        return ""


def _next_try(error: LlmError, attempt: int) -> Retry | None:
    """When to ask again after `error` in try number `attempt`; None if that makes no sense."""
    attempts = 2 if isinstance(error, TimedOut | EmptyReply | Garbled) else _ATTEMPTS
    wait_s = error.retry_after_s if error.retry_after_s is not None else 2.0 ** (attempt - 1)
    if not error.is_passing or attempt >= attempts or wait_s > LONGEST_WAIT_S:
        return None
    return Retry(
        error.what, 0.0 if isinstance(error, EmptyReply) else wait_s, attempt + 1, attempts
    )
