"""One OpenAI-compatible endpoint: streamed replies, tool calls or their fallback, visible retries, typed failures.

Nothing is acted upon before a reply is whole, so a reply that breaks off may be asked for again; `Retry` in
the stream says so, before the wait, and voids what was streamed. What an endpoint turns out not to know (tools,
usage, a temperature) is left out from then on.
"""

import json
import logging
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from songsmith.agent.llm.adapting import adapted
from songsmith.agent.llm.dialects import Ask, Shape, request_body, shape_for
from songsmith.agent.llm.error_mapping import LONGEST_WAIT_S, edge, not_the_protocol, reported_error
from songsmith.agent.llm.errors import (
    EmptyReply,
    Garbled,
    LlmError,
    ModelNotFound,
    NoRoom,
    TimedOut,
)
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
)
from songsmith.agent.llm.profiles import Endpoint, shown_url
from songsmith.agent.llm.served import (
    first_writer,
    is_no_api,
    other_address,
    others_hint,
    successor,
    without_prefix,
)
from songsmith.agent.llm.stream import ReplyReader
from songsmith.agent.llm.usage import Ledger

if TYPE_CHECKING:
    import openai

__all__ = ["Llm"]

logger = logging.getLogger(__name__)

_ATTEMPTS = 4


class Llm:
    """A conversation partner at `endpoint`. `ledger` counts what it used; several partners may share one.

    `sleep` and `clock` are for tests; `max_reply_s` bounds the time of one reply, which `timeout_s` of the
    endpoint, the longest silence, does not. `attempts` is how often a request is made that fails in passing.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        *,
        ledger: Ledger | None = None,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
        max_reply_s: float = MAX_REPLY_S,
        attempts: int = _ATTEMPTS,
    ) -> None:
        self.endpoint = endpoint
        self.ledger = ledger or Ledger()
        self._sleep = sleep
        self._clock = clock
        self._max_reply_s = max_reply_s
        self._attempts = attempts
        self._shape = shape_for(endpoint)
        self._is_place_sure = False
        self._sent: dict[str, Any] = {}

    def stream(
        self, messages: Sequence[Message], tools: Sequence[Tool] = (), ask: Ask | None = None
    ) -> Generator[ReplyEvent, None, None]:
        """The reply as it comes: deltas, then its tool calls, `Usage` and `Finish`.

        A `Retry` voids the deltas before it. Raises `LlmError`; the next call is not affected by it.
        """
        attempt, ask = 1, ask or Ask()
        while True:
            try:
                yield from self._attempt(messages, tools, ask)
                self._is_place_sure = True
                return
            except LlmError as error:
                if isinstance(error, NoRoom) and ask.max_tokens:
                    yield Notice(
                        "the model thinks long before it answers; its reply is not bounded"
                    )
                    ask = replace(ask, max_tokens=None)
                    continue
                if notice := self._adapt(error, self._sent) or self._find_api(error):
                    yield Notice(notice)
                    continue
                if notice := self._take_successor(error):
                    yield Notice(notice)
                    continue
                retry = _next_try(error, attempt, self._attempts)
                if isinstance(error, ModelNotFound):
                    error.hint = others_hint(self.endpoint, self._served()) or error.hint
                if retry is None:
                    raise
                yield retry
                self._sleep(retry.wait_s)
                attempt += 1

    def reply(
        self,
        messages: Sequence[Message],
        tools: Sequence[Tool] = (),
        ask: Ask | None = None,
        *,
        is_enough: Callable[[str], bool] = lambda text: False,
        on_text: Callable[[str], None] = lambda text: None,
        on_thinking: Callable[[str], None] = lambda text: None,
        on_event: Callable[[Retry | Notice], None] = lambda event: None,
    ) -> Reply:
        """The whole reply. `on_text` gets its words as they come, `on_thinking` the thoughts before
        them, `on_event` what the person should see. The stream is stopped once `is_enough` of its text."""
        reply = Reply()
        stream = self.stream(messages, tools, ask)
        for event in stream:
            match event:
                case TextDelta(text):
                    on_text(text)
                    reply = replace(reply, text=reply.text + text)
                    if is_enough(reply.text):
                        stream.close()
                        return replace(reply, is_stopped=True)
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

    def _attempt(
        self, messages: Sequence[Message], tools: Sequence[Tool], ask: Ask
    ) -> Iterator[ReplyEvent]:
        """Ask once."""
        self.ledger.allow()
        is_fenced = bool(tools) and (ask.as_text or not self._shape.has_tools)
        reader = ReplyReader(self.endpoint, [tool.name for tool in tools] if is_fenced else None)
        self._sent = {}
        try:
            if not self.endpoint.model:
                model = first_writer(self.endpoint, self.models())
                self.endpoint = replace(self.endpoint, model=model)
            self._sent = request_body(self.endpoint, self._shape, messages, tools, ask)
            with edge(self.endpoint), self._client() as client:
                completions = client.chat.completions.with_streaming_response
                with completions.create(**self._sent) as response:
                    yield from reader.read(self._chunks(response))
                    reader.check_end(is_whole=saw_end(response.http_response))
        finally:
            usage = reader.usage(json.dumps(self._sent.get("messages", []), ensure_ascii=False))
            if reader.has_begun:
                self.ledger.add(usage, self.endpoint)
            logger.info(
                "%s: %d tokens in, %d out", self.endpoint.name, usage.tokens_in, usage.tokens_out
            )
        yield from reader.calls
        yield usage
        yield Finish(reader.ending)

    def _client(self) -> "openai.OpenAI":
        """A client for one request: nothing stays open between replies, which are minutes apart."""
        return open_client(self.endpoint, max_reply_s=self._max_reply_s, clock=self._clock)

    @property
    def shape(self) -> Shape:
        """What the endpoint takes, as far as its answers have told."""
        return self._shape

    def models(self) -> list[str]:
        """Names of the models that are served there. Raises `LlmError`."""
        names = [model.get("id") for model in self.model_facts()]
        return [without_prefix(name) for name in names if isinstance(name, str) and name]

    def model_facts(self) -> list[dict[str, Any]]:
        """What the endpoint says of each model that is served there. Raises `LlmError`."""
        with (
            edge(self.endpoint),
            self._client() as client,
            client.models.with_streaming_response.list() as response,
        ):
            body = json.loads(response.read())
        served = body.get("data") if isinstance(body, dict) else None
        if not isinstance(served, list):
            raise not_the_protocol(self.endpoint, "no list of models is there")
        return [model for model in served if isinstance(model, dict)]

    def _served(self) -> list[str]:
        """The models that are served there, [] where that can't be told."""
        try:
            return self.models()
        except LlmError:
            return []

    def _take_successor(self, error: LlmError) -> str:
        """Go on with the next model of the provider where its usual one is gone; words about it, "" if not so."""
        if not isinstance(error, ModelNotFound) or self.endpoint.is_model_said:
            return ""
        found = successor(self.endpoint, self._served())
        if not found:
            return ""
        gone, self.endpoint = self.endpoint, replace(self.endpoint, model=found)
        return f"{gone.model} is no longer served there; going on with {found}"

    def _find_api(self, error: LlmError) -> str:
        """Go on at the other usual path of the server if the API is there; words about it, "" if not so."""
        if self._is_place_sure or not is_no_api(error):
            return ""
        self._is_place_sure = True
        if self._served():
            return ""
        here = self.endpoint
        self.endpoint = replace(here, base_url=other_address(here.base_url))
        if self._served():
            found, tried = shown_url(self.endpoint.base_url), shown_url(here.base_url)
            return f"the API is at {found}, not at {tried}; `songsmith config set base_url {found}`"
        self.endpoint = here
        return ""

    def _adapt(self, error: LlmError, sent: dict[str, Any]) -> str:
        """Change what is sent as a refusal asks for; words about it, "" if that is not the cause."""
        if not sent or (found := adapted(self._shape, self.endpoint, error, sent)) is None:
            return ""
        self._shape, notice = found
        return notice

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


def _next_try(error: LlmError, attempt: int, most: int) -> Retry | None:
    """When to ask again after `error` in try number `attempt` of `most`; None if that makes no sense."""
    attempts = min(most, 2) if isinstance(error, TimedOut | EmptyReply | Garbled) else most
    wait_s = error.retry_after_s if error.retry_after_s is not None else 2.0 ** (attempt - 1)
    if not error.is_passing or attempt >= attempts or wait_s > LONGEST_WAIT_S:
        return None
    return Retry(
        error.what, 0.0 if isinstance(error, EmptyReply) else wait_s, attempt + 1, attempts
    )
