"""The symbols that the DiffRhythm weights were trained on, and the token each of them is.

The model's token is the symbol's place in the vocabulary plus one; token 0 fills the frames where
nothing is laid.
"""

from functools import cache
from importlib.resources import files
from types import MappingProxyType

__all__ = ["COMMA", "FILLER", "PERIOD", "symbols", "token_of"]

FILLER = 0
COMMA = 1
PERIOD = 2


@cache
def token_of() -> MappingProxyType[str, int]:
    """Token of every symbol."""
    text = (files("songsmith.lyrics.speech") / "data" / "phoneme_vocab.tsv").read_text(
        encoding="utf-8"
    )
    rows = (row.split("\t") for row in text.splitlines() if not row.startswith("#"))
    return MappingProxyType({symbol: int(place) + 1 for place, symbol in rows})


@cache
def symbols() -> frozenset[str]:
    """Every symbol the model has a token for."""
    return frozenset(token_of())
