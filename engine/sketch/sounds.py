"""What kind of sound an IPA symbol is, as far as singing it goes."""

import unicodedata
from typing import Literal

__all__ = ["SoundKind", "consonant_gain", "is_nucleus", "is_stop", "sound_kind"]

SoundKind = Literal["nucleus", "sonorant", "voiced stop", "voiced fricative", "voiceless", "pause"]

_VOWELS = frozenset("aeiouyɑɐæəɚɛɜɝɪɨɔɒʌʊʉɯøœɵɤʏɘɞɶᵻᵿ")
_SYLLABIC, _NON_SYLLABIC, _VOICELESS = "\u0329", "\u032f", "\u0325"
_SONORANTS = frozenset("mnŋɲɳɴɱlɫʎɭɬɹɻrɾɽʀjwɥɰʋʔ")
_VOICED_STOPS = frozenset("bdɡgɖɟɢɓɗ")
_VOICED_FRICATIVES = frozenset("vzʒðʐʑɣβʁʕɦʝ")

# espeak's Mandarin hisses too softly to be told from "h" in a song.
_GAINS_DB = {"s.": 6.0, "ts.": 7.0, "ts.h": 5.0, "tɕ": 7.0, "tɕh": 2.0, "ts": 4.0, "tsh": 3.0}


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


def is_stop(symbol: str) -> bool:
    """Whether a voiceless sound begins with a closure, as plosives and affricates do."""
    return symbol[:1] in ("p", "t", "k", "c", "q", "ʈ")


def consonant_gain(symbol: str) -> float:
    """Factor by which the samples of a voiceless consonant are to be raised."""
    return float(10 ** (_GAINS_DB.get(symbol, 0.0) / 20))
