"""Captions that roll, as YouTube writes them: each phrase stands in two or three cues, and is read once."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

__all__ = ["TimedCue", "without_repeats"]

_FLASH_S = 0.1
_SHARE = 0.3
_TAGS = re.compile(r"<[^<>]{0,200}>")


@dataclass(frozen=True)
class TimedCue:
    """A cue from `start_s` to `end_s` with its lines as written, the line of the file they begin in, and its style."""

    start_s: float
    end_s: float
    lines: tuple[str, ...]
    source_line: int
    style: str = ""


def without_repeats(cues: Sequence[TimedCue]) -> list[TimedCue]:
    """The cues without the lines that only roll up from the cue before; as they are where captions don't roll."""
    carried = sum(_carried(before, cue) > 0 for before, cue in pairwise(cues))
    flashes = sum(cue.end_s - cue.start_s <= _FLASH_S for cue in cues)
    longer = sum(len(cue.lines) > _carried(before, cue) > 0 for before, cue in pairwise(cues))
    if len(cues) < 3 or carried < _SHARE * len(cues) or not (flashes or longer):
        return list(cues)
    return list(_unrolled(cues))


def _unrolled(cues: Sequence[TimedCue]) -> Iterator[TimedCue]:
    """Each line once, from the cue in which it is first seen."""
    yield cues[0]
    for before, cue in pairwise(cues):
        fresh = cue.lines[_carried(before, cue) :]
        if fresh:
            yield replace(cue, lines=fresh)


def _carried(before: TimedCue, cue: TimedCue) -> int:
    """How many lines at the head of a cue are the last ones of the cue before."""
    first, second = _words(before), _words(cue)
    most = min(len(first), len(second))
    return next((n for n in range(most, 0, -1) if first[-n:] == second[:n]), 0)


def _words(cue: TimedCue) -> list[str]:
    return [" ".join(_TAGS.sub("", line).split()).casefold() for line in cue.lines]
