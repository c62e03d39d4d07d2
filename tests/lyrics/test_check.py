import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from songsmith.engine.acestep.languages import SUNG
from songsmith.lyrics.check import Report, check_lyrics, report_json, singability, singability_level
from songsmith.lyrics.frames import longest_s
from songsmith.lyrics.limits import FRAMES, SingingLimits
from songsmith.lyrics.lyric import LyricLine, Lyrics, Section
from songsmith.lyrics.reading.lrc import load_lyrics, parse_lyrics

DATA = Path(__file__).parent / "data"
PLACES = SingingLimits(
    min_duration_s=10.0, takes_stamps=False, syllables_per_s=5.0, lines_per_min=30.0
)


def lyric(*lines: tuple[float, str], label: str = "", language: str = "") -> Lyrics:
    stamped = tuple(LyricLine(start_s, text) for start_s, text in lines)
    return Lyrics(sections=(Section(label, stamped),), language=language)


def codes(report: Report, line: int) -> set[tuple[str, str]]:
    return {(fault.code, fault.severity) for fault in report.faults if fault.line == line}


REST = (30.0, "And nobody is there to hear it")


def check_one(*lines: tuple[float, str], duration_s: float = 60) -> set[tuple[str, str]]:
    return codes(check_lyrics(lyric((4.0, "We begin"), *lines), duration_s=duration_s), 2)


def test_a_good_lyric_has_no_faults():
    parsed = load_lyrics(DATA / "edit_en.lrc")
    assert isinstance(parsed.lyrics, Lyrics)
    report = check_lyrics(parsed.lyrics, duration_s=95)
    assert report.faults == ()
    assert not report.has_errors


def test_the_songs_that_singers_learnt_from_have_no_errors():
    for name in ("eg_en.lrc", "nightclub.lrc"):
        parsed = load_lyrics(DATA / name)
        assert isinstance(parsed.lyrics, Lyrics)
        report = check_lyrics(parsed.lyrics, duration_s=180)
        assert {fault.severity for fault in report.faults} <= {"note"}


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", ("nothing-to-sing", "error")),
        ("♪ ♪", ("nothing-to-sing", "error")),
        ("…", ("nothing-to-sing", "error")),
        ("사랑해 baby", ("unsupported-script", "error")),
        ("Подмосковные вечера", ("unsupported-script", "error")),
        ("[Chorus]", ("label-sung", "warning")),
        ("Verse 2:", ("label-sung", "warning")),
        ("（副歌）", ("label-sung", "warning")),
        ("(fade out)", ("direction-sung", "warning")),
        ("Goodbye [laughs] my dear", ("direction-sung", "warning")),
        ("Goodbye (softly) my dear", ("direction-sung", "warning")),
        ("Lyrics by: Somebody Else", ("credit-sung", "warning")),
        ("作曲：某人", ("credit-sung", "warning")),
        ("We met in 1999 again", ("read-aloud", "note")),
        ("Mr. Jones is at the door", ("read-aloud", "note")),
        ("You & I are far away", ("silent-sign", "warning")),
        ("我 & 你 在远方", ("silent-sign", "warning")),
        ("Rain 😀 on the window", ("ornament", "note")),
    ],
)
def test_what_will_not_be_sung_as_meant_is_found(text, fault):
    assert fault in check_one((10.0, text), (14.0, "And so on and on"), REST)


@pytest.mark.parametrize(
    "text",
    ["Goodbye (ooh) my dear", "Chorus girls are dancing", "I keep on crying (crying)", "Don't—stop, “now”…", "晚安！"],
)  # fmt: skip
def test_ordinary_words_have_no_faults(text):
    assert check_one((10.0, text), (13.0, "And so on and on"), REST) == set()


@pytest.mark.parametrize(
    ("gap_s", "fault"),
    [(0.8, ("too-fast", "error")), (2.0, ("too-fast", "warning")), (3.0, ("busy", "note"))],
)
def test_too_many_words_for_the_time_are_a_fault_that_grows_with_the_pace(gap_s, fault):
    line = (10.0, "Every light along the river is gone")
    assert check_one(line, (10.0 + gap_s, "And so on and on"), REST) == {fault}


def test_the_fault_says_how_many_words_to_cut_and_how_much_time_to_give():
    lines = ((10.0, "Every light along the river is gone"), (11.0, "And so on"), REST)
    report = check_lyrics(lyric(*lines), duration_s=60)
    fault = next(fault for fault in report.faults if fault.code == "too-fast")
    count = len(report.lines[0].tokens)
    assert f"{count} phonemes in 1.0 s, {count:.1f}/s" in fault.message
    assert "21.5/s" in fault.message
    assert f"give it {count / 8 - 1:.1f} s more" in fault.hint
    assert "words" in fault.hint


