"""What only the whole of a file shows: stamps that say nothing, interludes, credits, translations."""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate

from songsmith.lyrics.fault import Fault
from songsmith.lyrics.lyric import Chord, WordStamp
from songsmith.lyrics.reading.bilingual import with_translations
from songsmith.lyrics.reading.credits import without_credits
from songsmith.lyrics.reading.events import Event, Words
from songsmith.lyrics.reading.inline import Inline

__all__ = ["understood"]

_INTERLUDE = re.compile(
    r"(?:\\n|[♪♫♬♩🎵🎶🎼\s.…·~～*_-])+|[\[(（【♪*\s]*(?:instrumental|music(?:al)?(?: break| playing| plays)?|interlude|"
    r"guitar solo|solo|humming|applause|间奏|間奏|前奏|尾奏|音乐|音樂|纯音乐|伴奏"
    r"|間奏中|musik|música|musique)[\])）】♪*\s.]*",
    re.I,
)
_NOTES = re.compile(r"^[\s♪♫♬♩🎵🎶🎼#]+|[\s♪♫♬♩🎵🎶🎼#]+$")


def understood(events: Sequence[Event], *, sing_all: bool) -> tuple[list[Event], list[Fault]]:
    """The events as they are meant; with `sing_all` credits stay lines to sing."""
    faults: list[Fault] = []
    found, more = _without_empty_stamps(list(map(_quiet, events)))
    faults += more
    if not sing_all:
        found, more = without_credits(found)
        faults += more
    found, more = with_translations(found)
    return _broken_up(found), [*faults, *more]


def _quiet(event: Event) -> Event:
    """A line with a stamp that only says that there is music has no words: it ends the line before it."""
    if isinstance(event, Words) and event.stamps_s and _is_interlude(event.inline.text):
        return replace(event, inline=Inline(""), hold_s=None)
    return event


def _is_interlude(text: str) -> bool:
    plain = text.strip()
    is_marked = (bool(plain) and not plain[0].isalnum()) or plain[:1] in "间間前尾纯伴"
    return is_marked and len(plain) < 40 and _INTERLUDE.fullmatch(plain) is not None


def _without_empty_stamps(events: list[Event]) -> tuple[list[Event], list[Fault]]:
    """Words without stamps, where all stamps are the same."""
    words = [e for e in events if isinstance(e, Words) and e.inline.text and e.stamps_s]
    times_s = {time_s for word in words for time_s in word.stamps_s}
    if len(words) < 3 or len(times_s) > 1:
        return events, []
    kept: list[Event] = []
    for event in events:
        if not isinstance(event, Words):
            kept.append(event)
        elif event.inline.text:
            inline = event.inline._replace(word_stamps=())
            kept.append(replace(event, stamps_s=(), hold_s=None, inline=inline))
    note = Fault(
        "stamps-say-nothing",
        "note",
        f"all {len(words)} stamps are the same, so the words are read as if they had none",
        "`songsmith align SOUND --lyrics FILE -o song.lrc` finds the times in a recording",
    )
    return kept, [note]


def _broken_up(events: Sequence[Event]) -> list[Event]:
    r"""The events without `\n` in their words: in words without stamps it begins another line."""
    found: list[Event] = []
    for event in events:
        if not isinstance(event, Words) or r"\n" not in event.inline.text:
            found.append(event)
        elif event.stamps_s:
            found.append(replace(event, inline=_without_breaks(event.inline)))
        else:
            pieces = filter(str.strip, event.inline.text.split(r"\n"))
            found += [replace(event, inline=Inline(piece.strip())) for piece in pieces]
    return found


def _without_breaks(inline: Inline) -> Inline:
    r"""The words with spaces for their `\n`, what stands at offsets moved along."""
    pieces = inline.text.split(r"\n")
    starts = [0, *accumulate(len(piece) + 2 for piece in pieces[:-1])]

    def moved(offset: int) -> int:
        return offset - sum(start <= offset for start in starts[1:])

    return Inline(
        " ".join(pieces),
        tuple(Chord(moved(c.offset), c.symbol) for c in inline.chords),
        tuple(WordStamp(moved(w.offset), w.start_s) for w in inline.word_stamps),
        tuple(s._replace(offset=moved(s.offset)) for s in inline.says),
    )
