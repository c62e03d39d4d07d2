"""The providers and local servers that songsmith knows, and what each of them takes: read from `data/providers.json`.

Every entry names the documentation that it comes from and the day on which that was read. A model may take other
things than its neighbours; what is said of the model counts over what is said of its provider.
"""

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

__all__ = [
    "Provider",
    "ProviderModel",
    "Takes",
    "Task",
    "known_providers",
    "provider_named",
    "takes_of",
]

Task = Literal["write", "repair", "chat"]
"""What a request is for: new words, other words for lines at fault, or a turn of talk with tools."""


class _Facts(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Takes(_Facts):
    """What a request may hold beside the model, the messages, the tools and `stream`."""

    bound: str = Field(
        default="max_tokens", description="name of the field that bounds the reply's tokens"
    )
    seed: str = Field(default="", description="name of the field for a seed; empty: none is sent")
    json_mode: Literal["", "object", "schema"] = Field(
        default="", description="how JSON is asked for"
    )
    stream_options: bool = Field(
        default=True, description="whether usage of a stream may be asked for"
    )
    thinking_off: Mapping[str, Any] = Field(default={}, description="fields that turn thinking off")
    thinking_on: Mapping[str, Any] = Field(default={}, description="fields that turn thinking on")
    temperature_while_thinking: bool = True
    tools_while_thinking: bool = True
    reasoning_back: bool = Field(
        default=False, description="whether thinking goes back with tool calls"
    )
    always_thinks: bool = Field(
        default=False, description="whether thinking can't be turned off wholly"
    )


class ProviderModel(_Facts):
    """A model by name, the size of its window, and what it takes otherwise than its provider."""

    name: str
    window_tokens: int | None = Field(
        default=None, description="as documented; None where it is not"
    )
    takes: Mapping[str, Any] = {}


class Provider(_Facts):
    """Where a provider is, its models in order of preference, and what they take."""

    base_url: str
    source: str = Field(description="the documentation all this is from, and when it was read")
    key_variable: str = ""
    context_tokens: int
    timeout_s: float | None = None
    temperatures: Mapping[Task, float] = {}
    takes: Takes = Takes()
    models: tuple[ProviderModel, ...] = ()

    @property
    def model_names(self) -> tuple[str, ...]:
        """The models that write well, the usual one first."""
        return tuple(model.name for model in self.models)


_UNKNOWN = Provider(base_url="", source="", context_tokens=32_000)
"""An endpoint of the person's own: the fields that every server knows, and nothing else."""


@cache
def known_providers() -> Mapping[str, Provider]:
    """All providers by the names of their profiles, those with a key first."""
    text = (files("songsmith.agent.llm") / "data" / "providers.json").read_text(encoding="utf-8")
    return TypeAdapter(dict[str, Provider]).validate_python(json.loads(text))


def provider_named(profile: str) -> Provider:
    """The provider of a profile; for a profile of the person's own, one that takes the common fields only."""
    return known_providers().get(profile, _UNKNOWN)


@cache
def takes_of(profile: str, model: str) -> Takes:
    """What a model takes at the provider of `profile`."""
    provider = provider_named(profile)
    own = next((known.takes for known in provider.models if known.name == model), {})
    return Takes.model_validate({**provider.takes.model_dump(), **own})
