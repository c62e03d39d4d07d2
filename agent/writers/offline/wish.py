"""What a person asked for: the language, the things and names that must come back, the themes and the mood."""

import re
import unicodedata
from dataclasses import dataclass, field

__all__ = ["Topic", "Wish", "plain_text"]


@dataclass(frozen=True)
class Topic:
    """Something from the prompt that must return in the song.

    `words` is the phrase as it is sung, without an article ("saxophone player"); `role` says which slots
    it fits: name, kin, person, animal, place, city, thing, food, vehicle, matter (what needs no article:
    "winter"), animals for more than one, things for more than one and for what nobody owns ("the rain").
    """

    words: str
    role: str


@dataclass(frozen=True)
class Wish:
    """A prompt understood. `calls` are the words that call for a scene; `tongue` is the language it seems to be in if
    that is neither English nor Chinese; `notes` say what was left out and why."""

    language: str
    topics: tuple[Topic, ...] = ()
    calls: frozenset[str] = frozenset()
    moods: frozenset[str] = frozenset()
    age: str = ""
    tongue: str = ""
    notes: tuple[str, ...] = field(default=(), compare=False)


def plain_text(prompt: str) -> str:
    """The prompt in one spelling: composed characters, straight apostrophes, no control characters."""
    text = unicodedata.normalize("NFC", prompt).replace("’", "'")
    return re.sub(r"\s+", " ", "".join(c if c.isprintable() else " " for c in text))
