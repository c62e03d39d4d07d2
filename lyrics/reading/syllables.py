"""Karaoke exports in which each syllable has a stamp of its own, as MidiCo writes them.

`[00:00.884]1:/Hello, ` `[00:01.867]1:my ` are the first words of a line: `/` begins a line, `\\` a page, `1:` is the
singer, and a space ends a word.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from songsmith.lyrics.lyric import Beside, WordStamp
from songsmith.lyrics.reading.events import Blank, Event, Words
from songsmith.lyrics.reading.inline import Inline
from songsmith.lyrics.stamps import STAMP, parse_clock

__all__ = ["gather_syllables", "has_syllables"]

_SYLLABLE = re.compile(r"\s{0,8}(\[[\d:.]{4,12}\])(?:(\d{1,2}):)?(/|\\(?![\\\[\]<>{}()#&:]))?(.*)")
_FEWEST_LINES = 2


def has_syllables(lines: Sequence[str]) -> bool:
    """Whether most stamps are those of syllables: several lines begin with a slash after theirs."""
    found = [match for match in map(_SYLLABLE.fullmatch, lines) if match]
    stamped = sum(STAMP.match(line.lstrip()) is not None for line in lines)
    begins = sum(bool(match[3]) for match in found)
    return begins >= _FEWEST_LINES and begins < len(found) and len(found) * 10 >= stamped * 9


def gather_syllables(lines: Sequence[str]) -> tuple[list[Event], list[str]]:
    """The lines of lyrics that the syllables make, and the other lines of the file, those of syllables blank."""
    events: list[Event] = []
    rest = list(lines)
    line = _Line()
    for number, raw in enumerate(lines, start=1):
        match = _SYLLABLE.fullmatch(raw)
        start_s = parse_clock(match[1][1:-1]) if match else None
        if match is None or start_s is None:
            continue
        rest[number - 1] = ""
        if match[3] and line.text.strip():
            events.append(line.words())
            line = _Line()
            if match[3] == "\\":
                events.append(Blank())
        line.add(match[4], start_s, number, match[2] or "")
    if line.text.strip():
        events.append(line.words())
    return events, rest


@dataclass
class _Line:
    """A line as it grows."""

    text: str = ""
    number: int = 0
    voice: str = ""
    stamps: list[WordStamp] = field(default_factory=list)

    def add(self, syllable: str, start_s: float, number: int, voice: str) -> None:
        if not self.text:
            self.number, self.voice = number, f"v{voice}" if voice else ""
        is_new_word = not self.text or self.text.endswith(" ") or syllable.startswith(" ")
        if syllable.strip() and is_new_word:
            self.text = f"{self.text.rstrip()} " if self.text else ""
            self.stamps.append(WordStamp(len(self.text), start_s))
            syllable = syllable.lstrip()
        self.text += syllable

    def words(self) -> Words:
        inline = Inline(self.text.rstrip(), (), tuple(self.stamps))
        return Words(inline, (self.stamps[0].start_s,), self.number, beside=Beside(self.voice))
