"""Where the backing words of a line are sung: after the lead's where they end the line, behind them elsewhere."""

from dataclasses import replace

from songsmith.engine.sketch.score import Backing
from songsmith.lyrics.backing import BackingWords, backing_words, lead_words
from songsmith.lyrics.lyric import LyricLine
from songsmith.lyrics.speech.said import said

__all__ = ["lay_backing"]

_LEAST_LEAD = 0.5
_SYLLABLE_S = 0.4
_SHORTEST_S = 0.25


def lay_backing(line: LyricLine, end_s: float) -> tuple[float, tuple[Backing, ...]]:
    """When the lead ends in a line that has until `end_s`, and the backing words with their times: at the stamps of
    their words, or by their place among the letters."""
    found = backing_words(line.text)
    if not found or not lead_words(line.text):
        return end_s, ()
    lead_end_s = _lead_end_s(line, found[-1], end_s)
    laid = [_laid(line, words, lead_end_s, end_s) for words in found]
    spoken = [words.text for words in backing_words(said(line))]
    if len(spoken) == len(laid):
        laid = [replace(words, text=text) for words, text in zip(laid, spoken, strict=True)]
    return lead_end_s, tuple(laid)


def _lead_end_s(line: LyricLine, last: BackingWords, end_s: float) -> float:
    """The lead makes room for backing words at the end of its line."""
    if any(character.isalnum() for character in line.text[last.end :]):
        return end_s
    if (stamped_s := _stamped_s(line, last)) is not None and stamped_s > line.start_s:
        return max(min(stamped_s, end_s), line.start_s + _SHORTEST_S)
    share = len(lead_words(line.text)) / max(1, len(lead_words(line.text)) + len(last.text))
    return line.start_s + max(share, _LEAST_LEAD) * (end_s - line.start_s)


def _laid(line: LyricLine, words: BackingWords, lead_end_s: float, end_s: float) -> Backing:
    is_last = not any(character.isalnum() for character in line.text[words.end :])
    share = words.start / max(1, len(line.text))
    start_s = lead_end_s if is_last else line.start_s + share * (end_s - line.start_s)
    if (stamped_s := _stamped_s(line, words)) is not None:
        start_s = stamped_s
    asked_s = start_s + max(_SHORTEST_S, _SYLLABLE_S * max(1, len(words.text) / 3))
    return Backing(words.text, start_s, max(min(asked_s, end_s), start_s + _SHORTEST_S))


def _stamped_s(line: LyricLine, words: BackingWords) -> float | None:
    """The stamp of the first of the words, if it has one."""
    inside = [w.start_s for w in line.word_stamps if words.start <= w.offset < words.end]
    return inside[0] if inside else None
