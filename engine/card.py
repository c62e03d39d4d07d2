"""What an engine says of itself before it is loaded: all that check, options, lists and the choice need to know.

A card costs next to nothing to read: no model, no numerical library is imported for it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from pydantic import BaseModel

from songsmith.engine.extras import Extra
from songsmith.engine.published import Part
from songsmith.lyrics.limits import SingingLimits

__all__ = ["EngineCard", "Needs"]


def _no_part(name: str) -> Part | None:
    return None


@dataclass(frozen=True)
class Needs:
    """What an engine needs beside songsmith: packages, published files, and memory for a song of 95 s.

    `extra` says which packages, with the build for this machine. `parts` are all files it can use, `default_parts`
    those without which it can't sing; `part_named` finds a part that is in no table, by its name.
    """

    extra: Callable[[], Extra] | None = None
    parts: tuple[Part, ...] = ()
    default_parts: tuple[Part, ...] = ()
    part_named: Callable[[str], Part | None] = _no_part
    memory_bytes: int = 0


@dataclass(frozen=True)
class EngineCard:
    """An engine's name and `title` (one line for people), its limits, its own options, what it needs.

    `home` is where its class is ("package.module:Class"). `can_remake` says whether it can sing spans of a take
    again, none of them shorter than `shortest_span_s`.
    """

    name: str
    title: str
    limits: SingingLimits
    options: type[BaseModel]
    home: str = ""
    can_remake: bool = True
    shortest_span_s: float = 0.0
    needs: Needs = field(default_factory=Needs)
    licence: str = ""

    @property
    def languages(self) -> tuple[str, ...]:
        """Codes of the languages it sings, empty for any."""
        return self.limits.languages

    @property
    def min_duration_s(self) -> float:
        return self.limits.min_duration_s

    @property
    def max_duration_s(self) -> float:
        return self.limits.max_duration_s

    def sings(self, language: str) -> bool:
        """Whether it sings `language` ("zh-CN" counts as "zh"); a language that is not known is let through."""
        code = language.replace("_", "-").partition("-")[0].casefold()
        return not self.languages or not code or code in self.languages
