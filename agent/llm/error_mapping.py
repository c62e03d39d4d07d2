"""Where the errors of the client, the network and the parser end: each becomes one of `llm_errors`, with the
endpoint's name, what happened, and what to do. The endpoint's own words are shortened and stripped of keys.
"""

import email.utils
import html
import json
import re
import socket
import ssl
import time
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from songsmith.agent.llm.errors import (
    BadReply,
    ConnectionRefused,
    ContextFull,
    Garbled,
    HostUnknown,
    KeyRefused,
    LlmError,
    ModelNotFound,
    PaymentNeeded,
    RateLimited,
    RequestRefused,
    ServerFailed,
    StreamCut,
    TimedOut,
    Unreachable,
)
from songsmith.agent.llm.profiles import Endpoint, is_local
from songsmith.agent.llm.secrets import without_key

__all__ = [
    "LONGEST_WAIT_S",
    "edge",
    "excerpt",
    "not_the_protocol",
    "reported_error",
    "status_error",
    "stream_cut",
]

_MOST_SAID = 4_000
_CODE = re.compile(r"<(script|style)\b", re.IGNORECASE)


LONGEST_WAIT_S = 60.0
"""A person in front of a terminal decides about longer ones."""


@contextmanager
def edge(endpoint: Endpoint) -> Iterator[None]:
    """The only door for foreign errors: what the client, the network or the parser raises inside becomes
    an `LlmError`. Errors of ours and programming errors pass untouched."""
    import httpx2
    import openai

    try:
        yield
    except openai.APIStatusError as error:
        raise _status_error(endpoint, error) from error
    except (openai.OpenAIError, httpx2.HTTPError, httpx2.StreamError, OSError) as error:
        raise _transport_error(endpoint, error) from error
    except (httpx2.InvalidURL, UnicodeError) as error:
        if isinstance(error, UnicodeDecodeError):
            raise _garbled(endpoint, "bytes that are not UTF-8") from error
        raise Unreachable(
            "the address can't be used", where=endpoint.name, hint="correct base_url"
        ) from error
    except zlib.error as error:
        raise _garbled(endpoint, "packed data that is damaged") from error
    except (json.JSONDecodeError, RecursionError) as error:
        raise _garbled(endpoint, "data that is not JSON") from error
    except ValueError as error:
        if "integer string conversion" not in str(error):
            raise
        raise _garbled(endpoint, "a number of thousands of digits") from error


def excerpt(text: str, length: int = 160) -> str:
    """The beginning of foreign text as one harmless line: no tags, control characters or keys."""
    text = _without_code(text)
    text = html.unescape(re.sub(r"<[^<>]{1,200}>", " ", text))
    text = "".join(char if char.isprintable() else " " for char in text)
    text = re.sub(r"\b(sk|key|Bearer)[-_ ][\w*.-]{6,}", r"\1-…", text)
    text = " ".join(text.split())
    return text if len(text) <= length else text[: length - 1] + "…"


def _without_code(text: str) -> str:
    """A web page's text without its scripts and styles; one that never ends takes the rest with it."""
    kept: list[str] = []
    done = 0
    while begin := _CODE.search(text, done):
        kept.append(text[done : begin.start()])
        end = re.compile(rf"</{begin[1]}\s*>", re.I).search(text, begin.end())
        if end is None:
            return " ".join(kept)
        done = end.end()
    return " ".join([*kept, text[done:]])


def _status_error(endpoint: Endpoint, error: Exception) -> LlmError:
    """The error for an HTTP status from 400 on."""
    status = int(getattr(error, "status_code", 0))
    body = getattr(error, "body", None)
    said = _said(endpoint, body if body else _response_text(error))
    retry_after_s = _retry_after_s(getattr(getattr(error, "response", None), "headers", {}))
    return status_error(endpoint, status, said, retry_after_s, _error_code(body))


