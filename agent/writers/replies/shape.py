"""Telling lyrics from what is none, by shape: prose, words about the task, lists of advice, and loops.

A song repeats itself too. What tells a refrain from a loop is how often it comes without anything new in between: a
line may be sung five times over and a chorus three times, a loop goes on until it is stopped.
"""

import re
from collections.abc import Sequence
from itertools import pairwise

from songsmith.lyrics.speech.han import han_in
from songsmith.lyrics.stamps import STAMP

__all__ = [
    "is_about_the_task",
    "is_prose",
    "loop_start",
    "plain_words",
    "prose_share",
    "repeats_itself",
]

_LONG_WORDS, _LONG_HAN = 15, 22
_SENTENCE_WORDS = 9
_LINE_TIMES, _BLOCK_TIMES = 6, 4
_LONGEST_BLOCK = 10
_CRAFT = r"(?:songs?|lyrics?|verses?|chorus(?:es)?|poem|melody|syllables?|rhymes?|prompt|brief|song title)"
_SURE = re.compile(
    rf"\b(?:{_CRAFT}\b.{{1,60}}\b{_CRAFT}|as an ai|language model|i hope this (?:helps|song)|not an answer"
    r"|feel free to (?:ask|use|adjust|change|modify|let)|let me know (?:if|what|how)"
    r"|please (?:note|provide|let me know)"
    r"|i(?:'d| would) be happy to|i(?:'m| am) (?:unable to|happy to|here to) (?:help|write|assist)"
    r"|i(?:'m| am) sorry,? but i (?:can|am|do)|(?:rhyme|syllable|chord|song) (?:scheme|structure|count|progression)s?"
    r"|(?:one|each|every) (?:line|row) (?:per|has|should|with)"
    r"|here(?:'s| is| are) .{0,30}\b(?:lyrics|version|example))\b"
    r"|(?:这首歌曲?|歌词|副歌|主歌|每一?行|押韵|字数|格式).{0,12}(?:应|需要|可以|表达|描述|讲述|展现|如下)"
    r"|作为.{0,6}(?:ai|人工智能|语言模型)|以下是|希望(?:你|您)喜欢|请(?:注意|提供|告诉)|我(?:无法|可以帮)",
    re.IGNORECASE,
)
"""What nobody sings, however short the line is."""
_LIKELY = re.compile(
    rf"\b(?:(?:your|the|this|these|my|a) (?:{_CRAFT}|lines?|style|tone|singer|listener|reader|audience|message|example"
    r"|instructions?|request|task)\b.{0,40}\b(?:is|are|should|must|can|could|may|will|would|has|have|needs?|captures?"
    r"|conveys?|uses?|consists?|follows?|describes?|includes?)|(?:in|for) (?:this|the) (?:song|verse|chorus|response)"
    r"|make sure|be sure to|remember to|keep in mind"
    r"|you (?:can|should|could|might) (?:use|write|add|include|create))\b",
    re.IGNORECASE,
)
"""What may be sung in a short line, and is talk in a long one."""
_LIKELY_WORDS = 10
_LISTED = re.compile(r"\s*(?:\d{1,2}[.)]|[-*•]|step \d+|tip \d+)\s+\S+", re.IGNORECASE)


def is_about_the_task(line: str) -> bool:
    """Whether a line speaks of the song, the request or the one who writes, instead of being sung."""
    plain = line.replace("’", "'")
    is_long = len(plain.split()) >= _LIKELY_WORDS
    return bool(_SURE.search(plain)) or (is_long and bool(_LIKELY.search(plain)))


def is_prose(line: str) -> bool:
    """Whether a line is written to be read: longer than anybody sings in one breath, or a long full sentence."""
    words = len(re.findall(r"[\w'’]+", line))
    if han_in(line):
        return len(han_in(line)) > _LONG_HAN
    is_sentence = line.rstrip().endswith((".", ":", "!", "?")) and words > _SENTENCE_WORDS
    starts_later = bool(re.search(r"[.!?]\s+[A-Z]\w+ \w+ \w+", line))
    return words > _LONG_WORDS or (is_sentence and (words > 12 or starts_later))


def prose_share(lines: Sequence[str]) -> float:
    """Share of lines, 0 to 1, that are prose, speak of the task, or are points of a list of advice."""
    found = sum(
        is_prose(line) or is_about_the_task(line) or (bool(_LISTED.match(line)) and len(line) > 60)
        for line in lines
    )
    return found / len(lines) if lines else 0.0


def plain_words(line: str) -> str:
    """A line as it is compared: without stamp, case and punctuation."""
    text = STAMP.sub("", line) if line.startswith("[") else line
    return " ".join(re.findall(r"[^\W_]+(?:'[^\W_]+)?", text.casefold().replace("’", "'")))


def loop_start(lines: Sequence[str]) -> int | None:
    """Index of the first line that only repeats what has been sung often enough; None if there is no loop.

    A loop is a line six times in a row, or a block of two to ten lines four times in a row.
    """
    plain = [plain_words(line) for line in lines]
    for start in range(len(plain)):
        for size in range(1, _LONGEST_BLOCK + 1):
            times = _times(plain, start, size)
            if times >= (_LINE_TIMES if size == 1 else _BLOCK_TIMES):
                return start + size * 2
    return None


def repeats_itself(line: str) -> bool:
    """Whether a line says the same few words again and again beyond what a refrain does."""
    words = plain_words(line).split()
    if han_in(line):
        text = "".join(han_in(line))
        return bool(re.search(r"(.{2,6})\1{2,}", text))
    pairs = list(pairwise(words))
    return len(words) > 6 and max((pairs.count(pair) for pair in pairs), default=0) >= 3


def _times(plain: Sequence[str], start: int, size: int) -> int:
    """How often the block of `size` lines at `start` comes in a row; lines without words don't count."""
    block = plain[start : start + size]
    if len(block) < size or not any(block) or (size > 1 and len(set(block)) == 1):
        return 0
    times = 1
    while plain[start + times * size : start + (times + 1) * size] == block:
        times += 1
    return times
