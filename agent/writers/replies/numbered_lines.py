"""Lyric lines with their numbers, as they go to a model and come back: `7 [00:31.20] words`."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from songsmith.agent.writers.replies.reply_text import (
    find_json,
    unfenced,
    unmarked,
    without_thinking,
)
from songsmith.lyrics.labels import narrow
from songsmith.lyrics.lyric import LyricLine, Lyrics
from songsmith.lyrics.reading.lrc import format_stamp
from songsmith.lyrics.stamps import STAMP, parse_clock

__all__ = ["NewLine", "format_numbered", "numbered_line", "read_numbered", "size_hint"]

_NUMBERED = re.compile(
    r"\s*(?:>\s*)?(?:line\s*|第\s*)?#?(?P<number>\d{1,3})\s*(?:行\s*)?(?:[|.):、\-–—→]+|(?=\[)|\s)\s*(?P<rest>.*)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class NewLine:
    """Words for a line, and a stamp if the model gave one."""

    text: str
    start_s: float | None = None


def numbered_line(number: int, line: LyricLine) -> str:
    """`7 [00:31.20] words`."""
    return f"{number} [{format_stamp(line.start_s)}] {line.text}"


def format_numbered(
    lyrics: Lyrics, marked: Collection[int] = (), *, beside: int | None = None
) -> str:
    """The lyric with labels and line numbers; marked lines have a ">" before them.

    With `beside`, only lines that are at most so many lines away from a marked one.
    """
    rows: list[str] = []
    number = 0
    for section in lyrics.sections:
        numbers = range(number + 1, number + 1 + len(section.lines))
        if section.label and any(_is_near(n, marked, beside) for n in numbers):
            rows.append(f"[{section.label}]")
        for line in section.lines:
            number += 1
            if not _is_near(number, marked, beside):
                continue
            rows.append(("> " if number in marked else "") + numbered_line(number, line))
    return "\n".join(rows)


def _is_near(number: int, marked: Collection[int], beside: int | None) -> bool:
    return beside is None or any(abs(number - other) <= beside for other in marked)


def size_hint(slot_s: float, language: str) -> str:
    """How much fits into a slot and sings well, in words for a model (4 to 8 model tokens a second)."""
    if language == "zh":
        low, high, unit = 1.0 * slot_s, 2.3 * slot_s, "characters"
    else:
        low, high, unit = 1.3 * slot_s, 2.7 * slot_s, "syllables"
    return f"{slot_s:.1f} s, about {max(1, round(low))} to {max(2, round(high))} {unit}"


def read_numbered(reply: str, wanted: Collection[int]) -> Mapping[int, NewLine]:
    """Lines of a reply by their numbers, those of `wanted` only.

    Without any number, as many lines as are wanted are taken in order.
    """
    text = without_thinking(reply)
    inside, outside = unfenced(text)
    body = inside if inside.strip() else outside
    if rows := _json_rows(find_json(body)):
        body = "\n".join(rows)
    rows = [unmarked(row) for row in body.split("\n") if row.strip()]
    found: dict[int, NewLine] = {}
    for row in rows:
        match = _NUMBERED.fullmatch(narrow(row[:24]) + row[24:])
        if match and int(match["number"]) in wanted:
            rest = row[match.start("rest") :]
            if line := _new_line(rest):
                found.setdefault(int(match["number"]), line)
    if not found and len(rows) == len(wanted):
        lines = [_new_line(row) for row in rows]
        return {n: line for n, line in zip(sorted(wanted), lines, strict=True) if line}
    return found


def _new_line(text: str) -> NewLine | None:
    stamp = STAMP.match(narrow(text))
    start_s = parse_clock(stamp[1]) if stamp else None
    words = text[stamp.end() :] if stamp else text
    words = words.strip().strip("|").strip()
    for opening, closing in ('""', "“”", "「」"):
        if len(words) > 1 and words[0] == opening and words[-1] == closing:
            words = words[1:-1].strip()
    return NewLine(words, start_s) if words else None


def _json_rows(value: object) -> list[str]:
    """Rows of a reply that came as JSON: {"7": "words"}, [{"line": 7, "text": "words"}], ["words"]."""
    if isinstance(value, dict):
        inner = value.get("lines")
        if isinstance(inner, list | dict):
            return _json_rows(inner)
        return [f"{key} | {text}" for key, text in value.items() if isinstance(text, str)]
    if not isinstance(value, list):
        return []
    rows = []
    for item in value:
        if isinstance(item, str):
            rows.append(item)
        elif isinstance(item, dict):
            number = item.get("line", item.get("number", ""))
            stamp = item.get("start", item.get("stamp", ""))
            clock = stamp.strip("[] ") if isinstance(stamp, str) else ""
            mark = f"[{clock}] " if parse_clock(clock) is not None else ""
            rows.append(f"{number} | {mark}{item.get('text', item.get('words', ''))}")
    return rows
