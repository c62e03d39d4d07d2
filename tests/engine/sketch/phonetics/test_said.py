import pytest

from songsmith.engine.sketch.phonetics.said import speak_said, unknown_in_says
from songsmith.engine.sketch.phonetics.syllables import split_syllables


def _spoken(text, voice="en-us"):
    speech = speak_said(text, voice, rate_wpm=110)
    words = [""] * len(speech.words)
    for sound in speech.phonemes:
        words[sound.word] += sound.symbol
    return words, speech


@pytest.mark.parametrize(
    ("text", "voice", "word", "sounds"),
    [
        ("we {live|/laɪv/} here", "en-us", 1, "laɪv"),
        ("we {live|lyve} here", "en-us", 1, "laɪv"),
        ("my {bass|/beɪs/} and me", "en-us+f3", 1, "beɪs"),
        ("a {fjord|/fjɔːɹd/} of ice", "en-us", 1, "fjɔːɹd"),
        ("der {Jazz|/dʒɛːs/} hier", "de", 1, "dʒɛːs"),
        ("la {piñata|/piˈɲata/} ya", "es", 1, "piɲata"),
    ],
)
def test_a_word_is_said_as_its_line_says(text, voice, word, sounds):
    assert _spoken(text, voice)[0][word] == sounds


def test_stress_goes_to_the_vowel_that_the_mark_stands_before():
    _, speech = _spoken("{record|/ɹɪˈkɔːɹd/}")
    stressed = [sound.symbol for sound in speech.phonemes if sound.stress == 2]
    assert stressed == ["ɔːɹ"]


def test_the_word_is_written_under_its_notes():
    text = "{Siobhan|shiv awn} in {Xi'an|/ʃiːɑːn/} nights"
    syllables = split_syllables(speak_said(text, "en-us", rate_wpm=110), text)
    assert "".join(s.text for s in syllables) == "SiobhaninXi'annights"


def test_letters_that_the_voice_has_no_sound_for_are_named():
    assert unknown_in_says("say {it|/ǃa/}, {it|/la/}", "en-us") == ("ǃ",)


def test_plain_lines_are_spoken_as_ever():
    words, speech = _spoken("we live here")
    assert words == ["wiː", "lɪv", "hɪɹ"]
    assert speech.words[1] == (3, 7)
