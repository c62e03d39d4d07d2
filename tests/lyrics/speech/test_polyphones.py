from pathlib import Path

import pytest

from songsmith.lyrics.speech.mandarin import readings
from songsmith.lyrics.speech.polyphones import sung_readings
from songsmith.lyrics.speech.spoken import sung_text

CASES = [
    row.split("\t")
    for row in (Path(__file__).parents[1] / "data" / "polyphones.tsv")
    .read_text("utf-8")
    .splitlines()
]


@pytest.mark.parametrize(("run", "place", "reading"), CASES, ids=[case[0] for case in CASES])
def test_the_words_around_a_character_tell_how_it_is_read(run, place, reading):
    assert sung_readings(run)[int(place)] == reading


def test_diffrhythm_keeps_the_readings_that_its_weights_expect():
    assert readings("慢慢地走")[2] == "di4"


def test_all_else_is_read_as_before():
    for run in ("今夜月光照着窗", "你好", "等一等", "小雨点"):
        assert sung_readings(run) == readings(run)


def test_characters_written_one_by_one_are_words_again():
    assert sung_text("音 乐 响 起", "cmn") == "音乐响起"
    assert sung_text("我爱你 你爱我", "cmn") == "我爱你 你爱我"
