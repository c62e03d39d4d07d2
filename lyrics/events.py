"""What a lyrics file says, line by line, and the lyric that follows from it.

The readers of `dialects` turn a file into events; `assemble` makes one `Lyrics` or `Draft` of them.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise

from songsmith.lyrics.fault import Fault
from songsmith.lyrics.inline import Inline
from songsmith.lyrics.lyric import (
    Draft,
    DraftSection,
    LyricLine,
    Lyrics,
    Section,
    WordStamp,
    section_kind,
)
from songsmith.lyrics.stamps import format_stamp

__all__ = ["Blank", "Event", "Label", "Tag", "Words", "assemble"]

_TITLE_KEYS = {"ti", "title"}
_LANGUAGE_KEYS = {"la", "lang", "language"}


@dataclass(frozen=True)
class Tag:
    """`[key:value]`, or what means the same elsewhere."""

    key: str
    value: str


@dataclass(frozen=True)
class Label:
    """A section begins here."""

    text: str


@dataclass(frozen=True)
class Blank:
    """A blank line: a section ends here, unless the file has one after every line."""


@dataclass(frozen=True)
class Words:
    """A line with all its stamps (none in a draft); one without words ends the line before it."""

    inline: Inline
    stamps_s: tuple[float, ...]
    source_line: int
    hold_s: float | None = None


Event = Tag | Label | Blank | Words


@dataclass(frozen=True)
class _Entry:
    """A line of part number `part` of the file at one of its times; no line marks a part without any."""

    start_s: float
    part: int
    line: LyricLine | None = None


def assemble(events: Sequence[Event]) -> tuple[Lyrics | Draft, list[Fault]]:
    """The lyric of a file's events, a `Draft` where nothing has a stamp, and what was odd about them."""
    tags = [event for event in events if isinstance(event, Tag)]
    labels, words = _part_numbers(events)
    faults: list[Fault] = []
    sections: tuple[Section, ...] | tuple[DraftSection, ...]
    title, tags = _taken(tags, _TITLE_KEYS)
    language, tags = _taken(tags, _LANGUAGE_KEYS)
    kept = tuple((tag.key, tag.value) for tag in tags if tag.key != "offset")
    if not any(word.stamps_s for _, word in words):
        return Draft(title, language, _draft_sections(labels, words), kept), faults
    faults += _unstamped(words)
    entries = _entries(labels, words, _offset_s(tags, faults), faults)
    sections = tuple(
        Section(labels[part], tuple(entry.line for entry in group if entry.line))
        for part, group in groupby(entries, key=lambda entry: entry.part)
    )
    return Lyrics(title, language, sections, kept), faults


def _taken(tags: list[Tag], keys: Collection[str]) -> tuple[str, list[Tag]]:
    """Value of the first tag with one of these keys, and the other tags."""
    for index, tag in enumerate(tags):
        if tag.key in keys:
            return tag.value, [*tags[:index], *tags[index + 1 :]]
    return "", tags


def _part_numbers(events: Sequence[Event]) -> tuple[list[str], list[tuple[int, Words]]]:
    """Labels of the parts of the file in its order, and every line with the number of its part."""
    labels, words = [""], []
    is_open, is_spaced = False, _is_double_spaced(events)
    for event in events:
        if isinstance(event, Label):
            labels.append(event.text)
            is_open = False
        elif isinstance(event, Words):
            words.append((len(labels) - 1, event))
            is_open = True
        elif isinstance(event, Tag):
            continue
        elif section_kind(labels[-1]) == "interlude" or (is_open and not is_spaced):
            labels.append("")
            is_open = False
    return labels, words


def _is_double_spaced(events: Sequence[Event]) -> bool:
    """Whether no two lines stand next to each other, so that blank lines part nothing."""
    content = [e for e in events if not isinstance(e, Words) or e.inline.text]
    return not any(isinstance(a, Words) and isinstance(b, Words) for a, b in pairwise(content))


def _draft_sections(
    labels: Sequence[str], words: Sequence[tuple[int, Words]]
) -> tuple[DraftSection, ...]:
    sections = []
    for part, label in enumerate(labels):
        own = [word for at, word in words if at == part]
        if label or own:
            chords = tuple(word.inline.chords for word in own)
            sections.append(
                DraftSection(
                    label,
                    tuple(word.inline.text for word in own),
                    tuple(word.source_line for word in own),
                    chords if any(chords) else (),
                )
            )
    return tuple(sections)


