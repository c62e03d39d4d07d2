"""When the ears heard each word of a line begin.

Transcribers put the joints between the words of a line within a quarter of a second of where they are. Where its first
word begins they don't know: that is said to be anywhere in the pause before it. Of Chinese characters they know less
than the sound itself tells.
"""

from collections.abc import Sequence

from songsmith.engine.listening.comparable import is_hanzi, words_of
from songsmith.engine.listening.word_alignment import HeardWord, SungWord, align_words

__all__ = ["heard_starts_s"]


def heard_starts_s(
    words: Sequence[str], heard: Sequence[HeardWord], language: str
) -> dict[int, float]:
    """The starts of the `words` of a line, by their place in it, in what was heard of it; none of the first word and of
    Chinese characters."""
    parts = [(place, part) for place, word in enumerate(words) for part in words_of(word, language)]
    starts_s: dict[int, float] = {}
    for match in align_words([SungWord(part, 1) for _, part in parts], heard):
        first, last = match.sung[0], match.sung[-1]
        if first == 0 or parts[first - 1][0] < parts[first][0]:
            starts_s[parts[first][0]] = heard[match.heard[0]].start_s
        if last + 1 < len(parts) and parts[last][0] < parts[last + 1][0]:
            starts_s.setdefault(parts[last + 1][0], heard[match.heard[-1]].end_s)
    return {
        place: start_s
        for place, start_s in starts_s.items()
        if place > 0 and not is_hanzi(words[place])
    }
