"""A fault of a lyric: what is wrong, where, with which numbers, and how to put it right."""

from dataclasses import dataclass
from typing import Literal

__all__ = ["HOW_IT_WAS_READ", "Fault", "Severity"]

Severity = Literal["error", "warning", "note"]

HOW_IT_WAS_READ = frozenset(("bilingual", "credits-set-aside", "stamps-say-nothing"))
"""Codes of notes that everybody is told, since what they say changes what is sung."""


@dataclass(frozen=True)
class Fault:
    """`error` keeps a line from being sung as written, `warning` will probably be heard, `note` is advice.

    `line` is the 1-based number of the lyric line among the sung lines, as people and the LLM count
    them; `source_line` that of the file. Either is 0 where it does not apply.
    """

    code: str
    severity: Severity
    message: str
    hint: str
    line: int = 0
    source_line: int = 0

    def __str__(self) -> str:
        place = (
            f"line {self.line}: "
            if self.line
            else f"file line {self.source_line}: "
            if self.source_line
            else ""
        )
        return f"{place}{self.message}" + (f"; {self.hint}" if self.hint else "")
