"""Subtitles: SRT and WebVTT as lyrics, and lyrics as SRT or as ASS karaoke."""

import re
from collections.abc import Sequence

from songsmith.lyrics.events import Event, Words
from songsmith.lyrics.fault import Fault
from songsmith.lyrics.inline import read_inline
from songsmith.lyrics.lyric import LyricLine, Lyrics, clean_text
from songsmith.lyrics.stamps import parse_clock

__all__ = ["format_ass", "format_srt", "is_subtitles", "read_subtitles"]

_CUE = re.compile(r"\s*(\d[\d:.,]+)\s*-->\s*(\d[\d:.,]+)(?:\s.*)?")
_MARKUP = re.compile(r"</?(?:[biu]|c|v|font|ruby|rt|lang)(?:[.\s][^<>]*)?>|\{\\[^{}]*\}", re.I)
_LONGEST_CUE_S = 8.0


def is_subtitles(lines: Sequence[str]) -> bool:
    """Whether this is SRT or WebVTT."""
    return any(_CUE.fullmatch(line) for line in lines)


def read_subtitles(lines: Sequence[str]) -> tuple[list[Event], list[Fault]]:
    """One line of lyrics for each cue, its lines joined, with its end."""
    events: list[Event] = []
    faults: list[Fault] = []
    for index, line in enumerate(lines):
        match = _CUE.fullmatch(line)
        if not match:
            continue
        start_s, end_s = parse_clock(match[1]), parse_clock(match[2])
        if start_s is None or end_s is None:
            faults.append(
                Fault(
                    "bad-stamp",
                    "error",
                    f"{clean_text(line)} holds no time, so this subtitle will not be sung",
                    "write it like 00:00:12,340 --> 00:00:15,000",
                    source_line=index + 1,
                )
            )
            continue
        words = _MARKUP.sub("", " ".join(_cue_text(lines[index + 1 :])))
        inline = read_inline(words)
        if inline.text:
            events.append(Words(inline, (start_s,), index + 2, end_s - start_s))
    return events, faults


def _cue_text(lines: Sequence[str]) -> list[str]:
    """The lines of a cue: up to a blank one, or the number and times of the next."""
    text: list[str] = []
    for line in lines:
        if not line.strip():
            break
        if _CUE.fullmatch(line):
            return text[:-1] if text and text[-1].strip().isdigit() else text
        text.append(line)
    return text


def format_srt(lyrics: Lyrics, duration_s: float) -> str:
    """The lyric as SubRip subtitles, one for each line that starts within the song."""
    cues = [
        f"{number}\n{_clock(start_s, ',', 3)} --> {_clock(end_s, ',', 3)}\n{line.text}\n"
        for number, (line, start_s, end_s) in enumerate(_cues(lyrics, duration_s), start=1)
    ]
    return "\n".join(cues)


def format_ass(lyrics: Lyrics, duration_s: float) -> str:
    """The lyric as ASS karaoke."""
    raise NotImplementedError


def _cues(lyrics: Lyrics, duration_s: float) -> list[tuple[LyricLine, float, float]]:
    """Lines that start within the song, with start and end, in order of time, none over another."""
    lines = sorted((x for x in lyrics.lines if x.start_s < duration_s), key=lambda x: x.start_s)
    ends = [line.start_s for line in lines[1:]] + [duration_s]
    return [
        (line, line.start_s, min(end_s, line.start_s + (line.hold_s or _LONGEST_CUE_S)))
        for line, end_s in zip(lines, ends, strict=True)
        if end_s > line.start_s
    ]


def _clock(time_s: float, point: str, digits: int) -> str:
    """`h:mm:ss` and a fraction: "00:01:02,345"."""
    whole, fraction = divmod(round(time_s * 10**digits), 10**digits)
    return (
        f"{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}{point}{fraction:0{digits}d}"
    )
