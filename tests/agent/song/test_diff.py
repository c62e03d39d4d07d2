from songsmith.agent.phrases import clock, lines_of
from songsmith.agent.song.diff import diff_lyrics
from songsmith.lyrics.lyric import LyricLine, Lyrics, Section


def lyrics(*texts: str) -> Lyrics:
    lines = tuple(LyricLine(8.0 + 4 * i, text) for i, text in enumerate(texts))
    return Lyrics("Night Train", "en", (Section("Verse", lines),))


def test_only_what_changed_is_shown_with_a_line_around_it():
    changed = diff_lyrics(
        lyrics("one", "two", "three", "four"), lyrics("one", "TWO", "three", "four")
    )
    assert changed == (
        " [00:08.00]one",
        "-[00:12.00]two",
        "+[00:12.00]TWO",
        " [00:16.00]three",
    )
    assert diff_lyrics(lyrics("one"), lyrics("one")) == ()


def test_times_and_lines_are_said_as_people_say_them():
    assert [clock(time_s) for time_s in (0, 42, 42.51, 59.96, 61.2)] == [
        "0:00",
        "0:42",
        "0:42.5",
        "1:00",
        "1:01.2",
    ]
    assert lines_of([8, 5, 6, 7, 11, 5]) == "lines 5-8, 11"
    assert lines_of([3]) == "line 3"
