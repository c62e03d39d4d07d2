"""Words that rhyme with a word, without an LLM: by pronouncing dictionary in English, by pinyin finals in Chinese.

Common words come first; a metre says which syllables are stressed ("x/": light, then stressed) or, in Chinese, which
are level (平) or oblique (仄).
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from songsmith.agent.writers.brief import BriefError
from songsmith.agent.writers.offline.finals import rhyme_group
from songsmith.agent.writers.offline.pronounce import (
    end_word,
    is_known,
    pronunciations,
    rhyme_sounds,
    rhymes,
    stresses,
)
from songsmith.lyrics.speech.han import han_in, has_han

__all__ = ["RhymeWord", "Rhymes", "find_rhymes"]

_MOST = 60
_LONGEST_ZH = 4
_PER_ENDING = 8
_NO_FINAL = "了的吗呢吧啊呀着"
_LEVEL_TONES = "12"


@dataclass(frozen=True)
class RhymeWord:
    """A word that rhymes, its syllables, and its metre: "x/" in English, "平仄" in Chinese."""

    word: str
    syllables: int
    metre: str


@dataclass(frozen=True)
class Rhymes:
    """What rhymes with `word`: wholly (`perfect`), and nearly (`near`: the same stressed vowel)."""

    word: str
    language: str
    sound: str
    perfect: tuple[RhymeWord, ...]
    near: tuple[RhymeWord, ...] = ()


def find_rhymes(text: str, *, syllables: int | None = None, metre: str = "") -> Rhymes:
    """Rhymes for the last word of `text`, the common ones first; only those of so many syllables, or of this metre.

    Raises `BriefError` for a word that no dictionary knows, or a metre that can't be read.
    """
    if not text.strip():
        raise BriefError("there is no word to rhyme", hint='give one, e.g. "window"')
    if syllables is not None and not 1 <= syllables <= 8:
        raise BriefError(f"no word has {syllables} syllables", hint="choose 1 to 8")
    wanted = _metre(metre, is_chinese=has_han(text))
    return _chinese(text, syllables, wanted) if has_han(text) else _english(text, syllables, wanted)


def _metre(text: str, *, is_chinese: bool) -> str:
    """A metre in our signs: "x/" from "x/", "01", "da-DUM" or "u-"; "平仄" as it is."""
    plain = re.sub(r"[\s\-–]+(?=[A-Za-z])", " ", text.strip())
    words = [("/" if word.isupper() else "x") for word in re.findall(r"(?i)da|dum", plain)]
    marks = "".join(words) or re.sub(r"\s", "", plain).translate(str.maketrans("01u˘-′", "x/xx//"))
    signs = "平仄" if is_chinese else "x/"
    if marks and not set(marks) <= set(signs):
        example = "平仄" if is_chinese else "x/ (light, stressed), or da-DUM"
        raise BriefError(f"{text!r} is not a metre", hint=f"write it as {example}")
    return marks


# --- English


def _english(text: str, syllables: int | None, metre: str) -> Rhymes:
    word = end_word(text)
    if not word or not is_known(word):
        raise BriefError(
            f"the dictionary does not say how {word or text.strip()!r} sounds",
            hint="give a common word that ends alike",
        )
    perfect: list[RhymeWord] = []
    near: list[RhymeWord] = []
    for other in _common_words():
        known = _described(other)
        if (syllables and known.syllables != syllables) or (metre and known.metre != metre):
            continue
        if rhymes(word, other):
            perfect.append(known)
        elif other != word and _ends_alike(word, other):
            near.append(known)
    sound = " ".join(phone.rstrip("012") for phone in pronunciations(word)[0])
    return Rhymes(word, "en", sound, tuple(perfect[:_MOST]), tuple(near[:_MOST]))


@cache
def _common_words() -> tuple[str, ...]:
    text = (files("songsmith.agent.writers") / "data" / "common_en.txt").read_text("utf-8")
    return tuple(
        word for row in text.splitlines() if not row.startswith(";") for word in row.split()
    )


@cache
def _described(word: str) -> RhymeWord:
    marks = stresses(word)
    return RhymeWord(word, len(marks), "".join("/" if mark else "x" for mark in marks))


_KINDS = ("P T K B D G", "F V TH DH S Z SH ZH HH CH JH", "M N NG", "L R", "W Y")


def _ends_alike(one: str, other: str) -> bool:
    """Whether two words end alike but for consonants of one kind ("light", "bride"): half a rhyme."""
    if _tail_kinds(one) & _tail_kinds(other):
        return True
    is_light = stresses(one)[-1] == stresses(other)[-1] == 0
    return is_light and stresses(one) == stresses(other) and bool(_ends(one) & _ends(other))


@cache
def _ends(word: str) -> frozenset[tuple[str, ...]]:
    """The last vowel and what follows it, per pronunciation; none for the commonest endings, which nobody hears."""
    ends = set()
    for phones in pronunciations(word):
        last = max((i for i, phone in enumerate(phones) if phone[-1].isdigit()), default=0)
        end = tuple(phone.rstrip("012") for phone in phones[last:])
        if end[0] not in ("IY", "AH", "ER", "IH"):
            ends.add(end)
    return frozenset(ends)


@cache
def _tail_kinds(word: str) -> frozenset[tuple[str, ...]]:
    """The sounds from the last stressed vowel on, each consonant as the kind that it is of, per pronunciation."""
    kinds = {phone: row for row in _KINDS for phone in row.split()}
    return frozenset(
        tuple(kinds.get(phone, phone) for phone in sounds.split()) for sounds in rhyme_sounds(word)
    )


# --- Chinese


def _chinese(text: str, syllables: int | None, metre: str) -> Rhymes:
    word = han_in(text)
    group = rhyme_group(word)
    if not group:
        raise BriefError(f"the ending of {word!r} is not known", hint="give another word")
    found = []
    for other, tones in _chinese_words(group):
        known = RhymeWord(other, len(other), tones)
        if syllables and known.syllables != syllables:
            continue
        if other[-1] != word[-1] and tones.endswith(metre):
            found.append(known)
    return Rhymes(word, "zh", group, tuple(found[:_MOST]))


@cache
def _chinese_words(group: str) -> tuple[tuple[str, str], ...]:
    """Words of two to four common characters that end in this rhyme, those whose characters songs use first."""
    from pypinyin import Style, pinyin
    from pypinyin.phrases_dict import phrases_dict

    weights = _song_characters()
    found = []
    for word in phrases_dict:
        if not 2 <= len(word) <= _LONGEST_ZH or word[-1] in _NO_FINAL or rhyme_group(word) != group:
            continue
        weight = min(weights.get(character, 0) for character in word)
        if weight:
            found.append((-weight, len(word), word))
    words, ends = [], Counter[str]()
    for _, _, word in sorted(found):
        ends[word[-1]] += 1
        if ends[word[-1]] <= _PER_ENDING:
            words.append(word)
    words = words[: 4 * _MOST]
    tones = [pinyin(word, style=Style.TONE3, neutral_tone_with_five=True) for word in words]
    return tuple(
        (word, "".join("平" if row[0][-1] in _LEVEL_TONES else "仄" for row in rows))
        for word, rows in zip(words, tones, strict=True)
    )


@cache
def _song_characters() -> Counter[str]:
    """How often each character is in the offline writer's songs."""
    return Counter(character for row in _song_rows() for character in han_in(row))


def _song_rows() -> Iterator[str]:
    folder = files("songsmith.agent.writers.offline") / "data"
    for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if file.name.startswith("scenes_zh"):
            yield from file.read_text("utf-8").splitlines()
