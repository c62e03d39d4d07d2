import pytest

from songsmith.engine.sketch.composing.form import make_score
from songsmith.engine.sketch.score import BACKING_VOICE, Score
from songsmith.engine.sketch.style.style import parse_style
from songsmith.lyrics.lyric import Lyrics
from songsmith.lyrics.reading.lrc import parse_lyrics


def score_of(text: str, duration_s: float = 30) -> Score:
    lyrics = parse_lyrics(text).lyrics
    assert isinstance(lyrics, Lyrics)
    return make_score(lyrics, parse_style("folk"), duration_s, seed=1)


def test_words_in_brackets_at_the_end_of_a_line_follow_the_lead():
    line, _ = score_of("[00:08.00]Where have you been (tell me now)\n[00:12.00]la la la").lines
    assert (line.text, [words.text for words in line.backing]) == (
        "Where have you been",
        ["tell me now"],
    )
    (words,) = line.backing
    assert 8.5 < line.end_s == words.start_s < words.end_s <= line.until_s <= 12.0


def test_words_in_brackets_elsewhere_are_sung_behind_the_lead():
    line, _ = score_of("[00:08.00]Hold on (hold on) to the night\n[00:12.00]la la la").lines
    (words,) = line.backing
    assert line.text == "Hold on to the night"
    assert line.start_s < words.start_s < words.end_s <= line.end_s


def test_backing_words_with_stamps_are_sung_at_them():
    text = (
        "[00:08.00]<00:08.00>Hello <00:08.60>you\n[bg: <00:09.20>oh <00:09.80>yeah]\n[00:12.00]la"
    )
    line = score_of(text).lines[0]
    assert (line.text, line.end_s, line.backing[0].start_s) == ("Hello you", 9.2, 9.2)


def test_a_line_all_in_brackets_is_sung_by_the_second_voice():
    line = score_of("[00:08.00](ooh the water)\n[00:12.00]la").lines[0]
    assert (line.text, line.voice, line.backing) == ("ooh the water", BACKING_VOICE, ())


@pytest.mark.parametrize(
    ("head", "voice"),
    [("F: ", "female"), ("M: ", "male"), ("D: ", "both"), ("v2: ", "v2"), ("", "")],
)
def test_the_head_of_a_line_says_who_sings_it(head, voice):
    assert score_of(f"[00:08.00]{head}down by the water").lines[0].voice == voice


def test_an_end_stamp_ends_the_line():
    free, held = (score_of(f"[00:08.00]we go home{end}").lines[0] for end in ("", "<00:09.50>"))
    assert held.end_s == 9.5 < free.end_s
