"""Numbers inside Chinese text, written out in Chinese characters as they are read aloud.

Years digit by digit (2024年 → 二零二四年), other numbers by value (105 → 一百零五), percents, fractions,
decimals and degrees in Chinese order (50% → 百分之五十).
"""

import re

__all__ = ["with_numbers_written_out"]

_DIGITS = "零一二三四五六七八九"
_UNITS = ("", "十", "百", "千")
_GROUPS = ("", "万", "亿", "万亿")
_LARGEST_DIGITS = 4 * len(_GROUPS)


def with_numbers_written_out(text: str) -> str:
    """The text with every number of ASCII digits in Chinese characters."""
    text = re.sub(
        r"(?<![0-9])[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])",
        lambda match: match[0].replace(",", ""),
        text,
    )
    text = re.sub(r"[0-9]{2,4}(?=年)", lambda match: _digit_by_digit(match[0]), text)
    text = re.sub(
        r"(?<![0-9])([0-9]+)/([0-9]+)",
        lambda match: f"{_by_value(match[2])}分之{_by_value(match[1])}",
        text,
    )
    text = re.sub(r"(?<![0-9.])-(?=[0-9])", "负", text)
    text = re.sub(r"(?<![0-9])([0-9]+(?:\.[0-9]+)?)%", r"百分之\1", text)
    text = re.sub(r"(?<=[0-9])℃", "摄氏度", text)
    return re.sub(r"([0-9]+)(?:\.([0-9]+))?", lambda match: _number(match[1], match[2]), text)


def _number(whole: str, decimals: str | None) -> str:
    point = f"点{_digit_by_digit(decimals)}" if decimals else ""
    return _by_value(whole) + point


def _digit_by_digit(digits: str) -> str:
    return "".join(_DIGITS[int(digit)] for digit in digits)


def _by_value(digits: str) -> str:
    """ "105" -> 一百零五; numbers past the names that exist digit by digit."""
    digits = digits.lstrip("0") or "0"
    if len(digits) > _LARGEST_DIGITS:
        return _digit_by_digit(digits)
    words = ""
    for place in range((len(digits) - 1) // 4, -1, -1):
        end = len(digits) - 4 * place
        group = digits[max(0, end - 4) : end].zfill(4)
        if group == "0000":
            words += "零"
        else:
            words += _below_ten_thousand(group) + _GROUPS[place]
    words = re.sub("零+", "零", words).strip("零") or "零"
    return words[1:] if words.startswith("一十") else words


def _below_ten_thousand(group: str) -> str:
    """Four digits; a gap of zeros inside or before is one 零, zeros at the end are not read."""
    return re.sub(
        "零+",
        "零",
        "".join(
            _DIGITS[int(digit)] + (_UNITS[3 - place] if digit != "0" else "")
            for place, digit in enumerate(group)
        ).rstrip("零"),
    )
