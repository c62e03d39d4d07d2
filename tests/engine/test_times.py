"""Times that were found, laid over the words."""

from songsmith.engine.times import SungLine, SungTimes
from songsmith.lyrics.lyric import LyricLine, Lyrics, Section, WordStamp

LYRICS = Lyrics(sections=(Section("Verse", (LyricLine(1, "my sea"), LyricLine(4, "the sun"))),))
TIMES = SungTimes(
    (
        SungLine(1, "my sea", 2.0, 5.2, words=(WordStamp(0, 2.0), WordStamp(3, 2.6))),
        SungLine(2, "the moon", 5.0, 7.0, words=(WordStamp(0, 5.0), WordStamp(4, 5.6))),
    ),
    "ears",
    "tiny.en",
)


def test_lines_and_words_are_where_they_are_sung_and_a_word_ends_before_the_next_line():
    first, second = TIMES.placed(LYRICS).lines
    assert (first.start_s, second.start_s) == (2.0, 5.0)
    assert first.word_stamps == (WordStamp(0, 2.0), WordStamp(3, 2.6), WordStamp(6, 5.0))


def test_words_that_have_changed_since_get_no_times():
    assert TIMES.placed(LYRICS).lines[1].word_stamps == ()


def test_a_take_that_keeps_its_stamps_keeps_them_and_its_words_follow():
    times = SungTimes(TIMES.lines, "ears", "tiny.en", keeps_stamps=True)
    first = times.placed(LYRICS).lines[0]
    assert first.start_s == 1.0
    assert [stamp.start_s for stamp in first.word_stamps] == [1.0, 1.6, 4.0]


def test_lines_of_which_most_were_not_found_may_be_another_songs():
    one = SungLine(1, "my sea", 2.0, 5.2)
    lost = SungLine(2, "the moon", 5.0, 7.0, is_heard=False)
    assert SungTimes((one, lost), "ears", "base").summary == "1 of 2 lines found"
    doubtful = SungTimes((one, lost, lost), "ears", "base").summary
    assert doubtful == "1 of 3 lines found; these may not be the words of this sound"