def status_error(
    endpoint: Endpoint, status: int, said: str, retry_after_s: float | None = None, code: str = ""
) -> LlmError:
    """The error for HTTP status `status` with the endpoint's own words `said`."""
    kind, what, hint = _cause(endpoint, status, f"{code} {said}")
    detail = f"{status}: {said}" if said else str(status)
    if retry_after_s is not None and retry_after_s > LONGEST_WAIT_S:
        detail += f"; it asks to wait {retry_after_s:.0f} s"
    return kind(
        f"{what} ({detail})",
        where=endpoint.name,
        hint=hint,
        status=status,
        retry_after_s=retry_after_s,
    )


_QUOTA = r"insufficient[_ ](quota|balance|credit|funds)|billing|payment required|exceeded your current quota"
_CONTEXT = (
    r"context[_ ](length|window|size)|maximum context|too many tokens|prompt is too long|n_ctx"
)
_KEY = r"api[ _-]?key"
_MODEL = r"model\b.{0,60}\b(not (exist|found)|does(n't| not) exist|unknown)|(invalid|unknown|no such) model"


def _cause(endpoint: Endpoint, status: int, said: str) -> tuple[type[LlmError], str, str]:
    """Kind, words and hint for a status."""
    words = said.casefold()
    if status in (401, 403) or (status == 400 and re.search(_KEY, words)):
        if endpoint.api_key is None:
            return KeyRefused, "a key is needed", endpoint.key_hint
        return KeyRefused, "the key was refused", endpoint.key_hint
    if status == 402 or (status == 429 and re.search(_QUOTA, words)):
        return (
            PaymentNeeded,
            "the account has no balance left",
            "top it up, or choose another profile",
        )
    if status == 429:
        return RateLimited, "too many requests", "wait a little and say it again"
    if status == 413 or re.search(_CONTEXT, words):
        hint = "set context_tokens to what the model can take, or choose one with more"
        return ContextFull, "the conversation is longer than the model's window", hint
    if status == 404 or (status in (400, 422) and re.search(_MODEL, words)):
        hint = "check model and base_url with `songsmith config show`"
        return ModelNotFound, "no such model, or no API at this address", hint
    if status >= 500 or status in (408, 409, 425):
        return ServerFailed, "the server failed", "try again in a minute"
    hint = "check model and base_url, or choose another profile"
    return RequestRefused, "the request was refused", hint


def _transport_error(endpoint: Endpoint, error: Exception) -> LlmError:
    """The error for what happened below HTTP: names, connections, timeouts, cuts."""
    import httpx2
    import openai

    chain = _chain(error)
    kinds = tuple(type(link) for link in chain)
    host = endpoint.base_url.split("/")[2].rpartition("@")[2]

    def has(*types: type[BaseException]) -> bool:
        return any(issubclass(kind, types) for kind in kinds)

    if has(socket.gaierror):
        return HostUnknown(
            f"the host {host} is not known",
            where=endpoint.name,
            hint="check base_url and the network connection",
        )
    if has(ConnectionRefusedError):
        hint = "start the server there" if is_local(endpoint.base_url) else "check base_url"
        return ConnectionRefused(f"nothing listens at {host}", where=endpoint.name, hint=hint)
    if has(ssl.SSLError):
        hint = "check base_url (https where the server speaks http?) and the certificates"
        return Unreachable("no secure connection", where=endpoint.name, hint=hint)
    if has(httpx2.ConnectTimeout):
        return TimedOut(f"{host} does not answer", where=endpoint.name, hint="check the network")
    if has(httpx2.TimeoutException, openai.APITimeoutError, TimeoutError):
        return TimedOut(
            f"no word for {endpoint.timeout_s:g} s",
            where=endpoint.name,
            hint="try again, or raise timeout_s",
        )
    if has(httpx2.RemoteProtocolError, httpx2.ReadError, ConnectionResetError):
        return stream_cut(endpoint)
    if has(httpx2.UnsupportedProtocol, httpx2.TooManyRedirects, httpx2.LocalProtocolError):
        return Unreachable(
            "the address can't be used", where=endpoint.name, hint="correct base_url"
        )
    if has(httpx2.ConnectError, httpx2.ProxyError, OSError):
        said = excerpt(str(chain[-1])) or type(chain[-1]).__name__
        hint = "check base_url, the network and any proxy"
        return Unreachable(f"no connection ({said})", where=endpoint.name, hint=hint)
    return reported_error(endpoint, getattr(error, "body", None), str(error))


