import pytest

from songsmith.lyrics.lyric import Beside, LyricLine, Say
from songsmith.lyrics.pace import expected_tokens
from songsmith.lyrics.speech.phonemes import phonemize
from songsmith.lyrics.speech.said import Piece, pieces, respelled, reworded, said, way_of, written


@pytest.mark.parametrize(
    ("word", "how", "way"),
    [
        ("live", "lyve", ("respelling", "lyve")),
        ("live", "/laɪv/", ("ipa", "/laɪv/")),
        ("行", "hang2", ("pinyin", "hang2")),
        ("行", "háng", ("pinyin", "hang2")),
        ("行", "xing", ("pinyin", "xing2")),
        ("行", "航", ("pinyin", "hang2")),
        ("银行", "yin2hang2", ("pinyin", "yin2 hang2")),
        ("银行", "yín háng", ("pinyin", "yin2 hang2")),
        ("女", "nǚ", ("pinyin", "nv3")),
        ("着", "zhe5", ("pinyin", "zhe5")),
        ("夜", "よる", ("respelling", "よる")),
    ],
)
def test_a_way_to_say_a_word_is_told_by_its_writing(word, how, way):
    assert way_of(word, how) == way


@pytest.mark.parametrize(
    ("word", "how"),
    [
        ("行", "xx9"),
        ("银行", "hang2"),
        ("行", "/xɑŋ/"),
        ("行", "hello"),
        ("live", "/laɪv"),
        ("live", "12"),
        ("live", "//"),
        ("live", "a|b"),
        ("live", "(lie)"),
    ],
)
def test_what_can_not_be_understood_is_no_way(word, how):
    assert way_of(word, how)[0] == ""


def _line(text, *says):
    return LyricLine(0, text, beside=Beside(says=tuple(Say(*say) for say in says)))


def test_a_line_with_marks_can_be_taken_apart():
    marked = said(_line("We live by the bass", (3, 4, "lyve"), (15, 4, "/beɪs/")))
    assert pieces(marked) == [
        Piece("We "),
        Piece("live", "lyve"),
        Piece(" by the "),
        Piece("bass", "/beɪs/"),
    ]
    assert written(marked) == "We live by the bass"
    assert respelled(marked) == "We lyve by the bass"


def test_braces_that_are_words_are_no_marks():
    assert pieces(said(_line("{live|lyve} on"))) == [Piece(" live lyve  on")]


def test_a_way_within_another_and_one_that_is_none_are_left_out():
    marked = said(_line("New York", (0, 8, "noo yawk"), (4, 4, "yark")))
    assert marked == "{New York|noo yawk}"
    assert said(_line("行", (0, 1, "qq7"))) == "行"


def test_a_respelling_is_laid_as_its_own_words_are():
    assert phonemize("We {live|lyve} here").tokens == phonemize("We lyve here").tokens


def test_sounds_are_laid_as_they_are_written():
    line = phonemize("We {live|/laɪv/} here")
    assert line.phonemes == ("w", "iː", "_", "l", "aɪ", "v", "_", "h", "ɪɹ")
    assert not line.unknown


def test_sounds_that_nobody_has_are_told():
    assert phonemize("{hey|/hǁeɪ/}").unknown == ("ǁ",)


def test_pinyin_is_laid_instead_of_the_usual_reading():
    line = phonemize("这家{行|hang2}好")
    assert line.phonemes == phonemize("这家航好").phonemes
    assert phonemize("这家{行|xing4}好").phonemes != line.phonemes


def test_counts_go_by_what_is_said():
    spelled_out = expected_tokens("{W|double you} Street")
    assert spelled_out == expected_tokens("double you Street") > expected_tokens("W") + 4
    assert expected_tokens("{夜|よる}を", "ja") == expected_tokens("よるを", "ja")


def test_other_words_may_say_how_they_are_said_and_those_that_stay_keep_their_way():
    line = _line("Siobhan and Nguyen dance", (0, 7, "shiv awn"), (12, 6, "/ŋwiən/"))
    other = reworded(line, "Dance,  Siobhan, and {live|lyve}")
    assert other.text == "Dance, Siobhan, and live"
    assert said(other) == "Dance, {Siobhan|shiv awn}, and {live|lyve}"
    assert said(reworded(line, "{Siobhan|shavon} alone")) == "{Siobhan|shavon} alone"
