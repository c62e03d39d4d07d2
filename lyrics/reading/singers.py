"""Who sings a line: the heads of karaoke files (`F:`, `M:`, `D:`, `v1:`), and backing words (`[bg: …]`).

Backing words come to stand in round brackets behind the line that they answer, with the stamps of their words.
"""

import re
from dataclasses import replace

from songsmith.lyrics.lyric import Chord, WordStamp
from songsmith.lyrics.reading.events import Words
from songsmith.lyrics.reading.inline import Inline, read_inline

__all__ = [
    "begins_with_singer",
    "in_brackets",
    "joined",
    "leading_singer",
    "singer_head",
    "singer_named",
    "with_backing",
]

_HEAD = re.compile(
    r"\s{0,4}(?:(?P<register>[FMD])|[vV](?P<number>\d{1,4}))\s{0,4}[:：]\s{0,4}(?=\S)"
)
_HEAD_ALONE = re.compile(r"(?:[FMD]|[vV]\d{1,4})\s{0,4}[:：]")
_REGISTERS = {"F": "female", "M": "male", "D": "both"}
_TOGETHER = ("v1000", "v2000", "v3000")
"""The names of Apple's files for everybody at once."""


def leading_singer(text: str) -> tuple[str, str]:
    """Who sings ("female", "male", "both", "v1", "" for nobody named), and the words without that head."""
    match = _HEAD.match(text)
    if match is None:
        return "", text
    return singer_named(match["register"] or f"v{match['number']}"), text[match.end() :]


def singer_named(name: str) -> str:
    """The singer that a karaoke file calls so: "F", "v1", "v1000"."""
    return "both" if name in _TOGETHER else _REGISTERS.get(name, name)


def singer_head(voice: str) -> str:
    """What stands before the words of a line that this singer sings; "" where no head says it."""
    letters = {voice: letter for letter, voice in _REGISTERS.items()}
    head = letters.get(voice, voice)
    return f"{head}: " if leading_singer(f"{head}: x") == (voice, "x") else ""


def begins_with_singer(text: str) -> bool:
    """Whether the text begins with what could be read as such a head."""
    return _HEAD_ALONE.match(text) is not None


def with_backing(line: Words, raw: str) -> Words:
    """The line with the backing words `raw` behind it, in round brackets."""
    backing = read_inline(raw)
    return replace(line, inline=joined(line.inline, in_brackets(backing)))


def in_brackets(inline: Inline) -> Inline:
    """The words in round brackets, chords and stamps along with them."""
    if inline.text[:1] in "(（" or not inline.text:
        return inline
    return Inline(
        f"({inline.text})",
        tuple(Chord(c.offset + 1, c.symbol) for c in inline.chords),
        tuple(WordStamp(_inner(inline, w.offset), w.start_s) for w in inline.word_stamps),
        tuple(s._replace(offset=s.offset + 1) for s in inline.says),
    )


def _inner(inline: Inline, offset: int) -> int:
    """An offset of the words within their brackets; their end is that of the line."""
    return offset + 2 if offset == len(inline.text) else offset + 1 if offset else 0


def joined(first: Inline, second: Inline) -> Inline:
    """Two pieces of a line as one, a space between them."""
    shift = len(first.text) + 1 if first.text else 0
    return Inline(
        f"{first.text} {second.text}".strip(),
        (*first.chords, *(Chord(c.offset + shift, c.symbol) for c in second.chords)),
        (
            *first.word_stamps,
            *(WordStamp(w.offset + shift, w.start_s) for w in second.word_stamps),
        ),
        (*first.says, *(s._replace(offset=s.offset + shift) for s in second.says)),
    )
