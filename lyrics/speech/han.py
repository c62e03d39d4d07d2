"""Chinese characters: the one place that knows where they stand in Unicode."""

import re

__all__ = ["HAN", "han_in", "has_han", "is_han", "unspaced"]

HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
"""Their ranges for the brackets of a regular expression, the round zero 〇 included."""
_HAN = re.compile(f"[{HAN}]")
_SPACED = re.compile(rf"(?<![{HAN}])[{HAN}](?: [{HAN}])+(?![{HAN}])")


def is_han(character: str) -> bool:
    """Whether a character is a Chinese one."""
    return _HAN.match(character) is not None


def has_han(text: str) -> bool:
    return _HAN.search(text) is not None


def han_in(text: str) -> str:
    """The Chinese characters of a text, in their order."""
    return "".join(_HAN.findall(text))


def unspaced(text: str) -> str:
    """The text with Chinese characters that are written one by one, as in `音 乐`, joined to words again."""
    return _SPACED.sub(lambda match: match[0].replace(" ", ""), text)
