"""Words made comparable: what was written and what was heard in the same small units, and how alike two of them sound.

Words are compared by their phonemes, so that "harbor" is "harbour" and a near miss ("foam" for "home") counts for what
it is; Chinese by characters, each by its pinyin without the tone, which singing does not keep; Japanese by morae, read
out where its dictionary is installed.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from songsmith.lyrics.speech.han import HAN
from songsmith.lyrics.speech.japanese import (
    has_japanese_reader,
    hiragana,
    is_japanese,
    morae,
    read_japanese,
)
from songsmith.lyrics.speech.phonemes import phonemize, spoken_text

__all__ = ["is_hanzi", "joined", "likeness", "sound_distance", "words_of"]

_ALIKE = 0.6
"""Similarity of sound from which a heard word counts as one of the lyric misheard."""
_HANZI = re.compile(f"[{HAN}]")
_KANA = "\u3041-\u3096\u30a1-\u30faー"
_JAPANESE_RUN = re.compile(f"[{HAN}々〆{_KANA}]+")
_SINGLE = re.compile(f"[{HAN}{_KANA}]")


def words_of(text: str, language: str = "") -> list[str]:
    """Comparable words of a text: case, marks and numerals gone, Chinese as single characters, Japanese as morae."""
    if language == "ja" or is_japanese(text):
        return list(_japanese_words(text))
    spoken = spoken_text(text) if language in ("", "en", "zh") else ""
    spaced = _HANZI.sub(lambda found: f" {found[0]} ", spoken or text)
    return _plain_words(spaced)


def _plain_words(text: str) -> list[str]:
    found = re.findall(r"[^\W_]+(?:['’][^\W_]+)*", text.casefold())
    return [word.replace("’", "'") for word in found]


def _japanese_words(text: str) -> Iterator[str]:
    """Kana one by one, kanji as they are read, or as they are where nobody can read them; other words whole."""
    end = 0
    for run in _JAPANESE_RUN.finditer(text):
        yield from _plain_words(text[end : run.start()])
        end = run.end()
        if has_japanese_reader() and (words := read_japanese(run[0]).words):
            yield from (hiragana(mora) for word in words for mora in morae(word))
        else:
            yield from hiragana(run[0])
    yield from _plain_words(text[end:])


def joined(words: Sequence[str]) -> str:
    """Comparable words as a line, Chinese characters and kana without spaces between them."""
    single = _SINGLE.pattern
    return re.sub(f"(?<={single}) (?={single})", "", " ".join(words))


def is_hanzi(text: str) -> bool:
    """Whether there are Chinese characters in it."""
    return _HANZI.search(text) is not None


@lru_cache(maxsize=65_536)
def likeness(ours: str, theirs: str) -> float:
    """How alike two words sound, 0 to 1; 0 where they could not be mistaken for each other."""
    if ours == theirs:
        return 1.0
    sounds, others = _sounds(ours), _sounds(theirs)
    longest = max(len(sounds), len(others))
    if not sounds or not others or min(len(sounds), len(others)) < longest * _ALIKE:
        return 0.0
    like = 1 - sound_distance(sounds, others) / longest
    return like if like >= _ALIKE else 0.0


@lru_cache(maxsize=16_384)
def _sounds(word: str) -> tuple[str, ...]:
    """What is compared: letters of the pinyin of Chinese, phonemes of everything else."""
    if _HANZI.search(word):
        from pypinyin import Style, lazy_pinyin

        return tuple("".join(lazy_pinyin(word, style=Style.NORMAL)))
    phones = [phone for phone in phonemize(word).phonemes if phone not in "_.,!?"]
    return tuple(phones) or tuple(word.replace(" ", ""))


def sound_distance(ours: Sequence[str], theirs: Sequence[str]) -> int:
    """Levenshtein distance."""
    row = list(range(len(theirs) + 1))
    for number, sound in enumerate(ours, 1):
        previous, row[0] = row[0], number
        for column, other in enumerate(theirs, 1):
            previous, row[column] = (
                row[column],
                min(row[column] + 1, row[column - 1] + 1, previous + (sound != other)),
            )
    return row[-1]
