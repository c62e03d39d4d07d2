import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from songsmith.agent.writers.stamping import stamped
from songsmith.lyrics.check import check_lyrics
from songsmith.lyrics.lyric import (
    Chord,
    Draft,
    LyricLine,
    Lyrics,
    Section,
    WordStamp,
    clean_text,
)
from songsmith.lyrics.reading.lrc import (
    LrcError,
    Parsed,
    format_lrc,
    format_stamp,
    load_lyrics,
    parse_lyrics,
)
from songsmith.lyrics.reading.subtitles import format_srt

DATA = Path(__file__).parents[1] / "data" / "dialects"

MARKS = st.sampled_from(
    [
        *(
            "[Am]",
            "[C#m7/G]",
            "<00:10.00>",
            "[00:10.00]",
            "［00：10．00］",
            "［xx：10］",
            "00:12.34 ",
        ),
        *(
            "(00:12.3) ",
            "\\",
            "[",
            "]",
            "<",
            ">",
            "【",
            "】",
            "Verse 1",
            "[Chorus]",
            "【副歌】",
            "(x2)",
        ),
        *(" ", "后来", "Hello", "{soc}", "｛t：x｝", "# ", "ti:", ": "),
        *(
            "&amp;",
            "&#39;",
            "1. ",
            "> ",
            "| ",
            "- ",
            "F: ",
            r"\n",
            "\u200b",
            "\u202b",
            "《",
            "》",
            "x2",
        ),
        *(
            "[12.34]",
            "[12,34]",
            "[12340]",
            "[Verse 1] ",
            "[00:10.00 --> 00:12.00]",
            "(10,20)",
            "<10,20,0>",
        ),
        *("0:00:01.000,0:00:02.000", "Dialogue: 0,0:00:01.00,0:00:02.00,,,,,,,"),
    ]
)
ODD_TEXT = st.lists(MARKS | st.text(max_size=20), max_size=5).map("".join)
SECONDS = st.integers(0, 7_200_000).map(lambda ms: ms / 1000)
CHORDS = st.builds(
    Chord, st.integers(0, 30), st.sampled_from(["Am", "C#m7/G", "Bb", "N.C.", "F°7"])
)
LINES = st.builds(
    LyricLine,
    SECONDS,
    ODD_TEXT.filter(clean_text),
    st.lists(CHORDS, max_size=3).map(tuple),
    st.lists(st.builds(WordStamp, st.integers(0, 30), SECONDS), max_size=3).map(tuple),
    hold_s=st.none() | SECONDS,
)
LABELS = st.sampled_from(["", "Verse 1", "Chorus: her", "Interlude", "副歌", "Am", "ti: x", "1:2"])
SECTIONS = st.builds(Section, LABELS | ODD_TEXT, st.lists(LINES, max_size=4).map(tuple))
TAGS = st.lists(st.tuples(st.sampled_from(["ar", "by", "re", "x-y", "note"]), ODD_TEXT), max_size=3)
LYRICS = st.builds(
    Lyrics,
    ODD_TEXT,
    st.sampled_from(["", "en", "zh"]),
    st.lists(SECTIONS, max_size=5).map(tuple),
    TAGS.map(tuple),
)


def read(text: str) -> Lyrics:
    lyrics = parse_lyrics(text).lyrics
    assert isinstance(lyrics, Lyrics)
    return lyrics


def lines_of(parsed: Parsed) -> tuple[LyricLine, ...]:
    assert isinstance(parsed.lyrics, Lyrics)
    return parsed.lyrics.lines


def load(name: str) -> Lyrics:
    lyrics = load_lyrics(DATA / name).lyrics
    assert isinstance(lyrics, Lyrics)
    return lyrics


@settings(max_examples=250, deadline=None)
@given(LYRICS)
def test_writing_and_reading_back_is_the_identity(lyrics):
    parsed = parse_lyrics(format_lrc(lyrics), as_written=True)
    assert parsed.lyrics == lyrics
    assert parsed.faults == ()


@settings(max_examples=150, deadline=None)
@given(st.lists(ODD_TEXT | st.just("\n"), max_size=20).map("\n".join))
def test_any_text_is_read_and_once_written_stays_the_same(text):
    lyrics = parse_lyrics(text).lyrics
    if isinstance(lyrics, Lyrics):
        assert parse_lyrics(format_lrc(lyrics)).lyrics == lyrics


