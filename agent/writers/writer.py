"""What every writer is, and what each does with the numbers and words of lines."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from songsmith.agent.writers.brief import Brief, BriefError
from songsmith.lyrics.lyric import LyricLine, Lyrics

__all__ = ["Writer", "WriterReply", "check_line_numbers", "line_list", "reworded"]


@dataclass(frozen=True)
class WriterReply:
    """A finished lyric, the style it was written for, and remarks the person should read.

    `written` holds how it came about: who set the stamps, and the versions of the prompts.
    """

    lyrics: Lyrics
    style: str = ""
    title: str = ""
    notes: tuple[str, ...] = ()
    written: Mapping[str, str] = field(default_factory=dict)


class Writer(Protocol):
    """Somebody who writes lyrics. `name` is what people see."""

    @property
    def name(self) -> str: ...

    def write(self, brief: Brief, on_text: Callable[[str], None]) -> WriterReply:
        """A new lyric with stamps; `on_text` gets the words as they come."""
        ...

    def rewrite_lines(
        self, lyrics: Lyrics, line_numbers: Sequence[int], instruction: str
    ) -> Lyrics:
        """The lyric with new words for these lines (counted from 1); all else stays, stamps too."""
        ...

    def cannot_follow(self, lyrics: Lyrics, instruction: str) -> str:
        """Why this writer can't rewrite lines as `instruction` asks, "" if it can or may."""
        ...

    def other_wordings(
        self,
        lyrics: Lyrics,
        line_numbers: Sequence[int],
        instruction: str,
        count: int,
        on_wording: Callable[[Lyrics], None],
    ) -> list[Lyrics]:
        """At most `count` different rewrites of these lines, each told to `on_wording` as it comes."""
        ...


def line_list(numbers: Sequence[int]) -> str:
    """ "line 3" or "lines 3, 5"."""
    return f"line{'s' if len(numbers) > 1 else ''} {', '.join(map(str, numbers))}"


def reworded(line: LyricLine, text: str) -> LyricLine:
    """The line with other words: chords stay, stamps of single words can't."""
    return line if text == line.text else replace(line.reworded(text), chords=line.chords)


def check_line_numbers(lyrics: Lyrics, line_numbers: Sequence[int]) -> None:
    """Raise `BriefError` unless these are lines of the lyric."""
    count = len(lyrics.lines)
    wrong = [number for number in line_numbers if not 1 <= number <= count]
    if wrong:
        raise BriefError(f"there is no line {wrong[0]}", hint=f"the song has lines 1 to {count}")
    if not line_numbers:
        raise BriefError("no line is named", hint=f"name some of the lines 1 to {count}")
