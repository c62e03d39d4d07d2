import sys
from collections.abc import Callable

import pytest

from songsmith.agent.llm.error_mapping import excerpt
from songsmith.agent.writers.replies.reply_lyrics import read_song
from songsmith.agent.writers.replies.reply_text import without_thinking
from songsmith.engine.sketch.style.style import parse_style
from songsmith.lyrics.lyric import LyricLine, Lyrics, Section, WordStamp
from songsmith.lyrics.reading.lrc import parse_lyrics
from songsmith.lyrics.reading.subtitles import format_ass


def sung(text: str, stamps: int = 0) -> Lyrics:
    words = tuple(WordStamp(2 * n, 1.0 + n / 10) for n in range(stamps))
    return Lyrics("t", "en", (Section("", (LyricLine(1.0, text, word_stamps=words),)),))


CASES: dict[str, Callable[[int], object]] = {
    "tags of a style": lambda n: parse_style("moonlit gronk, " * n),
    "words of a style": lambda n: parse_style("no sad piano " * n),
    "repeats": lambda n: parse_lyrics("hello " + "x2 " * n),
    "headings": lambda n: parse_lyrics("Title: x\n" * n),
    "cues of SBV": lambda n: parse_lyrics("0:00:01.000,0:00:02.000\n" * n),
    "cues of SRT": lambda n: parse_lyrics("1\n00:00:01,000 --> 00:00:02,000\n" * n),
    "open karaoke": lambda n: parse_lyrics("1\n00:00:01,000 --> 00:00:02,000\n" + "{\\k1x" * n),
    "stamps in a line": lambda n: parse_lyrics("[00:01.00]" * n + "a"),
    "word stamps": lambda n: parse_lyrics("[00:01.00]" + "<00:01.00>a " * n),
    "labels": lambda n: parse_lyrics("[Verse]\n" * n),
    "brackets": lambda n: parse_lyrics("[(<{" * n),
    "one long line": lambda n: parse_lyrics("我们" * n),
    "karaoke of a long line": lambda n: format_ass(sung("a " * n), 100.0),
    "karaoke of many stamps": lambda n: format_ass(sung("a " * n, n), 1_000.0),
    "thinking": lambda n: without_thinking("<think>" * n),
    "a reply": lambda n: read_song("[00:01.00]a\n" * n),
    "a reply of braces": lambda n: read_song("{[" * n),
    "an error page": lambda n: excerpt("<script " * n),
}


def counted_calls(work: Callable[[int], object], size: int) -> int:
    """Calls of functions, those of C included, that `work` needs for an input of this size."""
    calls = 0

    def count(frame: object, event: str, argument: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        work(size)
    finally:
        sys.setprofile(before)
    return calls


@pytest.mark.parametrize("name", CASES)
def test_twice_the_input_is_about_twice_the_work(name):
    work = CASES[name]
    work(40)  # what is loaded once
    small, large = counted_calls(work, 200), counted_calls(work, 400)
    assert large < 2.5 * small + 2_000
