"""What changed between two states of the words."""

import difflib

from songsmith.lyrics.lyric import Lyrics
from songsmith.lyrics.reading.lrc import format_lrc

__all__ = ["diff_lyrics"]


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
