import numpy as np
import pytest

from songsmith.engine.sketch.phonetics.kana import speak_japanese, spell_word
from songsmith.engine.sketch.phonetics.sounds import sound_kind
from songsmith.lyrics.speech.japanese import count_morae

ROWS = [
    "あいうえお",
    "かきくけこ",
    "さしすせそ",
    "たちつてと",
    "なにぬねの",
    "まみむめも",
    "らりるれろ",
    "がぎぐげご",
]
SOFT = [kana + small for kana in "きしちにひみりぎじびぴ" for small in "ゃゅょ"]


def spoken(text):
    found = speak_japanese(text, "ja", rate_wpm=108)
    assert found is not None
    return found


@pytest.mark.parametrize("row", ROWS)
def test_every_kana_of_a_row_gets_its_own_note_and_vowel(row):
    _, syllables = spoken("".join(f"{kana}、" for kana in row))
    assert [s.text for s in syllables] == list(row)
    assert len({s.nucleus.symbol for s in syllables}) == 5


@pytest.mark.parametrize("kana", SOFT)
def test_soft_kana_have_one_vowel(kana):
    _, syllables = spoken(f"{kana}く")
    assert [s.text for s in syllables] == [kana, "く"]
    vowels = {"ゃ": "ä", "ゅ": "ɯᵝ", "ょ": "o̞"}
    assert syllables[0].nucleus.symbol == vowels[kana[1]]
    assert syllables[0].onset


def test_long_vowels_are_two_notes():
    _, syllables = spoken("とうきょう")
    assert [s.text for s in syllables] == ["と", "ー", "きょ", "ー"]
    assert syllables[0].nucleus.symbol == syllables[1].nucleus.symbol


def test_doubled_consonants_and_final_nasals_go_with_the_mora_before():
    _, syllables = spoken("まって きっぷ ざっし マッチ ほんとに さんぽ おんがく")
    assert [s.text for s in syllables] == (
        [
            "まっ",
            "て",
            "きっ",
            "ぷ",
            "ざっ",
            "し",
            "まっ",
            "ち",
            "ほん",
            "と",
            "に",
            "さん",
            "ぽ",
            "おん",
            "が",
            "く",
        ]
    )
    nasals = [s.coda[0].symbol for s in syllables if s.text.endswith("ん")]
    assert nasals == ["n", "m", "ŋ"]


def test_a_nasal_before_a_vowel_has_its_own_note():
    _, syllables = spoken("せんえん")
    assert [s.text for s in syllables] == ["せ", "ん", "えん"]


@pytest.mark.parametrize(
    ("word", "spelled"),
    [("リョコー", ["r`;|o|", "k|o|", "o|"]), ("ジャッ", ["d_z\\|a|", "?|"]), ("クォ", ["k|w|o|"])],
)
def test_words_are_spelled_in_the_notation_of_espeak(word, spelled):
    assert spell_word(word) == spelled


def test_all_that_is_said_is_heard():
    speech, syllables = spoken("ひとりでうたう、あめのうた")
    assert len(syllables) == count_morae("ひとりでうたう、あめのうた") == 12
    for syllable in syllables:
        vowel = speech.samples[syllable.nucleus.start : syllable.nucleus.end]
        assert sound_kind(syllable.nucleus.symbol) == "nucleus"
        assert np.sqrt(np.mean(vowel**2)) > 0.02
    assert [s.text for s in syllables if s.ends_phrase] == ["う", "た"]


def test_nothing_to_read_is_nothing_to_sing():
    assert speak_japanese("、。", "ja", rate_wpm=108) is None
