import re
from pathlib import Path

from songsmith.lyrics.lyric import Lyrics
from songsmith.lyrics.reading.lrc import load_lyrics, parse_lyrics
from songsmith.lyrics.reading.subtitles import format_ass, format_srt

DATA = Path(__file__).parents[1] / "data" / "dialects"


def lyric(text: str) -> Lyrics:
    lyrics = parse_lyrics(text).lyrics
    assert isinstance(lyrics, Lyrics)
    return lyrics


def test_subtitles_are_read_with_their_ends_and_without_their_markup():
    parsed = load_lyrics(DATA / "bridge.srt")
    assert isinstance(parsed.lyrics, Lyrics)
    assert [(line.start_s, line.text, line.hold_s) for line in parsed.lyrics.lines] == [
        (12.34, "Under the bridge where we waited", 2.66),
        (15.0, "Nobody ever came", 4.5),
        (30.0, "♪ Only the rain ♪", 3.0),
    ]
    assert [line.source_line for line in parsed.lyrics.lines] == [3, 8, 12]
    assert parsed.faults == ()


def test_webvtt_is_read_too():
    text = "WEBVTT\n\n00:12.500 --> 00:15.000 line:90%\n<v Ann>Hello <00:13.000>there\n\nNOTE nothing\n"
    (line,) = lyric(text).lines
    assert (line.start_s, line.text) == (12.5, "Hello there")
    assert line.word_stamps == ((6, 13.0),)


def test_a_subtitle_without_a_time_is_a_fault():
    parsed = parse_lyrics(
        "1\n00:00:99,000 --> 00:01:45,000\nlost\n\n2\n00:00:12,000 --> 00:00:14,000\nla\n"
    )
    assert [(fault.code, fault.source_line) for fault in parsed.faults] == [("bad-stamp", 2)]


def test_srt_goes_from_line_to_line_and_reads_back():
    lyrics = lyric(
        "[00:10.00]Hello\n[00:14.20]there\n[00:16.00]\n[00:30.00]again\n[01:30.00]past the end"
    )
    text = format_srt(lyrics, 60)
    assert text.startswith(
        "1\n00:00:10,000 --> 00:00:14,200\nHello\n\n2\n00:00:14,200 --> 00:00:16,000\n"
    )
    assert [(line.start_s, line.text) for line in lyric(text).lines] == [
        (10.0, "Hello"), (14.2, "there"), (30.0, "again"),
    ]  # fmt: skip
    assert "00:00:30,000 --> 00:00:38,000" in text


def test_lines_at_the_same_time_are_both_shown():
    text = format_srt(lyric("[00:10.00]one\n[00:10.00]two\n[00:14.00]three"), 60)
    assert text.count("00:00:10,000 --> 00:00:14,000") == 2


def karaoke(text: str, duration_s: float = 60) -> list[list[tuple[int, str]]]:
    events = [
        x for x in format_ass(lyric(text), duration_s).splitlines() if x.startswith("Dialogue")
    ]
    return [
        [(int(ticks), word) for ticks, word in re.findall(r"\{\\k(\d+)\}([^{]*)", event)]
        for event in events
    ]


def test_karaoke_words_light_up_at_their_stamps():
    (words,) = karaoke("[00:10.00]<00:10.50>Hello <00:11.00>there<00:11.75>\n[00:14.00]")
    assert words == [(50, ""), (50, "Hello "), (75, "there")]


def test_karaoke_words_without_stamps_share_the_time_by_syllables():
    first, second = karaoke("[00:10.00]Beautiful rain\n[00:12.00]风吹，love")
    assert [word for _, word in first] == ["Beautiful ", "rain"]
    assert 2.5 < first[0][0] / first[1][0] < 3.5
    assert sum(ticks for ticks, _ in first) == 200
    assert [word for _, word in second] == ["风", "吹，", "love"]


def test_braces_of_the_words_are_no_markup():
    ((word,),) = karaoke("[00:10.00]\\{\\k99}\n[00:12.00]")
    assert word[1] == "｛＼k99｝"


def test_the_title_is_in_the_file():
    assert "\nTitle: Rain {1}\n" in format_ass(lyric("[ti:Rain {1}]\n[00:10.00]la"), 60)


def test_sbv_subtitles_are_read():
    lyrics = parse_lyrics(
        "0:00:10.000,0:00:12.000\nHello there\n\n0:00:13.000,0:00:15.500\nBye,\nnow\n"
    ).lyrics
    assert isinstance(lyrics, Lyrics)
    assert [(line.start_s, line.hold_s, line.text) for line in lyrics.lines] == [
        (10.0, 2.0, "Hello there"), (13.0, 2.5, "Bye, now"),
    ]  # fmt: skip


def test_the_karaoke_we_write_is_read_back():
    written = parse_lyrics(
        "[ti:Low]\n[00:10.00]<00:10.00>Hello <00:10.50>there\n[00:14.00]你好"
    ).lyrics
    assert isinstance(written, Lyrics)
    again = parse_lyrics(format_ass(written, 20.0)).lyrics
    assert isinstance(again, Lyrics)
    assert again.title == "Low"
    assert [(line.start_s, line.text) for line in again.lines] == [
        (10.0, "Hello there"),
        (14.0, "你好"),
    ]
    assert [stamp.start_s for stamp in again.lines[0].word_stamps] == [10.0, 10.5]
