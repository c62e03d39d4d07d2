"""Whether words and style fit what the model reads; what is beyond would be cut off in silence."""

from pathlib import Path
from typing import TYPE_CHECKING

from songsmith.engine.acestep.plan import Plan
from songsmith.engine.engine import EngineError
from songsmith.engine.weights.hub import WeightsError

if TYPE_CHECKING:
    from tokenizers import Tokenizer

__all__ = ["MOST_LYRIC_TOKENS", "MOST_STYLE_TOKENS", "check_tokens"]

MOST_LYRIC_TOKENS, MOST_STYLE_TOKENS = 2048, 256
_AROUND_WORDS = 16  # headings, the language, the end mark
_AROUND_STYLE = 72  # the instruction, headings, tempo, key, metre and length


def check_tokens(plan: Plan, tokenizer_file: Path) -> None:
    """Raise `EngineError` where the words or the style are too long, and say where they would be cut."""
    tokenizer = _tokenizer(tokenizer_file)
    offsets = tokenizer.encode(plan.words.text).offsets
    most = MOST_LYRIC_TOKENS - _AROUND_WORDS
    if len(offsets) > most:
        line = _line_at(plan, offsets[most][0])
        raise EngineError(
            f"the lyrics are {len(offsets)} tokens long, and the model reads {most}: it would stop in line {line}",
            hint=f"cut what comes from line {line} on, or make two songs of it",
        )
    style = len(tokenizer.encode(plan.caption).offsets)
    room = MOST_STYLE_TOKENS - _AROUND_STYLE
    if style > room:
        raise EngineError(
            f"the style text is {style} tokens long, and the model reads {room}",
            hint=f"cut about {1 - room / style:.0%} of it",
        )


def _line_at(plan: Plan, offset: int) -> int:
    """Number of the lyric's line at this character of the tagged text; that of the next line for a tag."""
    row = plan.words.text.count("\n", 0, offset)
    return next((line for line in plan.words.lines[row:] if line), max(plan.words.lines))


def _tokenizer(path: Path) -> "Tokenizer":
    from tokenizers import Tokenizer

    try:
        return Tokenizer.from_file(str(path))
    except Exception as error:  # the library raises bare Exceptions
        raise WeightsError(
            f"can't be read as a tokenizer ({error})",
            where=str(path),
            hint="`songsmith models verify` tells whether it is as published",
        ) from error
