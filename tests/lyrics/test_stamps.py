import pytest

from songsmith.lyrics.stamps import broken_stamp, format_stamp, parse_clock


@pytest.mark.parametrize(
    ("text", "time_s"),
    [("0:42", 42.0), ("1:02.5", 62.5), ("01:02.345", 62.345), ("1:00:01", 60.01), ("la", None)],
)
def test_clocks_are_read_in_every_spelling(text, time_s):
    assert parse_clock(text) == time_s


@pytest.mark.parametrize("time_s", [0.0, 0.01, 9.999, 59.99, 61.005, 599.5])
def test_a_stamp_that_is_written_is_read_back(time_s):
    assert parse_clock(format_stamp(time_s)) == pytest.approx(time_s)


def test_a_stamp_that_nobody_can_read_is_found():
    assert broken_stamp("[00:1x.00] words")
    assert broken_stamp("[00:10.00] words") is None
    assert broken_stamp("[Chorus]") is None
