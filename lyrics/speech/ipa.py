"""Sounds in IPA, as a person writes them (/laɪv/), cut into the sounds that a singer has.

People write IPA in many ways: with g or ɡ, r or ɹ, long vowels with or without their mark. A sound that a singer
lacks is replaced by the nearest that it has.
"""

import re
import unicodedata
from collections.abc import Collection
from functools import lru_cache

__all__ = ["ENGLISH_SOUNDS", "STRESS", "ipa_sounds"]

STRESS = {"ˈ": 2, "ˌ": 1}
"""Marks before a stressed syllable, and how strong they are."""

_ENGLISH = (
    "p b t d k ɡ f v θ ð s z ʃ ʒ tʃ dʒ h m n ŋ l ɹ w j ɾ iː i ɪ eɪ ɛ æ ɑː ɔː oʊ ʊ uː ʌ ə ɚ ɜː aɪ aʊ ɔɪ iə ɪɹ ɛɹ ʊɹ "
    "oːɹ ɔːɹ ɑːɹ aɪə aɪɚ"
)
ENGLISH_SOUNDS = frozenset(_ENGLISH.split())
"""Those of English that DiffRhythm's vocabulary has."""

_NEAREST = {
    **{"g": "ɡ", "r": "ɹ ɾ ʁ", "ɹ": "r ɾ ʁ", "ɻ": "ɹ r", "ɾ": "r t", "ʁ": "r ɹ", "ʀ": "ʁ r ɹ"},
    **{"x": "ç k h", "χ": "x k h", "ç": "ʃ x", "ɣ": "ɡ", "β": "b v", "ʎ": "j l", "ɲ": "n", "ɫ": "l", "ʔ": "t"},
    **{"ʍ": "w", "ɱ": "m", "ɬ": "l"},
    **{"ʧ": "tʃ", "ʤ": "dʒ", "ʂ": "ʃ", "ʐ": "ʒ", "ɕ": "ʃ", "ʑ": "ʒ", "ɸ": "f", "ɥ": "w", "θ": "s", "ð": "d", "ŋ": "n"},
    **{"h": "x", "w": "v u", "v": "w", "z": "s", "ʒ": "ʃ", "tʃ": "tɕ", "dʒ": "dʑ"},
    **{"a": "æ ɑː ɑ", "æ": "a ɛ", "ɑ": "ɑː a", "ɑː": "a ɑ aː", "aː": "a ɑː", "ɒ": "ɑː ɔ a", "ɒː": "ɔː ɔ", "ɐ": "ʌ ə a"},
    **{"ʌ": "ə a", "e": "ɛ eɪ", "eː": "eɪ e", "ɛ": "e", "ɛː": "ɛ e", "ɜ": "ɜː ə ɛ", "ɜː": "ɜ ø ə ɛ", "ɝ": "ɜː ɚ"},
    **{"ɝː": "ɜː ɚ", "ɚ": "ɜː ə ɐ e", "ə": "ɐ e ɛ a", "əː": "ɜː ə", "i": "iː ɪ", "iː": "i", "ɪ": "i iː", "ᵻ": "ɪ i"},
    **{"y": "yː ʏ uː u", "yː": "y uː u", "ʏ": "y ʊ u", "ɨ": "ɪ i", "ɯ": "uː u", "o": "oː oʊ ɔː ɔ", "oː": "o oʊ ɔː"},
    **{"ɔ": "ɔː o", "ɔː": "ɔ o", "u": "uː ʊ", "uː": "u", "ʊ": "u uː", "ʉ": "uː u", "ʉː": "uː u", "ø": "ɜː œ e"},
    **{"øː": "ø ɜː e", "œ": "ø ɜː ɛ", "əʊ": "oʊ ou o", "oʊ": "əʊ ou o", "eɪ": "ei e", "aɪ": "ai a", "aʊ": "au a"},
    **{"ɔɪ": "oi ɔ o", "ɪə": "ɪɹ iə iː i", "eə": "ɛɹ eə ɛ e", "ʊə": "ʊɹ ʊ u", "ɑ̃": "ɑ̃ ɑː a", "ɔ̃": "ɔ̃ ɔː o"},
    **{"ɛ̃": "ɛ̃ ɛ æ e", "œ̃": "œ̃ ø ɜː ɛ"},
}  # fmt: skip
_IGNORED = re.compile("[/.\u0361\u035c|ʰʲ\u032f\u0329‿()]")


def ipa_sounds(how: str, known: Collection[str]) -> tuple[list[str], list[str]]:
    """The sounds of IPA between slashes, each one of `known`, " " between words and stress marks before their
    syllables; and the letters that no sound is near to, which are left out."""
    text = unicodedata.normalize("NFC", _IGNORED.sub("", how)).replace(":", "ː").replace("'", "ˈ")
    sounds: list[str] = []
    unknown: list[str] = []
    place = 0
    while place < len(text):
        symbol, length = _next(text, place, known)
        (sounds if symbol else unknown).append(symbol or text[place])
        place += length
    return sounds, [
        letter for letter in unknown if unicodedata.category(letter) not in ("Mn", "Lm")
    ]


def _next(text: str, place: int, known: Collection[str]) -> tuple[str, int]:
    """The sound at a place, "" if none is near, and how many letters it takes."""
    if text[place] in STRESS or text[place].isspace():
        return " " if text[place].isspace() else text[place], 1
    for length in (3, 2, 1):
        symbol = text[place : place + length]
        if len(symbol) == length and (near := _near(symbol, frozenset(known))):
            return near, length
    return "", 1


@lru_cache(maxsize=1024)
def _near(symbol: str, known: frozenset[str]) -> str:
    if symbol in known:
        return symbol
    return next((other for other in _NEAREST.get(symbol, "").split() if other in known), "")
