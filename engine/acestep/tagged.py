"""Lyrics as the model reads them: sung lines under tags in brackets, a blank line between sections.

Its users report words lost where every couplet has a tag of its own and where letters stand apart, so short
neighbours under one label become one section, and a word spelt out with spaces is joined.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from songsmith.lyrics.lyric import LyricLine, Lyrics, Section

__all__ = ["INSTRUMENTAL", "Tagged", "tagged_lyrics"]

INSTRUMENTAL = "[Instrumental]"
_TAGS = {
    "verse": "Verse",
    "pre-chorus": "Pre-Chorus",
    "chorus": "Chorus",
    "post-chorus": "Post-Chorus",
    "bridge": "Bridge",
    "intro": "Intro",
    "outro": "Outro",
    "interlude": "Instrumental",
}
_MOST_JOINED_LINES = 4
_BRACKETS = str.maketrans("[]{}【】", "()()()")
_SPELT = re.compile(r"(?<!\S)\S(?: \S){2,}(?!\S)")
_SPELT_LATIN = re.compile(r"[A-Za-z]")


@dataclass(frozen=True)
class Tagged:
    """The text, and for each of its rows the number of the lyric's line that it is, 0 for tags and blanks."""

    text: str
    lines: tuple[int, ...]


def tagged_lyrics(lyrics: Lyrics) -> Tagged:
    """`lyrics` in the model's form; without lines it is an instrumental."""
    if not lyrics.lines:
        return Tagged(INSTRUMENTAL, (0,))
    rows: list[tuple[str, int]] = []
    number = verses = 0
    for section in _joined(lyrics.sections):
        kind = section.kind or "verse"
        verses += kind == "verse" and bool(section.lines)
        rows += [("", 0)] * bool(rows)
        rows.append((f"[{_tag(section, kind, verses)}]", 0))
        for line in section.lines:
            number += 1
            rows.append((_sung(line), number))
    return Tagged("\n".join(text for text, _ in rows), tuple(line for _, line in rows))


def _tag(section: Section, kind: str, verses: int) -> str:
    if not section.lines and kind in ("verse", "interlude"):
        return "Instrumental"
    if kind == "interlude":
        return "Bridge"  # the tag for a part without singing would contradict its lines
    return f"{_TAGS[kind]} {verses}" if kind == "verse" else _TAGS[kind]


def _joined(sections: Sequence[Section]) -> list[Section]:
    """Neighbours with the same label as one section, as long as that is short."""
    joined: list[Section] = []
    for section in sections:
        last = joined[-1] if joined else None
        if (
            last is not None
            and last.label == section.label
            and last.lines
            and len(last.lines) + len(section.lines) <= _MOST_JOINED_LINES
        ):
            joined[-1] = Section(last.label, (*last.lines, *section.lines))
        else:
            joined.append(section)
    return joined


def _sung(line: LyricLine) -> str:
    """The words of a line, with nothing in them that would be read as a tag."""
    return _SPELT.sub(_together, line.text.translate(_BRACKETS))


def _together(match: re.Match[str]) -> str:
    """ "S T O P" as "STOP"; the one-letter words of Latin scripts ("I a m") are left to capitals."""
    letters = match[0].replace(" ", "")
    is_word = not _SPELT_LATIN.search(letters) or letters.isupper()
    return letters if is_word else match[0]
