import pytest

from songsmith.engine.sketch.voices.speaking import say
from songsmith.lyrics.speech.interjections import as_sung
from songsmith.lyrics.speech.spoken import sung_text


@pytest.mark.parametrize(
    ("written", "sung"),
    [
        ("Shhh, don't wake him", "shuh, don't wake him"),
        ("Mmm, mmm-hmm", "hum, um hum"),
        ("Brrr, it's cold", "burr, it's cold"),
        ("Zzz", "zuzz"),
        ("Psst, over here", "pist, over here"),
        ("n-n-no, b-b-bad", "nuh nuh no, buh buh bad"),
        ("Sooooo long, I loooove you, yeaaah", "so long, I love you, yeah"),
        ("it feels so goood", "it feels so good"),
        ("la la la", "lah lah lah"),
        ("in la vida", "in la vida"),
        ("give IT to US", "give it to us"),
        ("I saw it on TV in the USA", "I saw it on TV in the USA"),
        ("GIVE IT TO US", "GIVE IT TO US"),
        ("a well-known all-night friend", "a well-known all-night friend"),
        ("Anna and Mississippi", "Anna and Mississippi"),
    ],
)
def test_what_is_shouted_hummed_and_stretched_is_read_as_it_is_sung(written, sung):
    assert as_sung(written) == sung


@pytest.mark.parametrize("word", ["Shhh", "Mmm", "mmm-hmm", "Brrr", "Zzz", "Psst", "n-n-no"])
def test_a_voice_finds_a_syllable_in_every_hum(word):
    utterance = say("en-us", sung_text(word, "en"))
    assert utterance is not None
    assert 1 <= len(utterance.syllables) <= 3
