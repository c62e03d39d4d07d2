"""Time stamps as LRC files write them, in every spelling people use, and as we write them."""

import re

__all__ = ["STAMP", "broken_stamp", "format_stamp", "parse_clock"]

STAMP = re.compile(r"\[\s*([-+]?\d[\d:.,\s]{0,16}?:[\d:.,\s]{0,16}?\d)\s*\]")
"""A square bracket that holds a few digits and at least one colon; `parse_clock` reads its inside."""

_CLOCK = re.compile(r"(?:(?P<h>\d{1,4}):)?(?P<m>\d{1,6}):(?P<s>\d{1,2})(?:[.,](?P<frac>\d{1,9}))?")
_COLONS = re.compile(r"(?P<m>\d{1,6}):(?P<s>\d{1,2}):(?P<frac>\d{1,3})")
_TIME_LIKE = re.compile(r"\[\s*([-+]?[\dA-Za-z?]{1,3}(?:[:;.,][\dA-Za-z?]{1,3}){1,3}|\d{3,9})\s*\]")
_HALF = re.compile(
    r"\[\s*\d{1,3}:\d{1,2}(?:[.:,]\d{1,3})?(?=[^\d\].:,]|$)|\d{1,3}:\d{1,2}(?:[.:,]\d{1,3})?\s*\]"
)


def parse_clock(text: str) -> float | None:
    """Seconds of `mm:ss`, `mm:ss.xx`, `mm:ss:xx` or `h:mm:ss.xx`; None if it is not a time.

    Three numbers parted by colons alone are minutes, seconds and hundredths, as LRC writers mean them.
    """
    text = "".join(text.split())
    match = _COLONS.fullmatch(text) or _CLOCK.fullmatch(text)
    if match is None:
        return None
    part = match.groupdict()
    minutes, seconds, frac = int(part["m"]), int(part["s"]), part["frac"] or "0"
    hours = int(part.get("h") or 0)
    if seconds > 59 or (hours and minutes > 59) or hours > 99 or minutes > 5999:
        return None
    return hours * 3600 + minutes * 60 + seconds + float(f"0.{frac}")


def format_stamp(start_s: float) -> str:
    """`mm:ss.xx`, with a third digit only where it is needed: 12.34 s is "00:12.34"."""
    minutes, rest_ms = divmod(max(0, round(start_s * 1000)), 60_000)
    seconds, millis = divmod(rest_ms, 1000)
    fraction = f"{millis:03d}" if millis % 10 else f"{millis // 10:02d}"
    return f"{minutes:02d}:{seconds:02d}.{fraction}"


def broken_stamp(line: str) -> str | None:
    """What stands at the start of a line where a stamp was meant but can't be read, else None."""
    match = STAMP.match(line)
    if match:
        return match.group() if parse_clock(match.group(1)) is None else None
    match = _TIME_LIKE.match(line) or _HALF.match(line)
    return match.group() if match and re.search(r"\d", match.group()) else None
