"""Times and words in columns: Audacity's labels, Whisper's TSV, and the notes of UltraStar.

Audacity writes seconds, `10.000<tab>13.000<tab>words`; Whisper writes milliseconds under a head,
`start<tab>end<tab>text`.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from songsmith.lyrics.fault import Fault
from songsmith.lyrics.lyric import Beside, WordStamp
from songsmith.lyrics.reading.events import Blank, Event, Tag, Words
from songsmith.lyrics.reading.inline import Inline, read_inline
from songsmith.lyrics.reading.singers import leading_singer

__all__ = ["is_table", "is_ultrastar", "read_table", "read_ultrastar"]

_ROW = re.compile(r"\s*(\d{1,9}(?:[.,]\d{1,9})?)\t\s*(\d{1,9}(?:[.,]\d{1,9})?)\t(.*)")
_HEAD = re.compile(r"\s*start\t\s*end\t\s*text\s*", re.I)
_MOST_SECONDS = 7200.0

_NOTE = re.compile(r"\s*[:*FRG]\s{1,4}(-?\d{1,9})\s{1,4}(\d{1,9})\s{1,4}-?\d{1,4}(?: (.*))?")
_BREAK = re.compile(r"\s*-\s{0,4}(-?\d{1,9})(?:\s{1,4}(-?\d{1,9}))?\s*")
_FIELD = re.compile(r"\s*#(\w+)\s{0,4}:(.*)")
_FIELDS = {"TITLE": "ti", "ARTIST": "ar", "LANGUAGE": "la", "YEAR": "year", "GENRE": "genre"}
_LANGUAGES = {
    **{"english": "en", "german": "de", "deutsch": "de", "french": "fr", "spanish": "es"},
    **{"italian": "it", "portuguese": "pt", "dutch": "nl", "polish": "pl", "swedish": "sv"},
    **{"japanese": "ja", "chinese": "zh", "korean": "ko", "russian": "ru", "turkish": "tr"},
}


def is_table(lines: Sequence[str]) -> bool:
    """Whether most lines are rows of two times and words, parted by tabs."""
    filled = [line for line in lines if line.strip() and not line.startswith("\\")]
    rows = sum(_ROW.fullmatch(line) is not None for line in filled)
    return rows > 0 and rows * 2 > len(filled)


def read_table(lines: Sequence[str]) -> tuple[list[Event], list[Fault]]:
    """One line of lyrics for each row, with its end."""
    events: list[Event] = []
    faults: list[Fault] = []
    unit_s = _unit_s(lines)
    for number, line in enumerate(lines, start=1):
        if match := _ROW.fullmatch(line):
            start_s, end_s = (float(match[i].replace(",", ".")) * unit_s for i in (1, 2))
            voice, words = leading_singer(match[3])
            hold_s = end_s - start_s if end_s > start_s else None
            events.append(Words(read_inline(words), (start_s,), number, hold_s, Beside(voice)))
        elif not line.strip():
            events.append(Blank())
        elif not (_HEAD.fullmatch(line) or line.startswith("\\")):
            faults.append(_no_row(line, number))
    return events, faults


def _unit_s(lines: Sequence[str]) -> float:
    """Seconds of one unit: whole numbers too big for seconds, or under Whisper's head, are milliseconds."""
    rows = [match for match in map(_ROW.fullmatch, lines) if match]
    is_whole = not any(re.search(r"[.,]", match[1] + match[2]) for match in rows)
    is_whisper = any(map(_HEAD.fullmatch, lines[:3]))
    is_big = any(float(match[2].replace(",", ".")) > _MOST_SECONDS for match in rows)
    return 0.001 if is_whole and (is_whisper or is_big) else 1.0


def _no_row(line: str, number: int) -> Fault:
    return Fault(
        "no-stamp",
        "error",
        f"“{line.strip()[:40]}” has no times and will not be sung",
        "write start, end and words, parted by tabs, or delete the line",
        source_line=number,
    )


class _Clock(NamedTuple):
    """UltraStar counts in quarters of its beats, from a gap on."""

    unit_s: float
    gap_s: float

    def at_s(self, unit: int) -> float:
        return self.gap_s + unit * self.unit_s


def is_ultrastar(lines: Sequence[str]) -> bool:
    """Whether this is a song of UltraStar: a field of its head, and notes."""
    return any(map(_FIELD.fullmatch, lines)) and any(map(_NOTE.fullmatch, lines))


def read_ultrastar(lines: Sequence[str]) -> tuple[list[Event], list[Fault]]:
    """One line of lyrics for each phrase, its syllables joined, a stamp for every word and for the end of the last."""
    fields = {m[1].upper(): m[2].strip() for m in map(_FIELD.fullmatch, lines) if m}
    bpm = _number(fields.get("BPM", "")) or 120.0
    clock = _Clock(15.0 / bpm, _number(fields.get("GAP", "")) / 1000)
    events: list[Event] = [
        Tag(key, _LANGUAGES.get(fields[name].casefold(), fields[name]))
        for name, key in _FIELDS.items()
        if fields.get(name)
    ]
    events += _phrases(lines, clock, is_relative=fields.get("RELATIVE", "").upper() == "YES")
    return events, []


def _number(text: str) -> float:
    text = text.replace(",", ".")
    return float(text) if re.fullmatch(r"\d{1,7}(?:\.\d{1,7})?", text) else 0.0


def _phrases(lines: Sequence[str], clock: _Clock, *, is_relative: bool) -> Iterator[Event]:
    """Syllables gathered up to the next break; `P1` and `P2` name who sings what follows."""
    syllables: list[tuple[int, int, str]] = []
    origin, number, voice = 0, 0, ""
    for at, line in enumerate(lines, start=1):
        if match := _NOTE.fullmatch(line):
            number = number if syllables else at
            syllables.append((origin + int(match[1]), int(match[2]), match[3] or ""))
            continue
        singer = re.fullmatch(r"\s*P\s?(\d)\s*", line)
        match = _BREAK.fullmatch(line)
        if syllables and (match or singer or line.strip() == "E"):
            yield _phrase(syllables, clock, number, voice)
            syllables = []
        if match and is_relative:
            origin += int(match[2] or match[1])
        if singer:
            origin, voice = 0, f"v{singer[1]}"
    if syllables:
        yield _phrase(syllables, clock, number, voice)


def _phrase(
    syllables: Sequence[tuple[int, int, str]], clock: _Clock, number: int, voice: str
) -> Words:
    """One line: a space begins a word, `~` holds the syllable before."""
    text, stamps = "", []
    for start, _, syllable in syllables:
        plain = syllable.replace("~", "")
        if plain.strip() and (not text or text.endswith(" ") or plain.startswith(" ")):
            text = f"{text.rstrip()} " if text else ""
            stamps.append(WordStamp(len(text), clock.at_s(start)))
            plain = plain.lstrip()
        text += plain
    text = text.rstrip()
    first, last = syllables[0], syllables[-1]
    start_s, end_s = clock.at_s(first[0]), clock.at_s(last[0] + last[1])
    stamps.append(WordStamp(len(text), end_s))
    return Words(
        Inline(text, (), tuple(stamps)),
        (max(start_s, 0.0),),
        number,
        end_s - start_s,
        Beside(voice),
    )
