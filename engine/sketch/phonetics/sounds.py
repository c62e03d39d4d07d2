"""What kind of sound an IPA symbol is, as far as singing it goes."""

import unicodedata
from typing import Literal

__all__ = ["SoundKind", "closure_s", "consonant_gain", "is_nucleus", "longest_s", "sound_kind"]

SoundKind = Literal["nucleus", "sonorant", "voiced stop", "voiced fricative", "voiceless", "pause"]

_VOWELS = frozenset("aeiouyɑɐæəɚɛɜɝɪɨɔɒʌʊʉɯøœɵɤʏɘɞɶᵻᵿ")
_SYLLABIC, _NON_SYLLABIC, _VOICELESS = "\u0329", "\u032f", "\u0325"
_SONORANTS = frozenset("mnŋɲɳɴɱlɫʎɭɬɹɻrɾɽʀjʲwɥɰʋʔ")
_VOICED_STOPS = frozenset("bdɡgɖɟɢɓɗ")
_VOICED_FRICATIVES = frozenset("vzʒðʐʑɣβʁʕɦʝ")

# espeak's Mandarin hisses and breathes too softly to be told apart in a song.
_GAINS_DB = {
    **dict.fromkeys(("s.", "ts.", "tɕ"), 6.0),
    **dict.fromkeys(("χ", "χw"), 9.0),
    **dict.fromkeys(("ts.h", "tsh", "tɕh", "ph", "th", "kh"), 5.0),
    "ts": 4.0,
}


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
    if _NON_SYLLABIC in symbol:
        return "sonorant"
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


def closure_s(symbol: str) -> float:
    """Silence a voiceless plosive or affricate has to begin with to be heard as one, in seconds."""
    if symbol in ("ts", "ts.", "tɕ"):
        return 0.045
    if symbol in ("tsh", "ts.h", "tɕh"):
        return 0.035
    return 0.02 if symbol[:1] in ("p", "t", "k", "c", "q", "ʈ") else 0.0


def longest_s(symbol: str) -> float:
    """Longest time a consonant may take in song, in seconds."""
    if symbol in ("ts", "ts.", "tɕ"):
        return 0.095
    return 0.135 if len(symbol) > 1 and symbol.endswith("h") else 0.11


def consonant_gain(symbol: str) -> float:
    """Factor by which the samples of a voiceless consonant are to be raised."""
    return float(10 ** (_GAINS_DB.get(symbol, 0.0) / 20))
