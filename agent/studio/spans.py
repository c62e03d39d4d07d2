"""What a person points at ("0:42-0:55", "line 7-9", "chorus 2"), as spans of seconds and line numbers."""

import re
from collections.abc import Sequence

from songsmith.engine.engine import Span
from songsmith.errors import SongsmithError
from songsmith.lyrics.lyric import LyricLine, Lyrics, Section

__all__ = [
    "SpanError",
    "is_time",
    "lines_of_section",
    "merged_spans",
    "parse_duration",
    "parse_line_numbers",
    "parse_lines",
    "parse_pointer",
    "parse_span",
    "section_names",
    "span_of_lines",
]

_LEAD_S = 0.12
"""A line's first consonants sound before its stamp, which marks the vowel."""
_LONGEST_TAIL_S = 8.0
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth")
_CHINESE_NUMBERS = "一二三四五六"


class SpanError(SongsmithError):
    """A place in the song that does not exist or can't be understood."""


def parse_duration(text: str) -> float:
    """Seconds of "95", "95.5", "95s", "1:35" or "1m35s"."""
    match = re.fullmatch(
        r"(?:(?P<m>\d{1,6})\s*(?::|m(?:in)?)\s*)?(?:(?P<s>\d{1,6}(?:[.,]\d{1,9})?)\s*s?(?:ec(?:onds)?)?)?",
        text.strip().casefold(),
    )
    if not text.strip() or not match:
        raise SpanError(
            f"{text!r} is not a time", hint="write seconds or minutes:seconds, e.g. 1:35"
        )
    return 60 * int(match["m"] or 0) + float((match["s"] or "0").replace(",", "."))


def parse_span(text: str) -> Span:
    """The span of "0:42-0:55" or "42 - 55.5"."""
    ends = re.split(r"\s*(?:-|–|—|\.\.|\bto\b|到|至)\s*", text.strip())
    if len(ends) != 2:
        raise SpanError(f"{text!r} is not a span", hint="write start-end, e.g. 0:42-0:55")
    start_s, end_s = parse_duration(ends[0]), parse_duration(ends[1])
    if start_s >= end_s:
        raise SpanError(f"the span {text!r} ends before it starts", hint="write start-end")
    return Span(start_s, end_s)


def parse_line_numbers(text: str, line_count: int) -> list[int]:
    """Line numbers of "7", "7-9" or "2,5-6", each between 1 and `line_count`."""
    numbers: list[int] = []
    for part in re.split(r"[,，、;\s]+", text.strip()):
        match = re.fullmatch(r"(\d{1,9})(?:[-–](\d{1,9}))?", part)
        if not match:
            raise SpanError(f"{text!r} names no lines", hint="write e.g. 7, 7-9 or 2,5-6")
        first, last = int(match[1]), int(match[2] or match[1])
        if not 1 <= first <= last <= line_count:
            raise SpanError(
                f"there is no line {part} in this song", hint=f"its lines are 1 to {line_count}"
            )
        numbers += range(first, last + 1)
    return sorted(set(numbers))


def lines_of_section(lyrics: Lyrics, name: str) -> list[int]:
    """Numbers of the lines of the section a person calls "chorus 2", "second verse", "bridge", "副歌".

    A name without a number means every section of that name: "chorus" is all choruses, "verses" all verses.
    """
    wanted = _squeezed(name)
    base = re.sub(r"^(?:all|every|the)+", "", wanted)
    names = {base, base.removesuffix("s"), base.removesuffix("es")} - {""}
    found: list[int] = []
    first = 1
    for section, number in _numbered_sections(lyrics):
        lines = range(first, first + len(section.lines))
        if names & _shared_names(section):
            found += lines
        elif wanted and wanted in _spoken(section, number):
            return list(lines)
        first += len(section.lines)
    if found:
        return found
    raise SpanError(
        f"there is no section {name!r} in this song",
        hint=f"its sections are {', '.join(section_names(lyrics)) or 'none'}",
    )