def test_chinese_is_cut_by_characters():
    report = check_lyrics(
        lyric((10.0, "风把你的名字吹得很远很远"), (10.9, "海"), REST), duration_s=60
    )
    assert "characters" in report.lines[0].faults[0].hint


def test_few_words_over_a_long_gap_are_a_fault_inside_a_section_only():
    lines = ((10.0, "Oh no"), (17.0, "And so on and on"))
    assert check_one(*lines, REST) == {("sparse", "warning")}
    sections = (
        Section("Verse", (LyricLine(10.0, "Oh no"),)),
        Section("Chorus", (LyricLine(17.0, "And so on"),)),
    )
    assert not codes(check_lyrics(Lyrics(sections=sections), duration_s=40), 1)


def test_a_line_that_starts_late_because_of_the_one_before_is_told():
    report = check_lyrics(
        lyric((10.0, "Every light along the river is gone"), (10.5, "And so on"), REST),
        duration_s=60,
    )
    assert ("pushed", "warning") in codes(report, 2)
    assert report.lines[1].first_frame > 10.5 * 21.5


def test_stamps_out_of_order_and_doubled_are_errors():
    report = check_lyrics(
        lyric((20.0, "one two"), (10.0, "three four"), (20.0, "five six")), duration_s=60
    )
    assert ("out-of-order", "error") in codes(report, 2)
    assert ("doubled-stamp", "error") in codes(report, 3)
    assert not codes(report, 1)


def test_a_sign_that_is_read_aloud_in_chinese_is_not_called_silent():
    faults = check_lyrics(lyric((10.0, "100% 的爱 & 你")), duration_s=60).faults
    signs = [fault for fault in faults if fault.code == "silent-sign"]
    assert [fault.message for fault in signs] == ["& will not be sung"]
    assert signs[0].hint == "write “和” for “&”"


def test_signs_are_left_to_a_singer_of_any_language():
    faults = check_lyrics(lyric((10.0, "You & I")), duration_s=60, limits=SingingLimits()).faults
    assert [(fault.code, fault.severity) for fault in faults] == [("read-aloud", "note")]


def test_signs_that_are_put_into_words_are_shown_as_sung():
    words = lyric((10.0, "100% 的爱 & 你"))
    faults = check_lyrics(words, duration_s=60, limits=SingingLimits()).faults
    assert [fault.message for fault in faults] == [
        "“100% 的爱 & 你” will be sung as “百分之一百 的爱 和 你”"
    ]


def test_of_writing_the_singer_does_not_know_only_that_is_said():
    words = lyric((10.0, "ひかり & 月 100%"), (14.0, "ゆめ"))
    assert {fault.code for fault in check_lyrics(words, duration_s=60).faults} == {
        "unsupported-script"
    }
    sung = check_lyrics(words, duration_s=60, limits=SingingLimits()).faults
    assert not {"read-aloud", "silent-sign"} & {fault.code for fault in sung}


def test_japanese_that_cannot_be_read_is_said_with_what_helps():
    words = lyric((10.0, "吗のうたをうたうよ"), (14.0, "あめのよるにきみをまつ"))
    faults = check_lyrics(words, duration_s=60, limits=SingingLimits()).faults
    assert [(fault.code, fault.severity, fault.line) for fault in faults] == [
        ("unread", "warning", 1)
    ]
    assert faults[0].message.startswith("吗")
    assert "songsmith[japanese]" in faults[0].hint


def test_the_pace_of_japanese_and_korean_is_that_of_their_sounds():
    easy = (10.0, "あめのよるにきみをまつ"), (14.0, "너의 이름을 불러 봐")
    packed = (10.0, "あめのよるにきみをまつ"), (11.2, "너의 이름을 불러 봐"), (12.2, "またね")
    faults = check_lyrics(lyric(*easy), duration_s=60, limits=SingingLimits()).faults
    assert not faults
    faults = check_lyrics(lyric(*packed), duration_s=60, limits=SingingLimits()).faults
    assert [(fault.code, fault.line) for fault in faults] == [("too-fast", 1), ("too-fast", 2)]


