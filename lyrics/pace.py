"""How much time lines have, and how well they sing in it.

Measured on the songs shipped with the DiffRhythm weights: 2.0 to 7.7 tokens a second in nine lines of ten,
13.2 in the fastest; lines of a section 1.2 to 7.9 s apart. A frame holds one token, so 21.5 is the limit.
"""

import unicodedata
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Literal

from songsmith.lyrics.lyric import Lyrics
from songsmith.lyrics.speech.espeak import phone_count
from songsmith.lyrics.speech.japanese import count_morae, is_japanese
from songsmith.lyrics.speech.phonemes import phonemize, unsupported_scripts
from songsmith.lyrics.speech.said import respelled

__all__ = [
    "BREAK_S",
    "BUSY_PER_S",
    "EASY_PER_S",
    "SPARSE_PER_S",
    "TOO_FAST_PER_S",
    "Singability",
    "Slot",
    "expected_tokens",
    "line_slots",
    "singability",
    "singability_level",
]

Singability = Literal["sparse", "fits", "busy", "too fast"]

SPARSE_PER_S, EASY_PER_S, BUSY_PER_S, TOO_FAST_PER_S = 2.0, 5.5, 8.0, 11.0
BREAK_S = 8.0
_SHORTEST_S = 2.0
# Of writing that the phonemes here don't cover: alphabets, Korean syllables, Japanese morae.
_TOKENS_PER_LETTER, _TOKENS_PER_HANGUL, _TOKENS_PER_MORA = 0.9, 2.4, 1.8


@dataclass(frozen=True)
class Slot:
    """The time a line has: `[start_s, end_s)` to sing it, and `gap_s` until something else is sung.

    Before a break (the end of a section or of the song, or 8 s and more) a singer doesn't fill the gap:
    there the slot is as long as the line takes at an easy pace.
    """

    start_s: float
    end_s: float
    gap_s: float
    is_before_break: bool

    def rate(self, tokens: int) -> float:
        """Tokens a second in this slot."""
        return tokens / max(self.end_s - self.start_s, 1e-3)


def expected_tokens(text: str, language: str = "") -> int:
    """Model tokens of a line, ways to say words marked in it.

    For writing that has no phonemes here they are about as many as it would have. In a `language` (two letters) other
    than English and Chinese they are counted as espeak-ng says them in it.
    """
    read = respelled(text)
    if is_japanese(read):
        return max(1, round(count_morae(read) * _TOKENS_PER_MORA))
    if language not in ("", "en", "zh", "ja", "ko") and (count := phone_count(read, language)):
        return count
    tokens = len(phonemize(text).tokens)
    if unsupported_scripts(read):
        letters = sum(ch.isalpha() for ch in read)
        hangul = sum("\uac00" <= ch <= "\ud7a3" for ch in unicodedata.normalize("NFC", read))
        strange = (letters - hangul) * _TOKENS_PER_LETTER + hangul * _TOKENS_PER_HANGUL
        tokens = max(tokens, round(strange))
    return max(1, tokens)


def line_slots(lyrics: Lyrics, tokens: Sequence[int], *, duration_s: float) -> list[Slot]:
    """The slot of every line, in the order of the lyric, for lines of so many tokens."""
    lines = lyrics.lines
    starts_s = sorted({line.start_s for line in lines})
    ends = set(accumulate(len(section.lines) for section in lyrics.sections))
    slots = []
    for number, (line, count) in enumerate(zip(lines, tokens, strict=True), start=1):
        later = bisect_right(starts_s, line.start_s)
        until_s = min(duration_s, starts_s[later] if later < len(starts_s) else duration_s)
        gap_s = max(0.0, until_s - line.start_s)
        is_before_break = number in ends or gap_s >= BREAK_S
        length_s = gap_s
        if is_before_break:
            easy_s = max((count + 1) / EASY_PER_S, _SHORTEST_S, line.hold_s or 0.0)
            length_s = min(gap_s, easy_s)
        slots.append(Slot(line.start_s, line.start_s + length_s, gap_s, is_before_break))
    return slots


def singability(tokens_per_s: float) -> Singability:
    """How a line of so many model tokens a second sings."""
    if tokens_per_s > TOO_FAST_PER_S:
        return "too fast"
    if tokens_per_s > BUSY_PER_S:
        return "busy"
    return "fits" if tokens_per_s >= SPARSE_PER_S else "sparse"


def singability_level(tokens_per_s: float) -> int:
    """How full a line is, 0 to 8, for a bar of eight blocks."""
    return max(0, min(8, round(tokens_per_s)))
