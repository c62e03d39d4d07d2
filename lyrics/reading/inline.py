r"""What may stand inside a line: chords, word stamps, web entities, and the backslash that makes them plain text.

`[Am]Slow <00:12.50>dance` sings "Slow dance". A bracket that is neither a chord nor a stamp is the
person's text. `\[`, `\<`, `\{` and their full-width forms are those characters themselves.
"""

import html
import re
from collections.abc import Callable
from typing import NamedTuple

from songsmith.lyrics.lyric import INVISIBLE, Chord, LyricLine, WordStamp, clean_text
from songsmith.lyrics.stamps import format_stamp, parse_clock

__all__ = ["Inline", "escape", "is_chord", "read_inline", "write_inline"]

_SPECIAL = r"\\\[\]<>{}()（）【】［］＜＞#&"
_CHORD = re.compile(
    r"(?:[A-G][#b♯♭]?"
    r"(?:maj|min|dim|aug|sus|add|omit|alt|m|M|o(?=7)|ø|Δ|°|\+|-|b|#|♯|♭|\d|\(|\)|,|/(?=\d))*"
    r"(?:/[A-G][#b♯♭]?)?|N\.?C\.?)"
)
_MARK = re.compile(
    rf"(?P<escape>\\[{_SPECIAL}])|\[(?P<square>[^\[\]]*)\]|<(?P<angle>[\d:.,\s]+)>"
    r"|(?P<entity>&(?:amp|quot|apos|lt|gt|nbsp|#\d{2,5}|#x[\da-f]{2,5});)"
)


class Inline(NamedTuple):
    """A line's text with what was written into it."""

    text: str
    chords: tuple[Chord, ...] = ()
    word_stamps: tuple[WordStamp, ...] = ()


def is_chord(symbol: str) -> bool:
    """Whether this is a chord symbol: Am, C#m7/G, Bbmaj9, N.C."""
    return len(symbol) <= 16 and _CHORD.fullmatch(symbol) is not None


def read_inline(raw: str) -> Inline:
    """Text, chords and word stamps of what stands after a line's own stamp."""
    text = _Builder()
    done = 0
    for mark in _MARK.finditer(raw):
        text.add(raw[done : mark.start()])
        done = mark.end()
        symbol = (mark["square"] or "").strip()
        clock_s = parse_clock(mark["square"] or mark["angle"] or "")
        if mark["escape"]:
            text.add(mark["escape"][1])
        elif mark["entity"]:
            text.add(html.unescape(mark["entity"]))
        elif clock_s is not None:
            text.stamps.append(WordStamp(text.offset, clock_s))
        elif is_chord(symbol):
            text.chords.append(Chord(text.offset, symbol))
        else:
            text.add(mark.group())
    text.add(raw[done:])
    return text.build()


class _Builder:
    """Grows the text and closes up white space, so that offsets count in the text as it will be."""

    def __init__(self) -> None:
        self.text = ""
        self.has_space = False
        self.chords: list[Chord] = []
        self.stamps: list[WordStamp] = []

    def add(self, piece: str) -> None:
        cleaned = clean_text(f"|{piece}|")[1:-1]
        if cleaned.startswith(" "):
            self.has_space = True
        body = cleaned.strip() if self.text else cleaned.strip().lstrip(f"{INVISIBLE} ")
        if body:
            self.text += (" " if self.has_space and self.text else "") + body
            self.has_space = cleaned.endswith(" ")

    @property
    def offset(self) -> int:
        return len(self.text) + (1 if self.has_space and self.text else 0)

    def build(self) -> Inline:
        line = LyricLine(0, self.text, tuple(self.chords), tuple(self.stamps))
        return Inline(line.text, line.chords, line.word_stamps)


def escape(text: str) -> str:
    """`text` with a backslash before every character that could be read as a mark."""
    return re.sub(rf"[{_SPECIAL}]", lambda mark: "\\" + mark.group(), text)


def write_inline(inline: Inline, *, literal: bool = False) -> str:
    """The line as LRC, so that `read_inline` gives the same back; `literal` escapes in any case."""
    plain = _set_marks(inline, str)
    if not literal and read_inline(plain) == inline:
        return plain
    return _set_marks(inline, escape)


def _set_marks(inline: Inline, spell: Callable[[str], str]) -> str:
    marks = [(c.offset, f"[{c.symbol}]") for c in inline.chords]
    marks += [(w.offset, f"<{format_stamp(w.start_s)}>") for w in inline.word_stamps]
    parts, done = [], 0
    for offset, mark in sorted(marks, key=lambda m: m[0]):
        parts += [spell(inline.text[done:offset]), mark]
        done = offset
    return "".join([*parts, spell(inline.text[done:])])
