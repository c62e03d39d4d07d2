"""Stamps as other tools write them, as those of LRC: Whisper's ranges, seconds, the players' milliseconds.

`[0.00s -> 4.00s] words` and `[00:10.00 --> 00:12.00] words` have an end, which becomes a word stamp behind the
words. KRC, QRC and YRC, the formats of Chinese players, begin a line with `[start,length]` in milliseconds and
give each word a time of its own: `<offset,length,0>` before it, `(start,length)` behind it, `(start,length,0)`
before it. NetEase's service adds a number, `[00:10.00-1]`; some write points for colons, `[00.10.00]`.
"""

import re
from collections.abc import Sequence

from songsmith.lyrics.stamps import STAMP, format_stamp, parse_clock

__all__ = ["with_lrc_stamps"]

_TIME = r"\d[\d:.,]{0,16}"
_RANGE = re.compile(rf"\[\s*({_TIME})s?\s*(?:-+>|[-–—~]|to)\s*({_TIME})s?\s*\]\s*")
_SERVICE = re.compile(r"\[(\d{1,3}:\d{1,2}(?:[.:]\d{1,3})?)-\d{1,2}\]")
_POINTS = re.compile(r"\[(\d{1,3})\.(\d{2})\.(\d{2,3})\]")
_SECONDS = re.compile(r"\[\s*(\d{1,4}\.\d{1,6})s?\s*\]")
_MILLISECONDS = re.compile(r"\[(\d{1,7}),(\d{1,7})\]")
_KRC_WORD = re.compile(r"<(\d{1,9}),\d{1,9}(?:,\d{1,9})?>")
_QRC_WORD = re.compile(r"\((\d{1,9}),\d{1,9}\)")
_YRC_WORD = re.compile(r"\((\d{1,9}),\d{1,9},\d{1,9}\)")


def with_lrc_stamps(lines: Sequence[str]) -> list[str]:
    """The lines, as many as before; seconds are only read as stamps where no line has one of LRC's own."""
    counts_seconds = (
        not any(map(STAMP.match, lines)) and sum(map(bool, map(_SECONDS.match, lines))) > 1
    )
    return [_translated(line, counts_seconds) for line in lines]


def _translated(line: str, counts_seconds: bool) -> str:
    if line[:1] == "[":
        line = _POINTS.sub(r"[\1:\2.\3]", _SERVICE.sub(r"[\1]", line))
    if match := _RANGE.match(line):
        start_s, end_s = _seconds(match[1]), _seconds(match[2])
        if start_s is not None and end_s is not None and start_s <= end_s:
            return f"[{format_stamp(start_s)}]{line[match.end() :].rstrip()}<{format_stamp(end_s)}>"
    if match := _MILLISECONDS.match(line):
        start_ms, length_ms = int(match[1]), int(match[2])
        words = _with_word_stamps(line[match.end() :], start_ms)
        return f"{_stamp(start_ms, '[]')}{words.rstrip()}{_stamp(start_ms + length_ms, '<>')}"
    if counts_seconds and (match := _SECONDS.match(line)):
        return f"[{format_stamp(float(match[1]))}]{line[match.end() :]}"
    return line


def _with_word_stamps(words: str, start_ms: int) -> str:
    """The words of a line that starts at `start_ms`, enhanced LRC's stamps in place of the players'."""
    if _KRC_WORD.search(words):
        return _KRC_WORD.sub(lambda mark: _stamp(start_ms + int(mark[1]), "<>"), words)
    if _YRC_WORD.search(words):
        return _YRC_WORD.sub(lambda mark: _stamp(int(mark[1]), "<>"), words)
    pieces, done = [], 0
    for mark in _QRC_WORD.finditer(words):
        pieces += [_stamp(int(mark[1]), "<>"), words[done : mark.start()]]
        done = mark.end()
    return "".join([*pieces, words[done:]])


def _stamp(time_ms: int, brackets: str) -> str:
    return f"{brackets[0]}{format_stamp(time_ms / 1000)}{brackets[1]}"


def _seconds(text: str) -> float | None:
    """Seconds of a clock or of a plain number of them."""
    if ":" in text:
        return parse_clock(text)
    return float(text) if re.fullmatch(r"\d{1,4}(?:\.\d+)?", text) else None
