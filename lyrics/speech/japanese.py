"""Japanese as it is sung: kanji, digits and particles read out in kana, kana cut into morae.

Kanji need a dictionary. The package pyopenjtalk-plus brings one (Open JTalk's) and is asked where it is
installed; without it kana are read as written and kanji are left over, which `Reading.unread` says.
Readings in brackets after kanji, 瞬間（とき）, are obeyed with and without it.
"""

import contextlib
import importlib.util
import io
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from threading import Lock
from typing import Any

from songsmith.lyrics.speech.han import HAN

__all__ = [
    "HOW_TO_READ_KANJI",
    "Reading",
    "count_morae",
    "has_japanese_reader",
    "hiragana",
    "is_japanese",
    "morae",
    "read_japanese",
]

HOW_TO_READ_KANJI = 'pip install "songsmith[japanese]", or write the words in kana'

_KANJI = f"{HAN}々〆"
_KANA = r"\u3041-\u3096\u30a1-\u30faー"
_RUBY = re.compile(rf"[{_KANJI}]+[(（]([{_KANA}]+)[)）]")
_MORA = re.compile(r"[ァ-ヺ][ァィゥェォャュョヮ]?|ー")
_UNREADABLE = re.compile(rf"[{_KANJI}\d]+")
_O_ROW, _U_ROW = "オコソトノホモヨロゴゾドボポョォ", "ウクスツヌフムユルグズヅブプュゥ"
_SIGNS = {"&": "アンド", "%": "パーセント", "+": "プラス", "=": "イコール", "@": "アット"}
_PARTICLES = {"ハ": "ワ", "ヘ": "エ"}
_MORAE_PER_KANJI = 1.9
_lock = Lock()


@dataclass(frozen=True)
class Reading:
    """A line as it is spoken: katakana words, "ー" for the second half of a long vowel, and "" for a pause.

    `unread` are the characters that nobody here can read; they will not be sung.
    """

    words: tuple[str, ...]
    unread: tuple[str, ...] = ()


def is_japanese(text: str) -> bool:
    """Whether a text has kana, which no other language is written in."""
    return re.search(rf"[{_KANA[:-1]}]", text) is not None


def has_japanese_reader() -> bool:
    """Whether the optional dictionary is installed."""
    return importlib.util.find_spec("pyopenjtalk") is not None


@lru_cache(maxsize=4096)
def read_japanese(text: str) -> Reading:
    """How a line without Latin letters is read aloud."""
    plain = _RUBY.sub(r"\1", unicodedata.normalize("NFKC", text.replace("（", "(")))
    return _by_dictionary(plain) if has_japanese_reader() else _by_letters(plain)


def morae(word: str) -> list[str]:
    """The beats of a katakana word: シャッター is シャ ッ タ ー."""
    return _MORA.findall(word)


def hiragana(kana: str) -> str:
    """Katakana as hiragana."""
    return "".join(chr(ord(c) - 0x60) if "ァ" <= c <= "ヶ" else c for c in kana)


def count_morae(text: str) -> int:
    """Morae of a line; kanji that can't be read here count as most kanji sound, a little under two each."""
    reading = read_japanese(text)
    unread = sum(len(characters) for characters in reading.unread)
    return sum(len(morae(word)) for word in reading.words) + round(_MORAE_PER_KANJI * unread)


def _by_letters(text: str) -> Reading:
    """Kana as they are written; は and へ are particles where the writing shows it."""
    for sign, name in _SIGNS.items():
        text = text.replace(sign, f" {name} ")
    unread = tuple(_UNREADABLE.findall(text))
    words: list[str] = []
    for phrase in re.split(rf"[^{_KANA}{_KANJI}\s\d]+", text):
        for word in _UNREADABLE.sub(" ", phrase).split():
            kana = _with_particle(_katakana(word), is_first=not words)
            words.append(_with_long_vowels(kana))
        words.append("")
    return Reading(_tidy(words), unread)


def _by_dictionary(text: str) -> Reading:
    """Readings by Open JTalk, words that are spoken in one breath joined."""
    words: list[str] = []
    unread: list[str] = []
    for found in _ask(text):
        spoken = "".join(re.findall(r"[ァ-ヺー]", found["pron"]))
        written = unicodedata.normalize("NFKC", found["string"])
        if spoken and found["chain_flag"] == 1 and words and words[-1]:
            words[-1] += spoken
        else:
            words.append(spoken)
        if not spoken:
            unread += _UNREADABLE.findall(written)
    return Reading(_tidy(words), tuple(unread))


def _ask(text: str) -> list[Mapping[str, Any]]:
    if not text.strip():
        return []
    reader = _reader()
    # The second dictionary that it could ask is slow to load and no better in lyrics.
    with _lock:
        found = reader.run_frontend(text, predict_nani=False, use_sudachi_kanji_yomi=False)
    return list(found)


@cache
def _reader() -> Any:
    """The library; while it loads it prints about parts that are not needed here."""
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        import pyopenjtalk
    return pyopenjtalk


def _tidy(words: Iterable[str]) -> tuple[str, ...]:
    """One pause at a time, none at the ends."""
    kept: list[str] = []
    for word in words:
        if word or (kept and kept[-1]):
            kept.append(word)
    return tuple(kept[:-1] if kept and not kept[-1] else kept)


def _katakana(kana: str) -> str:
    return "".join(chr(ord(c) + 0x60) if "ぁ" <= c <= "ゖ" else c for c in kana)


def _with_particle(word: str, *, is_first: bool) -> str:
    """は and へ as particles where they end a word that goes on for more, or are one by themselves."""
    if word in ("ハ", "ヘ"):
        return word if is_first else _PARTICLES[word]
    if word[:-1] in ("ハ", "ハハ", "ヘ"):
        return word
    return word[:-1] + _PARTICLES.get(word[-1:], word[-1:])


def _with_long_vowels(word: str) -> str:
    """ウ after an O or U sound is spoken as its second half: キョウ is キョー."""
    return re.sub(f"(?<=[{_O_ROW}{_U_ROW}])ウ", "ー", word)
