from songsmith.agent.song.sung_words import unsung_lines, words_sung
from songsmith.engine.engine import Span
from songsmith.lyrics.lyric import LyricLine, Lyrics, Section
from songsmith.lyrics.reading.lrc import parse_lyrics


def lyrics(*texts: str, label: str = "Verse") -> Lyrics:
    lines = tuple(LyricLine(8.0 + 4 * i, text) for i, text in enumerate(texts))
    return Lyrics("x", "en", (Section(label, lines),))


def texts(words: Lyrics) -> list[str]:
    return [line.text for line in words.lines]


def test_only_the_lines_of_the_span_are_new():
    sung = words_sung(lyrics("a", "b", "c"), lyrics("A", "B", "C"), [Span(11.5, 15.9)])
    assert texts(sung) == ["a", "B", "c"]
    assert unsung_lines(sung, lyrics("A", "B", "C")) == [1, 3]


def test_words_of_another_shape_are_laid_together_by_time():
    sung = words_sung(lyrics("a", "b", "c"), lyrics("A", "B", "C", "D"), [Span(15.0, 30.0)])
    assert texts(sung) == ["a", "b", "C", "D"]


def test_a_line_that_only_moved_is_not_sung_where_it_stands_now():
    moved = Lyrics("x", "en", (Section("Verse", (LyricLine(9.0, "a"), LyricLine(12.0, "b"))),))
    assert unsung_lines(lyrics("a", "b"), moved) == [1]


def test_a_line_whose_words_are_said_in_another_way_is_not_sung_yet():
    sung, now = (
        parse_lyrics(f"[00:02.00]We {word} here\n[00:06.00]Stay\n").lyrics
        for word in ("live", "{live|lyve}")
    )
    assert isinstance(sung, Lyrics)
    assert isinstance(now, Lyrics)
    assert unsung_lines(sung, now) == [1]
