"""Subtitles: SRT, WebVTT, SBV and ASS karaoke as lyrics, and lyrics as SRT, WebVTT or ASS karaoke."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from html import escape
from itertools import accumulate, islice, pairwise
from typing import NamedTuple

from songsmith.lyrics.fault import Fault
from songsmith.lyrics.lyric import Beside, LyricLine, Lyrics, clean_text
from songsmith.lyrics.pace import EASY_PER_S, expected_tokens
from songsmith.lyrics.reading.events import Event, Label, Tag, Words
from songsmith.lyrics.reading.inline import read_inline
from songsmith.lyrics.reading.rolling import TimedCue, without_repeats
from songsmith.lyrics.speech.han import HAN
from songsmith.lyrics.speech.phonemes import syllable_count
from songsmith.lyrics.stamps import format_stamp, parse_clock
from songsmith.lyrics.words import written_words

__all__ = [
    "format_ass",
    "format_srt",
    "format_vtt",
    "is_subtitles",
    "karaoke_text",
    "read_subtitles",
    "timed_lines",
]

_CUE = re.compile(r"\s*(\d[\d:.,]+)\s*-->\s*(\d[\d:.,]+)(?:\s.*)?")
_SBV_CUE = re.compile(r"\s*(\d{1,4}:\d\d:\d\d\.\d{3}),(\d{1,4}:\d\d:\d\d\.\d{3})\s*")
_ASS_LINE = re.compile(
    r"Dialogue:[^,]*,\s*(\d[\d:.]*)\s*,\s*(\d[\d:.]*)\s*,([^,]*),(?:[^,]*,){5}(.*)"
)
_TRANSLATION_STYLE = re.compile(
    r"trans|translat|译|譯|翻|中文|中字|chs|cht|english|sub2|secondary", re.I
)
_UNSUNG_STYLE = re.compile(r"furigana|karaoke ?template|staff|credit|logo|title|romaji ?furi", re.I)
_DRAWING = re.compile(r"\{[^{}]*?\\p[1-9]\d?[^{}]*\}[^{]*(?:\{[^{}]*?\\p0[^{}]*\})?")
_FURIGANA = re.compile(rf"(?<=[{HAN}々])[|｜][<!]?[\u3040-\u30ff]+")
_KARAOKE = re.compile(r"\{[^{}]*?\\[kK][fo]?(\d{1,7})[^{}]*\}")
_RUBY = re.compile(r"<rt\b[^<>]{0,40}>[^<]*(?:</rt>)?", re.I)
_VOICE = re.compile(r"<v(?:\.[^\s<>]{0,40})?\s([^<>]{1,60})>")
_FOR_SRT = str.maketrans("{}<>", "｛｝＜＞")
_LONGEST_CUE_S = 8.0


class _Cue(NamedTuple):
    """What a subtitle says: its times as written, its words, the lines of the file they stand in."""

    start: str
    end: str
    lines: tuple[str, ...]
    source_line: int
    words_line: int
    style: str = ""


def is_subtitles(lines: Sequence[str]) -> bool:
    """Whether this is SRT, WebVTT, SBV or ASS."""
    return next(_read_cues(lines), None) is not None


def read_subtitles(lines: Sequence[str]) -> tuple[list[Event], list[Fault]]:
    """One line of lyrics for each cue, its lines joined, with its end; captions that roll are read once."""
    events: list[Event] = [Tag("ti", title) for title in _ass_titles(lines)]
    faults: list[Fault] = []
    timed: list[TimedCue] = []
    for cue in _read_cues(lines):
        start_s, end_s = parse_clock(cue.start), parse_clock(cue.end)
        if start_s is None or end_s is None:
            faults.append(_no_time(lines[cue.source_line - 1], cue.source_line))
        elif not _UNSUNG_STYLE.search(cue.style):
            timed.append(TimedCue(start_s, end_s, cue.lines, cue.words_line, cue.style))
    for rolled in without_repeats(timed):
        raw = r"\n".join(
            rolled.lines
        )  # whether they are one line or two languages, the whole file tells
        voice = _VOICE.search(raw)
        inline = read_inline(_plain(_with_word_stamps(raw, rolled.start_s)))
        if inline.text:
            hold_s = rolled.end_s - rolled.start_s
            beside = Beside(voice[1].strip() if voice else "")
            events.append(Words(inline, (rolled.start_s,), rolled.source_line, hold_s, beside))
    return _in_styles(events, timed), faults


def _plain(raw: str) -> str:
    """The text of a cue without drawings and readings over characters; other markup goes with `read_inline`."""
    return _FURIGANA.sub("", _RUBY.sub("", _DRAWING.sub("", raw)))


def _in_styles(events: list[Event], cues: Sequence[TimedCue]) -> list[Event]:
    """The events with those whose style says that they are translations behind all others, at their own times."""
    styles = {cue.style for cue in cues}
    translations = {style for style in styles if _TRANSLATION_STYLE.search(style)}
    if not translations or translations == styles:
        return events
    foreign = {cue.source_line for cue in cues if cue.style in translations}
    own = [e for e in events if not (isinstance(e, Words) and e.source_line in foreign)]
    others = [e for e in events if isinstance(e, Words) and e.source_line in foreign]
    return [*own, Label("Translation"), *others]


def _read_cues(lines: Sequence[str]) -> Iterator[_Cue]:
    for number, line in enumerate(lines, start=1):
        if match := _ASS_LINE.fullmatch(line):
            yield _Cue(match[1], match[2], (match[4],), number, number, match[3].strip())
        elif match := _CUE.fullmatch(line) or _SBV_CUE.fullmatch(line):
            text = tuple(_cue_text(lines, number))
            yield _Cue(match[1], match[2], text, number, number + 1)


def _ass_titles(lines: Sequence[str]) -> list[str]:
    """The title in the head of an ASS file, if it has one."""
    if not any(map(_ASS_LINE.fullmatch, lines)):
        return []
    found = (re.fullmatch(r"Title:\s*(.+)", line) for line in lines)
    return [match[1] for match in found if match][:1]


def _no_time(line: str, number: int) -> Fault:
    return Fault(
        "bad-stamp",
        "error",
        f"{clean_text(line)[:60]} holds no time, so this subtitle will not be sung",
        "write it like 00:00:12,340 --> 00:00:15,000",
        source_line=number,
    )


def _with_word_stamps(raw: str, start_s: float) -> str:
    r"""ASS karaoke as enhanced LRC: `{\k50}Slow` sings for half a second."""
    elapsed = accumulate((int(ticks) for ticks in _KARAOKE.findall(raw)), initial=0)
    stamped = _KARAOKE.sub(lambda mark: f"<{format_stamp(start_s + next(elapsed) / 100)}>", raw)
    return stamped.replace(r"\N", r"\n").replace(r"\h", " ")


def _cue_text(lines: Sequence[str], first: int) -> list[str]:
    """The lines of a cue from `first` on: up to a blank one, or the number and times of the next."""
    text: list[str] = []
    for line in islice(lines, first, None):
        if not line or _SBV_CUE.fullmatch(line):
            break
        if not line.strip():
            continue  # YouTube begins a cue with a line that is a space
        if _CUE.fullmatch(line):
            return text[:-1] if text and text[-1].strip().isdigit() else text
        text.append(line)
    return text


def format_srt(lyrics: Lyrics, duration_s: float) -> str:
    """The lyric as SubRip subtitles, one for each line that starts within the song."""
    cues = [
        f"{number}\n{_clock(start_s, ',', 3)} --> {_clock(end_s, ',', 3)}\n{_srt_text(line)}\n"
        for number, (line, start_s, end_s) in enumerate(timed_lines(lyrics, duration_s), start=1)
    ]
    return "\n".join(cues)


def _srt_text(line: LyricLine) -> str:
    """SRT has no escapes, and players read tags, braces and arrows in it: their full-width forms stand in."""
    return _with_translations(line).translate(_FOR_SRT)


def _with_translations(line: LyricLine) -> str:
    """The words, and on lines below them what they mean in other languages."""
    return "\n".join([line.text, *(text for _, text in line.beside.translations)])


def format_vtt(lyrics: Lyrics, duration_s: float) -> str:
    """The lyric as WebVTT; a stamp before each word whose time is known."""
    cues = [
        f"{_clock(start_s, '.', 3)} --> {_clock(end_s, '.', 3)}\n{_vtt_text(line, start_s, end_s)}\n"
        for line, start_s, end_s in timed_lines(lyrics, duration_s)
    ]
    return "\n".join(["WEBVTT\n", *cues])


def _vtt_text(line: LyricLine, start_s: float, end_s: float) -> str:
    """The words with their own stamps that lie within the cue; signs that WebVTT reads as its own are escaped."""
    stamps = {
        stamp.offset: stamp.start_s
        for stamp in line.word_stamps
        if stamp.offset < len(line.text) and start_s < stamp.start_s < end_s
    }
    cuts = sorted({0, len(line.text), *stamps})
    words = "".join(
        (f"<{_clock(stamps[cut], '.', 3)}>" if cut in stamps else "")
        + escape(line.text[cut:end], quote=False)
        for cut, end in pairwise(cuts)
    )
    beneath = (escape(text, quote=False) for _, text in line.beside.translations)
    return "\n".join([words, *beneath])


def format_ass(lyrics: Lyrics, duration_s: float) -> str:
    """The lyric as ASS karaoke: every word lights up at its word stamp, or by its share of syllables."""
    events = [
        f"Dialogue: 0,{_clock(start_s, '.', 2)[1:]},{_clock(end_s, '.', 2)[1:]},{style},,0,0,0,,{text}"
        for line, start_s, end_s in timed_lines(lyrics, duration_s)
        for style, text in _in_each_style(line, start_s, end_s)
    ]
    return "\n".join([_ASS_HEAD.format(title=lyrics.title or "Lyrics"), *events, ""])


def _in_each_style(line: LyricLine, start_s: float, end_s: float) -> Iterator[tuple[str, str]]:
    """What lies lowest comes first: translations, then the words."""
    yield from (("Translation", _ass_text(text)) for _, text in reversed(line.beside.translations))
    yield "Sung", karaoke_text(line, start_s, end_s)


_ASS_HEAD = """\
[Script Info]
Title: {title}
ScriptType: v4.00+
PlayResX: 1280
PlayResY: 720
WrapStyle: 0
ScaledBorderAndShadow: yes

