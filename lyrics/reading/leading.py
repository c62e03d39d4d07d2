"""The stamps at the start of a line: in brackets, several in a row, of the first word, or bare."""

import re
import string
from collections.abc import Sequence
from enum import Enum

from songsmith.lyrics.labels import narrow
from songsmith.lyrics.lyric import INVISIBLE
from songsmith.lyrics.stamps import STAMP, parse_clock

__all__ = ["BareStamps", "has_stamp", "leading_stamps", "start_of_line"]

_BARE = re.compile(
    r"[({]?(\d{1,3}:\d{2}(?::\d{2})?(?P<exact>[.,]\d{1,3})?)"
    r"(?:[)}](?:\s*[-–—|>]+(?=\s))?|(?:\s*[-–—|>]+)?(?=\s|$|[^\x00-\x7f]))"
)
_ANGLE = re.compile(r"<([\d:.,\s]+)>")


class BareStamps(Enum):
    """When a time without brackets at the start of a line is a stamp; "10:30 on a Tuesday" is a lyric."""

    NEVER = "never"
    EXACT = "only with a fraction"
    ALWAYS = "always"

    @staticmethod
    def among(lines: Sequence[str]) -> "BareStamps":
        """Always where most lines begin so; only with a fraction in a file with other stamps too."""
        heads = [_head(line) for line in lines if line.strip()]
        bare = [match for match in map(_BARE.match, heads) if match]
        exact = sum(bool(match["exact"]) for match in bare)
        if len(bare) * 2 >= len(heads) and (exact or len(bare) > 2):
            return BareStamps.ALWAYS
        has_brackets = any(STAMP.match(head) for head in heads)
        return BareStamps.EXACT if exact > 1 or has_brackets else BareStamps.NEVER


def start_of_line(line: str) -> str:
    """The line without indentation, byte order mark and other marks that nobody sees."""
    return line.strip(f"{INVISIBLE}{string.whitespace}\u3000\xa0")


def _head(line: str) -> str:
    return narrow(start_of_line(line)[:40])


def has_stamp(line: str) -> bool:
    """Whether the line begins with a stamp in brackets."""
    return STAMP.match(_head(line)) is not None


def leading_stamps(line: str, bare: BareStamps) -> tuple[list[float], str]:
    """All readable stamps at the start of the line, in seconds, and what stands after them.

    A line that begins with the stamp of its first word starts there, and keeps it.
    """
    plain = narrow(line)
    if stamps_s := _bracketed(plain):
        return [clock_s for clock_s, _ in stamps_s], line[stamps_s[-1][1] :]
    match = _ANGLE.match(plain)
    if match and (clock_s := parse_clock(match[1])) is not None:
        return [clock_s], line
    match = _BARE.match(plain)
    is_bare = match and (bare is BareStamps.ALWAYS or (bare is BareStamps.EXACT and match["exact"]))
    if match and is_bare and (clock_s := parse_clock(match[1])) is not None:
        return [clock_s], line[match.end() :]
    return [], line


def _bracketed(plain: str) -> list[tuple[float, int]]:
    """Seconds of each stamp in brackets, and where the text after it begins."""
    stamps: list[tuple[float, int]] = []
    at = 0
    while match := STAMP.match(plain, at):
        clock_s = parse_clock(match[1])
        if clock_s is None:
            break
        at = match.end() + len(plain[match.end() :]) - len(plain[match.end() :].lstrip())
        stamps.append((clock_s, at))
    return stamps
