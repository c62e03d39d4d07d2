"""A real HTTP server that speaks the chat-completions protocol, and misbehaves on command.

    with LlmServer() as server:
        server.queue(Status(429, headers={"Retry-After": "3"}), Words("hello"))
        Llm(server.endpoint()).reply([Message("user", "hi")])
        assert server.requests[1].body["stream"]

Each request takes the next answer of the queue; the last one stays for all that follow. It goes beyond the
`llmock` package, which can't send half a tool call, an endless or huge reply, comments, web pages, nor reply in
one piece to a request for a stream.
"""

import json
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Protocol

from pydantic import SecretStr

from songsmith.agent.llm.profiles import Endpoint

KEY = "sk-test-0123456789abcdef"


@dataclass(frozen=True)
class Request:
    """What a client sent; names of headers in lower case."""

    path: str
    headers: Mapping[str, str]
    body: dict[str, Any]

    @property
    def messages(self) -> list[dict[str, Any]]:
        return list(self.body["messages"])

    @property
    def tool_names(self) -> list[str]:
        return [tool["function"]["name"] for tool in self.body.get("tools", [])]


class Connection(BaseHTTPRequestHandler):
    """One request, and the means to answer it well or badly."""

    protocol_version = "HTTP/1.1"
    server: "_Http"

    def log_message(self, format: str, *args: object) -> None:
        """Silent: tests read `requests` instead."""

    def do_GET(self) -> None:
        self._note({})
        if not self._is_elsewhere():
            self.send_body(200, json.dumps({"object": "list", "data": self.server.models}))

    def _is_elsewhere(self) -> bool:
        """Answer a request beside the only path that the API is at; whether that was so."""
        if self.server.elsewhere is None or self.path.startswith(self.server.elsewhere[0]):
            return False
        self.server.elsewhere[1](self)
        return True

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        self._note(json.loads(self.rfile.read(length)))
        try:
            if not self._is_elsewhere():
                self.server.next_answer()(self)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def _note(self, body: dict[str, Any]) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.requests.append(Request(self.path, headers, body))

    def send_body(
        self,
        status: int,
        body: str | bytes,
        kind: str = "application/json",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        data = body.encode() if isinstance(body, str) else body
        self.send_response(status)
        for name, value in {"Content-Type": kind, **(headers or {})}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def begin_stream(self, kind: str = "text/event-stream") -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()

    def send_piece(self, text: str | bytes) -> None:
        data = text.encode() if isinstance(text, str) else text
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
        self.wfile.flush()

    def send_event(self, value: object) -> None:
        self.send_piece(f"data: {value if isinstance(value, str) else json.dumps(value)}\n\n")

    def end_stream(self, *, with_mark: bool = True) -> None:
        if with_mark:
            self.send_event("[DONE]")
        self.wfile.write(b"0\r\n\r\n")
        self.wfile.flush()

    def hang_up(self) -> None:
        """Drop the connection without ending the reply."""
        self.close_connection = True

    @property
    def is_stopping(self) -> bool:
        return self.server.is_stopping.is_set()


class Answer(Protocol):
    def __call__(self, connection: Connection) -> None: ...


def chunk(
    delta: Mapping[str, Any] | None, finish: str | None = None, **more: object
) -> dict[str, Any]:
    """One chunk of a streamed reply; without a delta, one without choices."""
    choices = [] if delta is None else [{"index": 0, "delta": delta, "finish_reason": finish}]
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": "test-model",
        "choices": choices,
        **more,
    }


def call_delta(
    index: int | None,
    *,
    id: str | None = None,
    name: str | None = None,
    arguments: str | None = None,
) -> dict[str, Any]:
    """A piece of a tool call."""
    function = {"name": name, "arguments": arguments}
    piece: dict[str, Any] = {"index": index, "id": id, "type": "function" if id else None}
    piece["function"] = {key: value for key, value in function.items() if value is not None}
    return {"tool_calls": [{key: value for key, value in piece.items() if value is not None}]}


USAGE = {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120}


@dataclass(frozen=True)
class Words:
    """A good reply, in pieces of `size` characters."""

    text: str = "All good."
    size: int = 7
    thinking: str = ""
    finish: str | None = "stop"
    usage: Mapping[str, Any] | None = field(default_factory=lambda: dict(USAGE))

    def __call__(self, connection: Connection) -> None:
        connection.begin_stream()
        connection.send_event(chunk({"role": "assistant", "content": ""}))
        for piece in _pieces(self.thinking, self.size):
            connection.send_event(chunk({"reasoning_content": piece}))
        for piece in _pieces(self.text, self.size):
            connection.send_event(chunk({"content": piece}))
        if self.finish:
            connection.send_event(chunk({}, self.finish))
        if self.usage:
            connection.send_event(chunk(None, usage=self.usage))
        connection.end_stream()


