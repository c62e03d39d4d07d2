"""What is served at an address: its models, which of them writes, which follows one that is gone, where the API is."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from songsmith.agent.llm.errors import BadReply, LlmError, ModelNotFound
from songsmith.agent.llm.profiles import Endpoint
from songsmith.agent.llm.providers import provider_named

__all__ = [
    "first_writer",
    "is_no_api",
    "other_address",
    "others_hint",
    "successor",
    "without_prefix",
]

_NO_WRITERS = ("embed", "rerank", "whisper", "tts", "moderation", "image", "clip", "ocr")
_SHOWN = 8


def without_prefix(name: str) -> str:
    """A model's name as it is asked for; Gemini lists "models/gemini-…"."""
    return name.removeprefix("models/")


def first_writer(endpoint: Endpoint, served: Sequence[str]) -> str:
    """The model to take where none is configured: the best known one, else the first that writes."""
    known = [name for name in provider_named(endpoint.profile).model_names if name in served]
    writers = [name for name in served if not any(word in name.casefold() for word in _NO_WRITERS)]
    for name in (*known, *writers):
        return name
    raise ModelNotFound(
        "no model is served there",
        where=endpoint.name,
        hint="load one in the server, or name one: `songsmith config set model NAME`",
    )


def successor(endpoint: Endpoint, served: Sequence[str]) -> str:
    """The best known model that is served while the present one is not; "" if that can't be told."""
    if endpoint.model in served:
        return ""
    known = provider_named(endpoint.profile).model_names
    return next((name for name in known if name in served), "")


def others_hint(endpoint: Endpoint, served: Sequence[str]) -> str:
    """What to do about an unknown model where others are served; "" if there are none."""
    if not served or endpoint.model in served:
        return ""
    next_one = successor(endpoint, served)
    advice = f"`songsmith config set model {next_one}`" if next_one else "set one as model"
    more = ", …" if len(served) > _SHOWN else ""
    return f"the models there are {', '.join(served[:_SHOWN])}{more}; {advice}"


def is_no_api(error: LlmError) -> bool:
    """Whether an error may mean that the API is at another path of the same server."""
    if isinstance(error, ModelNotFound):
        return error.status in (404, 405)
    return type(error) is BadReply and error.status == 0


def other_address(base_url: str) -> str:
    """The other place where servers have their API: with /v1, or without it."""
    parts = urlsplit(base_url)
    path = parts.path.rstrip("/")
    path = path.removesuffix("/v1") if path.endswith("/v1") else f"{path}/v1"
    return parts._replace(path=path).geturl()
