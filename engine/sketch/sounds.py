"""What kind of sound an IPA symbol is, as far as singing it goes."""

import unicodedata
from typing import Literal

__all__ = ["SoundKind", "is_nucleus", "sound_kind"]

SoundKind = Literal["nucleus", "sonorant", "voiced stop", "voiced fricative", "voiceless", "pause"]

_VOWELS = frozenset("aeiouyɑɐæəɚɛɜɝɪɨɔɒʌʊʉɯøœɵɤʏɘɞɶᵻᵿ")
_SYLLABIC, _NON_SYLLABIC, _VOICELESS = "\u0329", "\u032f", "\u0325"
_SONORANTS = frozenset("mnŋɲɳɴɱlɫʎɭɬɹɻrɾɽʀjwɥɰʋʔ")
_VOICED_STOPS = frozenset("bdɡgɖɟɢɓɗ")
_VOICED_FRICATIVES = frozenset("vzʒðʐʑɣβʁʕɦʝ")


def is_nucleus(symbol: str) -> bool:
    """Whether an IPA symbol can carry a note: a vowel or a syllabic consonant."""
    letters = unicodedata.normalize("NFD", symbol)
    if _SYLLABIC in letters:
        return True
    return any(letter in _VOWELS for letter in letters) and _NON_SYLLABIC not in letters


def sound_kind(symbol: str) -> SoundKind:
    """Kind of a phoneme, judged by its first letter that says so ("tʃ" is voiceless, "dʒ" a voiced stop)."""
    if not symbol:
        return "pause"
    if is_nucleus(symbol):
        return "nucleus"
    if _VOICELESS in symbol:
        return "voiceless"
    for letter in symbol:
        if letter in _SONORANTS:
            return "sonorant"
        if letter in _VOICED_STOPS:
            return "voiced stop"
        if letter in _VOICED_FRICATIVES:
            return "voiced fricative"
        if letter.isalpha():
            return "voiceless"
    return "voiceless"