@dataclass(frozen=True)
class Calls:
    """A good reply of tool calls, each (name, arguments), with arguments in pieces."""

    calls: Sequence[tuple[str, object]]
    text: str = ""
    size: int = 5

    def __call__(self, connection: Connection) -> None:
        connection.begin_stream()
        for piece in _pieces(self.text, self.size):
            connection.send_event(chunk({"content": piece}))
        for index, (name, arguments) in enumerate(self.calls):
            text = arguments if isinstance(arguments, str) else json.dumps(arguments)
            connection.send_event(
                chunk(call_delta(index, id=f"call_{index}_{name}", name=name, arguments=""))
            )
            for piece in _pieces(text, self.size):
                connection.send_event(chunk(call_delta(index, arguments=piece)))
        connection.send_event(chunk({}, "tool_calls"))
        connection.send_event(chunk(None, usage=USAGE))
        connection.end_stream()


@dataclass(frozen=True)
class Events:
    """Any stream at all: strings are sent as they are, the rest as JSON events."""

    events: Sequence[object]
    ending: str = "done"
    kind: str = "text/event-stream"

    def __call__(self, connection: Connection) -> None:
        connection.begin_stream(self.kind)
        for event in self.events:
            if isinstance(event, str | bytes):
                connection.send_piece(event)
            else:
                connection.send_event(event)
        if self.ending == "cut":
            connection.hang_up()
        else:
            connection.end_stream(with_mark=self.ending == "done")


@dataclass(frozen=True)
class Status:
    """An HTTP error with the usual body, or another one."""

    status: int
    message: str = "something is wrong"
    code: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str | None = None
    kind: str = "application/json"

    def __call__(self, connection: Connection) -> None:
        error = {"message": self.message, "type": "error", "code": self.code}
        body = json.dumps({"error": error}) if self.body is None else self.body
        connection.send_body(self.status, body, self.kind, self.headers)


@dataclass(frozen=True)
class Whole:
    """A reply in one piece, though a stream was asked for."""

    body: object
    kind: str = "application/json"

    def __call__(self, connection: Connection) -> None:
        text = self.body if isinstance(self.body, str) else json.dumps(self.body)
        connection.send_body(200, text, self.kind)


def whole_reply(message: Mapping[str, Any], finish: str = "stop") -> Whole:
    """A well-formed completion in one piece."""
    choice = {"index": 0, "message": {"role": "assistant", **message}, "finish_reason": finish}
    return Whole(
        {"id": "chatcmpl-1", "object": "chat.completion", "choices": [choice], "usage": USAGE}
    )


@dataclass(frozen=True)
class Endless:
    """The same event for ever, until the client hangs up."""

    event: object

    def __call__(self, connection: Connection) -> None:
        connection.begin_stream()
        while not connection.is_stopping:
            if isinstance(self.event, str):
                connection.send_piece(self.event)
                time.sleep(0.005)
            else:
                connection.send_event(self.event)


@dataclass(frozen=True)
class Silence:
    """Nothing at all, or nothing more after the headers, until the client hangs up."""

    with_headers: bool = False

    def __call__(self, connection: Connection) -> None:
        if self.with_headers:
            connection.begin_stream()
            connection.send_event(chunk({"content": "Well"}))
        connection.server.is_stopping.wait(30)
        connection.hang_up()


@dataclass(frozen=True)
class HangUp:
    """The connection is dropped before any answer."""

    def __call__(self, connection: Connection) -> None:
        connection.hang_up()


@dataclass(frozen=True)
class Brain:
    """An answer worked out from the request: a function that gives another answer."""

    think: Callable[[Request], Answer]

    def __call__(self, connection: Connection) -> None:
        self.think(connection.server.requests[-1])(connection)


def _pieces(text: str, size: int) -> Iterable[str]:
    return (text[at : at + size] for at in range(0, len(text), size))


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Connection)
        self.requests: list[Request] = []
        self.answers: list[Answer] = [Words()]
        self.models: list[dict[str, str]] = [{"id": "test-model", "object": "model"}]
        self.elsewhere: tuple[str, Answer] | None = None
        self.is_stopping = threading.Event()
        self.lock = threading.Lock()

    def next_answer(self) -> Answer:
        with self.lock:
            return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hung up is no error here."""


class LlmServer:
    """The server, running between `with` and its end, on a free port of this machine."""

    def __init__(self) -> None:
        self._http = _Http()
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True)

    def __enter__(self) -> "LlmServer":
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._http.is_stopping.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def queue(self, *answers: Answer) -> None:
        """Answers to the next requests; the last one stays."""
        self._http.answers = list(answers)

    @property
    def requests(self) -> list[Request]:
        return self._http.requests

    def keep_to(self, path: str, elsewhere: Answer) -> None:
        """Answer only at addresses that begin with `path`, and with `elsewhere` at all others."""
        self._http.elsewhere = (path, elsewhere)

    @property
    def models(self) -> list[dict[str, str]]:
        return self._http.models

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_address[1]}/v1"

    def endpoint(self, **changes: Any) -> Endpoint:
        """An endpoint that leads here."""
        values = {
            "base_url": self.base_url,
            "model": "test-model",
            "api_key": SecretStr(KEY),
            "timeout_s": 20.0,
            **changes,
        }
        return Endpoint(**values)
