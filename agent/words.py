"""Small things said and done with words in more than one verb: stamps, checks, diffs, times, numbers."""

import difflib
from collections.abc import Sequence

from songsmith.lyrics.check import Report, Variant, check_lyrics
from songsmith.lyrics.fault import Fault
from songsmith.lyrics.lrc import LrcError, Parsed, format_lrc
from songsmith.lyrics.lyric import Draft, Lyrics
from songsmith.lyrics.timing import natural_duration_s, stamp_draft

__all__ = [
    "DEFAULT_DURATION_S",
    "check_for",
    "clock",
    "diff_lyrics",
    "lines_of",
    "stamped",
    "stamped_to_sing",
]

DEFAULT_DURATION_S = 95.0


def stamped(words: Lyrics | Draft, duration_s: float | None) -> tuple[Lyrics, float]:
    """Words with stamps and the length of their song; stamps that are there stay as they are."""
    if isinstance(words, Draft):
        words = stamp_draft(words, duration_s=duration_s)
    if duration_s is None:
        duration_s = natural_duration_s(words) if words.lines else DEFAULT_DURATION_S
    return words, duration_s


def stamped_to_sing(parsed: Parsed, duration_s: float | None) -> tuple[Lyrics, float]:
    """`stamped` of words that are to be sung. Raises `LrcError` if there are none, and says what was read instead."""
    lyrics, length_s = stamped(parsed.lyrics, duration_s)
    if not lyrics.lines:
        for fault in parsed.faults:
            raise LrcError(fault.message, mend=fault.mend)
        raise LrcError("these words have no line to sing", mend="write some lines first")
    return lyrics, length_s


def check_for(
    engine: str,
    lyrics: Lyrics,
    *,
    duration_s: float,
    variant: Variant | None = None,
    parse_faults: Sequence[Fault] = (),
) -> Report:
    """All faults of words that `engine` is to sing."""
    return check_lyrics(
        lyrics,
        duration_s=duration_s,
        variant=variant,
        parse_faults=parse_faults,
        for_engine="sketch" if engine == "sketch" else "diffrhythm",
    )


def diff_lyrics(before: Lyrics, after: Lyrics) -> tuple[str, ...]:
    """Lines that changed, with one line around them."""
    if before == after:
        return ()
    old, new = (format_lrc(lyrics).splitlines() for lyrics in (before, after))
    diff = list(difflib.unified_diff(old, new, n=1, lineterm=""))[2:]
    lines = [line for line in diff if not line.startswith("@@")]
    while lines and not lines[-1].strip():
        lines.pop()
    return tuple(lines)


def clock(time_s: float) -> str:
    """ "0:42" or "0:42.5", as people say times."""
    tenths = round(time_s * 10)
    minutes, rest = divmod(tenths, 600)
    text = f"{minutes}:{rest // 10:02d}"
    return f"{text}.{rest % 10}" if rest % 10 else text


def lines_of(numbers: Sequence[int]) -> str:
    """ "lines 5-8, 11" of the numbers 5, 6, 7, 8, 11."""
    runs: list[list[int]] = []
    for number in sorted(set(numbers)):
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    named = ", ".join(f"{run[0]}-{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)
    return f"line{'s' * (len(set(numbers)) != 1)} {named}"
