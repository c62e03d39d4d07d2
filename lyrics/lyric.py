"""The one type everybody shares: a lyric of sections of stamped lines.

Pure values: no reading, no phonemes, no opinions. Stamps are whole milliseconds, because LRC can hold
nothing finer, and so a lyric written to a file and read again is equal to itself.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import NamedTuple

__all__ = ["Chord", "Draft", "DraftSection", "LyricLine", "Lyrics", "Section", "WordStamp"]


class Chord(NamedTuple):
    """A chord symbol over a line, before the character at `offset` of its text."""

    offset: int
    symbol: str


class WordStamp(NamedTuple):
    """The time at which the word that begins at character `offset` is sung (enhanced LRC)."""

    offset: int
    start_s: float


@dataclass(frozen=True)
class LyricLine:
    """One sung line: its words and the time its first syllable starts.

    `text` is what is sung, without stamps, chords or labels. `source_line` is the 1-based line of the
    file it was read from, 0 if it was never in one; it says nothing about the song, so it does not
    count when lines are compared.
    """

    start_s: float
    text: str
    chords: tuple[Chord, ...] = ()
    word_stamps: tuple[WordStamp, ...] = ()
    source_line: int = field(default=0, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "start_s", round(self.start_s, 3))
        object.__setattr__(self, "text", " ".join(self.text.split()))


@dataclass(frozen=True)
class Section:
    """Consecutive lines under one label; the label is as written ("Verse 1", "副歌", "Chorus: both"), or ""."""

    label: str
    lines: tuple[LyricLine, ...]

    @property
    def kind(self) -> str:
        """What part of a song this is: verse, chorus, pre-chorus, bridge, intro, outro, … or ""."""
        return section_kind(self.label)

    @property
    def voice(self) -> str:
        """Who sings, when the label says so: "her" of "Verse: her", else ""."""
        return (
            re.split(r"[:：]", self.label, maxsplit=1)[1].strip()
            if re.search(r"[:：]", self.label)
            else ""
        )


@dataclass(frozen=True)
class Lyrics:
    """A whole lyric. Lines keep the order they were written in, which is that of their stamps unless
    somebody erred (`check` says so). `tags` are the ID tags of LRC that are not fields here, in order."""

    title: str = ""
    language: str = ""
    sections: tuple[Section, ...] = ()
    tags: tuple[tuple[str, str], ...] = ()

    @property
    def lines(self) -> tuple[LyricLine, ...]:
        return tuple(line for section in self.sections for line in section.lines)

    def with_lines(self, lines: Iterable[LyricLine]) -> "Lyrics":
        """The same sections with other lines, one for one."""
        supply = list(lines)
        if len(supply) != len(self.lines):
            raise ValueError(f"{len(supply)} lines for {len(self.lines)}")
        rest = iter(supply)
        sections = tuple(
            replace(section, lines=tuple(next(rest) for _ in section.lines))
            for section in self.sections
        )
        return replace(self, sections=sections)


@dataclass(frozen=True)
class DraftSection:
    """A section whose lines have no stamps yet. `first_source_line` counts as `LyricLine.source_line`."""

    label: str
    lines: tuple[str, ...]
    source_lines: tuple[int, ...] = field(default=(), compare=False)


@dataclass(frozen=True)
class Draft:
    """Words without time: what writers give and people paste; `timing.stamp_draft` makes it a `Lyrics`."""

    title: str = ""
    language: str = ""
    sections: tuple[DraftSection, ...] = ()
    tags: tuple[tuple[str, str], ...] = ()


_KINDS = {
    "pre-chorus": r"pre[- ]?chorus|预副歌|导歌",
    "post-chorus": r"post[- ]?chorus",
    "chorus": r"chorus|hook|refrain|副歌",
    "verse": r"verse|strophe|主歌|^[abc]段",
    "bridge": r"bridge|middle ?(8|eight)|桥段|间奏词|桥",
    "intro": r"intro|前奏|引子",
    "outro": r"outro|coda|ending|尾声|尾奏|结尾",
    "interlude": r"interlude|instrumental|solo|break|间奏|独奏",
}


def section_kind(label: str) -> str:
    """Part of a song that a section label names in English or Chinese, "" if none."""
    for kind, pattern in _KINDS.items():
        if re.search(pattern, label.casefold()):
            return kind
    return ""
