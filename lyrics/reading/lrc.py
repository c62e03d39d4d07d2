"""LRC: reading any lyrics people have, and writing them so that reading gives the same again.

Blank lines part sections and `[Verse 1]` names them; `[section:…]` does so where the plain form would be
read as something else. A stamp without words ends the line before it. A backslash before a bracket
makes it a character of the words.
"""

import errno
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from songsmith.atomic import read_regular
from songsmith.lyrics.fault import Fault
from songsmith.lyrics.labels import narrow
from songsmith.lyrics.lyric import Draft, LyricLine, Lyrics, Section, section_kind
from songsmith.lyrics.reading.dialects import TextReader, label_and_words
from songsmith.lyrics.reading.documents import is_json, lrc_of_json, read_json
from songsmith.lyrics.reading.encoding import LrcError, decode_lyrics
from songsmith.lyrics.reading.events import Event, Label, Tag, assemble
from songsmith.lyrics.reading.inline import Inline, escape, write_inline, write_say
from songsmith.lyrics.reading.leading import has_stamp
from songsmith.lyrics.reading.one_line import parted
from songsmith.lyrics.reading.singers import begins_with_singer, singer_head
from songsmith.lyrics.reading.subtitles import is_subtitles, read_subtitles
from songsmith.lyrics.reading.syllables import gather_syllables, has_syllables
from songsmith.lyrics.reading.tables import is_table, is_ultrastar, read_table, read_ultrastar
from songsmith.lyrics.reading.ttml import is_ttml, read_ttml
from songsmith.lyrics.reading.whole_file import understood
from songsmith.lyrics.stamps import STAMP, broken_stamp, format_stamp

__all__ = [
    "LrcError",
    "Parsed",
    "decode_lyrics",
    "format_lrc",
    "format_stamp",
    "load_lyrics",
    "load_text",
    "parse_lyrics",
]

_MAX_BYTES = 1_000_000  # a long song has about 5,000


@dataclass(frozen=True)
class Parsed:
    """What a text says: a `Lyrics`, or a `Draft` if nothing in it has a stamp; and what could not be read."""

    lyrics: Lyrics | Draft
    faults: tuple[Fault, ...] = ()


def parse_lyrics(text: str, *, sing_all: bool = False, as_written: bool = False) -> Parsed:
    """Read lyrics in any of the ways that docs/formats.md lists.

    Credits are set aside unless `sing_all`. `as_written` is for what songsmith wrote itself: nothing in it is guessed.
    """
    if as_written:
        events, faults = _read_lines(text.splitlines())
        return _parsed(events, faults)
    value = read_json(text)
    if is_json(value):
        text = lrc_of_json(value)
        if not text:
            return Parsed(Draft(), (_not_lyrics("JSON"),))
    if kind := _other_kind(text):
        return Parsed(Draft(), (_not_lyrics(kind),))
    events, faults = _read(text)
    events, more = understood(events, sing_all=sing_all)
    return _parsed(events, [*faults, *more])


def _parsed(events: Sequence[Event], faults: Sequence[Fault]) -> Parsed:
    lyrics, more = assemble(events)
    return Parsed(lyrics, tuple(sorted([*faults, *more], key=lambda fault: fault.source_line)))


def _read(text: str) -> tuple[list[Event], list[Fault]]:
    """What a text says, by the reader of its kind."""
    if is_ttml(text):
        return read_ttml(text)
    lines = text.splitlines()
    if len(lines) == 1 and (not has_stamp(text) or re.search(r"\\n\[\d", text)):
        lines = re.split(r"(?:\\r)?\\n", text)  # copied out of JSON or a program
    if is_subtitles(lines):
        return read_subtitles(lines)
    if is_table(lines):
        return read_table(lines)
    if is_ultrastar(lines):
        return read_ultrastar(lines)
    if has_syllables(lines):
        words, lines = gather_syllables(lines)
        events, faults = _read_lines(lines)
        return [*(event for event in events if isinstance(event, Tag)), *words], faults
    return _read_lines(parted(lines))


def _read_lines(lines: Sequence[str]) -> tuple[list[Event], list[Fault]]:
    reader = TextReader(lines)
    reader.read()
    return reader.events, reader.faults


