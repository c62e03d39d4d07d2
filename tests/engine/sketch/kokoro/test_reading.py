"""What the network is given to read: the line, and between its phrases a syllable that nobody sings."""

import pytest

from songsmith.engine.sketch.kokoro.package import has_kokoro
from songsmith.engine.sketch.voices.speaking import say

pytestmark = pytest.mark.skipif(not has_kokoro(), reason="the optional voice is not installed")


def script(voice, text):
    said = say(voice, text)
    assert said is not None and said.script is not None
    return said, said.script


@pytest.mark.parametrize(
    ("voice", "text", "filler", "count"),
    [
        ("kokoro-michael", "Low moon, row home", " ha", 2),
        ("kokoro-kumo", "うみ、そら", " ha", 2),
        ("kokoro-yunxi", "月亮，回家", "xa→", 2),
    ],
)
def test_after_each_phrase_the_network_says_a_syllable_that_is_not_sung(voice, text, filler, count):
    said, read = script(voice, text)
    assert "".join(read.letters).count(filler) == count
    assert "".join(read.letters).endswith(filler)
    letters = zip(read.letters, read.owners, strict=True)
    owned = "".join(letter for letter, owner in letters if owner >= 0)
    assert filler.strip() not in owned
    assert said.syllables[-1].ends_phrase


def test_a_space_between_two_vowels_is_nobodys_and_one_after_a_consonant_is_that_ones():
    _, read = script("kokoro-michael", "Banana a moon alone")
    spaces = [place for place, letter in enumerate(read.letters) if letter == " "]
    before = {read.letters[place - 1]: place for place in spaces}
    assert read.owners[spaces[0]] == -1
    assert read.owners[before["n"]] in (read.owners[before["n"] - 1], -1)


def test_in_romance_languages_it_pauses_at_a_comma_and_says_nothing_more():
    _, read = script("kokoro-siwis", "Je chante, tu danses")
    letters = "".join(read.letters)
    assert letters.count(",") and letters.endswith("s")


def test_japanese_is_sung_mora_by_mora_without_stress():
    said, read = script("kokoro-kumo", "もうすこし、りんごをとって")
    texts = ["も", "う", "す", "こ", "し", "りん", "ご", "を", "とっ", "て"]
    assert len(said.syllables) == len(texts)
    assert [s.text for s in said.syllables][2:] == texts[2:]
    assert [s.text for s in said.syllables if s.ends_phrase] == ["し", "て"]
    assert not {"ˈ", "ˌ"} & set(read.letters) and "ʔ" in read.letters
