"""Everything that can go wrong with an LLM endpoint, as one typed line each.

LlmError                the endpoint failed
├── KeyRefused          401, 403
├── PaymentNeeded       402, or a quota that is used up
├── ModelNotFound       404: no such model, or no API at this address
├── RequestRefused      400, 422 and the like
│   └── ContextFull     more tokens than the model's window
├── RateLimited         429
├── ServerFailed        5xx
├── TimedOut            no byte for too long, or a reply that takes forever
├── Unreachable         no connection at all
│   ├── HostUnknown     DNS
│   └── ConnectionRefused
├── StreamCut           the connection broke in the middle of a reply
└── BadReply            a reply that can't be used
    ├── EmptyReply
    ├── NoRoom          thinking took all the tokens of the reply
    ├── Garbled         data that is not a message of the protocol
    ├── ReplyTooLong
    └── ReplyRefused    a content filter or the model declined

`is_passing` says whether the same request may well succeed a little later.
"""

from songsmith.errors import SongsmithError

__all__ = [
    "BadReply",
    "ConnectionRefused",
    "ContextFull",
    "EmptyReply",
    "Garbled",
    "HostUnknown",
    "KeyRefused",
    "LlmError",
    "ModelNotFound",
    "NoRoom",
    "PaymentNeeded",
    "RateLimited",
    "ReplyRefused",
    "ReplyTooLong",
    "RequestRefused",
    "ServerFailed",
    "StreamCut",
    "TimedOut",
    "Unreachable",
]


class LlmError(SongsmithError):
    """The endpoint failed. `retry_after_s` is what it asked for, `status` the HTTP status, 0 if none."""

    is_passing = False

    def __init__(
        self,
        what: str,
        *,
        where: str = "",
        hint: str = "",
        status: int = 0,
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(what, where=where, hint=hint)
        self.status = status
        self.retry_after_s = retry_after_s


class KeyRefused(LlmError):
    """The key is missing, wrong, or not allowed to use this model."""


class PaymentNeeded(LlmError):
    """The account has no money or quota left."""


class ModelNotFound(LlmError):
    """No such model, or no API at this address."""


class RequestRefused(LlmError):
    """The endpoint does not accept the request."""


class ContextFull(RequestRefused):
    """The request is longer than the model's window."""


class RateLimited(LlmError):
    """Too many requests."""

    is_passing = True


class ServerFailed(LlmError):
    """The endpoint is overloaded or broken."""

    is_passing = True


class TimedOut(LlmError):
    """Nothing came for too long."""

    is_passing = True


class Unreachable(LlmError):
    """There is no connection to the endpoint."""


class HostUnknown(Unreachable):
    """The host's name has no address."""


class ConnectionRefused(Unreachable):
    """Nothing listens at the address."""


class StreamCut(LlmError):
    """The connection broke before the reply was whole."""

    is_passing = True


class BadReply(LlmError):
    """A reply that can't be used."""


class EmptyReply(BadReply):
    """Neither words nor tool calls."""

    is_passing = True


class NoRoom(BadReply):
    """The reply reached its length limit before it began."""


class Garbled(BadReply):
    """Data that is not a message of the protocol."""

    is_passing = True


class ReplyTooLong(BadReply):
    """A reply past all measure."""


class ReplyRefused(BadReply):
    """A content filter, or the model, declined."""
