r"""What copying leaves around lines of lyrics: Markdown quotes, lists and tables of chat windows, list numbers.

Only lines that don't begin with a bracket are looked at, so that nothing in an LRC file is ever touched.
"""

import re
from collections.abc import Sequence
from itertools import pairwise

__all__ = ["unwrapped"]

_BEFORE_STAMP = re.compile(
    r"\s*(?:(?:[>*•·`_~-]|\d{1,3}\s*[.)、:：|])\s*)+(?=[\[［【<＜]\s*\d+\s*[:：])"
)
_EMPHASIS_BEHIND_STAMP = re.compile(r"^(\[[^\]]*\])[*_`~]+\s*")
_QUOTE = re.compile(r"^\s*(?:>\s?)+")
_LINE_BREAK = re.compile(r"(?<=[^\\\s])\\\s*$")
_BULLET = re.compile(r"\s*[-*•·–]\s+(?=\S)")
_NUMBER = re.compile(r"\s*(\d{1,3})\s*[.)、:：]\s*(?=[^\d\s])")
_BARE_NUMBER = re.compile(r"\s*(\d{1,3})\s+(?=[^\d\s])")
_TABLE_RULE = re.compile(r"\|?(?:\s*:?-{2,}:?\s*\|)+(?:\s*:?-{2,}:?)?")
_FEWEST, _FEWEST_BARE = 3, 8
"""Lines of a list; fewer could be words that happen to begin so, such as "1 for the money, 2 for the show"."""


def unwrapped(lines: Sequence[str]) -> list[str]:
    """The lines without what stands around them, as many as before."""
    plain = [_plain(line) for line in _without_tables(lines)]
    numbered = _without_numbers(_without_bullets(plain), _NUMBER, _FEWEST)
    return _without_numbers(numbered, _BARE_NUMBER, _FEWEST_BARE)


def _plain(line: str) -> str:
    """A line without quote marks, a Markdown line break, and marks before its stamp."""
    if before := _BEFORE_STAMP.match(line):
        return _EMPHASIS_BEHIND_STAMP.sub(r"\1", line[before.end() :])
    if _is_bracketed(line):
        return line
    return _LINE_BREAK.sub("", _QUOTE.sub("", line))


def _without_tables(lines: Sequence[str]) -> list[str]:
    """Rows of Markdown tables as their cells; heads and rules of tables as blank lines."""
    rules = {place for place, line in enumerate(lines) if _TABLE_RULE.fullmatch(line.strip())}
    if not rules:
        return list(lines)
    unsung = rules | {place - 1 for place in rules}
    return ["" if place in unsung else _cells(line) for place, line in enumerate(lines)]


def _cells(line: str) -> str:
    row = line.strip()
    return " ".join(row.strip("|").split("|")) if row.startswith("|") else line


def _without_bullets(lines: list[str]) -> list[str]:
    """Lines without bullets, where most have one: a single dash is somebody speaking."""
    bullets = [None if _is_bracketed(line) else _BULLET.match(line) for line in lines]
    return _without(lines, bullets) if _are_most(bullets, lines, _FEWEST) else lines


def _without_numbers(lines: list[str], number: re.Pattern[str], fewest: int) -> list[str]:
    """Lines without list numbers, where most have one and they count up."""
    heads = [None if _is_bracketed(line) else number.match(line) for line in lines]
    numbers = [int(head[1]) for head in heads if head]
    counts_up = all(b in (a + 1, 1) for a, b in pairwise(numbers))
    if numbers[:1] == [1] and counts_up and _are_most(heads, lines, fewest):
        return _without(lines, heads)
    return lines


def _without(lines: Sequence[str], heads: Sequence[re.Match[str] | None]) -> list[str]:
    return [line[head.end() :] if head else line for line, head in zip(lines, heads, strict=True)]


def _are_most(heads: Sequence[object], lines: Sequence[str], fewest: int) -> bool:
    """Whether more than half of the lines that could be words have such a head."""
    found = sum(head is not None for head in heads)
    words = sum(bool(line.strip()) and not _is_bracketed(line) for line in lines)
    return found >= fewest and found * 2 > words


def _is_bracketed(line: str) -> bool:
    return line.lstrip()[:1] in {"[", "［", "【", "{", "<", "＜"}
