"""Names that are safe as folders on every system, whatever the person typed."""

import re
import unicodedata
from collections.abc import Iterator
from itertools import count

from pathvalidate import is_valid_filename

__all__ = ["folder_name", "folder_names", "without_request"]

_MOST_CHARACTERS = 60
_MARKS = "".join(
    chr(code) for code in range(0x300, 0x1AFF) if unicodedata.category(chr(code)) in ("Mn", "Mc")
)
"""Vowel signs and accents: parts of a word in Hindi, Thai or Arabic."""
_WORD = re.compile(rf"[^\W_](?:[^\W_]|[{_MARKS}])*")
_REQUEST = re.compile(
    r"(?:please\s+|(?:can|could)\s+you\s+)*(?:write|make|compose|create|sing)\s+(?:(?:me|us)\s+)?(?:an?|some)\s+"
    r"|请?(?:给|帮|为)?我?(?:写|做|来|作|唱)一?[首支个]",
    re.IGNORECASE,
)
_MOST_BYTES = 180  # file systems allow 255; endings and numbers come on top


def folder_name(title: str) -> str:
    """`title` as a folder name: lower case, words joined by "-", letters of every script kept.

    >>> folder_name("Jazzy Nightclub: Love Song!")
    'jazzy-nightclub-love-song'
    >>> folder_name("../../etc")
    'etc'
    """
    text = unicodedata.normalize("NFC", title).casefold().replace("'", "").replace("’", "")
    words = _WORD.findall(text)
    name = ""
    for word in words:
        longer = f"{name}-{word}" if name else word[:_MOST_CHARACTERS]
        if len(longer) > _MOST_CHARACTERS:
            break
        name = longer
    while len(name.encode()) > _MOST_BYTES:
        name = name[:-1]
    if not name or not is_valid_filename(name, platform="universal", fs_encoding="utf-8"):
        name = f"song-{name}".rstrip("-")
    return name


def without_request(prompt: str) -> str:
    """What a prompt is about, without the words that only ask for it.

    >>> without_request("Write me a love song for a lighthouse")
    'love song for a lighthouse'
    """
    asked = _REQUEST.match(prompt.strip())
    return (prompt.strip()[asked.end() :] if asked else "") or prompt.strip()


def folder_names(title: str) -> Iterator[str]:
    """Names of folders for `title`, the plain one first: name, name-2, name-3, …"""
    name = folder_name(title)
    yield name
    for number in count(2):
        yield f"{name}-{number}"
