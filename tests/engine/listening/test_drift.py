import pytest

from songsmith.engine.listening.drift import Drift, find_drift, placed_by_ear
from songsmith.engine.listening.word_alignment import HeardWord
from songsmith.lyrics.lyric import Lyrics
from songsmith.lyrics.reading.lrc import parse_lyrics

TEXT = """[00:10.00]the kettle sings before the dawn
[00:14.00]a silver river runs below
[00:18.00]carry me home tonight
[00:30.00]the baker hums along the street
[00:34.00]no rhythm in my feet
[00:40.00]carry me home tonight
"""


@pytest.fixture
def lyrics():
    parsed = parse_lyrics(TEXT).lyrics
    assert isinstance(parsed, Lyrics)
    return parsed


def sung(lyrics, when, order=None):
    """The words of the lines, each line at the time `when` gives for its stamp, in this order of lines."""
    lines = [lyrics.lines[place] for place in order or range(len(lyrics.lines))]
    slots = zip((line.start_s for line in lyrics.lines), lines, strict=True)
    return [
        HeardWord(word, when(start_s) + 0.4 * place, when(start_s) + 0.4 * place + 0.3)
        for start_s, line in slots
        for place, word in enumerate(line.text.split())
    ]


@pytest.mark.parametrize(
    ("drift", "words"),
    [(Drift(4.0, 1.0), "sung 4.0 s late"), (Drift(-5.0, 1.0), "sung 5.0 s early"),
     (Drift(0.0, 0.9), "sung 11% faster"), (Drift(1.5, 1.1), "sung 9% slower, 1.5 s late")],
)  # fmt: skip
def test_a_take_that_runs_beside_its_stamps_is_seen_to(lyrics, drift, words):
    assert find_drift(lyrics, sung(lyrics, drift.at)) == drift
    assert str(drift) == words
    assert drift.moved(lyrics).lines[0].start_s == round(drift.at(10.0), 3)


def test_a_take_on_its_stamps_has_no_drift(lyrics):
    assert find_drift(lyrics, sung(lyrics, lambda stamp_s: stamp_s + 0.4)) is None


def test_lines_sung_here_and_there_are_no_drift(lyrics):
    assert (
        find_drift(lyrics, sung(lyrics, lambda stamp_s: stamp_s, order=[3, 4, 1, 0, 2, 5])) is None
    )


def test_few_words_are_no_drift(lyrics):
    assert find_drift(lyrics, sung(lyrics, lambda stamp_s: stamp_s + 4)[:9]) is None


def test_lines_without_stamps_of_their_own_are_placed_where_they_were_heard(lyrics):
    when_s = dict(
        zip([10.0, 14.0, 18.0, 30.0, 34.0, 40.0], [3.0, 9.0, 31.0, 35.0, 50.0, 51.0], strict=True)
    )
    heard = [word for word in sung(lyrics, when_s.__getitem__) if not 31 <= word.start_s < 35]
    starts_s = [line.start_s for line in placed_by_ear(lyrics, heard).lines]
    assert starts_s == [3.0, 9.0, 15.5, 35.0, 50.0, 51.0]


def test_where_nothing_was_heard_the_guess_stays(lyrics):
    assert placed_by_ear(lyrics, []) == lyrics
