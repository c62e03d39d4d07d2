"""English words -> phonemes by the espeak-ng that comes with the espeakng-loader wheel.

The weights were trained with espeak-ng 1.51. Release 1.52 writes the vowel of "more" (FORCE) like that of
"for" (NORTH) in IPA, but still tells them apart in its own mnemonics, so each text is asked for in both
notations and the vowel is put right.
"""

import ctypes
import re
from functools import cache, lru_cache
from threading import Lock
from typing import Any

from songsmith.lyrics.speech.espeak_files import PhonemeError, espeak_data, espeak_library

__all__ = ["WORD_BREAK", "PhonemeError", "espeak_fault", "phone_count", "pronounce"]

WORD_BREAK = "_"
"""The symbol between two words."""

_VOICE = b"en-us"
_UTF8 = 1
_PHONE_SEPARATOR = ord("_") << 8
_MNEMONICS = _PHONE_SEPARATOR
_IPA = _PHONE_SEPARATOR | 2

_LANGUAGE_FLAG = re.compile(r"\(.+?\)")
_IPA_STRESS = re.compile(r"[ˈˌ'-]+")
_MNEMONIC_STRESS = re.compile(r"^[',%=|]+")
_SOUNDLESS = frozenset(
    ("", ";", ":", "::", "!", "|")
)  # mnemonics of glides and pauses, without IPA

_lock = Lock()


@lru_cache(maxsize=8192)
def pronounce(text: str) -> tuple[str, ...]:
    """IPA phonemes of a text without punctuation, without stress, "_" between words.

    Raises PhonemeError if espeak-ng can't be used on this machine.
    """
    espeak = _espeak()
    with _lock:
        ipa = _ask(espeak, text, _IPA)
        mnemonics = _ask(espeak, text, _MNEMONICS) if "ɔː" in ipa else ""
    words = [_IPA_STRESS.sub("", word).split("_") for word in ipa.split(" ")]
    phones = [phone for word in words for phone in [*filter(None, word), WORD_BREAK]][:-1]
    return tuple(_with_force_vowel(phones, mnemonics)) if mnemonics else tuple(phones)


@lru_cache(maxsize=8192)
def phone_count(text: str, language: str) -> int:
    """How many phonemes and word breaks a text has in a language ("vi", "pt"); 0 where espeak-ng doesn't speak it.

    Raises PhonemeError if espeak-ng can't be used on this machine.
    """
    espeak = _espeak()
    with _lock:
        if not language.isascii() or espeak.set_voice_by_name(language.encode()) != 0:
            return 0
        try:
            ipa = _ask(espeak, text, _IPA)
        finally:
            espeak.set_voice_by_name(_VOICE)
    words = [[phone for phone in word.split("_") if phone] for word in ipa.split(" ")]
    return sum(map(len, words)) + max(0, len(words) - 1)


def espeak_fault() -> PhonemeError | None:
    """Why espeak-ng can't be used on this machine, None if it can: its library and its data are tried."""
    try:
        pronounce("la")
    except PhonemeError as error:
        return error
    return None


def _with_force_vowel(phones: list[str], mnemonics: str) -> list[str]:
    """The phones with oː wherever the mnemonics have the FORCE vowel."""
    names = [_MNEMONIC_STRESS.sub("", name) for name in re.split(r"[_ ]+", mnemonics)]
    names = [name for name in names if name not in _SOUNDLESS]
    sounding = [place for place, phone in enumerate(phones) if phone != WORD_BREAK]
    if len(names) != len(sounding):
        return phones
    repaired = list(phones)
    for place, name in zip(sounding, names, strict=True):
        if name == "o@":
            repaired[place] = phones[place].replace("ɔː", "oː")
    return repaired


def _ask(espeak: Any, text: str, notation: int) -> str:
    """What espeak-ng says of a text: "_" between phones, one space between words, no language flags."""
    rest = ctypes.pointer(ctypes.c_char_p(text.encode("utf-8", "ignore")))
    clauses = []
    while rest.contents.value is not None:
        clause = espeak.text_to_phonemes(rest, _UTF8, notation)
        if clause:
            clauses.append(clause.decode("utf-8", "replace"))
    spoken = _LANGUAGE_FLAG.sub("", " ".join(clauses))
    return " ".join(word.strip("_") for word in spoken.split())


@cache
def _espeak() -> Any:
    """The library, loaded once. It is not thread-safe: hold `_lock` when asking it."""
    try:
        from phonemizer.backend.espeak.api import EspeakAPI

        api = EspeakAPI(str(espeak_library()), str(espeak_data()))
    except (ImportError, OSError, RuntimeError) as error:
        raise PhonemeError(
            f"espeak-ng can't be loaded ({error})",
            hint="pip install --force-reinstall espeakng-loader phonemizer",
        ) from error
    if api.set_voice_by_name(_VOICE) != 0:
        raise PhonemeError(
            "espeak-ng has no en-us voice", hint="pip install --force-reinstall espeakng-loader"
        )
    return api
