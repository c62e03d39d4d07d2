"""Where an LLM lives: profiles of the usual providers and local servers, and the endpoint chosen from them.

Profiles with a hosted base URL take a key from their own variable; that key goes nowhere else. The named
local servers need none. Prices change too often to ship: they are set by the person, per million tokens.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

from songsmith.agent.llm.providers import known_providers

__all__ = [
    "KEY_VARIABLES",
    "PROFILES",
    "Endpoint",
    "Profile",
    "is_local",
    "shown_url",
]


_CALL_PATH = re.compile(r"/(chat/completions|completions|responses|models)/*$")
"""What people paste with the address of an API."""


class Profile(BaseModel):
    """How to speak with one endpoint. None means "not said here"; a layer below may say it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    base_url: str | None = Field(default=None, description="address of the OpenAI-compatible API")
    model: str | None = Field(
        default=None, description="model name; empty takes the first one served"
    )
    api_key: SecretStr | None = Field(
        default=None, description="the key; asked for hidden, never shown"
    )
    tools: bool | None = Field(
        default=None, description="whether the endpoint has native tool calling"
    )
    context_tokens: int | None = Field(
        default=None, ge=2_048, description="context window to stay within"
    )
    price_in: float | None = Field(
        default=None, ge=0, description="price of a million prompt tokens"
    )
    price_cached: float | None = Field(
        default=None, ge=0, description="price of a million cached ones"
    )
    price_out: float | None = Field(
        default=None, ge=0, description="price of a million reply tokens"
    )
    timeout_s: float | None = Field(
        default=None, gt=0, le=3_600, description="longest silence of a reply"
    )
    temperature: float | None = Field(default=None, ge=0, le=2, description="sampling temperature")
    thinking: bool | None = Field(
        default=None, description="whether a model that can thinks before it answers"
    )

    stamps: Literal["auto", "model", "songsmith"] | None = Field(
        default=None,
        description="who stamps the lines: the model, songsmith, or whoever does it well",
    )

    @field_validator("base_url")
    @classmethod
    def _is_web_address(cls, value: str | None) -> str | None:
        if value is None:
            return None
        try:
            parts = urlsplit(value.strip())
            is_usable = parts.scheme in ("http", "https") and bool(parts.hostname)
            _ = parts.port
            if ":" in (parts.hostname or ""):
                ip_address(str(parts.hostname))  # Python 3.10 lets any brackets pass
        except ValueError:
            is_usable = False
        if not is_usable:
            raise ValueError("not a web address, write for example http://127.0.0.1:11434/v1")
        return _CALL_PATH.sub("", value.strip().rstrip("/"))

    @field_validator("api_key")
    @classmethod
    def _fits_a_header(cls, value: SecretStr | None) -> SecretStr | None:
        if value is None:
            return None
        key = value.get_secret_value().strip()
        if not key.isascii() or not key.isprintable() or " " in key:
            raise ValueError("a key has no spaces and no letters beyond ASCII; paste it again")
        return SecretStr(key) if key else None


@dataclass(frozen=True)
class Endpoint:
    """One model at one address, all decided. `origin` says which setting chose it."""

    base_url: str
    model: str
    profile: str = "custom"
    api_key: SecretStr | None = field(default=None, repr=False)
    tools: bool = True
    context_tokens: int = 32_000
    price_in: float | None = None
    price_cached: float | None = None
    price_out: float | None = None
    timeout_s: float = 120.0
    temperature: float | None = None
    thinking: bool = False
    stamps: str = "auto"
    is_model_said: bool = True
    """Whether the person chose the model, rather than its being this profile's usual one."""
    origin: str = ""

    @property
    def name(self) -> str:
        """How messages call it: "deepseek-flash at https://api.deepseek.com"."""
        return f"{self.model or 'the model'} at {shown_url(self.base_url)}"

    @property
    def key_hint(self) -> str:
        """What to do about a missing or refused key."""
        variable = KEY_VARIABLES.get(self.profile, "SONGSMITH_API_KEY")
        return f"set {variable} or run `songsmith config set api_key`"


PROFILES: Mapping[str, Profile] = {
    name: Profile(
        base_url=provider.base_url,
        model=provider.model_names[0] if provider.models else None,
        context_tokens=provider.context_tokens,
        timeout_s=provider.timeout_s,
    )
    for name, provider in known_providers().items()
}
"""The profile of every known provider and local server; the person's own settings lie above it."""

KEY_VARIABLES: Mapping[str, str] = {
    name: provider.key_variable
    for name, provider in known_providers().items()
    if provider.key_variable
}
"""The variable that holds the key of each hosted provider, the ones to be tried first in front."""


def shown_url(url: str) -> str:
    """`url` as it may be printed: without a user name, a password or a query."""
    parts = urlsplit(url)
    port = f":{parts.port}" if parts.port else ""
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    return f"{parts.scheme}://{host}{port}{parts.path}".rstrip("/")


def is_local(url: str) -> bool:
    """Whether `url` is on this machine, where no proxy has a say."""
    host = urlsplit(url).hostname or ""
    return host == "localhost" or host == "::1" or host.startswith("127.")
