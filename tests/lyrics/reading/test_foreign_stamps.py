import pytest

from songsmith.lyrics.lyric import Lyrics
from songsmith.lyrics.reading.lrc import parse_lyrics

WORD_TIMES = [(10.0, "Hello"), (10.5, "world"), (12.5, "")]


def read(text: str) -> Lyrics:
    parsed = parse_lyrics(text)
    assert isinstance(parsed.lyrics, Lyrics)
    assert parsed.faults == ()
    return parsed.lyrics


@pytest.mark.parametrize(
    "line",
    ["[10000,2500]<0,500,0>Hello <500,700,0>world", "[10000,2500]Hello (10000,500)world(10500,700)",
     "[10000,2500](10000,500,0)Hello (10500,700,0)world"],
    ids=["krc", "qrc", "yrc"],
)  # fmt: skip
def test_the_words_of_chinese_players_keep_their_times(line):
    (sung,) = read(line).lines
    assert (sung.start_s, sung.text) == (10.0, "Hello world")
    assert [
        (stamp.start_s, sung.text[stamp.offset :][:5]) for stamp in sung.word_stamps
    ] == WORD_TIMES


@pytest.mark.parametrize(
    "line",
    ["[00:10.00 --> 00:12.00] Hello", "[00:10.000 -> 00:12.000]  Hello", "[00:10-00:12]Hello",
     "[10.00s -> 12.00s] Hello",
     "[0:00:10.0 – 0:00:12.0] Hello"],
)  # fmt: skip
def test_a_range_is_the_start_and_the_end_of_a_line(line):
    (sung,) = read(line).lines
    assert (sung.start_s, sung.text) == (10.0, "Hello")
    assert sung.word_stamps == ((5, 12.0),)


def test_seconds_are_stamps_where_no_line_has_another_kind():
    assert [line.start_s for line in read("[1.5]one\n[12.34]two\n[100.0]three").lines] == [
        1.5,
        12.34,
        100,
    ]


@pytest.mark.parametrize(
    "text", ["[00:01.00]one\n[12.34]two", "[12.34]two", "[12340]two\n[15670]three"]
)
def test_numbers_that_could_mean_anything_are_a_fault(text):
    assert {fault.code for fault in parse_lyrics(text).faults} == {"bad-stamp"}


def test_a_range_that_ends_before_it_begins_is_a_fault():
    assert [fault.code for fault in parse_lyrics("[00:12.00 --> 00:10.00] x").faults] == [
        "bad-stamp"
    ]
