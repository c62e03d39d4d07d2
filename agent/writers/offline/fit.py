"""How well a song holds what its brief is about: the brief's key words, and which of them the song sings."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from songsmith.agent.writers.offline.lexicon import lexicon
from songsmith.agent.writers.offline.wish import plain_text
from songsmith.lyrics.speech.han import HAN, han_in

__all__ = ["Fit", "fit_of", "key_words"]

_MOST_CHARACTERS = 600
_MOST_WORDS = 12
_STEM = 4
"""Letters by which an English word is known in another form: "miners" in "mine", "baking" in "bakery"."""
_NOT_KEYS = (
    "stop",
    "task",
    "genre",
    "verb",
    "number",
    "adjective",
    "light",
    "turning",
    "counting",
    "tens",
)


@dataclass(frozen=True)
class Fit:
    """Key words of a brief that a song sings, in its title or chorus or anywhere, and those that it does not."""

    in_hook: tuple[str, ...]
    sung: tuple[str, ...]
    missing: tuple[str, ...]

    @property
    def share(self) -> float:
        """How much of the brief is sung, 0 to 1; a word in the hook counts half as much again."""
        count = len(self.sung) + len(self.missing)
        return 1.0 if not count else min(1.0, (len(self.sung) + len(self.in_hook) / 2) / count)


def key_words(prompt: str, language: str) -> tuple[str, ...]:
    """The words of a brief that say what the song is about: no names of genres or moods, nothing that only asks."""
    text = plain_text(prompt)[:_MOST_CHARACTERS]
    words = _chinese(text) if language == "zh" else _english(text)
    return tuple(dict.fromkeys(words))[:_MOST_WORDS]


def fit_of(keys: Iterable[str], hook: str, song: str) -> Fit:
    """Which of `keys` stand in `hook` (title and chorus) and in `song` (everything)."""
    keys = tuple(keys)
    in_hook = tuple(key for key in keys if _stands_in(key, hook))
    sung = tuple(key for key in keys if key in in_hook or _stands_in(key, song))
    return Fit(in_hook, sung, tuple(key for key in keys if key not in sung))


def _english(text: str) -> Iterator[str]:
    words = lexicon("en")
    passed = frozenset().union(*(words.get(name, frozenset()) for name in _NOT_KEYS))
    moods = frozenset().union(*(found for name, found in words.items() if name.startswith("mood")))
    nouns = words["kin"] | words["event"] | words["matter"] | words["animal"]
    for word in re.findall(r"[a-z]+(?:'[a-z]+)?", text.lower()):
        plain = word.removesuffix("'s")
        if len(plain) > 2 and plain not in passed and (plain in nouns or plain not in moods):
            yield plain


def _chinese(text: str) -> Iterator[str]:
    import rjieba

    words = lexicon("zh")
    passed = words["stop"] | words["genre"]
    for word in map(_without_song, rjieba.cut(text)):
        is_plain = word in passed or any(piece in word for piece in ("歌", "首", "一个", "一只"))
        if len(word) > 1 and re.fullmatch(f"[{HAN}]+", word) and not is_plain:
            yield word


def _without_song(word: str) -> str:
    """What a song is for: 生日 of 生日歌."""
    return word[:-1] if len(word) > 2 and word.endswith("歌") else word


def _stands_in(key: str, text: str) -> bool:
    if han_in(key):
        return key in text
    stem = key if len(key) <= _STEM else key[: max(_STEM, len(key) - 3)]
    return re.search(rf"\b{re.escape(stem)}", text.lower()) is not None
