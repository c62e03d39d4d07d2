"""Reads a prompt in whatever language it comes: picks the language of the song, then hands on to its reader."""

import re
from collections.abc import Iterable

from songsmith.agent.writers.offline.read_en import read_english
from songsmith.agent.writers.offline.read_zh import read_chinese
from songsmith.agent.writers.offline.wish import Topic, Wish
from songsmith.errors import SongsmithError
from songsmith.lyrics.speech.han import han_in

__all__ = ["WriterError", "mentions", "read_prompt"]

_OTHER_SCRIPTS = {
    "Japanese": r"[\u3040-\u30ff]",
    "Korean": r"[\uac00-\ud7af\u1100-\u11ff]",
    "Cyrillic": r"[\u0400-\u04ff]",
    "Greek": r"[\u0370-\u03ff]",
    "Arabic": r"[\u0600-\u06ff]",
    "Hebrew": r"[\u0590-\u05ff]",
    "Thai": r"[\u0e00-\u0e7f]",
    "Indic": r"[\u0900-\u0dff]",
}


class WriterError(SongsmithError):
    """A language the offline writer has no words for."""


def read_prompt(prompt: str, *, language: str = "", title: str = "") -> Wish:
    """What the prompt asks for. A language other than "en", "zh" or "" is a `WriterError`."""
    if language not in {"", "en", "zh"}:
        raise WriterError(
            f"the offline writer has no {language!r}",
            hint="it writes en and zh; an LLM writes others",
        )
    foreign = [name for name, signs in _OTHER_SCRIPTS.items() if re.search(signs, prompt + title)]
    if not language:
        language = "zh" if han_in(prompt + title) and "Japanese" not in foreign else "en"
    wish = read_chinese(prompt, title) if language == "zh" else read_english(prompt, title)
    notes = list(wish.notes)
    if foreign:
        notes.append(
            f"the offline writer reads English and Chinese: words in {' and '.join(foreign)} script were left out"
        )
    elif language == "en" and han_in(prompt + title):
        notes.append("Chinese words were left out of the English song")
    return Wish(wish.language, wish.topics, wish.calls, wish.moods, wish.age, tuple(notes))


def mentions(lines: Iterable[str], topic: Topic) -> bool:
    """Whether some line sings the topic's words, whole or at least its last one."""
    text = " ".join(lines).lower()
    if han_in(topic.words):
        return topic.words in text
    head = topic.words.lower().split()[-1]
    return re.search(rf"\b{re.escape(head)}(?:e?s|'s)?\b", text) is not None
