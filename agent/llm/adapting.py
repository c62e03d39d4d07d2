"""What the refusal of a request teaches about its endpoint.

Which words of a refusal mean what, and what follows from them (a field left out, renamed, or given another value), is
data: `data/adaptations.json`. The rules are tried in order; the first that fits the words and changes what was sent
is taken, so that the same refusal never comes twice.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, TypeAdapter

from songsmith.agent.llm.dialects import Shape
from songsmith.agent.llm.errors import LlmError
from songsmith.agent.llm.profiles import Endpoint

__all__ = ["adapted"]


class _Rule(BaseModel):
    """One way in which endpoints refuse a request, and what to do about it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    status: tuple[int, ...]
    says: str
    does: Literal[
        "ask_whole", "system_as_user", "rename", "set", "leave_out", "reasoning_back", "tools_as_text"
    ]  # fmt: skip
    tell: str
    field: str = ""
    fields: tuple[str, ...] = ()
    to: str = ""


@cache
def _rules() -> tuple[_Rule, ...]:
    text = (files("songsmith.agent.llm") / "data" / "adaptations.json").read_text(encoding="utf-8")
    return TypeAdapter(tuple[_Rule, ...]).validate_python(json.loads(text))


def adapted(
    shape: Shape, endpoint: Endpoint, error: LlmError, sent: Mapping[str, Any]
) -> tuple[Shape, str] | None:
    """The shape after the refusal of the request `sent`, and words about it; None if it teaches nothing."""
    said = error.what.casefold()
    held = {**sent, **sent.get("extra_body", {})}
    for rule in _rules():
        if error.status not in rule.status:
            continue
        for field in rule.fields or (rule.field,):
            if not re.search(rule.says.replace("{field}", re.escape(field)), said):
                continue
            if changed := _changed(shape, rule, field, held):
                return changed, rule.tell.format(name=endpoint.name, field=field)
    return None


def _changed(shape: Shape, rule: _Rule, field: str, held: Mapping[str, Any]) -> Shape | None:
    """The shape after a rule, None where that changes nothing in what was sent."""
    if field and field not in held:
        return None
    match rule.does:
        case "ask_whole" if shape.is_streamed:
            return replace(shape, is_streamed=False)
        case "system_as_user" if shape.has_system and _has_system(held):
            return replace(shape, has_system=False)
        case "reasoning_back" if not shape.wants_reasoning:
            return replace(shape, wants_reasoning=True)
        case "tools_as_text" if shape.has_tools and "tools" in held:
            return replace(shape, has_tools=False)
        case "rename" if rule.to not in dict(shape.renamed):
            return replace(shape, renamed=(*shape.renamed, (field, rule.to)))
        case "set" if (field, rule.to) not in shape.values:
            return replace(shape, values=(*shape.values, (field, rule.to)))
        case "leave_out":
            return replace(shape, left_out=shape.left_out | {field})
    return None


def _has_system(held: Mapping[str, Any]) -> bool:
    return any(message["role"] == "system" for message in held.get("messages", ()))
