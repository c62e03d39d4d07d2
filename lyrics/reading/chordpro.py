"""Chord sheets: ChordPro's directives, and chords written on a line over the words."""

import re
from collections.abc import Sequence

from songsmith.lyrics.lyric import clean_text, section_kind
from songsmith.lyrics.reading.events import Blank, Event, Label, Tag, Words
from songsmith.lyrics.reading.inline import is_chord

__all__ = [
    "directive_event",
    "ends_block",
    "is_chord_line",
    "last_chorus",
    "read_directive",
    "under_chords",
    "unsung_block",
]

_DIRECTIVE = re.compile(r"\{\s*([A-Za-z_]+)\s*(?:[:\s]\s*(.*?))?\s*\}")
_TAGS = {
    **{"title": "ti", "t": "ti", "artist": "ar", "album": "al", "lyricist": "au", "language": "la"},
    **{name: name for name in ("key", "tempo", "time", "capo", "year", "duration", "subtitle")},
    **{"st": "subtitle", "composer": "composer", "copyright": "copyright"},
}
_PARTS = {"soc": "Chorus", "sov": "Verse", "sob": "Bridge"}
_UNSUNG = {"tab": "tab", "t": "tab", "grid": "grid", "g": "grid"}
_UNSUNG |= {name: name for name in ("abc", "ly", "svg", "textblock")}
_START = re.compile(r"start_of_(\w+)|so([a-z])")


def read_directive(line: str) -> tuple[str, str] | None:
    """Name and value of a line that is `{name: value}`; None if it is something else."""
    match = _DIRECTIVE.fullmatch(line.strip())
    if not match:
        return None
    name, value = match[1].lower(), clean_text(match[2] or "")
    if name == "meta":
        name, _, value = value.partition(" ")
    return name.lower(), value


def directive_event(name: str, value: str) -> Event | None:
    """What a directive says about the song; None if it is not one of ChordPro's that say something."""
    if name in _TAGS:
        return Tag(_TAGS[name], value)
    if match := _START.fullmatch(name):
        given = re.sub(r'^label="?|"$', "", value)
        usual = _PARTS.get(name) or (match[1] or name).replace("_", " ").capitalize()
        return Label(given or usual)
    return Blank() if re.fullmatch(r"end_of_\w+|eo[a-z]", name) else None


def unsung_block(name: str) -> str:
    """Kind of the block that a directive opens if nobody sings it, such as "tab"; else ""."""
    match = _START.fullmatch(name)
    return _UNSUNG.get(match[1] or match[2], "") if match else ""


def ends_block(line: str, block: str) -> bool:
    """Whether the line closes a block of this kind."""
    name, _ = read_directive(line) or ("", "")
    return name in {f"end_of_{block}", f"eo{block[0]}"}


def last_chorus(events: Sequence[Event]) -> list[Event]:
    """The last chorus so far, its label first; empty if there is none."""
    for start in range(len(events) - 1, -1, -1):
        first = events[start]
        if isinstance(first, Label) and section_kind(first.text) == "chorus":
            body: list[Event] = [first]
            for event in events[start + 1 :]:
                if not isinstance(event, Words):
                    break
                body.append(event)
            return body
    return []


def is_chord_line(raw: str) -> bool:
    """Whether the line is chords over the words below: more than one letter, or set wide apart."""
    symbols = [symbol for symbol in raw.replace("|", " ").split() if symbol != "%"]
    return (
        bool(symbols)
        and all(is_chord(symbol) for symbol in symbols)
        and (any(len(symbol) > 1 for symbol in symbols) or "  " in raw.strip())
    )


def under_chords(raw: str, chords: str) -> str:
    """The line with the chords above it set into it, each before the character it stands over."""
    for match in reversed(list(re.finditer(r"[^\s|%]+", chords))):
        at = min(match.start(), len(raw))
        raw = f"{raw[:at]}[{match.group()}]{raw[at:]}"
    return raw
