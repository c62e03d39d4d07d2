import pytest

from songsmith.lyrics.speech.ipa import ENGLISH_SOUNDS, ipa_sounds


@pytest.mark.parametrize(
    ("how", "sounds"),
    [
        ("/laɪv/", "l aɪ v"),
        ("/lɑɪv/", "l ɑː ɪ v"),
        ("/go:/", "ɡ oʊ"),
        ("/t͡ʃɜːt͡ʃ/", "tʃ ɜː tʃ"),
        ("/ʤəʊ/", "dʒ oʊ"),
        ("/ʃɪˈvɔːn/", "ʃ ɪ ˈ v ɔː n"),
        ("/ˈru.bi/", "ˈ ɹ uː b iː"),
        ("/mɔ̃/", "m ɔː"),
    ],
)
def test_ipa_in_many_hands_comes_to_the_sounds_there_are(how, sounds):
    known = ENGLISH_SOUNDS - {"i"}
    assert ipa_sounds(how, known)[0] == sounds.split()


def test_what_no_sound_is_near_to_is_named():
    assert ipa_sounds("/ǃa/", ENGLISH_SOUNDS) == (["æ"], ["ǃ"])


def test_words_stay_apart():
    assert ipa_sounds("/nuː jɔːk/", ENGLISH_SOUNDS)[0] == ["n", "uː", " ", "j", "ɔː", "k"]
