"""What a lyrics file says, line by line, and the lyric that follows from it.

The readers of `dialects` turn a file into events; `assemble` makes one `Lyrics` or `Draft` of them.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby, pairwise

from songsmith.lyrics.fault import Fault
from songsmith.lyrics.labels import times_in_label
from songsmith.lyrics.lyric import (
    NOTHING_BESIDE,
    Beside,
    Draft,
    DraftSection,
    LyricLine,
    Lyrics,
    Section,
    WordStamp,
    section_kind,
)
from songsmith.lyrics.reading.inline import Inline
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
    source_line: int = field(default=0, compare=False)


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
    beside: Beside = NOTHING_BESIDE


Event = Tag | Label | Blank | Words


@dataclass
class _Part:
    """A section as the file has it: what comes under one label."""

    label: Label
    words: list[Words] = field(default_factory=list)


@dataclass(frozen=True)
class _Entry:
    """A line of part number `part` of the file at one of its times; no line marks a part without any."""

    start_s: float
    part: int
    line: LyricLine | None = None


def assemble(events: Sequence[Event]) -> tuple[Lyrics | Draft, list[Fault]]:
    """The lyric of a file's events, a `Draft` where nothing has a stamp, and what was odd about them."""
    tags = [event for event in events if isinstance(event, Tag)]
    title, tags = _taken(tags, _TITLE_KEYS)
    language, tags = _taken(tags, _LANGUAGE_KEYS)
    kept = tuple((tag.key, tag.value) for tag in tags if tag.key != "offset")
    parts = _parts(events)
    words = [word for part in parts for word in part.words]
    if not any(word.stamps_s for word in words):
        faults = [*_repeat_choruses(parts), *_sing_again(parts)]
        return Draft(title, language, _draft_sections(parts), kept), faults
    faults = list(_unstamped(words))
    entries = _entries(parts, _offset_s(tags, faults), faults)
    sections = tuple(
        Section(parts[part].label.text, tuple(entry.line for entry in group if entry.line))
        for part, group in groupby(entries, key=lambda entry: entry.part)
    )
    return Lyrics(title, language, sections, kept), faults


def _taken(tags: list[Tag], keys: Collection[str]) -> tuple[str, list[Tag]]:
    """Value of the first tag with one of these keys, and the other tags."""
    for index, tag in enumerate(tags):
        if tag.key in keys:
            return tag.value, [*tags[:index], *tags[index + 1 :]]
    return "", tags


def _parts(events: Sequence[Event]) -> list[_Part]:
    """What is between one label, or blank line, and the next."""
    parts = [_Part(Label(""))]
    is_spaced = _is_double_spaced(events)
    for event in events:
        if isinstance(event, Label):
            parts.append(_Part(event))
        elif isinstance(event, Words):
            parts[-1].words.append(event)
        elif isinstance(event, Blank):
            is_silent = section_kind(parts[-1].label.text) == "interlude"
            if is_silent or (parts[-1].words and not is_spaced):
                parts.append(_Part(Label("")))
    return parts


def _is_double_spaced(events: Sequence[Event]) -> bool:
    """Whether no two lines stand next to each other, so that blank lines part nothing."""
    content = [e for e in events if not isinstance(e, Words) or e.inline.text]
    return not any(isinstance(a, Words) and isinstance(b, Words) for a, b in pairwise(content))


def _repeat_choruses(parts: Sequence[_Part]) -> list[Fault]:
    """Give the words of the chorus to each later label of one that has none, as song sheets mean it."""
    faults = []
    sung: dict[str, list[Words]] = {}
    for part in parts:
        kind = section_kind(part.label.text)
        if part.words:
            sung.setdefault(kind, part.words)
        elif kind.endswith("chorus") and kind in sung:
            part.words += sung[kind]
            faults.append(
                Fault(
                    "chorus-again",
                    "note",
                    f"“{part.label.text}” has no words of its own, so the first {kind} is sung again",
                    "write its words if it has others",
                    source_line=part.label.source_line,
                )
            )
    return faults


def _sing_again(parts: Sequence[_Part]) -> list[Fault]:
    """Sing a part as many times as its label says: "Chorus x2"."""
    faults = []
    for part in parts:
        times = times_in_label(part.label.text)
        if part.words and times > 1:
            part.words *= times
            faults.append(
                Fault(
                    "times",
                    "note",
                    f"the lines under “{part.label.text}” are sung {times} times",
                    "take the number out of the label if they are to be sung once",
                    source_line=part.label.source_line,
                )
            )
    return faults


def _draft_sections(parts: Sequence[_Part]) -> tuple[DraftSection, ...]:
    return tuple(
        DraftSection(
            part.label.text,
            tuple(word.inline.text for word in part.words),
            tuple(word.source_line for word in part.words),
            tuple(word.inline.chords for word in part.words)
            if any(word.inline.chords for word in part.words)
            else (),
            tuple(map(beside_of, part.words))
            if any(beside_of(word) != NOTHING_BESIDE for word in part.words)
            else (),
        )
        for part in parts
        if part.label.text or part.words
    )


def _unstamped(words: Sequence[Words]) -> Iterator[Fault]:
    """A fault for each line without a stamp in a file that has stamps, with a time that would fit."""
    before_s = 0.0
    after = iter(_next_stamps_s(words))
    for word in words:
        after_s = next(after)
        if word.stamps_s:
            before_s = max(before_s, word.stamps_s[0])
            continue
        until_s = before_s + 8 if after_s is None else max(after_s, before_s)
        yield Fault(
            "no-stamp",
            "error",
            f"“{word.inline.text[:40]}” has no stamp and will not be sung",
            f"start it with one, e.g. [{format_stamp(round((before_s + until_s) / 2, 1))}], "
            "or delete the line",
            source_line=word.source_line,
        )


def _next_stamps_s(words: Sequence[Words]) -> list[float | None]:
    """For each line the stamp of the first line after it that has one."""
    following: list[float | None] = []
    latest: float | None = None
    for word in reversed(words):
        following.append(latest)
        latest = word.stamps_s[0] if word.stamps_s else latest
    return following[::-1]


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


def _entries(parts: Sequence[_Part], offset_s: float, faults: list[Fault]) -> list[_Entry]:
    """Every line at every one of its times; by time if the file holds repeated lines only once."""
    entries: list[_Entry] = []
    place_s = 0.0  # of a part without lines: after the lines written before it
    for index, part in enumerate(parts):
        stamped = [word for word in part.words if word.stamps_s]
        if part.label.text and not any(word.inline.text for word in stamped):
            entries.append(_Entry(place_s, index))
        for word in stamped:
            entries += [_Entry(line.start_s, index, line) for line in _lines(word)]
            place_s = max(place_s, word.stamps_s[0])
    if any(len(word.stamps_s) > 1 for part in parts for word in part.words):
        entries.sort(key=lambda entry: entry.start_s)
    entries = _with_ends(entries, faults)
    return [_shifted(entry, offset_s, faults) for entry in entries] if offset_s else entries


def _lines(word: Words) -> Iterator[LyricLine]:
    text, chords, word_stamps, _ = word.inline
    for start_s in word.stamps_s:
        shift_s = start_s - word.stamps_s[0]
        moved = tuple(WordStamp(w.offset, w.start_s + shift_s) for w in word_stamps)
        yield LyricLine(
            start_s, text, chords, moved, word.source_line, word.hold_s, beside_of(word)
        )


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


def beside_of(word: Words) -> Beside:
    """What belongs to a line, the ways to say its words that stood within it included."""
    says = (*word.inline.says, *word.beside.says)
    return replace(word.beside, says=says) if word.inline.says else word.beside


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