[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, Italic, \
Underline, StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, Alignment, MarginL, \
MarginR, MarginV, Encoding
Style: Sung,Noto Sans CJK SC,54,&H0000D7FF,&H00FFFFFF,&H00101010,&H80000000,-1,0,0,0,100,100,0,0,1,3,1,2,\
60,60,56,1
Style: Translation,Noto Sans CJK SC,36,&H00E0E0E0,&H00FFFFFF,&H00101010,&H80000000,0,0,0,0,100,100,0,0,1,2,1,2,\
60,60,56,1

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text"""


def karaoke_text(line: LyricLine, start_s: float, end_s: float) -> str:
    """The words, each after a tag with the hundredths of a second that it takes."""
    words = written_words(line.text)
    bounds_s = _word_bounds_s(line, words, start_s, end_s)
    ticks = [round((bound_s - start_s) * 100) for bound_s in bounds_s]
    lead = f"{{\\k{ticks[0]}}}" if ticks[0] else ""
    return lead + "".join(
        f"{{\\k{after - before}}}{_ass_text(word)}"
        for (_, word), (before, after) in zip(words, pairwise(ticks), strict=True)
    )


def _word_bounds_s(
    line: LyricLine, words: Sequence[tuple[int, str]], start_s: float, end_s: float
) -> list[float]:
    """When each word starts, and when the last one ends: at their own stamps, between those by syllables."""
    easy_s = (expected_tokens(line.text) + 1) / EASY_PER_S
    places = {offset: index for index, (offset, _) in enumerate(words)}
    places[len(line.text)] = len(words)
    fixed, latest_s = {0: start_s}, start_s
    for stamp in line.word_stamps:
        if stamp.offset in places and latest_s <= stamp.start_s <= end_s:
            fixed[places[stamp.offset]] = latest_s = stamp.start_s
    fixed.setdefault(len(words), max(latest_s, min(end_s, start_s + easy_s)))
    bounds_s: list[float] = []
    for (first, from_s), (last, until_s) in pairwise(sorted(fixed.items())):
        weights = [max(1, syllable_count(word)) for _, word in words[first:last]]
        total = sum(weights)
        shares = accumulate(weights[:-1], initial=0)
        bounds_s += [from_s + (until_s - from_s) * done / total for done in shares]
    return [*bounds_s, fixed[len(words)]]


def _ass_text(text: str) -> str:
    """Braces and backslashes mean something in ASS and can't be escaped: their full-width forms stand in."""
    return text.translate(str.maketrans("{}\\", "｛｝＼"))


def timed_lines(lyrics: Lyrics, duration_s: float) -> list[tuple[LyricLine, float, float]]:
    """Lines that start within the song, with start and end, in order of time; up to the next line."""
    lines = sorted((x for x in lyrics.lines if x.start_s < duration_s), key=lambda x: x.start_s)
    starts_s = [line.start_s for line in lines]
    cues = []
    for line in lines:
        later = bisect_right(starts_s, line.start_s)
        next_s = starts_s[later] if later < len(starts_s) else duration_s
        cues.append(
            (line, line.start_s, min(next_s, line.start_s + (line.hold_s or _LONGEST_CUE_S)))
        )
    return cues


def _clock(time_s: float, point: str, digits: int) -> str:
    """`h:mm:ss` and a fraction: "00:01:02,345"."""
    whole, fraction = divmod(round(time_s * 10**digits), 10**digits)
    return (
        f"{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}{point}{fraction:0{digits}d}"
    )