def _unstamped(words: Sequence[tuple[int, Words]]) -> Iterator[Fault]:
    """A fault for each line without a stamp in a file that has stamps, with a time that would fit."""
    for index, (_, word) in enumerate(words):
        if word.stamps_s:
            continue
        before_s = max((w.stamps_s[0] for _, w in words[:index] if w.stamps_s), default=0.0)
        after_s = next((w.stamps_s[0] for _, w in words[index:] if w.stamps_s), before_s + 8)
        stamp = format_stamp(round(before_s + max(after_s - before_s, 0) / 2, 1))
        yield Fault(
            "no-stamp",
            "error",
            f"“{word.inline.text[:40]}” has no stamp and will not be sung",
            f"start it with one, e.g. [{stamp}], or delete the line",
            source_line=word.source_line,
        )


def _offset_s(tags: Sequence[Tag], faults: list[Fault]) -> float:
    """Seconds by which `[offset:±ms]` makes everything earlier."""
    for tag in tags:
        if tag.key == "offset":
            try:
                return int(tag.value.replace(" ", "") or "0") / 1000
            except ValueError:
                faults.append(
                    Fault(
                        "bad-offset",
                        "warning",
                        f"[offset:{tag.value}] is not a number of milliseconds, so nothing is moved",
                        "write it like [offset:+500]",
                    )
                )
    return 0.0


def _entries(
    labels: Sequence[str],
    words: Sequence[tuple[int, Words]],
    offset_s: float,
    faults: list[Fault],
) -> list[_Entry]:
    """Every line at every one of its times; by time if the file holds repeated lines only once."""
    entries: list[_Entry] = []
    place_s = 0.0  # of a part without lines: after the lines written before it
    for part, label in enumerate(labels):
        own = [word for at, word in words if at == part and word.stamps_s]
        if label and not any(word.inline.text for word in own):
            entries.append(_Entry(place_s, part))
        for word in own:
            entries += [_Entry(line.start_s, part, line) for line in _lines(word)]
            place_s = max(place_s, word.stamps_s[0])
    if any(len(word.stamps_s) > 1 for _, word in words):
        entries.sort(key=lambda entry: entry.start_s)
    entries = _with_ends(entries, faults)
    return [_shifted(entry, offset_s, faults) for entry in entries] if offset_s else entries


def _lines(word: Words) -> Iterator[LyricLine]:
    text, chords, word_stamps = word.inline
    for start_s in word.stamps_s:
        shift_s = start_s - word.stamps_s[0]
        moved = tuple(WordStamp(w.offset, w.start_s + shift_s) for w in word_stamps)
        yield LyricLine(start_s, text, chords, moved, word.source_line, word.hold_s)


def _with_ends(entries: Sequence[_Entry], faults: list[Fault]) -> list[_Entry]:
    """The entries without the stamps that have no words, which now end the lines before them."""
    kept: list[_Entry] = []
    last = -1  # of the entries kept, the last with a line
    for entry in entries:
        if entry.line is None or entry.line.text:
            kept.append(entry)
            last = len(kept) - 1 if entry.line else last
            continue
        before = kept[last].line if last >= 0 else None
        if before is None or before.hold_s is not None:
            continue  # before the first line, and after a pause has begun, it says nothing new
        if entry.start_s > before.start_s:
            line = replace(before, hold_s=entry.start_s - before.start_s)
            kept[last] = replace(kept[last], line=line)
        else:
            faults.append(
                Fault(
                    "empty-stamp",
                    "note",
                    f"[{format_stamp(entry.start_s)}] has no words and ends nothing",
                    "delete the line",
                    source_line=entry.line.source_line,
                )
            )
    return kept


def _shifted(entry: _Entry, offset_s: float, faults: list[Fault]) -> _Entry:
    if entry.line is None:
        return entry
    start_s = entry.start_s - offset_s
    if start_s < 0:
        faults.append(
            Fault(
                "offset-too-big",
                "warning",
                f"the offset of {offset_s * 1000:+.0f} ms puts this line before the song; it starts at 0",
                "make the offset smaller",
                source_line=entry.line.source_line,
            )
        )
    line = entry.line.moved_to(max(start_s, 0.0))
    return replace(entry, start_s=line.start_s, line=line)
