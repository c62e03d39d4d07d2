import pytest

from songsmith.engine.listening.comparable import joined, likeness, words_of
from songsmith.engine.listening.word_alignment import (
    HeardWord,
    LineHeard,
    SungWord,
    align_words,
    error_rate,
    sung_words,
)
from songsmith.lyrics.lyric import Lyrics
from songsmith.lyrics.reading.lrc import parse_lyrics


def heard(text, start_s=0.0, step_s=0.4):
    words = text.split() if " " in text or text.isascii() else list(text)
    return [
        HeardWord(word, start_s + place * step_s, start_s + (place + 1) * step_s)
        for place, word in enumerate(words)
    ]


def sung(text):
    return [SungWord(word, 1) for word in words_of(text)]


def pairs(ours, theirs):
    first, second = sung(ours), heard(theirs)
    return [
        (
            " ".join(first[index].text for index in match.sung),
            " ".join(second[index].text for index in match.heard),
        )
        for match in align_words(first, second)
    ]


def test_words_lose_case_marks_and_numerals():
    assert words_of("Don’t go, 21 TIMES!") == ["don't", "go", "twenty", "one", "times"]


def test_chinese_is_compared_by_characters():
    assert words_of("我等你，hello") == ["我", "等", "你", "hello"]


@pytest.mark.parametrize(
    ("ours", "theirs"), [("harbour", "harbor"), ("等", "燈"), ("there", "their")]
)
def test_what_sounds_the_same_is_the_same(ours, theirs):
    assert likeness(ours, theirs) == 1


@pytest.mark.parametrize(("ours", "theirs"), [("home", "foam"), ("风", "分"), ("lights", "light")])
def test_a_near_miss_counts_for_less_than_the_word(ours, theirs):
    assert 0.5 < likeness(ours, theirs) < 1


@pytest.mark.parametrize(("ours", "theirs"), [("home", "sailor"), ("我", "海"), ("the", "moon")])
def test_other_words_count_for_nothing(ours, theirs):
    assert likeness(ours, theirs) == 0


def test_words_cut_at_other_places_still_match():
    assert ("sunlight", "sun light") in pairs("the sunlight falls", "the sun light falls")


def test_words_left_out_and_put_in_leave_the_others_matched():
    found = pairs("the morning train is leaving soon", "oh the train is really leaving")
    assert found == [(word, word) for word in ("the", "train", "is", "leaving")]


def test_a_chorus_is_matched_to_the_one_sung_at_that_time():
    lyrics = parse_lyrics(
        "[00:02.00]come home my sailor\n[00:06.00]the night is cold\n[00:20.00]come home my sailor"
    ).lyrics
    assert isinstance(lyrics, Lyrics)
    words = sung_words(lyrics, 26.0)
    matches = align_words(words, heard("come home my sailor", start_s=20.2))
    assert {words[index].line for match in matches for index in match.sung} == {3}


def test_words_far_from_their_slot_match_nothing():
    lyrics = parse_lyrics("[00:02.00]the harbour lights\n[00:06.00]are burning low").lyrics
    assert isinstance(lyrics, Lyrics)
    assert align_words(sung_words(lyrics, 30.0), heard("harbour lights", start_s=20.0)) == []


def test_nothing_heard_matches_nothing():
    assert align_words(sung("come home"), []) == []


@pytest.mark.parametrize(
    ("ours", "theirs", "rate"),
    [
        ("come home my sailor", "come home my sailor", 0.0),
        ("come home my sailor", "come foam my sailor", 0.25),
        ("the harbour lights", "the harbor lights tonight", 1 / 3),
        ("come home", "", 1.0),
    ],
)
def test_the_word_error_rate_counts_words_wrong_lost_and_put_in(ours, theirs, rate):
    assert error_rate(sung(ours), heard(theirs)) == pytest.approx(rate)


def test_a_line_heard_in_two_languages_has_the_better_of_both():
    english = LineHeard((1.0, 0.0, 0.0), (HeardWord("baby", 1.0, 1.4), HeardWord("boo", 2.0, 2.4)))
    chinese = LineHeard((0.5, 1.0, 1.0), (HeardWord("不", 1.6, 1.9), HeardWord("要", 2.1, 2.5)))
    both = english.together_with(chinese)
    assert both.likeness == (1.0, 1.0, 1.0)
    assert both.text == "baby 不 boo"


@pytest.mark.parametrize(
    ("words", "line"),
    [
        ("hey you", "hey you"),
        ("今 夜", "今夜"),
        ("今 夜 so good 月 光", "今夜 so good 月光"),
        ("", ""),
    ],
)
def test_heard_words_are_spaced_as_their_language_is(words, line):
    assert joined(words.split()) == line


def test_japanese_is_compared_by_its_morae_however_it_is_written():
    assert words_of("きみのコート", "ja") == list("きみのこーと")
    assert joined(list("きみのこえ")) == "きみのこえ"
    assert words_of("Baby きみ") == ["baby", "き", "み"]


def test_words_of_a_language_without_a_reader_here_stay_as_they_are_written():
    assert words_of("El café de las 7", "es") == ["el", "café", "de", "las", "7"]
