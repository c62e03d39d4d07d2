"""Word classes the offline writer knows, read from `data/lexicon_en.txt` and `data/lexicon_zh.txt`."""

from functools import lru_cache

from songsmith.agent.writers.offline.scenes import data_lines

__all__ = ["lexicon", "ordered"]


@lru_cache(maxsize=2)
def lexicon(language: str) -> dict[str, frozenset[str]]:
    """Word classes of "en" or "zh": class -> words."""
    classes: dict[str, set[str]] = {}
    for row in data_lines(f"lexicon_{language}.txt"):
        name, colon, words = row.partition(":")
        if colon:
            classes.setdefault(name, set()).update(words.split())
    return {name: frozenset(words) for name, words in classes.items()}


@lru_cache(maxsize=8)
def ordered(language: str, name: str) -> tuple[str, ...]:
    """Words of one class in the order they are listed."""
    rows = (row.partition(":") for row in data_lines(f"lexicon_{language}.txt"))
    return tuple(word for head, _, words in rows if head == name for word in words.split())
