"""Puts the person's words into the slots of a block, and keeps only what can still be sung."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from random import Random
from typing import TypeVar

from songsmith.agent.writers.offline.finals import rhyme_group
from songsmith.agent.writers.offline.lexicon import lexicon
from songsmith.agent.writers.offline.pronounce import end_word, pronunciations, syllables
from songsmith.agent.writers.offline.scenes import SLOT, Block
from songsmith.lyrics.speech.han import han_in

__all__ = ["Tongue", "choose", "fill_block", "fits", "line_end", "line_length", "shuffled"]

_CHOICE = re.compile(r"\[([^\[\]]*)\]")
_ARTICLE = re.compile(r"\b([Aa]) ([A-Za-z']+)")
# Of a line with the person's words in it; the writer's own lines keep closer bounds, as the tests say.
_FEWEST, _MOST = {"en": 6, "zh": 5}, {"en": 12, "zh": 12}

T = TypeVar("T")
Tongue = str


def choose(rng: Random, options: Sequence[T]) -> T:
    """One of the options. Only `random()` is the same on every Python version, so all choices go through it."""
    return options[int(rng.random() * len(options))]


def shuffled(rng: Random, options: Iterable[T]) -> list[T]:
    """The options in an order of chance."""
    return [option for _, _, option in sorted((rng.random(), i, o) for i, o in enumerate(options))]


def line_length(line: str, tongue: Tongue) -> int:
    """Syllables of a line: what it asks of a singer's breath."""
    if tongue == "en":
        return syllables(line)
    return len(han_in(line))


def line_end(line: str, tongue: Tongue) -> str:
    """What a line ends on: its last word (English) or character and rhyme group (Chinese)."""
    if tongue == "en":
        return end_word(line)
    return han_in(line)[-1:] + rhyme_group(line)


def fits(line: str, tongue: Tongue) -> bool:
    """Whether a filled line can be sung in one breath."""
    return _FEWEST[tongue] <= line_length(line, tongue) <= _MOST[tongue]


def fill_block(block: Block, words: Mapping[str, str], rng: Random, tongue: Tongue) -> Block | None:
    """The block with every slot and choice filled, or None if no word fits a slot or a line grows too long."""
    texts = (block.title, *block.lines, block.last_line)
    if any(_word(slot, words, tongue) is None for text in texts for slot in SLOT.finditer(text)):
        return None
    filled = replace(
        block,
        lines=tuple(_fill(line, words, rng, tongue) for line in block.lines),
        title=_title(_fill(block.title, words, rng, tongue), tongue),
        last_line=_fill(block.last_line, words, rng, tongue),
    )
    sung = filled.lines + ((filled.last_line,) if filled.last_line else ())
    return filled if all(fits(line, tongue) for line in sung) else None


def _word(slot: re.Match[str], words: Mapping[str, str], tongue: Tongue) -> str | None:
    """What stands in a slot: the person's word where it is one that fits, else the default."""
    role, kind, default = slot.groups()
    word = words.get(role)
    if word and kind:
        is_of_kind = word.lower().split()[-1] in lexicon(tongue)[kind.removeprefix("!")]
        word = word if is_of_kind != kind.startswith("!") else None
    return word or default


def _fill(text: str, words: Mapping[str, str], rng: Random, tongue: Tongue) -> str:
    text = SLOT.sub(lambda slot: _word(slot, words, tongue) or "", text)
    text = _CHOICE.sub(lambda m: choose(rng, m[1].split("|")), text)
    if tongue == "en":
        text = _ARTICLE.sub(_with_article, text.replace("s's", "s'"))
        text = text[:1].upper() + text[1:]
    return text


def _with_article(match: re.Match[str]) -> str:
    """ "a" or "an", by how the next word sounds."""
    said = pronunciations(match[2].lower())
    vowel = said[0][0][-1].isdigit() if said else match[2][0].lower() in "aeiou"
    return f"{match[1]}n {match[2]}" if vowel else match[0]


def _title(text: str, tongue: Tongue) -> str:
    if tongue != "en":
        return text
    words = text.split()
    return " ".join(
        word if i and word.lower() in lexicon("en")["small"] else word[:1].upper() + word[1:]
        for i, word in enumerate(words)
    )
