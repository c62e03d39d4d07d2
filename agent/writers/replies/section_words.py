"""The words of one section out of a reply: what is sung, each line in a size that can be sung, and nothing else."""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence

from songsmith.agent.writers.metre import Budget, syllable_count
from songsmith.agent.writers.replies.reply_lyrics import text_of_json
from songsmith.agent.writers.replies.reply_text import find_json, unmarked, without_thinking
from songsmith.agent.writers.replies.shape import (
    is_about_the_task,
    is_prose,
    plain_words,
    repeats_itself,
)
from songsmith.lyrics.labels import read_label, strip_asides
from songsmith.lyrics.speech.han import has_han
from songsmith.lyrics.speech.language_guess import guess_language

__all__ = ["read_section"]

_NUMBER = re.compile(r"^\s*(?:line\s*)?\d{1,2}\s*[.):|、：-]\s*", re.IGNORECASE)
_COUNT = re.compile(r"\s*[(（]\s*\d{1,2}\s*(?:syllables?|字|音节)?\s*[)）]\s*$", re.IGNORECASE)
_HEADER = re.compile(
    r"\s*(?:title|style|song|part|rhyme|music|标题|歌名|风格|押韵)\s*[:：]", re.IGNORECASE
)
_BREAK = re.compile(
    r"(?<=[,;:.!?—–])\s+|\s+(?=(?:and|but|while|when|where|because|so that|as)\s)|(?<=[，。；！？、])"
)
_FEWEST_WORDS = 10
_SLACK = 1.35
"""A line may be this much longer than its budget: the layout gives it more time."""


def read_section(
    reply: str, wanted: int, budget: Budget, language: str, sung: Collection[str] = ()
) -> list[str]:
    """At most `wanted` lines of a reply that can be sung; none that is in `sung`, as `plain_words` gives them."""
    found: list[str] = []
    known = set(sung)
    lines = list(_lines(reply))
    if _is_foreign(lines, language):
        return []
    for line in _fitted(lines, budget, language):
        plain = plain_words(line)
        if plain and not _is_near(plain, known) and not repeats_itself(line):
            found.append(line)
            known.add(plain)
    return found[:wanted]


def _is_foreign(lines: Sequence[str], language: str) -> bool:
    """Whether the lines are in another language, as far as that can be told."""
    text = "\n".join(lines)
    return len(text.split()) >= _FEWEST_WORDS and guess_language(text) not in ("", language)


def _lines(reply: str) -> Iterator[str]:
    """The lines of a reply without markup, numbers, counts, labels and what speaks of the task."""
    text = without_thinking(reply)
    value = find_json(text)
    text = text_of_json(value) if value is not None else text
    for row in text.replace("\r", "\n").split("\n"):
        line = unmarked(_NUMBER.sub("", unmarked(row).lstrip("#").strip()))
        if read_label(line) is not None or _HEADER.match(line):
            continue
        line = re.sub(r"^\[[\d:.]+\]", "", line)
        line = _COUNT.sub("", line).strip(' |/"“”「」')
        line = strip_asides(line).strip()
        if line and not is_about_the_task(line) and not line.endswith((":", "：")):
            yield from (part.strip() for part in line.split(" / ") if part.strip())


def _fitted(lines: Iterable[str], budget: Budget, language: str) -> Iterator[str]:
    """Lines in the right language and of a size that can be sung; a long one is parted where it pauses."""
    most = budget[1] * _SLACK
    for line in lines:
        if has_han(line) != (language == "zh"):
            continue
        for part in _parted(line, most, language):
            count = syllable_count(part, language)
            if 2 <= count <= most and not is_prose(part):
                yield part


def _parted(line: str, most: float, language: str) -> list[str]:
    """The line, or its phrases put together as far as each stays within `most` syllables."""
    if syllable_count(line, language) <= most:
        return [line]
    parts: list[str] = []
    for phrase in filter(None, _BREAK.split(line)):
        joined = (
            f"{parts[-1]} {phrase}"
            if parts and language != "zh"
            else "".join([*parts[-1:], phrase])
        )
        if parts and syllable_count(joined, language) <= most:
            parts[-1] = joined
        else:
            parts.append(phrase)
    return [part.strip().rstrip(",;，、；") for part in parts]


def _is_near(plain: str, known: Collection[str]) -> bool:
    """Whether nearly the same words have been sung already."""
    words = set(plain.split()) if " " in plain else set(plain)
    for other in known:
        others = set(other.split()) if " " in other else set(other)
        if len(words & others) >= 0.8 * max(len(words), len(others)):
            return True
    return False
