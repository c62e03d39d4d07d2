"""Keys kept out of what is shown: an endpoint may echo one whole, in part, spaced, reversed or encoded."""

from base64 import b64encode
from collections.abc import Iterator
from urllib.parse import quote

__all__ = ["without_key"]

_SHORTEST = 8
"""Letters and digits in a row by which a key is known; fewer say nothing about it."""
_MOST_CHARACTERS = 50_000


def without_key(text: str, key: str) -> str:
    """`text` with an ellipsis in place of every piece of `key`, in whatever form; cut at 50,000 characters."""
    text = text[:_MOST_CHARACTERS]
    if not key:
        return text
    places = [index for index, character in enumerate(text) if character.isalnum()]
    compact = "".join(text[index] for index in places).lower()
    if len(compact) != len(places):  # a letter whose small form is two
        return text.replace(key, "…")
    hidden = bytearray(len(text))
    for piece in _pieces(key):
        found = compact.find(piece)
        while found >= 0:
            first, last = places[found], places[found + len(piece) - 1]
            hidden[first : last + 1] = b"\1" * (last + 1 - first)
            found = compact.find(piece, found + 1)
    return _with_ellipses(text.replace(key, "…") if len(key) < _SHORTEST else text, hidden)


def _pieces(key: str) -> Iterator[str]:
    """Every run of `_SHORTEST` letters and digits of each form that the key may come in."""
    data = key.encode()
    forms = [key, key[::-1], quote(key, safe=""), data.hex()]
    # In base64 of something longer, a key can begin at any of three places; its ends depend on what is around.
    forms += [b64encode(bytes(shift) + data).decode()[shift and 4 : -4] for shift in range(3)]
    for form in forms:
        plain = "".join(filter(str.isalnum, form)).lower()
        for start in range(len(plain) - _SHORTEST + 1):
            yield plain[start : start + _SHORTEST]


def _with_ellipses(text: str, hidden: bytearray) -> str:
    """`text` with each run of hidden characters as one ellipsis."""
    if len(text) != len(hidden) or not any(hidden):
        return text
    return "".join(
        "…" if hidden[index] else character
        for index, character in enumerate(text)
        if not (hidden[index] and index and hidden[index - 1])
    )
