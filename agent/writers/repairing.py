"""Rounds of repairing: the lines at fault go back to the model with what is wrong, as many as its window holds."""

from collections.abc import Mapping, Sequence
from typing import Any

from songsmith.agent.llm.dialects import Ask
from songsmith.agent.llm.errors import LlmError
from songsmith.agent.llm.messages import Message
from songsmith.agent.llm.providers import takes_of
from songsmith.agent.writers.desk import Desk
from songsmith.agent.writers.line_fit import faults_by_line, is_better, language_of_lyrics
from songsmith.agent.writers.replies.numbered_lines import NewLine, numbered_line, read_numbered
from songsmith.agent.writers.replies.reply_text import quoted
from songsmith.agent.writers.writer import line_list, reworded
from songsmith.lyrics.check import check_lyrics
from songsmith.lyrics.fault import Fault
from songsmith.lyrics.lyric import LyricLine, Lyrics

__all__ = ["repaired", "with_words"]

_TOKENS_PER_LINE = 40
_MOST_LINES = 24
"""Lines of one round; a model that is asked for more forgets some."""
_SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "properties": {
        "lines": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "line": {"type": "integer"},
                    "start": {"type": "string"},
                    "text": {"type": "string"},
                },
                "required": ["line", "text"],
            },
        }
    },
    "required": ["lines"],
}


def repaired(
    desk: Desk,
    lyrics: Lyrics,
    duration_s: float,
    rounds: int,
    notes: list[str],
    *,
    seed: int = 0,
    only: Sequence[int] | None = None,
) -> Lyrics:
    """The lyric after at most `rounds` rounds with the model over the lines at fault.

    With `only`, other lines and all stamps stay. A round that makes nothing better is the last one. An endpoint that
    fails ends the rounds, which `notes` get; the song stays.
    """
    for number in range(1, rounds + 1):
        faults = faults_by_line(check_lyrics(lyrics, duration_s=duration_s), only)
        if not faults:
            break
        messages, asked = _request(desk, lyrics, faults, duration_s)
        if not asked:
            notes.append("no line was sent back to the model: its window is too small")
            break
        desk.tell(f"repairing {line_list(asked)}, round {number} of {rounds}")
        schema = _SCHEMA if _has_json(desk) else None
        ask = Ask("repair", _TOKENS_PER_LINE * (len(asked) + 4), seed + number, schema)
        try:
            reply = desk.ask(messages, ask)
        except LlmError as error:
            notes.append(f"the words were not repaired further: {error}")
            desk.tell(notes[-1])
            break
        better = with_words(lyrics, read_numbered(reply.text, asked), with_stamps=only is None)
        if not is_better(better, lyrics, duration_s, only):
            break
        lyrics = better
    return lyrics


def with_words(lyrics: Lyrics, new: Mapping[int, NewLine], *, with_stamps: bool = False) -> Lyrics:
    """The lyric with other words in some lines, and other stamps if these count."""
    lines: list[LyricLine] = []
    for number, line in enumerate(lyrics.lines, start=1):
        change = new.get(number)
        if change is None:
            lines.append(line)
            continue
        start_s = change.start_s if with_stamps and change.start_s is not None else line.start_s
        lines.append(reworded(line, change.text).moved_to(start_s))
    return lyrics.with_lines(lines)


def _has_json(desk: Desk) -> bool:
    return bool(takes_of(desk.llm.endpoint.profile, desk.llm.endpoint.model).json_mode)


def _request(
    desk: Desk, lyrics: Lyrics, faults: Mapping[int, Sequence[Fault]], duration_s: float
) -> tuple[list[Message], list[int]]:
    """The messages of a round, and the lines that they ask for: as many as there is room for, errors first."""
    language = language_of_lyrics(lyrics)
    worst = sorted(faults, key=lambda n: all(fault.severity != "error" for fault in faults[n]))
    asked = sorted(worst[:_MOST_LINES])
    form = desk.prompt("form_json" if _has_json(desk) else "form_rows")
    while asked:
        rows = [row for number in asked for row in _rows(lyrics, number, faults[number])]
        request = desk.prompt(
            "repair_lines",
            language,
            form=form,
            faults=quoted("lines", "\n".join(rows)),
            duration=f"{duration_s:g}",
        )
        messages = [
            desk.rules("songwriter", language),
            Message("user", request),
        ]
        if not desk.has_room(messages, _TOKENS_PER_LINE * len(asked)):
            messages = messages[1:]
        if desk.has_room(messages, _TOKENS_PER_LINE * len(asked)):
            return messages, asked
        asked = sorted(worst[: len(asked) // 2])
    return [], []


def _rows(lyrics: Lyrics, number: int, found: Sequence[Fault]) -> list[str]:
    """A line at fault, what is wrong with it, and the lines beside it."""
    lines = lyrics.lines
    beside = [
        f"   beside it: {lines[n - 1].text}"
        for n in (number - 1, number + 1)
        if 0 < n <= len(lines)
    ]
    faults = [f"   {fault.message}; {fault.hint}".rstrip("; ") for fault in found]
    return [numbered_line(number, lines[number - 1]), *faults, *beside]
