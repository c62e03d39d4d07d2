"""The HTTP client under the `openai` client: bounds on a reply's bytes and time, and no waiting of its own."""

import ssl
import time
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from songsmith.agent.llm.errors import ReplyTooLong, TimedOut, Unreachable
from songsmith.agent.llm.profiles import Endpoint, is_local
from songsmith.agent.llm.unpacking import PACKINGS, unpacked
from songsmith.proxies import read_socks_proxies

if TYPE_CHECKING:
    import httpx2
    import openai

__all__ = ["MAX_REPLY_BYTES", "MAX_REPLY_S", "open_client", "saw_end"]

MAX_REPLY_BYTES = 32_000_000
"""Bytes of one reply, unpacked; each token comes in a chunk of about 300 bytes."""
MAX_REPLY_S = 1_800.0
_CONNECT_S = 10.0
_END_MARK_BYTES = 32


def open_client(
    endpoint: Endpoint, *, max_reply_s: float, clock: Callable[[], float] = time.monotonic
) -> "openai.OpenAI":
    """A client for `endpoint`. Retries are the caller's, where people can see them."""
    import httpx2
    import openai

    def bound(response: httpx2.Response) -> None:
        _stay_at_host(response, endpoint)
        packing = response.headers.pop("content-encoding", "identity").strip().lower()
        stream = _bounded(response.stream, endpoint, clock, max_reply_s, packing)
        response.stream = stream

    read_socks_proxies()
    try:
        http_client = openai.DefaultHttpxClient(
            event_hooks={"response": [bound]},
            trust_env=not is_local(endpoint.base_url),
            verify=_certificates(),
        )
    except (ValueError, ImportError) as error:  # what a proxy of an unknown kind raises
        hint = "correct or unset ALL_PROXY, HTTPS_PROXY and HTTP_PROXY"
        raise Unreachable(
            f"the proxy of the environment can't be used ({error})", where=endpoint.name, hint=hint
        ) from error
    client = openai.OpenAI(
        base_url=endpoint.base_url,
        api_key=endpoint.api_key.get_secret_value() if endpoint.api_key else "none",
        max_retries=0,
        timeout=httpx2.Timeout(endpoint.timeout_s, connect=min(_CONNECT_S, endpoint.timeout_s)),
        default_headers={"Accept-Encoding": "identity"},
        http_client=http_client,
    )
    if endpoint.profile != "openai":
        # Taken from the environment by the client, and nobody else's business.
        client.organization = client.project = None
    return client


@lru_cache(maxsize=1)
def _certificates() -> ssl.SSLContext:
    """Trusted certificates; reading them takes longer than the rest of a client."""
    import httpx2

    return httpx2.create_ssl_context()


def _stay_at_host(response: "httpx2.Response", endpoint: Endpoint) -> None:
    """Raise where the endpoint sends on to another host: the key and the whole talk would go there."""
    if not response.has_redirect_location:
        return
    there = response.url.join(response.headers["location"])
    is_safer = (response.url.scheme, there.scheme) == ("http", "https")
    if there.host == response.url.host and (
        is_safer or (there.scheme, there.port) == (response.url.scheme, response.url.port)
    ):
        return
    raise Unreachable(
        f"it sends on to another address ({there.scheme}://{there.netloc.decode()}), where nothing is sent",
        where=endpoint.name,
        hint="if you trust that one, make it base_url",
    )


def _bounded(
    stream: object,
    endpoint: Endpoint,
    clock: Callable[[], float],
    max_reply_s: float,
    packing: str,
) -> "httpx2.SyncByteStream":
    """`stream`, unpacked, that ends with an error once it has gone on for too long, in bytes or seconds."""
    import httpx2

    assert isinstance(stream, httpx2.SyncByteStream)
    if packing not in ("", "identity", *PACKINGS):
        raise ReplyTooLong(
            f"the reply is packed as {packing[:20]!r}, which was not asked for",
            where=endpoint.name,
            hint="let the server send plain text",
        )
    inner = stream
    pieces = unpacked(inner) if packing in PACKINGS else inner

    class Bounded(httpx2.SyncByteStream):
        saw_end = False

        def __iter__(self) -> Iterator[bytes]:
            received, tail = 0, b""
            end_s = clock() + max_reply_s
            for piece in pieces:
                received += len(piece)
                if received > MAX_REPLY_BYTES:
                    raise ReplyTooLong(
                        f"the reply did not end within {MAX_REPLY_BYTES / 1e6:.0f} MB",
                        where=endpoint.name,
                        hint="say it again, or choose another model",
                    )
                if clock() > end_s:
                    raise TimedOut(
                        f"the reply did not end within {max_reply_s:g} s",
                        where=endpoint.name,
                        hint="say it again, or choose another model",
                    )
                tail = (tail + piece)[-_END_MARK_BYTES:]
                self.saw_end = b"data: [DONE]" in tail or b"data:[DONE]" in tail
                yield piece

        def close(self) -> None:
            inner.close()

    return Bounded()


def saw_end(response: "httpx2.Response") -> bool:
    """Whether the body of `response` ended with the protocol's mark, [DONE]; the `openai` client keeps it
    to itself. A body in one piece needs no mark: its length or its JSON says that it is whole."""
    kind = response.headers.get("content-type", "")
    return bool(getattr(response.stream, "saw_end", False)) or kind.startswith("application/json")
