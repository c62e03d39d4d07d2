"""What a take remembers of how it was made, as JSON values: score, levels, melody. A part of it sung again
starts from these, so that key, tempo, harmony, form and balance stay.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pydantic import TypeAdapter, ValidationError

from songsmith.engine.sketch.mixing.gains import Gains
from songsmith.engine.sketch.score import Note, Score

__all__ = ["TakeMemory", "recall", "remember"]


@dataclass(frozen=True)
class TakeMemory:
    """The score without its lines, the levels of the mix, the melody and the syllables under it, and the seed that
    its tune was planned by (None in takes of older versions)."""

    score: Score
    gains: Gains
    notes: tuple[Note, ...] = ()
    syllables: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    tune_seed: int | None = None


_ADAPTER: TypeAdapter[TakeMemory] = TypeAdapter(TakeMemory)


def remember(memory: TakeMemory) -> dict[str, Any]:
    """`memory` as JSON values; the lines are left out, they are the lyrics' business."""
    bare = replace(memory, score=replace(memory.score, lines=()))
    values: dict[str, Any] = _ADAPTER.dump_python(bare, mode="json")
    return values


def recall(details: Mapping[str, object]) -> TakeMemory | None:
    """What `details` of a take hold of it; None if another engine or version made the take."""
    try:
        memory = details["memory"]
        if (
            isinstance(memory, Mapping) and "plan" in memory
        ):  # as takes of version 0.1 call the score
            memory = {**memory, "score": memory["plan"]}
            del memory["plan"]
        return _ADAPTER.validate_python(memory, strict=False)
    except (KeyError, ValidationError):
        return None
