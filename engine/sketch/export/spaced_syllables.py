"""Sung syllables with the spaces and signs of the line that they come from."""

import re
from collections.abc import Sequence

__all__ = ["spaced_syllables"]

_HAS_LETTER = re.compile(r"[^\W_]")


def spaced_syllables(text: str, syllables: Sequence[str]) -> tuple[str, ...]:
    """`syllables` of the line `text`, each spelled as there, one for one; joined they read as the line does.

    A space follows the last syllable of a word, a line break the last of the line. A syllable that is not found
    stays as it is, with a space.

    >>> spaced_syllables("Oh, river of mine!", ["oh", "ri", "ver", "of", "mine"])
    ('Oh, ', 'ri', 'ver ', 'of ', 'mine!\\n')
    """
    folded = text.lower()
    found: list[str] = []
    offset = 0
    for syllable in syllables:
        plain = syllable.strip(" -")
        at = folded.find(plain.lower(), offset) if plain and len(folded) == len(text) else -1
        if at < 0:
            found.append(f"{plain} " if plain else "")
            continue
        end = at + len(plain)
        signs, space, _ = text[end:].partition(" ")
        ends_word = not _HAS_LETTER.search(signs)
        found.append(text[at:end] + (signs + space if ends_word else ""))
        offset = end
    last = next((i for i in reversed(range(len(found))) if found[i]), None)
    if last is not None:
        found[last] = found[last].rstrip() + "\n"
    return tuple(found)
