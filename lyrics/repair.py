"""The repairs that are safe to make without asking: what nobody meant to be sung goes, stamps come apart.

No word that could be sung is changed or dropped, and numbers are not spelled out. Mending twice is
repairing once, and no repair makes an error that was not there.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, groupby, pairwise

from songsmith.lyrics.fault import Fault
from songsmith.lyrics.labels import AROUND_ASIDES, aside_kind, aside_spans, narrow
from songsmith.lyrics.line_faults import is_decoration
from songsmith.lyrics.lyric import LyricLine, Lyrics, Section, section_kind
from songsmith.lyrics.pace import EASY_PER_S, TOO_FAST_PER_S, expected_tokens
from songsmith.lyrics.rates import FRAME_RATE_HZ
from songsmith.lyrics.stamps import format_stamp

__all__ = ["repair_lyrics"]

_HARD_PER_S = 19.0  # a little below the limit, since frames are whole and stamps rounded
_EMOJI_PARTS = frozenset("\ufe0e\ufe0f\u20e3")
_JOINER = "\u200d"


@dataclass(frozen=True)
class _Entry:
    """A line with its number before repairing and its part of the song; without a line, a part that is
    not sung. Parts are numbered by their place, and named."""

    part: int
    label: str
    number: int = 0
    line: LyricLine | None = None


def repair_lyrics(lyrics: Lyrics, *, duration_s: float) -> tuple[Lyrics, tuple[Fault, ...]]:
    """The lyric with its safe repairs made, and a note of each; repairing again changes nothing.

    Labels, stage directions, credits, ornaments and wordless lines go; lines are put in the order of their
    stamps; doubled stamps come apart, and the line after one with too many words for its time waits
    for it, if it can spare that. Line numbers in the notes are those before repairing.
    """
    notes: list[Fault] = []
    entries = list(_sung(lyrics, notes))
    entries = _in_order(entries, notes)
    entries = _apart(entries, duration_s, notes)
    sections = tuple(
        Section(label, tuple(entry.line for entry in group if entry.line))
        for (_, label), group in groupby(entries, key=lambda entry: (entry.part, entry.label))
    )
    return replace(lyrics, sections=sections), tuple(notes)


def _note(code: str, number: int, line: LyricLine, message: str) -> Fault:
    return Fault(code, "note", message, "", line=number, source_line=line.source_line)


def _sung(lyrics: Lyrics, notes: list[Fault]) -> Iterator[_Entry]:
    """What is sung, without what only looks so; a label among the lines begins a part of its own."""
    part, number = 0, 0
    for section in lyrics.sections:
        part, label = part + 1, section.label
        yield _Entry(part, label)
        for line in section.lines:
            number += 1
            text, as_label = _meaning(line.text)
            if as_label:
                part, label = part + 1, as_label
                notes.append(_note("label-sung", number, line, f"“{as_label}” is now a label"))
                yield _Entry(part, label)
                if section_kind(label) == "interlude":  # what comes after is sung again
                    part, label = part + 1, ""
            elif not any(ch.isalnum() for ch in text):
                notes.append(_note("not-sung", number, line, f"dropped “{line.text[:60]}”"))
            elif text != line.text:
                notes.append(
                    _note("not-sung", number, line, f"“{line.text[:60]}” is now “{text[:60]}”")
                )
                yield _Entry(part, label, number, _with_text(line, text))
            else:
                yield _Entry(part, label, number, line)


def _meaning(text: str) -> tuple[str, str]:
    """What of the text is sung, and the label it stands for if it is one. What is left when something has
    gone may be a label or a direction in its turn."""
    while True:
        kind = aside_kind(text)
        inside = narrow(text).strip(AROUND_ASIDES)
        if kind == "label" or (kind == "direction" and section_kind(inside)):
            return "", inside
        if kind is not None:
            return "", ""
        sung = _without_ornaments(_without_spans(text, aside_spans(text)))
        if sung == text:
            return text, ""
        text = sung


def _without_spans(text: str, spans: Sequence[tuple[int, int]]) -> str:
    for start, end in reversed(spans):
        text = f"{text[:start]} {text[end:]}"
    return " ".join(text.split())


def _without_ornaments(text: str) -> str:
    """The text without ornaments, save those within a word, where taking them out would make another."""
    kept: list[str] = []
    runs = groupby(_marked(text), key=lambda pair: pair[1])
    for is_ornament, run in runs:
        piece = "".join(character for character, _ in run)
        at = sum(map(len, kept))
        is_inside = 0 < at < len(text) - len(piece) and (
            text[at - 1].isalnum() and text[at + len(piece)].isalnum()
        )
        kept.append("\0" * len(piece) if is_ornament and not is_inside else piece)
    return " ".join("".join(kept).replace("\0", "").split())


def _marked(text: str) -> Iterator[tuple[str, bool]]:
    """Each character, and whether it is an ornament or part of one."""
    is_ornament = False
    for character in text:
        is_joiner = is_ornament and character == _JOINER
        is_ornament = is_joiner or is_decoration(character) or character in _EMOJI_PARTS
        yield character, is_ornament


def _with_text(line: LyricLine, text: str) -> LyricLine:
    """The line with some of its characters gone, chords and word stamps still before the same ones."""
    places, at = [], 0
    for character in line.text:
        if text[at : at + 2] == f" {character}" and character != " ":
            at += 1  # a space that stands for what was between two words
        places.append(at)
        if at < len(text) and text[at] == character:
            at += 1
    places.append(len(text))
    return replace(
        line,
        text=text,
        chords=tuple(chord._replace(offset=places[chord.offset]) for chord in line.chords),
        word_stamps=tuple(w._replace(offset=places[w.offset]) for w in line.word_stamps),
    )


def _in_order(entries: Sequence[_Entry], notes: list[Fault]) -> list[_Entry]:
    """Lines in the order of their stamps; parts without lines stay after the line they came after."""
    latest_s = -1.0
    for entry in entries:
        if entry.line and entry.line.start_s < latest_s:
            stamp = format_stamp(entry.line.start_s)
            notes.append(
                _note("out-of-order", entry.number, entry.line, f"moved to its place at [{stamp}]")
            )
        latest_s = max(latest_s, entry.line.start_s if entry.line else latest_s)
    places_s = accumulate((entry.line.start_s if entry.line else -1.0 for entry in entries), max)
    placed = sorted(
        zip(places_s, entries, strict=True),
        key=lambda pair: pair[1].line.start_s if pair[1].line else pair[0],
    )
    with_lines = {entry.part for entry in entries if entry.line}
    return [entry for _, entry in placed if entry.line or entry.part not in with_lines]


def _apart(entries: list[_Entry], duration_s: float, notes: list[Fault]) -> list[_Entry]:
    """Give lines that are still being sung when the next is due the time they need, where the next line has
    it to spare. From the last to the first, so that what one line gains another has not lost."""
    repaired = list(entries)
    sung = [index for index, entry in enumerate(entries) if entry.line]
    end_s = duration_s
    for index, following in reversed(list(pairwise(sung))):
        first, second = repaired[index].line, repaired[following].line
        assert first is not None
        assert second is not None
        start_s = _shared_start_s(first, second, end_s)
        if start_s is not None:
            moved = second.moved_to(start_s)
            message = (
                f"moved from [{format_stamp(second.start_s)}] to [{format_stamp(moved.start_s)}]"
            )
            notes.append(_note("pushed", repaired[following].number, second, message))
            repaired[following] = replace(repaired[following], line=moved)
        end_s = min(duration_s, second.start_s if start_s is None else start_s)
    return repaired


def _shared_start_s(first: LyricLine, second: LyricLine, end_s: float) -> float | None:
    """A later start of the second line that lets both be sung by `end_s`; None if there is no need or room."""
    frames, more_frames = expected_tokens(first.text) + 1, expected_tokens(second.text) + 1
    room_s = end_s - first.start_s
    if frames / FRAME_RATE_HZ <= second.start_s - first.start_s or room_s <= 0:
        return None
    pace_per_s = (frames + more_frames) / room_s
    if pace_per_s > _HARD_PER_S:
        return None
    is_doubled = first.start_s == second.start_s
    pace_per_s = max(pace_per_s, EASY_PER_S if is_doubled else TOO_FAST_PER_S)
    return math.ceil((first.start_s + frames / pace_per_s) * 100) / 100
