"""The languages ACE-Step sings, by the codes it is told."""

__all__ = ["SUNG", "UNKNOWN", "language_for"]

UNKNOWN = "unknown"
_CODES = """ar az bg bn ca cs da de el en es fa fi fr he hi hr ht hu id is it ja ko la lt ms ne nl no
pa pl pt ro ru sa sk sr sv sw ta te th tl tr uk ur vi yue zh"""
_OWN = tuple(_CODES.split())
_ALIASES = {"nb": "no", "nn": "no", "fil": "tl", "cmn": "zh", "iw": "he", "in": "id"}
SUNG = (*_OWN, *_ALIASES)
"""Codes of songsmith's that it has a language for."""


def language_for(code: str) -> str:
    """The model's code for "zh-CN", "nb" and the like; "unknown" where nobody said a language."""
    bare = code.replace("_", "-").partition("-")[0].casefold()
    found = _ALIASES.get(bare, bare)
    return found if found in _OWN else UNKNOWN
