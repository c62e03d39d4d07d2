"""Which writing a character belongs to, and where a mixed line changes language.

Only Latin letters (sung as English) and Chinese characters can be sung. Everything else belongs to
the words before it, or to the first ones if there are none before.
"""

import unicodedata
from functools import lru_cache
from typing import Literal

from songsmith.lyrics.speech.han import is_han

__all__ = [
    "MARKS",
    "Language",
    "language_of",
    "segments",
    "tidied",
    "unsupported_scripts",
    "with_plain_marks",
]

Language = Literal["en", "zh"]

MARKS = ",.?!;:'…"
"""Punctuation that the model has tokens for."""
_OTHER_MARKS = {
    "。": ".",
    "、": ",",
    "‘": "'",
    "’": "'",
    "⋯": "…",
    "···": "…",
    "・・・": "…",
    "...": "…",
}

_WIDE_FORMS = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {
    0x3000: 0x20,
    0x02BB: 0x27,
    0x02BC: 0x27,
}
_LAST_LATIN = 0xA71F  # past it come letters of medievalists that espeak-ng has no sound for
_NAMES = {"HIRAGANA": "kana", "KATAKANA": "kana", "HANGUL": "Hangul", "CJK": "Chinese"}
_NOT_SCRIPTS = frozenset(("LATIN", "MICRO", "MODIFIER", "unknown"))


def tidied(text: str) -> str:
    """The text in plain letters: accents composed, full-width and decorated letters and digits ordinary."""
    composed = unicodedata.normalize("NFC", text).translate(_WIDE_FORMS)
    return composed if composed.isascii() else "".join(map(_plain, composed))


@lru_cache(maxsize=4096)
def _plain(character: str) -> str:
    """The letter or digit that a decorated one stands for, such as 𝓛, ﬁ or ٣; others as they are."""
    if character.isdecimal():
        return str(unicodedata.decimal(character))
    if character.isalpha() and language_of(character) is None:
        plain = unicodedata.normalize("NFKC", character)
        return plain if plain.isascii() and plain.isalpha() else character
    return character


@lru_cache(maxsize=4096)
def language_of(character: str) -> Language | None:
    """The language that a letter is sung in; None for other letters, digits, marks and spaces."""
    if character.isascii():
        return "en" if character.isalpha() else None
    if is_han(character):
        return "zh"
    if not character.isalpha() or ord(character) > _LAST_LATIN:
        return None
    return "en" if unicodedata.name(character, "").startswith("LATIN ") else None


def with_plain_marks(text: str) -> str:
    """The text with Chinese and typographic punctuation as the marks that the model knows."""
    for mark, plain in _OTHER_MARKS.items():
        text = text.replace(mark, plain)
    return text


def segments(text: str) -> list[tuple[Language, str]]:
    """The line cut where its language changes; empty if it has no letter that can be sung."""
    found: list[tuple[Language, str]] = []
    start, current = 0, None
    for place, character in enumerate(text):
        language = language_of(character)
        if language is None or language == current:
            continue
        if current is not None:
            found.append((current, text[start:place]))
            start = place
        current = language
    if current is not None:
        found.append((current, text[start:]))
    return found


def unsupported_scripts(text: str) -> tuple[str, ...]:
    """Names of the scripts in a text that can't be sung, such as "Hangul", in order of appearance."""
    strangers = (c for c in tidied(text) if c.isalpha() and language_of(c) is None)
    return tuple(dict.fromkeys(_script(character) for character in strangers))


@lru_cache(maxsize=4096)
def _script(character: str) -> str:
    first = unicodedata.name(character, "unknown").replace("-", " ").split()[0]
    if first in _NOT_SCRIPTS:
        return "rare letters"
    return _NAMES.get(first, first.title())
