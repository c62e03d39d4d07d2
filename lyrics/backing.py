"""Backing words: those of a line that stand in round brackets, for a second voice behind the lead."""

import re
from typing import NamedTuple

__all__ = ["BackingWords", "backing_words", "lead_words"]

_BRACKETED = re.compile(r"[(（]\s*([^()（）]{0,200})[)）]")


class BackingWords(NamedTuple):
    """Words in round brackets, and the characters `[start, end)` of the line that they take with their brackets."""

    start: int
    end: int
    text: str


def backing_words(text: str) -> list[BackingWords]:
    """All backing words of a line, in their order."""
    return [
        BackingWords(match.start(), match.end(), match[1].strip())
        for match in _BRACKETED.finditer(text)
        if any(character.isalnum() for character in match[1])
    ]


def lead_words(text: str) -> str:
    """What the lead sings of a line: all but its backing words; "" where there is nothing else."""
    kept = _BRACKETED.sub(" ", text)
    plain = re.sub(r"\s+([,.;:!?，。！？])", r"\1", " ".join(kept.split()))
    return plain if any(character.isalnum() for character in plain) else ""
