"""Kana as Kokoro reads them, which writes soft consonants, a stop for ッ, and no stress.

The spelling is that of misaki (hexgrad, Apache-2.0), by which the network was taught.
"""

from songsmith.lyrics.speech.japanese import morae

__all__ = ["mora_sounds", "word_sounds"]

_ROWS = {
    "アイウエオ": "a i ɯ e o",
    "カキクケコ": "ka kʲi kɯ ke ko",
    "サシスセソ": "sa ɕi sɨ se so",
    "タチツテト": "ta ʨi ʦɨ te to",
    "ナニヌネノ": "na ɲi nɯ ne no",
    "ハヒフヘホ": "ha çi ɸɯ he ho",
    "マミムメモ": "ma mʲi mɯ me mo",
    "ヤユヨ": "ja jɯ jo",
    "ラリルレロ": "ɾa ɾʲi ɾɯ ɾe ɾo",
    "ワヰヱヲ": "βa i e o",
    "ガギグゲゴ": "ɡa ɡʲi ɡɯ ɡe ɡo",
    "ザジズゼゾ": "ʣa ʥi zɨ ʣe ʣo",
    "ダヂヅデド": "da ʥi zɨ de do",
    "バビブベボ": "ba bʲi bɯ be bo",
    "パピプペポ": "pa pʲi pɯ pe po",
    "ァィゥェォ": "a i ɯ e o",
    "ャュョヮヴ": "ja jɯ jo βa vɯ",
}
_MORAE = {
    kana: sounds
    for row, spelled in _ROWS.items()
    for kana, sounds in zip(row, spelled.split(), strict=True)
}
_SMALL = {
    **dict(zip("ァィゥェォ", "aiɯeo", strict=True)),
    "ャ": "a",
    "ュ": "ɨ",
    "ョ": "o",
    "ヮ": "a",
}
_BEFORE_SMALL = {"ウ": "β", "イ": "j", "ク": "kᵝ", "グ": "ɡᵝ"}
_SOFT = ("ʲ", "ɕ", "ʨ", "ʥ", "ɲ", "ç", "j")
_SOFTENED = ("t", "d", "ɸ", "v", "ʦ")  # before ィ
_STOP, _LONG = "ッ", "ー"
# What ン is before a sound that begins with one of these.
_NASALS = {"m": "mpb", "ŋ": "kɡ", "ɲ": "ɲʨʥ", "n": "ntdɾz"}


def word_sounds(word: str) -> list[tuple[str, str, str]]:
    """Each mora of a katakana word: its kana, its consonant ("" for none) and its vowel. ン and ッ have no vowel, and
    the vowel of ー is "ː"."""
    beats = morae(word)
    return [
        (beat, _nasal(after), "") if beat == "ン" else (beat, *mora_sounds(beat))
        for beat, after in zip(beats, [*beats[1:], ""], strict=False)
    ]


def mora_sounds(mora: str) -> tuple[str, str]:
    """Consonant and vowel of a mora of its own."""
    if mora in (_STOP, _LONG, "ン"):
        return {_STOP: ("ʔ", ""), _LONG: ("", "ː"), "ン": ("ɴ", "")}[mora]
    sounds = _MORAE.get(mora[0], "")
    consonant, vowel = sounds[:-1], sounds[-1:]
    if len(mora) == 1:
        return consonant, vowel
    small = mora[1]
    consonant = _BEFORE_SMALL.get(mora[0], consonant)
    is_soft = small in "ャュョ" or (small == "ィ" and consonant in _SOFTENED)
    if is_soft and not consonant.endswith(_SOFT):
        consonant += "ʲ"
    return consonant, _SMALL.get(small, vowel)


def _nasal(after: str) -> str:
    """ン before the mora `after`."""
    first = mora_sounds(after)[0][:1] if after else ""
    return next((nasal for nasal, starts in _NASALS.items() if first and first in starts), "ɴ")
