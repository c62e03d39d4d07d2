"""Kana are spelled as the network was taught to read them."""

import pytest

from songsmith.engine.sketch.kokoro.japanese import word_sounds


@pytest.mark.parametrize(
    ("word", "spelled"),
    [
        ("キミヲ", "kʲimʲio"),
        ("ワラッテイル", "βaɾaʔteiɾɯ"),
        ("ツメタイ", "ʦɨmetai"),
        ("カゼ", "kaʣe"),
        ("モー", "moː"),
        ("リンゴ", "ɾʲiŋɡo"),
        ("サンポ", "sampo"),
        ("ホン", "hoɴ"),
        ("キャンディー", "kʲandʲiː"),
        ("ジャリュー", "ʥaɾʲɨː"),
        ("ウィフォクァ", "βiɸokᵝa"),
        ("ティシェチョ", "tʲiɕeʨo"),
        ("", ""),
    ],
)
def test_a_word_is_spelled_as_the_network_reads_it(word, spelled):
    sounds = word_sounds(word)
    assert "".join(consonant + vowel for _, consonant, vowel in sounds) == spelled
    assert "".join(kana for kana, *_ in sounds) == word
