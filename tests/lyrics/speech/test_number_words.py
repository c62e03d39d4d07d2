import pytest

from songsmith.lyrics.speech.number_words import cardinal, fraction, ordinal, year_or_cardinal


@pytest.mark.parametrize(
    ("digits", "words"),
    [
        ("0", "zero"),
        ("007", "seven"),
        ("123", "one hundred twenty-three"),
        ("1001", "one thousand one"),
        ("1234567", "one million, two hundred thirty-four thousand, five hundred sixty-seven"),
        ("1" * 37, " ".join(["one"] * 37)),
    ],
)
def test_numbers_have_no_and_and_very_long_ones_are_read_digit_by_digit(digits, words):
    assert cardinal(digits) == words


@pytest.mark.parametrize(
    ("digits", "words"),
    [
        ("1905", "nineteen oh five"),
        ("1900", "nineteen hundred"),
        ("2000", "two thousand"),
        ("2007", "two thousand seven"),
        ("2026", "twenty twenty-six"),
        ("999", "nine hundred ninety-nine"),
        ("3000", "three thousand"),
    ],
)
def test_years_are_read_in_pairs(digits, words):
    assert year_or_cardinal(digits) == words


def test_ordinals_and_fractions_keep_their_and():
    assert ordinal("101") == "one hundred and first"
    assert ordinal("1" * 37).endswith("one first")
    assert fraction("1", "2") == "one half"
    assert fraction("3", "4") == "three quarters"
    assert fraction("2", "3") == "two third"
