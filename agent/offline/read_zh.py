"""Reads a Chinese prompt: known nouns by longest match, and what stands between the particles."""

import re

from songsmith.agent.offline.finals import han
from songsmith.agent.offline.lexicon import lexicon
from songsmith.agent.offline.wish import Topic, Wish, plain_text

__all__ = ["read_chinese"]

_MOST_CHARACTERS = 600
_MOST_TOPICS = 3
_ROLES = ("kin", "person", "animal", "place", "thing", "matter")
_MOODS = ("angry", "sad", "tender", "hopeful", "dark", "funny")


def read_chinese(prompt: str, title: str = "") -> Wish:
    """What the prompt (and the title, if given) asks for, as far as a Chinese song can give it."""
    text = plain_text(f"{title}。{prompt}" if title else prompt)[:_MOST_CHARACTERS]
    found = _known_words(text)
    calls = frozenset(word for word, _ in found) | frozenset(re.findall(r"[a-z]+", text.lower()))
    words = lexicon("zh")
    latin = re.findall(r"[A-Z][a-z]+", text)
    notes = (f"left out of the Chinese lines: {', '.join(dict.fromkeys(latin))}",) if latin else ()
    return Wish(
        language="zh",
        topics=tuple(dict.fromkeys(Topic(w, role) for w, role in found if role in _ROLES))[:_MOST_TOPICS],
        calls=calls,
        moods=frozenset(m for m in _MOODS if any(w in text for w in sorted(words.get(f"mood {m}", ())))),
        notes=notes,
    )


def _known_words(text: str) -> list[tuple[str, str]]:
    """(word, class) of every lexicon word in the text, longest first at each place."""
    classes = {w: name for name, words in lexicon("zh").items() for w in sorted(words)}
    longest = max(map(len, classes), default=0)
    found: list[tuple[str, str]] = []
    i = 0
    while i < len(text):
        size = next((n for n in range(longest, 0, -1) if text[i : i + n] in classes), 0)
        if size and han(text[i]):
            found.append((text[i : i + size], classes[text[i : i + size]]))
        i += max(size, 1)
    return found
