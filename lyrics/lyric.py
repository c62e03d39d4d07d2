"""The one type everybody shares: a lyric of sections of stamped lines.

Pure values: no reading, no phonemes, no opinions. Stamps are whole milliseconds and texts hold no line
breaks or control characters, because LRC can hold nothing else, and so a lyric written to a file and
read again is equal to itself.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import NamedTuple

__all__ = [
    "INVISIBLE",
    "NOTHING_BESIDE",
    "Beside",
    "Chord",
    "Draft",
    "DraftSection",
    "LyricLine",
    "Lyrics",
    "Say",
    "Section",
    "Translation",
    "WordStamp",
    "clean_text",
    "section_kind",
]


class Chord(NamedTuple):
    """A chord symbol over a line, before the character at `offset` of its text."""

    offset: int
    symbol: str


class WordStamp(NamedTuple):
    """The time at which the word that begins at character `offset` is sung (enhanced LRC).

    An offset equal to the length of the text marks the end of the last word.
    """

    offset: int
    start_s: float


class Translation(NamedTuple):
    """What a line means in another language, or how it is written there: a code such as "en", and the words."""

    language: str
    text: str


class Say(NamedTuple):
    """How the `length` characters of a text from `offset` on are to be said: a respelling ("lyve"), IPA between
    slashes ("/laɪv/") or pinyin ("hang2")."""

    offset: int
    length: int
    how: str


@dataclass(frozen=True)
class Beside:
    """What belongs to a line and is not its words: who sings it ("" for the lead), what it means in other
    languages, how words of it are said."""

    voice: str = ""
    translations: tuple[Translation, ...] = ()
    says: tuple[Say, ...] = ()


NOTHING_BESIDE = Beside()

INVISIBLE = "\ufeff\u200b\u200e\u200f\u2060\u2066\u2067\u2068\u2069\u202a\u202b\u202c\u202d\u202e"
"""Marks of order and direction that copying leaves at the ends of lines."""


def clean_text(text: str) -> str:
    """One line of printable text: control characters and what is invisible at its ends gone, runs of white
    space made one space."""
    if not text.isascii() or not text.isprintable():
        text = "".join(
            ch
            for ch in text
            if ch.isspace() or (ch != "\ufeff" and unicodedata.category(ch) not in {"Cc", "Cs"})
        )
    return " ".join(text.split()).strip(f"{INVISIBLE} ")


@dataclass(frozen=True)
class LyricLine:
    """One sung line: its words and the time its first syllable starts.

    `text` is what is sung, without stamps, chords or labels. `hold_s` is how long the line may last
    where the writer said so (an empty stamp after it, the end of a subtitle), else None: until the next
    line. `source_line` is the 1-based line of the file it was read from, 0 if it was never in one; it
    says nothing about the song, so it does not count when lines are compared. Words of the text in round
    brackets are for a second voice, behind the lead (`backing`).
    """

    start_s: float
    text: str
    chords: tuple[Chord, ...] = ()
    word_stamps: tuple[WordStamp, ...] = ()
    source_line: int = field(default=0, compare=False)
    hold_s: float | None = None
    beside: Beside = NOTHING_BESIDE

    def __post_init__(self) -> None:
        text = clean_text(self.text)
        hold_s = round(self.hold_s, 3) if self.hold_s is not None else 0.0
        object.__setattr__(self, "start_s", round(self.start_s, 3))
        object.__setattr__(self, "text", text)
        object.__setattr__(self, "hold_s", hold_s if hold_s > 0 else None)
        if self.chords:
            chords = [Chord(_within(text, c.offset), c.symbol) for c in self.chords]
            object.__setattr__(self, "chords", tuple(sorted(chords, key=lambda c: c.offset)))
        if self.word_stamps:
            stamps = [
                WordStamp(_word_at(text, w.offset), round(w.start_s, 3)) for w in self.word_stamps
            ]
            object.__setattr__(self, "word_stamps", tuple(sorted(stamps, key=lambda w: w.offset)))

    def moved_to(self, start_s: float) -> "LyricLine":
        """The same line at another time, its word stamps along with it."""
        shift_s = start_s - self.start_s
        stamps = tuple(WordStamp(w.offset, w.start_s + shift_s) for w in self.word_stamps)
        return replace(self, start_s=start_s, word_stamps=stamps)

    def reworded(self, text: str) -> "LyricLine":
        """Another text at the same time, by the same singer; what belonged to the old words is gone."""
        return replace(
            self, text=text, chords=(), word_stamps=(), beside=Beside(voice=self.beside.voice)
        )

    @property
    def sung_s(self) -> float | None:
        """How long the line lasts where that was written down: to its end stamp, or as long as it may last."""
        ends = [w.start_s - self.start_s for w in self.word_stamps if w.offset == len(self.text)]
        ends += [self.hold_s] if self.hold_s else []
        return min((end_s for end_s in ends if end_s > 0), default=None)


def _within(text: str, offset: int) -> int:
    return min(max(offset, 0), len(text))


def _word_at(text: str, offset: int) -> int:
    offset = _within(text, offset)
    return offset + 1 if text[offset : offset + 1] == " " else offset


@dataclass(frozen=True)
class Section:
    """Consecutive lines under one label; the label is as written ("Verse 1", "副歌", "Chorus: both"), or "".

    A label without lines is a part without singing ("Interlude").
    """

    label: str
    lines: tuple[LyricLine, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "label", clean_text(self.label))

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

    def __post_init__(self) -> None:
        object.__setattr__(self, "title", clean_text(self.title))
        object.__setattr__(self, "language", clean_text(self.language))
        sections = tuple(s for s in self.sections if s.label or s.lines)
        object.__setattr__(self, "sections", sections)
        tags = tuple((clean_text(key), clean_text(value)) for key, value in self.tags)
        object.__setattr__(self, "tags", tags)

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
    """A section whose lines have no stamps yet. `source_lines` counts as `LyricLine.source_line`, one
    number for each line; `chords` and `beside`, if any, have those of each line."""

    label: str
    lines: tuple[str, ...]
    source_lines: tuple[int, ...] = field(default=(), compare=False)
    chords: tuple[tuple[Chord, ...], ...] = ()
    beside: tuple[Beside, ...] = ()


@dataclass(frozen=True)
class Draft:
    """Words without time: what writers give and people paste; `timing.stamp_draft` makes it a `Lyrics`."""

    title: str = ""
    language: str = ""
    sections: tuple[DraftSection, ...] = ()
    tags: tuple[tuple[str, str], ...] = ()


_CHORUS = r"chorus|hook|refrain|coro|estribillo|refr[ãa]o|ritornello|припев"
_KINDS = {
    "pre-chorus": rf"(?<!\w)pr[eé][- ]?({_CHORUS})|预副歌|預副歌|导歌|導歌|bメロ",
    "post-chorus": rf"(?<!\w)post?[- ]?({_CHORUS})",
    "chorus": rf"(?<!\w)({_CHORUS})(?![^\W\d_])|副歌|サビ|후렴",
    "verse": r"(?<!\w)(verse|strophe|verso|estrofa|estrofe|strofa|couplet|куплет)(?![^\W\d_])"
    r"|主歌|^[abc]段|第[一二三四五六]段|aメロ|\d절",
    "bridge": r"(?<!\w)(bridge|middle ?(8|eight)|puente|ponte?|brücke|бридж)(?![^\W\d_])"
    r"|桥段|橋段|间奏词|^桥|cメロ|브릿지",
    "intro": r"(?<!\w)(intro(duction)?|introducción|introdução|вступление)(?![^\W\d_])"
    r"|前奏|引子|イントロ|인트로",
    "outro": r"(?<!\w)(outro|coda|ending|концовка)(?![^\W\d_])|尾声|尾聲|尾奏|结尾|結尾|アウトロ|아웃트로",
    "interlude": r"(?<!\w)(interlude|instrumental|solo|break(down)?|interludio|interlúdio|проигрыш)"
    r"(?![^\W\d_])|间奏|間奏|独奏|獨奏|간주",
}


def section_kind(label: str) -> str:
    """Part of a song that a section label names, in any of the larger languages; "" if none."""
    for kind, pattern in _KINDS.items():
        if re.search(pattern, label.casefold()):
            return kind
    return ""