def test_no_song_is_asked_to_last_longer_than_any_can():
    late, too_late = check_lyrics(
        lyric((90.0, "late again"), (5940.0, "later than that")), duration_s=60
    ).faults
    assert late.hint.startswith("make the song at least 9")
    assert too_late.hint == "move or cut the line"


def test_lines_past_the_end_and_cut_by_it_are_errors():
    lines = ((10.0, "one two"), (29.8, "Every light along the river is gone"), (31.0, "three"))
    report = check_lyrics(lyric(*lines), duration_s=30)
    assert codes(report, 2) == {("cut-at-end", "error")}
    assert codes(report, 3) == {("past-end", "error")}
    assert report.lines[2].first_frame == -1


def test_a_last_line_that_ends_in_time_is_sung():
    report = check_lyrics(lyric((10.0, "one two"), (27.0, "Every light is gone")), duration_s=30)
    assert not report.has_errors
    assert report.lines[1].first_frame == int(27.0 * 44100 / 2048)


def test_no_room_for_an_intro_is_told():
    assert [f.code for f in check_lyrics(lyric((0.2, "We begin"), REST), duration_s=60).faults] == [
        "no-intro"
    ]


def test_a_lyric_without_lines_is_an_instrumental():
    report = check_lyrics(Lyrics(), duration_s=60)
    assert [(fault.code, fault.severity) for fault in report.faults] == [("no-words", "note")]
    assert set(report.frames) == {0}


def test_the_length_chooses_the_variant_and_its_frames():
    words = lyric((10.0, "one two three"))
    assert len(check_lyrics(words, duration_s=95).frames) == 2048
    assert len(check_lyrics(words, duration_s=96).frames) == 6144
    report = check_lyrics(words, duration_s=120, variant="base")
    assert [fault.code for fault in report.faults] == ["too-long"]


def test_the_longest_base_song_is_the_same_wherever_it_is_asked():
    words = lyric((10.0, "one two three"))
    longest = longest_s("base")
    assert len(check_lyrics(words, duration_s=longest).frames) == 2048
    assert len(check_lyrics(words, duration_s=longest + 0.05).frames) == 6144
    assert check_lyrics(words, duration_s=longest, variant="base").faults == ()
    assert check_lyrics(words, duration_s=longest_s("full")).faults == ()
    assert check_lyrics(words, duration_s=longest_s("full") + 0.1).has_errors


def test_an_engine_that_places_the_lines_itself_is_asked_for_no_stamps():
    words = lyric((0.0, "one two three"), (0.0, "four five six"), (50.0, "seven eight nine"))
    assert check_lyrics(words, duration_s=30).has_errors
    assert check_lyrics(words, duration_s=30, limits=PLACES).faults == ()


def test_an_engine_that_places_the_lines_itself_says_when_there_are_too_many_words():
    section = Section(
        "verse", tuple(LyricLine(float(n), "a line of some syllables") for n in range(9))
    )
    report = check_lyrics(Lyrics(sections=(section,)), duration_s=12, limits=PLACES)
    found = {fault.code: str(fault) for fault in report.faults}
    assert set(found) == {"crowded", "too-many-lines"}
    assert "verse: 63 syllables in 12.0 s, 5.2 a second" in found["crowded"]
    assert "45 a minute" in found["too-many-lines"] and "keep 6 lines" in found["too-many-lines"]


def test_a_song_shorter_than_the_engine_can_sing_is_an_error():
    report = check_lyrics(lyric((2.0, "one two")), duration_s=5, limits=PLACES)
    assert [fault.code for fault in report.faults] == ["too-short"]


def test_another_language_is_an_error_for_one_engine_and_fine_for_the_other():
    words = lyric((10.0, "사랑해 그대를 사랑해"), (14.0, "그대를"), language="ko")
    found = {fault.code for fault in check_lyrics(words, duration_s=30).faults}
    assert {"unsupported-language", "unsupported-script"} <= found
    report = check_lyrics(words, duration_s=30, limits=SingingLimits())
    assert report.faults == ()
    assert report.lines[0].tokens_per_s > 1


@pytest.mark.parametrize("language", ["zh-CN", "Chinese", "中文", "en_US", "English", "en"])
def test_languages_may_be_named_in_several_ways(language):
    assert check_lyrics(lyric((10.0, "la la la")), duration_s=30, language=language).faults == ()


def test_a_singer_of_one_language_refuses_the_other():
    words = lyric((10.0, "风把你的名字吹远"), (14.0, "Carry me home"))
    report = check_lyrics(words, duration_s=30, limits=replace(FRAMES, languages=("en",)))
    assert {fault.line for fault in report.faults} == {1}


