"""Words of styles in Spanish, French, German, Italian and Portuguese, as data.

Each stands for an English word that the vocabulary or a genre knows, and means in a style what that one means.
"""

import json
from collections.abc import Iterable
from functools import lru_cache
from importlib.resources import files

__all__ = ["other_words", "with_other_languages"]


@lru_cache(maxsize=1)
def other_words() -> dict[str, tuple[str, ...]]:
    """The words in `data/other_languages.json` by the English word that they stand for."""
    path = files("songsmith.engine.sketch.style") / "data" / "other_languages.json"
    by_english: dict[str, list[str]] = {}
    for words in json.loads(path.read_text("utf-8")).values():
        for word, english in words.items():
            by_english.setdefault(english, []).append(word)
    return {english: tuple(dict.fromkeys(words)) for english, words in by_english.items()}


def with_other_languages(words: Iterable[str]) -> tuple[str, ...]:
    """`words`, and after them every word of another language that stands for one of them."""
    words = tuple(words)
    others = (other for word in words for other in other_words().get(word, ()))
    return tuple(dict.fromkeys((*words, *others)))
