"""TTML, the timed text of Apple's, Amazon's and broadcasters' players: paragraphs with times, words as spans.

Backing words (`ttm:role="x-bg"`), translations (`x-translation`) and singers (`ttm:agent`) are read too.
"""

import re
from collections.abc import Iterator
from xml.etree import ElementTree

from songsmith.lyrics.fault import Fault
from songsmith.lyrics.lyric import Beside, Translation, WordStamp, clean_text
from songsmith.lyrics.reading.events import Blank, Event, Label, Tag, Words
from songsmith.lyrics.reading.inline import Inline
from songsmith.lyrics.reading.singers import in_brackets, joined, singer_named
from songsmith.lyrics.stamps import parse_clock

__all__ = ["is_ttml", "read_ttml"]

_UNITS_S = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}
_ROMAN = "x-roman"


def is_ttml(text: str) -> bool:
    """Whether this is TTML; documents that define entities of their own are not read."""
    head = text[:2000]
    return re.search(r"<(?:\w{1,9}:)?tt[\s>]", head) is not None and "<!" not in head.replace(
        "<!--", ""
    )


def read_ttml(text: str) -> tuple[list[Event], list[Fault]]:
    """One line of lyrics for each paragraph with a time."""
    try:
        root = ElementTree.fromstring(text)
    except ElementTree.ParseError as error:
        return [], [_broken(error)]
    events: list[Event] = []
    if language := _attribute(root, "lang"):
        events.append(Tag("la", language.split("-")[0]))
    events += [Tag("ti", clean_text(e.text or "")) for e in root.iter() if _name(e) == "title"][:1]
    for division in (e for e in root.iter() if _name(e) == "div"):
        part = _attribute(division, "song-part") or _attribute(division, "songPart")
        events.append(Label(part) if part else Blank())
        events += _lines(division)
    return events, []


def _broken(error: ElementTree.ParseError) -> Fault:
    line, _ = error.position
    return Fault(
        "not-lyrics",
        "error",
        f"this is TTML that is not well formed ({str(error).split(':')[0]})",
        "save it again, or give the words as LRC",
        source_line=line,
    )


def _lines(division: ElementTree.Element) -> Iterator[Words]:
    for number, paragraph in enumerate((e for e in division.iter() if _name(e) == "p"), start=1):
        start_s, end_s = _time_s(paragraph, "begin"), _time_s(paragraph, "end")
        if end_s is None and start_s is not None and (lasts_s := _time_s(paragraph, "dur")):
            end_s = start_s + lasts_s
        inline, beside = _words(paragraph)
        stamps_s = () if start_s is None else (start_s,)
        hold_s = end_s - start_s if start_s is not None and end_s is not None else None
        yield Words(inline, stamps_s, number, hold_s, beside)


def _words(paragraph: ElementTree.Element) -> tuple[Inline, Beside]:
    """The words of a paragraph, backing words behind them, and what belongs to it."""
    text, stamps = _Text(), []
    backing: list[Inline] = []
    translations: list[Translation] = []
    text.add(paragraph.text)
    for child in paragraph:
        role = _attribute(child, "role")
        if role == "x-bg":
            backing.append(in_brackets(_words(child)[0]))
        elif role == "x-translation" or role.startswith(_ROMAN):
            language = _attribute(child, "lang").split("-")[0] if role == "x-translation" else "rom"
            translations.append(Translation(language, clean_text("".join(child.itertext()))))
        else:
            start_s = _time_s(child, "begin")
            if start_s is not None:
                stamps.append(WordStamp(text.offset, start_s))
            text.add(" " if _name(child) == "br" else "".join(child.itertext()))
        text.add(child.tail)
    inline = Inline(text.text.strip(), (), tuple(stamps))
    for words in backing:
        inline = joined(inline, words)
    voice = singer_named(_attribute(paragraph, "agent"))
    return inline, Beside(voice if voice != "v1" else "", tuple(translations))


class _Text:
    """Text with white space closed up as it grows."""

    def __init__(self) -> None:
        self.text = ""

    def add(self, piece: str | None) -> None:
        self.text = " ".join(f"{self.text}{piece or ''}|".split()).removesuffix("|")

    @property
    def offset(self) -> int:
        return len(self.text)


def _name(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _attribute(element: ElementTree.Element, name: str) -> str:
    return next((v for key, v in element.attrib.items() if key.rpartition("}")[2] == name), "")


def _time_s(element: ElementTree.Element, name: str) -> float | None:
    """Seconds of a clock ("1:02.345"), a number ("62.3") or an offset with its unit ("62.3s", "900ms")."""
    value = _attribute(element, name).strip()
    if match := re.fullmatch(r"(\d{1,9}(?:\.\d{1,9})?)(h|ms|m|s)?", value):
        return float(match[1]) * _UNITS_S[match[2] or "s"]
    return parse_clock(value)
