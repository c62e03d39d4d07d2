r"""What may stand inside a line: chords, word stamps, ways to say a word, markup, and the backslash that makes them
plain text.

`[Am]Slow <00:12.50>dance` sings "Slow dance", and so does `Slow <i>dance</i>`; `{live|lyve}` sings "live" and says
how. A bracket that is neither a chord nor a stamp is the person's text. `\[`, `\<`, `\{` and their full-width
forms are those characters themselves.
"""

import html
import re
from collections.abc import Callable
from typing import NamedTuple

from songsmith.lyrics.lyric import INVISIBLE, Chord, LyricLine, Say, WordStamp, clean_text
from songsmith.lyrics.stamps import format_stamp, parse_clock

__all__ = ["Inline", "escape", "is_chord", "read_inline", "read_say", "write_inline", "write_say"]

_SPECIAL = r"\\\[\]<>{}()（）【】［］＜＞#&:："
_CHORD = re.compile(
    r"(?:[A-G][#b♯♭]?"
    r"(?:maj|min|dim|aug|sus|add|omit|alt|m|M|o(?=7)|ø|Δ|°|\+|-|b|#|♯|♭|\d|\(|\)|,|/(?=\d))*"
    r"(?:/[A-G][#b♯♭]?)?|N\.?C\.?)"
)
_MARK = re.compile(
    rf"(?P<escape>\\[{_SPECIAL}])|\[(?P<square>[^\[\]]*)\]|<(?P<angle>[\d:.,\s]+)>"
    r"|(?P<entity>&(?:amp;)?(?:[a-zA-Z]{2,8}|#\d{2,6}|#[xX][\da-fA-F]{2,5});)"
    r"|(?P<tag><(?:/?[A-Za-z][^<>]{0,200}|!--[^<>]{0,200}--)>|\{\\[^{}]*\})"
    r"|\{(?P<word>[^{}|<>\[\]]{1,60})\|(?P<how>[^{}|<>\[\]]{1,60})\}"
)
_BREAKS = re.compile(r"</?(?:br|p|div|li|tr)\b", re.I)


class Inline(NamedTuple):
    """A line's text with what was written into it."""

    text: str
    chords: tuple[Chord, ...] = ()
    word_stamps: tuple[WordStamp, ...] = ()
    says: tuple[Say, ...] = ()


def is_chord(symbol: str) -> bool:
    """Whether this is a chord symbol: Am, C#m7/G, Bbmaj9, N.C."""
    return len(symbol) <= 16 and _CHORD.fullmatch(symbol) is not None


def read_inline(raw: str) -> Inline:
    """Text, chords, word stamps and ways to say words of what stands after a line's own stamp."""
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
            text.add(html.unescape(html.unescape(mark["entity"])))
        elif mark["tag"]:
            text.add(" " if _BREAKS.match(mark["tag"]) else "")
        elif mark["word"]:
            text.add_said(mark["word"], mark["how"].strip())
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
        self.says: list[Say] = []

    def add_said(self, word: str, how: str) -> None:
        """A word, and how it is said."""
        self.add(word[: len(word) - len(word.lstrip())])
        offset = self.offset
        self.add(word.lstrip())
        if len(self.text) > offset:
            self.says.append(Say(offset, len(self.text) - offset, clean_text(how)))

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
        return Inline(line.text, line.chords, line.word_stamps, tuple(self.says))


def read_say(value: str, text: str) -> list[Say]:
    """The `word|how` or `word#2|how` of a `[say:…]` line; the number tells which of several such words is meant."""
    word, _, how = value.rpartition("|")
    name, _, number = word.rpartition("#")
    which = 1
    if name and number.isdecimal() and len(number) < 4:
        word, which = name, int(number)
    offset = -1
    for _ in range(which):
        offset = text.find(word, offset + 1) if word else -1
        if offset < 0:
            return []
    return [Say(offset, len(word), how)]


def write_say(say: Say, text: str) -> str:
    """`word|how` as `read_say` reads it back."""
    word = text[say.offset : say.offset + say.length]
    which, at = 1, text.find(word)
    while at < say.offset:
        which, at = which + 1, text.find(word, at + 1)
    return f"{word}{f'#{which}' if which > 1 or '#' in word else ''}|{say.how}"


def escape(text: str) -> str:
    """`text` with a backslash before every character that could be read as a mark."""
    return re.sub(rf"[{_SPECIAL}]", lambda mark: "\\" + mark.group(), text)


def write_inline(inline: Inline, *, literal: bool = False) -> str:
    """The line as LRC, so that `read_inline` gives the same back; `literal` escapes in any case."""
    plain = _set_marks(inline, str)
    if not literal and read_inline(plain)[:3] == inline[:3] and not read_inline(plain).says:
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
