import pytest

from songsmith.engine.listening.verdicts import judged
from songsmith.engine.listening.word_alignment import HeardWord, heard_lines, sung_words
from songsmith.lyrics.lyric import Lyrics
from songsmith.lyrics.reading.lrc import parse_lyrics

TEXT = """[00:10.00]the kettle sings before the dawn
[00:14.00]carry me home by candlelight
[00:18.00]a silver river runs below
[00:24.00]carry me home by candlelight
[00:28.00]nobody told me how to pray
[00:34.00]carry me home by candlelight
"""


@pytest.fixture
def lyrics():
    parsed = parse_lyrics(TEXT).lyrics
    assert isinstance(parsed, Lyrics)
    return parsed


def said(text, start_s):
    return [
        HeardWord(word, start_s + 0.4 * place, start_s + 0.4 * place + 0.3)
        for place, word in enumerate(text.split())
    ]


def song(lyrics, but=()):
    """What is heard of a whole song; `but` gives other words, or none, for the slots of some lines."""
    instead = dict(but)
    return [
        word
        for number, line in enumerate(lyrics.lines, 1)
        for word in said(instead.get(number, line.text), line.start_s)
    ]


def names(lyrics, heard):
    """Numbers of the lines that are missing, partly sung, misplaced, repeated."""
    heard = sorted(heard, key=lambda word: word.start_s)
    lines = judged(lyrics, heard_lines(sung_words(lyrics, 40.0), heard), heard, [])
    return (
        [line.line for line in lines if line.verdict == "missing"],
        [line.line for line in lines if line.verdict == "partly"],
        [line.line for line in lines if line.is_misplaced],
        [line.line for line in lines if line.is_repeated],
    )


@pytest.mark.parametrize(
    ("damage", "named"),
    [
        ({}, ([], [], [], [])),
        ({4: ""}, ([4], [], [], [])),
        ({2: "", 4: ""}, ([2, 4], [], [], [])),
        ({3: "a silver river"}, ([], [3], [], [])),
        ({1: "nobody told me how to pray", 5: "the kettle sings before the dawn"}, ([], [], [1, 5], [])),
        ({3: "the kettle sings before the dawn"}, ([3], [], [], [1])),
        ({1: "carry me home by candlelight", 2: "", 4: ""}, ([1, 4], [], [2], [])),
    ],
)  # fmt: skip
def test_damage_is_named_and_nothing_else(lyrics, damage, named):
    assert names(lyrics, song(lyrics, damage)) == named


def test_a_repeat_in_a_gap_is_named_with_its_time(lyrics):
    heard = sorted(
        [*song(lyrics), *said("a silver river runs below", 20.6)], key=lambda w: w.start_s
    )
    lines = judged(lyrics, heard_lines(sung_words(lyrics, 40.0), heard), heard, [])
    assert [(x.line, x.again_start_s, x.again_end_s) for x in lines if x.is_repeated] == [
        (3, 20.6, 22.5)
    ]


def test_how_late_a_line_is_is_not_told_by_its_last_words(lyrics):
    heard = [*said("the kettle", 10.6), *said("by candlelight", 15.5)]
    lines = judged(lyrics, heard_lines(sung_words(lyrics, 40.0), heard), heard, [])
    assert lines[0].timing_error_s == 0.6
    assert (lines[1].timing_error_s, lines[1].heard_start_s) == (None, 15.5)
