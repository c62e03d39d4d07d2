"""espeak's IPA in the symbols that Kokoro reads, which writes diphthongs and affricates with one letter each."""

import functools
import unicodedata

from songsmith.engine.sketch.kokoro.package import symbol_numbers

__all__ = ["STRESS_MARKS", "kokoro_symbols", "unknown_letters"]

STRESS_MARKS = ("", "ˌ", "ˈ")
"""By the stress of a sound: none, secondary, primary."""

_EVERYWHERE = {
    **{"aɪ": "I", "aʊ": "W", "eɪ": "A", "ɔɪ": "Y", "əʊ": "Q", "oʊ": "O"},
    **{"dʒ": "ʤ", "tʃ": "ʧ", "dz": "ʣ", "ts": "ʦ", "tɕ": "ʨ", "dʑ": "ʥ"},
}
_ENGLISH = {
    **{"ɜː": "ɜɹ", "ɚ": "əɹ", "ɪə": "iə", "ɐ": "ə", "ɾ": "T", "ʔ": "t", "x": "k", "ɬ": "l"},
    **{"əl": "ᵊl", "n̩": "ᵊn", "l̩": "ᵊl", "r": "ɹ", "e": "A", "o": "ɔ", "ː": ""},
}
# What comes nearest to sounds that the network does not know.
_NEAREST = {
    **{"ɫ": "l", "ɭ": "l", "ʟ": "l", "ɬ": "l", "ɮ": "l", "ɱ": "m", "ɦ": "h", "ħ": "h", "ʕ": "ʔ"},
    **{"ɵ": "ə", "ɘ": "ə", "ɞ": "ɜ", "ʏ": "y", "ʉ": "u", "ɶ": "œ", "ʀ": "ʁ", "ʐ": "ʒ", "ʑ": "ʒ"},
    **{"ɓ": "b", "ɗ": "d", "ɠ": "ɡ", "ɢ": "ɡ", "ʄ": "ɟ", "g": "ɡ", "ʈ": "t", "ɖ": "d", "ʍ": "w"},
    **{"ɝ": "ɜɹ", "ʌ": "a", "ᵿ": "ʊ", "ɺ": "ɾ", "ʷ": "w", "ɧ": "ʃ", "ʱ": "ʰ", "χ": "x", "ʎ": "lj"},
}


@functools.lru_cache(maxsize=2048)
def kokoro_symbols(symbol: str, language: str) -> str:
    """The symbols for espeak's `symbol` in a language (an espeak file); "" where there are none."""
    letters = unicodedata.normalize("NFD", symbol).replace("c\u0327", "ç").replace("^", "")
    spellings = _EVERYWHERE | (_ENGLISH if language.startswith("en") else {})
    for spelled in sorted(spellings, key=len, reverse=True):
        letters = letters.replace(spelled, spellings[spelled])
    return "".join(_known(letter) for letter in letters)


def unknown_letters(symbol: str, language: str) -> tuple[str, ...]:
    """Letters of a sound of which nothing is left."""
    return () if kokoro_symbols(symbol, language) else tuple(filter(str.isalpha, symbol))


def _known(letter: str) -> str:
    numbers = symbol_numbers()
    if letter in numbers:
        return letter
    return "".join(near for near in _NEAREST.get(letter, "") if near in numbers)
