"""Where the words of a line begin, as they are written."""

import re

from songsmith.lyrics.speech.han import HAN

__all__ = ["written_words"]

_WORD = re.compile(rf"[{HAN}](?:[^\w\s])*\s*|[^\s{HAN}]+\s*")


def written_words(text: str) -> list[tuple[int, str]]:
    """Words with the offsets at which they begin and the space after them; a Chinese character is a word."""
    return [(match.start(), match.group()) for match in _WORD.finditer(text)]
