"""What a take remembers of how it was made, as JSON values: score, levels, melody. A part of it sung again
starts from these, so that key, tempo, harmony, form and balance stay.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pydantic import TypeAdapter, ValidationError

from songsmith.engine.sketch.mix import Gains
from songsmith.engine.sketch.plan import Note, Plan

__all__ = ["Memory", "recall", "remember"]


@dataclass(frozen=True)
class Memory:
    """The score without its lines, the levels of the mix, the melody and the syllables under it."""

    plan: Plan
    gains: Gains
    notes: tuple[Note, ...] = ()
    syllables: Mapping[int, tuple[str, ...]] = field(default_factory=dict)


_ADAPTER: TypeAdapter[Memory] = TypeAdapter(Memory)


def remember(memory: Memory) -> dict[str, Any]:
    """`memory` as JSON values; the lines are left out, they are the lyrics' business."""
    bare = replace(memory, plan=replace(memory.plan, lines=()))
    values: dict[str, Any] = _ADAPTER.dump_python(bare, mode="json")
    return values


def recall(details: Mapping[str, object]) -> Memory | None:
    """What `details` of a take hold of it; None if another engine or version made the take."""
    try:
        return _ADAPTER.validate_python(details["memory"], strict=False)
    except (KeyError, ValidationError):
        return None