def _other_kind(text: str) -> str:
    """What the text is if it is written for machines, "" if it may be lyrics."""
    head = text[:200].lstrip().casefold()
    if head.startswith(("<!doctype", "<html", "<?xml", "<tt ", "<tt>")) and not is_ttml(text):
        return "a web page" if "<html" in head or "<!doctype html" in head else "XML"
    return ""


def _not_lyrics(kind: str) -> Fault:
    return Fault(
        "not-lyrics",
        "error",
        f"this is {kind}, not lyrics",
        "give the words alone, as plain text, LRC or subtitles",
    )


def load_lyrics(path: Path, *, sing_all: bool = False) -> Parsed:
    """Read a lyrics file in any encoding; see `parse_lyrics`. Raises `LrcError` where it can't be read at all."""
    return parse_lyrics(load_text(path), sing_all=sing_all)


def load_text(path: Path) -> str:
    """The text of a lyrics file in any encoding. Raises `LrcError` where it can't be read at all."""
    try:
        return decode_lyrics(read_regular(path, _MAX_BYTES))
    except IsADirectoryError as error:
        raise LrcError(
            "this is a folder", where=str(path), hint="name a lyrics file in it"
        ) from error
    except FileNotFoundError as error:
        raise LrcError("there is no such file", where=str(path), hint="check its name") from error
    except OSError as error:
        is_big = error.errno == errno.EFBIG
        raise LrcError(
            "this is too big to be lyrics" if is_big else f"can't read it: {error.strerror}",
            where=str(path),
            hint="give the lyrics of one song, as a file or through - and < FILE",
        ) from error
    except LrcError as error:
        raise LrcError(error.what, where=str(path), hint=error.hint) from error


def format_lrc(lyrics: Lyrics) -> str:
    """The lyric as LRC with its tags, labels, chords and word stamps; `parse_lyrics` reads it back."""
    tags = [("ti", lyrics.title), ("la", lyrics.language)]
    head = [f"[{key}:{value}]" for key, value in tags if value]
    head += [f"[{key}:{value}]" for key, value in lyrics.tags]
    body = list(_body(lyrics))
    return "\n".join([*head, *([""] if head and body else []), *body, ""])


def _body(lyrics: Lyrics) -> Iterator[str]:
    is_spaced = all(len(section.lines) <= 1 for section in lyrics.sections)
    before: Section | None = None
    for section in lyrics.sections:
        if before is not None:
            yield ""
        if section.label or (before is not None and (is_spaced or _runs_on(before))):
            yield _label_line(section.label, before)
        for line in section.lines:
            yield from _line(line)
        before = section
    if not lyrics.lines:
        yield f"[{format_stamp(0)}]"  # without any stamp it would be read as a draft


def _runs_on(section: Section) -> bool:
    """Whether words after a blank line would still belong to this section."""
    return not section.lines and section_kind(section.label) != "interlude"


def _label_line(label: str, before: Section | None) -> str:
    """`[label]`, or the explicit form where that would be read as a tag, a chord or a direction."""
    reader = TextReader([f"[{label}]"])
    reader.read()
    is_direction = before is not None and not before.lines and not section_kind(label)
    is_plain = reader.events == [Label(label)] and not is_direction
    return f"[{label}]" if is_plain else f"[section:{label}]"


def _line(line: LyricLine) -> Iterator[str]:
    text, beside = line.text, line.beside
    literal = (
        label_and_words(text) is not None or _begins_like_stamp(text) or begins_with_singer(text)
    )
    words = write_inline(Inline(text, line.chords, line.word_stamps), literal=literal)
    yield f"[{format_stamp(line.start_s)}]{singer_head(beside.voice)}{words}"
    yield from (f"[say:{write_say(say, text)}]" for say in beside.says)
    yield from (
        f"[tr-{language or 'x'}:{escape(words)}]" for language, words in beside.translations
    )
    if line.hold_s is not None:
        yield f"[{format_stamp(line.start_s + line.hold_s)}]"


def _begins_like_stamp(text: str) -> bool:
    return bool(STAMP.match(narrow(text)) or broken_stamp(narrow(text)))
