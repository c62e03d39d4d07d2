import pytest

from songsmith.agent.cli.excerpt import excerpt
from songsmith.agent.studio.spans import SpanError
from songsmith.lyrics.lyric import Lyrics
from songsmith.lyrics.reading.lrc import parse_lyrics

LRC = """[Verse 1]
[00:10.00]The first line of the song
[00:15.00]The second line of the song

[Chorus]
[00:20.00]Come <00:21.00>back to me

[Verse 2]
[00:40.00]The radio is on
"""
PLAIN = (
    "[Verse 1]\nOne line\n\n[Chorus]\nCome back\n\n[Verse 2]\nThe radio\n\n[Chorus]\nCome back\n"
)


def _lines(words):
    assert isinstance(words, Lyrics)
    return [(line.start_s, line.text) for line in words.lines]


def test_the_lines_of_a_span_begin_at_zero():
    part = excerpt(parse_lyrics(LRC).lyrics, span="0:14-0:30")
    assert _lines(part) == [(1.0, "The second line of the song"), (6.0, "Come back to me")]
    assert [section.label for section in part.sections] == ["Verse 1", "Chorus"]
    assert isinstance(part, Lyrics)
    assert part.lines[1].word_stamps[0].start_s == 7.0


def test_a_part_from_a_section_on_has_a_few_seconds_before_it():
    part = excerpt(parse_lyrics(LRC).lyrics, from_section="chorus")
    assert _lines(part) == [(4.0, "Come back to me"), (24.0, "The radio is on")]


def test_words_without_stamps_are_cut_at_a_section():
    part = excerpt(parse_lyrics(PLAIN).lyrics, from_section="verse 2")
    assert [section.label for section in part.sections] == ["Verse 2", "Chorus"]


@pytest.mark.parametrize(
    ("text", "where", "words"),
    [
        (LRC, {"span": "1:00-2:00"}, "no line starts"),
        (LRC, {"from_section": "bridge"}, "there is no section"),
        (PLAIN, {"span": "0:10-0:20"}, "no stamps"),
    ],
)
def test_a_part_that_is_not_there_is_one_line(text, where, words):
    with pytest.raises(SpanError, match=words):
        excerpt(parse_lyrics(text).lyrics, **where)