def section_names(lyrics: Lyrics) -> list[str]:
    """What each section can be called: "verse 1", "chorus 2", "副歌 2"."""
    return [
        f"{_without_number(s.label) or s.kind or 'part'} {n}" for s, n in _numbered_sections(lyrics)
    ]


def parse_pointer(text: str, lyrics: Lyrics, duration_s: float) -> tuple[Span, ...]:
    """Spans of whatever a person points with: a time span, line numbers, or a section."""
    if is_time(text):
        return (parse_span(text),)
    return span_of_lines(lyrics, parse_lines(text, lyrics), duration_s)


def is_time(text: str) -> bool:
    """Whether a person points with a span of time, and not with lines or a section."""
    seconds = re.fullmatch(r"[\d.]+\s*s\s*-\s*[\d.]+\s*s", text.strip())
    return bool(re.search(r"\d:\d", text) or seconds)


def parse_lines(text: str, lyrics: Lyrics) -> list[int]:
    """Line numbers of "7-9", "line 7", "第7行" or "chorus 2"."""
    numbers = re.sub(r"^(?:lines?|行|第)\s*(?=\d)", "", text.strip().casefold()).removesuffix("行")
    if numbers[:1].isdecimal():
        return parse_line_numbers(numbers, len(lyrics.lines))
    return lines_of_section(lyrics, text)


def span_of_lines(lyrics: Lyrics, numbers: Sequence[int], duration_s: float) -> tuple[Span, ...]:
    """Spans that hold the lines with these numbers, consecutive lines in one span."""
    lines = lyrics.lines
    spans: list[Span] = []
    for number in sorted(numbers):
        start_s = max(0.0, lines[number - 1].start_s - _LEAD_S)
        end_s = min(_line_end_s(lines, number), duration_s)
        if start_s >= end_s:
            raise SpanError(
                f"line {number} starts at or past the end of the song", hint="retime it first"
            )
        spans.append(Span(start_s, end_s))
    return merged_spans(spans)


def merged_spans(spans: Sequence[Span]) -> tuple[Span, ...]:
    """The same stretches of time in order, those that touch each other as one."""
    merged: list[Span] = []
    for span in sorted(spans, key=lambda span: span.start_s):
        if merged and span.start_s <= merged[-1].end_s + 0.01:
            before = merged.pop()
            merged.append(Span(before.start_s, max(before.end_s, span.end_s)))
        else:
            merged.append(span)
    return tuple(merged)


def _line_end_s(lines: Sequence[LyricLine], number: int) -> float:
    """Until the next line's consonants, at most a few seconds."""
    start_s = lines[number - 1].start_s
    later = [line.start_s for line in lines if line.start_s > start_s]
    return min([start_s + _LONGEST_TAIL_S, *(min(later) - _LEAD_S for _ in later[:1])])


def _numbered_sections(lyrics: Lyrics) -> list[tuple[Section, int]]:
    counts: dict[str, int] = {}
    numbered = []
    for section in lyrics.sections:
        key = section.kind or section.label.casefold()
        counts[key] = counts.get(key, 0) + 1
        numbered.append((section, counts[key]))
    return numbered


def _shared_names(section: Section) -> set[str]:
    """What people call every section of this name, without spaces."""
    bases = {section.kind, _without_number(section.label), "" if section.label else "part"}
    return {_squeezed(base) for base in bases} - {""}


def _spoken(section: Section, number: int) -> set[str]:
    """All that people say for the section that is the `number`th of its kind, without spaces."""
    said = {section.label}
    for base in (section.kind, _without_number(section.label), "" if section.label else "part"):
        if not base:
            continue
        said.add(f"{base} {number}")
        if number <= len(_ORDINALS):
            zh = _CHINESE_NUMBERS[number - 1]
            said |= {f"{_ORDINALS[number - 1]} {base}", f"第{zh}段{base}", f"第{zh}个{base}"}
    return {_squeezed(name) for name in said} - {""}


def _without_number(label: str) -> str:
    """ "verse" of "Verse 2", "副歌" of "副歌"."""
    return re.sub(r"\s*\d+$", "", label.casefold())


def _squeezed(name: str) -> str:
    return "".join(name.casefold().split())