def stream_cut(endpoint: Endpoint) -> StreamCut:
    """The connection broke in the middle of a reply."""
    return StreamCut(
        "the connection broke before the reply was whole",
        where=endpoint.name,
        hint="say it again",
    )


def reported_error(endpoint: Endpoint, body: object, otherwise: str = "") -> LlmError:
    """The error that an endpoint reported in `body`, under a good status or inside a stream."""
    code = _error_code(body)
    said = _said(endpoint, body) or _said(endpoint, otherwise)
    if re.fullmatch(r"[45]\d\d", code):
        return status_error(endpoint, int(code), said)
    if re.search(r"rate.?limit|too many requests", f"{code} {said}", re.IGNORECASE):
        return status_error(endpoint, 429, said)
    if re.search(r"unexpected endpoint|no such (path|route|endpoint)", said, re.IGNORECASE):
        return status_error(endpoint, 404, said)
    hint = "try again in a minute"
    return ServerFailed(f"the server reported an error ({said})", where=endpoint.name, hint=hint)


def _garbled(endpoint: Endpoint, found: str) -> Garbled:
    """Something in a reply that can't be read."""
    hint = "say it again; if it stays, check that base_url is an OpenAI-compatible API"
    return Garbled(f"the reply holds {found}", where=endpoint.name, hint=hint)


def not_the_protocol(endpoint: Endpoint, what: str) -> BadReply:
    """Whatever answers there does not speak the chat-completions protocol."""
    return BadReply(
        what, where=endpoint.name, hint="check that base_url is an OpenAI-compatible API"
    )


def _chain(error: BaseException) -> list[BaseException]:
    """The error and all that caused it, outermost first."""
    chain: list[BaseException] = []
    link: BaseException | None = error
    while link is not None and link not in chain:
        chain.append(link)
        link = link.__cause__ or link.__context__
    return chain


def _said(endpoint: Endpoint, body: object) -> str:
    """The endpoint's own words in an error body, harmless and without the key."""
    if isinstance(body, Mapping):
        inner = body.get("error", body)
        if isinstance(inner, Mapping):
            said = inner.get("message") or inner.get("detail") or inner.get("type") or ""
            inner = f"{said}{_raw(inner)}" if isinstance(said, str) else said
        body = inner if isinstance(inner, str) else json.dumps(inner)
    text = body if isinstance(body, str) else "" if body is None else str(body)
    key = endpoint.api_key.get_secret_value() if endpoint.api_key else ""
    return excerpt(without_key(excerpt(text, _MOST_SAID), key))


def _raw(inner: Mapping[str, Any]) -> str:
    """What a router passes on of the provider behind it."""
    metadata = inner.get("metadata")
    raw = metadata.get("raw") if isinstance(metadata, Mapping) else None
    if not isinstance(raw, str):
        return ""
    found = re.search(r'"message":\s*"([^"]+)', raw.replace('\\"', '"'))
    return f": {found[1] if found else raw}"


def _error_code(body: object) -> str:
    """`code` or `type` of an error body, "" if it has none."""
    if not isinstance(body, Mapping):
        return ""
    inner = body.get("error", body)
    if not isinstance(inner, Mapping):
        return ""
    return str(inner.get("code") or inner.get("type") or "")


def _response_text(error: Exception) -> str:
    response = getattr(error, "response", None)
    return str(getattr(response, "text", ""))[:4_000]


def _retry_after_s(headers: Mapping[str, str]) -> float | None:
    """Seconds to wait that the headers ask for; both forms of Retry-After, and its millisecond cousin."""
    if milliseconds := headers.get("retry-after-ms"):
        return _number(milliseconds, 1_000)
    value = headers.get("retry-after")
    if not value:
        return None
    seconds = _number(value, 1)
    if seconds is not None:
        return seconds
    try:
        return max(0.0, email.utils.parsedate_to_datetime(value).timestamp() - time.time())
    except (TypeError, ValueError):
        return None


def _number(text: str, divisor: float) -> float | None:
    try:
        number = float(text) / divisor
    except ValueError:
        return None
    return number if 0 <= number < float("inf") else None
