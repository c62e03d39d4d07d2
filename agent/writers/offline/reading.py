"""Reads a prompt in whatever language it comes: picks the language of the song, then hands on to its reader."""

import re
from collections.abc import Iterable
from dataclasses import replace

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
    asked = language
    foreign = [name for name, signs in _OTHER_SCRIPTS.items() if re.search(signs, prompt + title)]
    if not language:
        language = "zh" if han_in(prompt + title) and "Japanese" not in foreign else "en"
    is_foreign = (
        bool(foreign) and not re.search(r"[A-Za-z]", prompt + title) and not han_in(prompt + title)
    )
    if is_foreign and not asked:
        raise _other_tongue(f"in {' and '.join(foreign)} script")
    wish = read_chinese(prompt, title) if language == "zh" else read_english(prompt, title)
    if wish.tongue and not asked:
        raise _other_tongue(wish.tongue)
    notes = list(wish.notes)
    if foreign:
        notes.append(
            f"the offline writer reads English and Chinese: words in {' and '.join(foreign)} script were left out"
        )
    elif language == "en" and han_in(prompt + title):
        notes.append("Chinese words were left out of the English song")
    return replace(wish, notes=tuple(notes))


def _other_tongue(tongue: str) -> WriterError:
    return WriterError(
        f"the brief looks {tongue}, and the offline writer writes English and Chinese",
        hint="use an LLM (songsmith config set api_key), give your own words with --lyrics FILE, or say --language en",
    )


def mentions(lines: Iterable[str], topic: Topic) -> bool:
    """Whether some line sings the topic's words, whole or at least its last one."""
    text = " ".join(lines).lower()
    if han_in(topic.words):
        return topic.words in text
    head = topic.words.lower().split()[-1]
    return re.search(rf"\b{re.escape(head)}(?:e?s|'s)?\b", text) is not None
