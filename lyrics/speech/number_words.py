"""Whole numbers in English words, spelled as the training data of the weights spells them.

num2words knows the names. Here is what the training data does otherwise: "one hundred twenty-three", an "and" only
in ordinals and fractions, years in pairs ("nineteen oh five"), very long numbers digit by digit.
"""

from typing import Any

__all__ = ["cardinal", "fraction", "ordinal", "year_or_cardinal"]

_MOST_DIGITS = 36


def cardinal(digits: str) -> str:
    """Words of a whole number given as ASCII digits."""
    digits = digits.lstrip("0") or "0"
    if len(digits) > _MOST_DIGITS:
        return " ".join(map(_name, map(int, digits)))
    return _name(int(digits)).replace(" and ", " ")


def ordinal(digits: str) -> str:
    """ "21" -> "twenty-first"."""
    digits = digits.lstrip("0") or "0"
    if len(digits) > _MOST_DIGITS:
        *others, last = map(int, digits)
        return " ".join([*map(_name, others), _name(last, to="ordinal")])
    return _name(int(digits), to="ordinal")


def year_or_cardinal(digits: str) -> str:
    """A number on its own: 1001 to 2999 are read as years, others as numbers."""
    number = int(digits) if len(digits) <= _MOST_DIGITS else 0
    if not 1000 < number < 3000 or number == 2000:
        return cardinal(digits)
    if 2000 < number < 2010:
        return f"two thousand {_name(number % 100)}"
    century, rest = divmod(number, 100)
    if rest == 0:
        return f"{_name(century)} hundred"
    return f"{_name(century)} {'oh ' if rest < 10 else ''}{_name(rest)}"


def fraction(numerator: str, denominator: str) -> str:
    """ "1", "2" -> "one half"; other denominators are ordinals in the singular ("two third")."""
    top, bottom = numerator.lstrip("0"), denominator.lstrip("0")
    named = {"2": ("half", "halves"), "4": ("quarter", "quarters")}.get(bottom)
    if named:
        return f"one {named[0]}" if top == "1" else f"{_with_and(numerator)} {named[1]}"
    return f"{_with_and(numerator)} {ordinal(denominator)}"


def _with_and(digits: str) -> str:
    return _name(int(digits)) if len(digits) <= _MOST_DIGITS else cardinal(digits)


def _name(number: int, **how: Any) -> str:
    from num2words import num2words

    return str(num2words(number, **how))
