"""The context window of a model: what the endpoint says of it, against what songsmith stays within."""

from collections.abc import Iterator, Mapping
from typing import Any

from songsmith.agent.doctor.finding import Finding, ok, warn
from songsmith.agent.doctor.own_settings import put_setting, setting_of
from songsmith.agent.llm.client import Llm
from songsmith.agent.llm.errors import LlmError
from songsmith.agent.llm.served import without_prefix

__all__ = ["told_window", "window_finding"]

_NAMES = (
    "loaded_context_length",  # LM Studio, as loaded now
    "max_model_len",  # vLLM
    "n_ctx",  # llama.cpp
    "context_length",  # OpenRouter, Together
    "context_window",  # Groq
    "max_context_length",  # LM Studio, Mistral
    "n_ctx_train",  # llama.cpp: what the model could have
)
"""Keys under which servers tell it, those first that say what holds now."""
_LEAST = 2_048
"""The smallest that can be set."""


def window_finding(llm: Llm) -> Finding:
    """How long a conversation may be. A window larger than the server's is cut there, in the middle of a song."""
    chosen = llm.endpoint
    kept = f"songsmith stays within {chosen.context_tokens:,} (context_tokens)"
    told = _told(llm)
    if not told:
        return ok("window", f"the endpoint does not say how large it is; {kept}")
    if told < chosen.context_tokens:
        found = f"the model has {told:,} tokens, but {kept}"
        key = setting_of(chosen, "context_tokens")
        return warn("window", found, *put_setting(key, str(max(told, _LEAST))))
    return ok("window", f"the model has {told:,} tokens; {kept}")


def told_window(facts: Mapping[str, Any]) -> int:
    """The window in what an endpoint says of one model, 0 where it says nothing."""
    found = dict(_numbers(facts))
    return next((found[name] for name in _NAMES if name in found), 0)


def _told(llm: Llm) -> int:
    try:
        models = llm.model_facts()
    except LlmError:
        return 0
    mine = (facts for facts in models if without_prefix(str(facts.get("id"))) == llm.endpoint.model)
    return next((told_window(facts) for facts in mine), 0)


def _numbers(facts: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    """All whole numbers with their names, those of inner objects too."""
    for name, value in facts.items():
        if isinstance(value, Mapping):
            yield from _numbers(value)
        elif isinstance(value, int) and not isinstance(value, bool) and value > 0:
            yield name, value