@pytest.mark.parametrize(
    ("start_s", "stamp"),
    [(0, "00:00.00"), (12.34, "00:12.34"), (12.3, "00:12.30"), (61.005, "01:01.005"), (6000, "100:00.00")],
)  # fmt: skip
def test_a_stamp_has_three_digits_only_where_it_needs_them(start_s, stamp):
    assert format_stamp(start_s) == stamp


@pytest.mark.parametrize(
    ("stamp", "start_s"),
    [
        *[("[0:10]", 10.0), ("[00:10.5]", 10.5), ("[00:10.25]", 10.25), ("[00:10.125]", 10.125)],
        *[("[00:10:50]", 10.5), ("[1:00:10.5]", 3610.5), ("  [00:10.00]", 10.0), ("［00：10．00］", 10.0)],
        *[("[00:10,50]", 10.5), ("[ 00:10.00 ]", 10.0), ("[125:10.00]", 7510.0), ("【００：１０．００】", 10.0)],
    ],
)  # fmt: skip
def test_stamps_are_read_as_people_write_them(stamp, start_s):
    (line,) = read(f"{stamp}la la").lines
    assert (line.start_s, line.text) == (start_s, "la la")


def test_every_unreadable_line_is_a_fault_with_its_number_and_a_hint():
    parsed = load_lyrics(DATA / "broken.lrc")
    assert [(fault.source_line, fault.code) for fault in parsed.faults] == [
        (3, "bad-stamp"),
        (4, "bad-stamp"),
        (6, "no-stamp"),
        (7, "bad-stamp"),
    ]
    assert all(fault.severity == "error" and fault.hint for fault in parsed.faults)
    assert "Seconds past sixty" in parsed.faults[0].message
    starts_s = [line.start_s for line in lines_of(parsed)]
    assert starts_s == [10.0, 16.0, 24.0, 28.0, 30.5, 62.5, 70.0, 75.125, 3600.5]


def test_the_hint_for_a_missing_stamp_is_a_time_between_its_neighbours():
    parsed = parse_lyrics("[00:10.00]one\ntwo\n[00:20.00]three")
    assert "[00:15.00]" in parsed.faults[0].hint


def test_several_stamps_on_a_line_repeat_it_and_put_the_file_in_order():
    lyrics = load("compressed.lrc")
    assert [section.label for section in lyrics.sections] == [
        "Verse 1",
        "Chorus",
        "Verse 2",
        "Chorus",
    ]
    assert [line.start_s for line in lyrics.lines] == [10, 14, 20, 24, 40, 44, 50, 54]
    assert lyrics.lines[6].text == "Row it home, row it home"


def test_without_repeats_lines_keep_the_order_of_the_file():
    lyrics = read("[00:20.00]second\n[00:10.00]first")
    assert [line.start_s for line in lyrics.lines] == [20.0, 10.0]


def test_word_stamps_offset_pauses_and_silent_sections_are_kept():
    lyrics = load("lantern_enhanced.lrc")
    first, second, glow = lyrics.lines
    assert [first.text[stamp.offset :].split()[:1] for stamp in first.word_stamps] == [
        ["Carry"], ["the"], ["lantern"], ["low"], [],
    ]  # fmt: skip
    assert first.word_stamps[2] == (10, 10.9)
    assert (first.start_s, glow.start_s) == (10.0, 30.0)
    assert second.hold_s == 4.0
    assert [(s.label, s.voice, len(s.lines)) for s in lyrics.sections] == [
        ("Verse 1", "", 2), ("Interlude", "", 0), ("Chorus: both", "both", 1),
    ]  # fmt: skip
    assert lyrics.tags == (("length", "01:10"),)


def test_an_offset_that_puts_a_line_before_the_song_is_told():
    parsed = parse_lyrics("[offset:+2000]\n[00:01.00]early\n[00:05.00]later")
    assert [line.start_s for line in lines_of(parsed)] == [0.0, 3.0]
    assert [fault.code for fault in parsed.faults] == ["offset-too-big"]


def test_a_negative_offset_makes_lines_later():
    assert read("[offset:-500]\n[00:01.00]x").lines[0].start_s == 1.5


