"""Times, line numbers and refusals as people say them."""

import re
from collections.abc import Sequence

__all__ = ["clock", "lines_of", "plain_refusal", "stamp"]

_REFUSALS = (
    (r"value error, ", ""),
    (r"input should be a valid number, unable to parse string as a number", "this is not a number"),
    (
        r"input should be a valid integer, unable to parse string as an integer",
        "this is not a whole number",
    ),
    (r"input should be greater than or equal to ", "it must be at least "),
    (r"input should be less than or equal to ", "it must be at most "),
    (r"input should be greater than ", "it must be more than "),
    (r"input should be less than ", "it must be less than "),
    (r"input should be ", "it must be "),
)
"""What a validator says of a value, and how a person would."""


def clock(time_s: float) -> str:
    """ "0:42" or "0:42.5", as people say times."""
    tenths = round(time_s * 10)
    minutes, rest = divmod(tenths, 600)
    text = f"{minutes}:{rest // 10:02d}"
    return f"{text}.{rest % 10}" if rest % 10 else text


def stamp(time_s: float) -> str:
    """ "0:42.0": the start of a line in a column of stamps, tenths always shown."""
    tenths = round(time_s * 10)
    minutes, rest = divmod(tenths, 600)
    return f"{minutes}:{rest // 10:02d}.{rest % 10}"


def lines_of(numbers: Sequence[int]) -> str:
    """ "lines 5-8, 11" of the numbers 5, 6, 7, 8, 11."""
    runs: list[list[int]] = []
    for number in sorted(set(numbers)):
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    named = ", ".join(f"{run[0]}-{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)
    return f"line{'s' * (len(set(numbers)) != 1)} {named}"


def plain_refusal(message: str) -> str:
    """What a validator says of a value, in plain words."""
    for said, plain in _REFUSALS:
        message = re.sub(said, plain, message, flags=re.IGNORECASE)
    return message
