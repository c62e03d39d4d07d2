"""Bytes to text, for lyrics files of every age: Unicode with and without marks, and the old code pages, East
Asian, European and Middle Eastern."""

import codecs
import re
from collections.abc import Sequence

from songsmith.errors import SongsmithError

__all__ = ["LrcError", "decode_lyrics"]

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_RICH_TEXT = re.compile(r"\{\\rtf\d\\")
_LATIN = ("cp1252", "cp1250", "cp1254", "cp1257")
_MIXED_WORD = re.compile(
    r"[A-Za-z][\u0370-\u06ff\u0e00-\u0e7f]|[\u0370-\u06ff\u0e00-\u0e7f][A-Za-z]"
)
_MEND = "give a text file, saved as UTF-8"


class LrcError(SongsmithError):
    """A lyrics file that can't be read at all."""


def decode_lyrics(data: bytes) -> str:
    r"""Text of a lyrics file, with `\n` for every line end.

    Raises `LrcError` where the bytes are not text in any encoding that lyrics come in.
    """
    text = _decode(data)
    if _RICH_TEXT.match(text):
        raise LrcError("this is rich text (RTF), not plain text", hint="save it as plain text")
    if _is_binary(text):
        raise LrcError("this is not text", hint=_MEND)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _decode(data: bytes) -> str:
    for mark, name in _MARKS:
        if data.startswith(mark):
            return _strict(data[len(mark) :], name)
    if b"\x00" in data:
        return _strict(data, _unmarked_utf16(data))
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        if _is_nearly_utf8(data):
            line = data.count(b"\n", 0, error.start) + 1
            raise LrcError(
                f"line {line} holds bytes that are no UTF-8, as the others are",
                hint="correct the line, or save the file as UTF-8 again",
            ) from error
        return _from_code_page(data)


def _is_nearly_utf8(data: bytes) -> bool:
    """Whether so much of this is UTF-8 by more than chance that the rest must be damage."""
    text = data.decode("utf-8", "replace")
    damaged = text.count("\ufffd")
    return sum(not ch.isascii() for ch in text) - damaged > 2 * damaged


def _strict(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise LrcError(f"this is not text, or damaged {encoding.upper()}", hint=_MEND) from error


def _unmarked_utf16(data: bytes) -> str:
    """Which UTF-16 this is, by the side on which most zero bytes are: ASCII brackets and digits have one."""
    odd, even = data[1::2].count(0), data[::2].count(0)
    if len(data) % 2 or max(odd, even) < len(data) // 20 or min(odd, even) > max(odd, even) // 4:
        raise LrcError("this is not text: it has NUL bytes", hint=_MEND)
    return "utf-16-le" if odd > even else "utf-16-be"


def _from_code_page(data: bytes) -> str:
    from chardet import EncodingEra, detect  # slow to import, and hardly ever needed

    def read(among: Sequence[str] | None) -> str:
        found = detect(
            data, encoding_era=EncodingEra.MODERN_WEB, compat_names=False, include_encodings=among
        )
        if found["encoding"] is None:
            raise LrcError("this is not text in any encoding known here", hint=_MEND)
        return _strict(data, found["encoding"])

    text = read(None)
    return read(_LATIN) if _MIXED_WORD.search(text) else text  # no word has letters of two scripts


def _is_binary(text: str) -> bool:
    controls = sum((ch < " " and ch not in "\t\n\r\f\v\x1b") or ch == "\x7f" for ch in text)
    return "\x00" in text or controls > len(text) // 50