def test_an_offset_that_is_no_number_is_told():
    assert parse_lyrics("[offset:soon]\n[00:01.00]x").faults[0].code == "bad-offset"


def test_chords_stand_before_the_character_they_were_written_at():
    (line,) = read("[00:10.00][Am]Slow [C#m7/G]dance [F]").lines
    assert line.text == "Slow dance"
    assert line.chords == ((0, "Am"), (5, "C#m7/G"), (10, "F"))


def test_brackets_that_are_no_chords_stay_words():
    (line,) = read("[00:10.00]Ha [laughs] ha").lines
    assert (line.text, line.chords) == ("Ha [laughs] ha", ())


def test_words_without_any_stamp_are_a_draft():
    assert isinstance(parse_lyrics("Only words\nand more words").lyrics, Draft)


def test_an_instrumental_is_read_back_as_one():
    lyrics = Lyrics("Rain", sections=(Section("Intro", ()),))
    assert parse_lyrics(format_lrc(lyrics)).lyrics == lyrics


def test_a_written_file_reads_as_people_write_them():
    text = "[ti:A]\n[Verse]\n[00:10.1]x\n[00:12]y [Am]z\n[00:14]\n\n\n[Chorus: her]\n[00:20.123]y"
    assert format_lrc(read(text)) == (
        "[ti:A]\n\n[Verse]\n[00:10.10]x\n[00:12.00]y [Am]z\n[00:14.00]\n\n[Chorus: her]\n[00:20.123]y\n"
    )


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_all_line_ends_are_line_ends(newline):
    parsed = parse_lyrics(newline.join(["[Verse]", "[00:10.00]one", "[00:14.00]two"]))
    assert [line.source_line for line in lines_of(parsed)] == [2, 3]


def test_a_file_that_is_not_there_a_folder_and_a_picture_are_errors_with_their_names(tmp_path):
    picture = tmp_path / "cover.lrc"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x01\x00")
    novel = tmp_path / "novel.txt"
    novel.write_text("call me what you like\n" * 100_000)
    for path, what in [
        (novel, "too big"),
        (tmp_path / "no.lrc", "no such file"),
        (tmp_path, "folder"),
        (picture, "not text"),
    ]:
        with pytest.raises(LrcError, match=what) as caught:
            load_lyrics(path)
        assert caught.value.where == str(path)


DIGITS = "9" * 5_000


@pytest.mark.parametrize(
    "text",
    [
        f"[{DIGITS}:00.00]hello\n[00:10.00]ok",
        f"[{DIGITS}]\nhello",
        f"[00:01.00]hello {DIGITS}",
        f"[offset:{DIGITS}]\n[00:01.00]x",
        f"[Verse {DIGITS}]\nhello",
        f"[Chorus x{DIGITS}]\nhello",
        f"[{DIGITS},{DIGITS}]x",
        f"[00:01.00]a<{DIGITS}:00.00>b",
        f"1\n{DIGITS}:00:01,000 --> 00:00:02,000\nx",
        "[00:01.00]hello\n[1:35]",
        "[00:01.00]half a \ud83d character",
    ],
)
def test_numbers_of_thousands_of_digits_and_halves_of_characters_are_read_or_told(text):
    parsed = parse_lyrics(text)
    assert parsed.faults or parsed.lyrics.sections
    lyrics, length_s = stamped(parsed.lyrics, None)
    check_lyrics(lyrics, duration_s=length_s)
    assert "\ud83d" not in format_lrc(lyrics)


def test_a_pipe_is_no_lyrics_file_and_a_huge_one_neither(tmp_path):
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe.lrc")
        with pytest.raises(LrcError, match=r"pipe\.lrc: can't read it: it is no regular file"):
            load_lyrics(tmp_path / "pipe.lrc")
    (tmp_path / "big.lrc").write_bytes(b"a\n" * 600_000)
    with pytest.raises(LrcError, match="too big to be lyrics"):
        load_lyrics(tmp_path / "big.lrc")


def test_subtitles_hold_nothing_that_players_take_for_markup():
    line = LyricLine(1.0, "{\\pos(1,2)}<font color=red>red</font> --> more")
    text = format_srt(Lyrics("t", "en", (Section("", (line,)),)), 9.0)
    assert text.splitlines()[2] == "｛\\pos(1,2)｝＜font color=red＞red＜/font＞ --＞ more"
