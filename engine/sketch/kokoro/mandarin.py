"""Mandarin as Kokoro reads it: pinyin as IPA, with the tone's mark after the vowel that carries it."""

from songsmith.engine.sketch.phonetics.pinyin_sounds import pinyin_parts

__all__ = ["initial_symbols", "rime_symbols", "sayable"]

_INITIALS = {
    **{"b": "p", "p": "pʰ", "m": "m", "f": "f", "d": "t", "t": "tʰ", "n": "n", "l": "l"},
    **{"g": "k", "k": "kʰ", "h": "x", "j": "ʨ", "q": "ʨʰ", "x": "ɕ", "r": "ɻ"},
    **{"zh": "ꭧ", "ch": "ꭧʰ", "sh": "ʂ", "z": "ʦ", "c": "ʦʰ", "s": "s", "": ""},
}
# "0" is where the tone stands.
_FINALS = {
    **{"a": "a0", "o": "wo0", "e": "ɤ0", "i": "i0", "ii": "ɹ0", "iii": "ɻ0", "u": "u0", "v": "y0"},
    **{"ai": "ai0", "ei": "ei0", "ao": "au0", "ou": "ou0", "er": "ɚ0", "ia": "ja0", "ie": "je0"},
    **{"ua": "wa0", "uo": "wo0", "ve": "ɥe0", "iao": "jau0", "iou": "jou0", "uai": "wai0"},
    **{"uei": "wei0", "an": "a0n", "en": "ə0n", "in": "i0n", "vn": "y0n", "ian": "jɛ0n"},
    **{"uan": "wa0n", "van": "ɥɛ0n", "uen": "wə0n", "ang": "a0ŋ", "eng": "ə0ŋ", "ing": "i0ŋ"},
    **{"ong": "ʊ0ŋ", "iang": "ja0ŋ", "uang": "wa0ŋ", "ueng": "wə0ŋ", "iong": "jʊ0ŋ"},
}
# Syllables without a vowel, as the voice can say them.
_NASALS = {"m": "en", "n": "en", "ng": "eng", "hm": "heng", "hng": "heng"}
_TONES = {"1": "→", "2": "↗", "3": "↓", "4": "↘", "5": ""}


def sayable(reading: str) -> str:
    """A reading ("ni3") with a vowel for the tone; "" for one that is not a syllable of Mandarin."""
    plain, tone = reading[:-1], reading[-1]
    said = _NASALS.get(plain, plain) + tone
    return said if pinyin_parts(said)[1] in _FINALS else ""


def initial_symbols(initial: str) -> str:
    """The symbols of an initial, "" for none."""
    return _INITIALS[initial]


def rime_symbols(final: str, tone: str) -> str:
    """The symbols of a final with its tone, "1" to "5"."""
    return _FINALS[final].replace("0", _TONES[tone])
