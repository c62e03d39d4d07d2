from pathlib import Path

import pytest

from songsmith.lyrics.speech.espeak import pronounce
from songsmith.lyrics.speech.heteronyms import with_heteronyms
from songsmith.lyrics.speech.phonemes import phonemize
from songsmith.lyrics.speech.said import Piece, pieces

CASES = [
    row.split("\t")
    for row in (Path(__file__).parents[1] / "data" / "heteronyms.tsv")
    .read_text("utf-8")
    .splitlines()
]


def _as_written_by_espeak(ipa):
    return ipa.strip("/").replace("ᵻ", "ɪ").replace("ɛksk", "ɪksk")


@pytest.mark.parametrize(("line", "word", "sounds"), CASES, ids=[case[0] for case in CASES])
def test_the_words_around_a_word_tell_how_it_is_said(line, word, sounds):
    marks = [p.how for p in pieces(with_heteronyms(line)) if p.how and p.text.lower() == word]
    heard = marks or ["".join(pronounce(line)).replace("_", " ")]
    assert _as_written_by_espeak(sounds) in _as_written_by_espeak(heard[-1])


def test_a_word_that_somebody_says_how_to_say_is_left_alone():
    marked = with_heteronyms("hold me {close|cloze}, close to me")
    assert pieces(marked)[1] == Piece("close", "cloze")
    assert pieces(marked)[3] == Piece("close", "/kloʊs/")


def test_lines_without_such_words_are_as_they_were():
    for line in ("", "The windows were closed in desertion", "re-record", "user's"):
        assert with_heteronyms(line) == line


def test_diffrhythm_keeps_the_sounds_that_its_weights_expect():
    assert phonemize("Close the door").phonemes[:4] == ("k", "l", "oʊ", "s")
