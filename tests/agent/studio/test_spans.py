import pytest

from songsmith.agent.studio.spans import (
    SpanError,
    lines_of_section,
    merged_spans,
    parse_duration,
    parse_line_numbers,
    parse_pointer,
    parse_span,
    section_names,
    span_of_lines,
)
from songsmith.engine.engine import Span
from songsmith.lyrics.lyric import LyricLine, Lyrics, Section


def song() -> Lyrics:
    labels = ["Verse 1", "Chorus", "Verse 2", "Chorus", "Bridge"]
    sections, time_s = [], 8.0
    for label in labels:
        lines = tuple(LyricLine(time_s + 4 * i, f"{label} line {i}") for i in range(2))
        sections.append(Section(label, lines))
        time_s += 8 if label != "Verse 2" else 20
    return Lyrics("Song", "en", tuple(sections))


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("95", 95), ("95.5s", 95.5), ("1:35", 95), ("1m35s", 95), ("0:42.5", 42.5), ("2m", 120)],
)
def test_durations(text, seconds):
    assert parse_duration(text) == seconds


@pytest.mark.parametrize("text", ["", "long", "1:2:3", "-5", "nan"])
def test_what_is_no_duration_says_how_to_write_one(text):
    with pytest.raises(SpanError, match="1:35"):
        parse_duration(text)


def test_spans():
    assert parse_span("0:42-0:55") == Span(42, 55)
    assert parse_span("42 – 55.5") == Span(42, 55.5)


@pytest.mark.parametrize("text", ["0:55-0:42", "0:42", "a-b", "0:42-0:55-1:00"])
def test_bad_spans_are_one_line(text):
    with pytest.raises(SpanError):
        parse_span(text)


def test_line_numbers():
    assert parse_line_numbers("7-9", 10) == [7, 8, 9]
    assert parse_line_numbers("2, 5-6", 10) == [2, 5, 6]
    with pytest.raises(SpanError, match="1 to 10"):
        parse_line_numbers("11", 10)
    with pytest.raises(SpanError, match="7-9"):
        parse_line_numbers("all", 10)


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("chorus 2", [7, 8]),
        ("second verse", [5, 6]),
        ("Verse 2", [5, 6]),
        ("bridge", [9, 10]),
        ("chorus", [3, 4, 7, 8]),
        ("choruses", [3, 4, 7, 8]),
        ("all verses", [1, 2, 5, 6]),
    ],
)
def test_sections_by_the_names_people_use(name, lines):
    assert lines_of_section(song(), name) == lines


def test_an_unknown_section_names_those_there_are():
    with pytest.raises(SpanError, match="verse 1, chorus 1, verse 2, chorus 2, bridge 1"):
        lines_of_section(song(), "chorus 3")


def test_lines_next_to_each_other_are_one_span():
    spans = span_of_lines(song(), [1, 2, 5], 100)
    assert [(round(s.start_s, 2), round(s.end_s, 2)) for s in spans] == [
        (7.88, 15.88),
        (23.88, 27.88),
    ]


def test_spans_that_touch_or_overlap_are_one():
    spans = [Span(8, 9), Span(1, 3), Span(2, 2.5), Span(3.005, 4)]
    assert merged_spans(spans) == (Span(1, 4), Span(8, 9))


def test_a_span_before_a_pause_stops_before_the_next_section():
    (span,) = span_of_lines(song(), [6], 100)
    assert span.end_s - span.start_s < 9


@pytest.mark.parametrize("text", ["line 7", "lines 7-8", "chorus 2", "7-8"])
def test_pointers_of_all_kinds(text):
    assert parse_pointer(text, song(), 100)[0].start_s == pytest.approx(43.88)


def test_a_time_pointer():
    spans = parse_pointer("0:08-0:12", song(), 100)
    assert spans == (Span(8, 12),)


def test_every_name_a_section_is_offered_under_points_at_it():
    names = section_names(song())
    assert len(set(names)) == len(names) == len(song().sections)
    assert [lines_of_section(song(), name) for name in names]


@pytest.mark.parametrize(
    "name", ["副歌 2", "副歌2", "第二段副歌", "第二个副歌", "chorus 2", "second chorus"]
)
def test_a_chinese_song_is_pointed_at_in_both_tongues(name):
    lyrics = Lyrics(
        "夜",
        "zh",
        tuple(
            Section(label, (LyricLine(4.0 * i, "雨还在下"),))
            for i, label in enumerate(["主歌 1", "副歌", "主歌 2", "副歌"])
        ),
    )
    assert lines_of_section(lyrics, name) == [4]
    assert section_names(lyrics) == ["主歌 1", "副歌 1", "主歌 2", "副歌 2"]
