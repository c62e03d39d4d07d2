"""Only a part of somebody's words: those of a span of time, or those from a section on."""

from collections.abc import Collection
from dataclasses import replace

from songsmith.agent.studio.spans import SpanError, lines_of_section, parse_span
from songsmith.lyrics.lyric import Draft, DraftSection, LyricLine, Lyrics, Section

__all__ = ["excerpt"]

_LEAD_S = 4.0
"""How long before its first line a part begins that is named by its section, if there is so much before it."""


def excerpt(words: Lyrics | Draft, *, span: str = "", from_section: str = "") -> Lyrics | Draft:
    """The lines that start in a span ("0:30-3:10"), or those from a section ("verse 2") on, as a song of their own.

    Stamps move so that the part begins at zero. Raises `SpanError` where there is no such part.
    """
    if isinstance(words, Draft):
        return _rest_of_draft(words, from_section) if from_section else _no_times(words, span)
    starts_s = [line.start_s for line in words.lines]
    if from_section:
        first = lines_of_section(words, from_section)[0]
        begin_s = max(0.0, starts_s[first - 1] - _LEAD_S)
        return _moved(words, range(first, len(starts_s) + 1), begin_s)
    wanted = parse_span(span)
    numbers = [n for n, at_s in enumerate(starts_s, 1) if wanted.start_s <= at_s < wanted.end_s]
    if not numbers:
        raise SpanError(f"no line starts in {span}", hint="name a span with words in it")
    return _moved(words, numbers, wanted.start_s)


def _moved(lyrics: Lyrics, numbers: Collection[int], begin_s: float) -> Lyrics:
    """The lines of these numbers, all earlier by `begin_s`."""
    sections: list[Section] = []
    number = 0
    for section in lyrics.sections:
        kept: list[LyricLine] = []
        for line in section.lines:
            number += 1
            if number in numbers:
                kept.append(line.moved_to(line.start_s - begin_s))
        if kept:
            sections.append(replace(section, lines=tuple(kept)))
    return replace(lyrics, sections=tuple(sections))


def _rest_of_draft(draft: Draft, name: str) -> Draft:
    sections = tuple(Section(part.label, _unstamped(part)) for part in draft.sections)
    first = lines_of_section(Lyrics(sections=sections), name)[0]
    before = 0
    for place, section in enumerate(draft.sections):
        if before + len(section.lines) >= first:
            return replace(draft, sections=draft.sections[place:])
        before += len(section.lines)
    return draft


def _unstamped(section: DraftSection) -> tuple[LyricLine, ...]:
    return tuple(LyricLine(0.0, text) for text in section.lines)


def _no_times(draft: Draft, span: str) -> Draft:
    if span:
        raise SpanError(
            "these words have no stamps, so a span of time says nothing",
            hint='name a section, e.g. --from "verse 2"',
        )
    return draft