def test_faults_of_reading_are_passed_on():
    parsed = parse_lyrics("[00:10.00]One two three\n[00:99.00]lost")
    assert isinstance(parsed.lyrics, Lyrics)
    report = check_lyrics(parsed.lyrics, duration_s=60, parse_faults=parsed.faults)
    assert report.has_errors
    assert report.faults[0].source_line == 2


def test_word_stamps_that_fall_are_told():
    words = parse_lyrics("[00:10.00]<00:12.00>One <00:11.00>two three\n[00:14.00]four").lyrics
    assert isinstance(words, Lyrics)
    assert ("word-stamps", "warning") in codes(check_lyrics(words, duration_s=60), 1)


def test_the_report_is_json_with_the_frames_that_will_be_sung():
    report = check_lyrics(lyric((10.0, "We begin. Again"), (14.0, "And so on")), duration_s=60)
    told = json.loads(json.dumps(report_json(report)))
    line = told["lines"][0]
    assert {"line", "start_s", "text", "phonemes", "tokens", "first_frame", "faults"} <= set(line)
    laid = told["frames"][line["first_frame"] :][: len(line["tokens"]) + 1]
    assert laid == [1 if token == 2 else token for token in line["tokens"]] + [2]
    assert told["frames"][line["first_frame"] - 1] == 0


def test_far_fewer_lines_than_fill_a_song_are_told_of_where_the_singer_places_them():
    few = lyric((1.0, "We begin again"), (4.0, "And so on"), (8.0, "Until the end"))
    codes = {fault.code for fault in check_lyrics(few, duration_s=240, limits=PLACES).faults}
    assert "too-few-lines" in codes
    for duration_s, limits in ((30, PLACES), (240, SingingLimits())):
        report = check_lyrics(few, duration_s=duration_s, limits=limits)
        assert "too-few-lines" not in {fault.code for fault in report.faults}


def test_an_engine_of_fifty_languages_names_a_few_of_them():
    limits = replace(PLACES, languages=SUNG)
    welsh = lyric((1.0, "Mae hen wlad fy nhadau yn annwyl i mi"), language="")
    marked = lyric((1.0, "Mae hen wlad fy nhadau yn annwyl i mi"), language="cy")
    for words in (welsh, marked):
        told = [fault.message for fault in check_lyrics(words, duration_s=20, limits=limits).faults]
        (line,) = [message for message in told if "this engine sings" in message]
        assert line.endswith("more") and len(line) < 140


def test_singability_follows_the_pace():
    assert [singability(rate) for rate in (1, 4, 8, 9, 12)] == [
        "sparse",
        "fits",
        "fits",
        "busy",
        "too fast",
    ]
    assert [singability_level(rate) for rate in (0, 0.4, 4.9, 8, 30)] == [0, 0, 5, 8, 8]


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 60_000).map(lambda ms: ms / 1000), st.text(max_size=40)),
        max_size=8,
    ),
    st.floats(0, 400),
    st.text(max_size=5),
    st.sampled_from([FRAMES, SingingLimits(), PLACES]),
)
def test_no_text_makes_check_crash(lines, duration_s, language, limits):
    report = check_lyrics(lyric(*lines, language=language), duration_s=duration_s, limits=limits)
    assert len(report.lines) == len(lines)
    assert all(fault.message and str(fault) for fault in report.faults)
    json.dumps(report_json(report))


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=200))
def test_whatever_is_read_can_be_checked(text):
    parsed = parse_lyrics(text)
    if isinstance(parsed.lyrics, Lyrics):
        check_lyrics(parsed.lyrics, duration_s=95, parse_faults=parsed.faults)


def test_a_way_to_say_a_word_is_shown_and_one_that_can_not_be_read_is_warned_of():
    parsed = parse_lyrics("[00:04.00]We {live|lyve} here\n[00:08.00]{行|qq9}起来 {now|/naʊ/}\n")
    assert isinstance(parsed.lyrics, Lyrics)
    report = check_lyrics(parsed.lyrics, duration_s=60)
    told = {(f.line, f.code): f.message for f in report.faults if f.code in ("said", "say-unread")}
    assert told[1, "said"] == "says “live” as lyve /laɪv/"
    assert told[2, "said"] == "says “now” as /naʊ/"
    assert "“行” can't be said as “qq9”" in told[2, "say-unread"]
    assert report.lines[0].text == "We live here"
    assert report.lines[0].phonemes[3:6] == ("l", "aɪ", "v")
