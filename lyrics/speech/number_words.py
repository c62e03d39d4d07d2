"""Whole numbers in English words, spelled as the training data of the weights spells them.

"one hundred twenty-three", thousands parted by a comma, an "and" only in ordinals and fractions,
years in pairs ("nineteen oh five"). Numbers past the names that exist are read digit by digit.
"""

__all__ = ["cardinal", "fraction", "ordinal", "year_or_cardinal"]

_ONES = (
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
)
_TENS = ("", "ten", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_GROUPS = (
    "",
    "thousand",
    "million",
    "billion",
    "trillion",
    "quadrillion",
    "quintillion",
    "sextillion",
    "septillion",
    "octillion",
    "nonillion",
    "decillion",
)
_ORDINALS = {
    "one": "first",
    "two": "second",
    "three": "third",
    "five": "fifth",
    "eight": "eighth",
    "nine": "ninth",
    "twelve": "twelfth",
}
_LARGEST_DIGITS = 3 * len(_GROUPS)


def cardinal(digits: str, *, link: str = "") -> str:
    """Words of a whole number given as ASCII digits; `link` stands before the tens ("and")."""
    digits = digits.lstrip("0") or "0"
    if len(digits) > _LARGEST_DIGITS:
        return " ".join(_ONES[int(digit)] for digit in digits)
    if digits == "0":
        return _ONES[0]
    parts = []
    for place, group in enumerate(_groups_of_three(digits)):
        if group:
            name = f" {_GROUPS[place]}" if place else ""
            parts.append(_below_thousand(group, link) + name)
    if len(parts) > 1 and 0 < int(digits[-3:]) < 100:
        *higher, lowest = reversed(parts)
        return " ".join(filter(None, (", ".join(higher), link, lowest)))
    return ", ".join(reversed(parts))


def ordinal(digits: str) -> str:
    """ "21" -> "twenty-first"."""
    return _made_ordinal(cardinal(digits, link="and"))


def year_or_cardinal(digits: str) -> str:
    """A number on its own: 1001 to 2999 are read as years, others as numbers."""
    number = int(digits) if len(digits) <= _LARGEST_DIGITS else 0
    if not 1000 < number < 3000 or number == 2000:
        return cardinal(digits)
    if 2000 < number < 2010:
        return f"two thousand {_ONES[number % 100]}"
    century, rest = divmod(number, 100)
    if rest == 0:
        return f"{_below_thousand(century, '')} hundred"
    return f"{_below_thousand(century, '')} {'oh ' if rest < 10 else ''}{_below_thousand(rest, '')}"


def fraction(numerator: str, denominator: str) -> str:
    """ "1", "2" -> "one half"; other denominators are ordinals in the singular ("two third")."""
    top, bottom = numerator.lstrip("0"), denominator.lstrip("0")
    if bottom == "2":
        return "one half" if top == "1" else f"{cardinal(numerator, link='and')} halves"
    if bottom == "4":
        return "one quarter" if top == "1" else f"{cardinal(numerator, link='and')} quarters"
    return f"{cardinal(numerator, link='and')} {ordinal(denominator)}"


def _groups_of_three(digits: str) -> list[int]:
    """Groups of three digits, lowest first."""
    return [int(digits[max(0, end - 3) : end]) for end in range(len(digits), 0, -3)]


def _below_thousand(number: int, link: str) -> str:
    hundreds, rest = divmod(number, 100)
    words = [f"{_ONES[hundreds]} hundred"] if hundreds else []
    if rest and hundreds and link:
        words.append(link)
    if rest >= 20:
        tens, ones = divmod(rest, 10)
        words.append(_TENS[tens] + (f"-{_ONES[ones]}" if ones else ""))
    elif rest:
        words.append(_ONES[rest])
    return " ".join(words)


def _made_ordinal(words: str) -> str:
    start, last = words[: _last_word(words)], words[_last_word(words) :]
    if last in _ORDINALS:
        return start + _ORDINALS[last]
    return f"{start}{last[:-1]}ieth" if last.endswith("y") else f"{words}th"


def _last_word(words: str) -> int:
    """Where the last word begins."""
    return max(words.rfind(" "), words.rfind("-")) + 1
