"""The stretches of a song that are made again when spans of it are: the span, what still rings when it begins, and a
moment after it. So a fix costs what lies around it, however long the song is.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from songsmith.engine.engine import Span
from songsmith.engine.sketch.band.band import Track
from songsmith.engine.sketch.score import Bar, ChordSpan, Note, Score, SongPart, SungLine
from songsmith.engine.units import sample_at

__all__ = ["Window", "score_in", "tracks_in", "windows_around"]

_BEFORE_S = 5.0  # echoes, the room and the longest cymbals are heard for so long
_AFTER_S = 0.5
_RINGS_S = 3.0  # notes that have ended are heard for no longer
_Timed = TypeVar("_Timed", Bar, ChordSpan, Note, SongPart, SungLine)


@dataclass(frozen=True)
class Window:
    """`[start_s, end_s)` of a song, which begins on a control frame, and the spans in it that are made again."""

    start_s: float
    end_s: float
    spans: tuple[Span, ...] = ()

    @property
    def samples(self) -> int:
        return sample_at(self.end_s) - sample_at(self.start_s)


def windows_around(spans: Sequence[Span], duration_s: float) -> list[Window]:
    """One for each span of a song of `duration_s`; those that meet are one."""
    windows: list[Window] = []
    for span in sorted(spans, key=lambda span: span.start_s):
        start_s = max(0.0, math.floor(100 * (span.start_s - _BEFORE_S)) / 100)
        end_s = min(span.end_s + _AFTER_S, duration_s)
        if windows and start_s <= windows[-1].end_s:
            last = windows.pop()
            start_s, end_s = last.start_s, max(last.end_s, end_s)
            windows.append(Window(start_s, end_s, (*last.spans, span)))
        else:
            windows.append(Window(start_s, end_s, (span,)))
    return windows


def score_in(score: Score, window: Window) -> Score:
    """All of `score`, with times that count from the window's start."""
    by_s = window.start_s
    bars = (
        replace(_earlier(bar, by_s), beats_s=tuple(beat_s - by_s for beat_s in bar.beats_s))
        for bar in score.bars
    )
    return replace(
        score,
        duration_s=score.duration_s - by_s,
        bars=tuple(bars),
        chords=tuple(_earlier(chord, by_s) for chord in score.chords),
        parts=tuple(_earlier(part, by_s) for part in score.parts),
        lines=tuple(_earlier(line, by_s) for line in score.lines),
        lifts=tuple(replace(lift, start_s=lift.start_s - by_s) for lift in score.lifts),
    )


def tracks_in(tracks: Sequence[Track], window: Window) -> list[Track]:
    """`tracks` with those notes that are heard in the window, their times from its start on."""
    return [
        replace(
            track,
            notes=tuple(
                _earlier(note, window.start_s)
                for note in track.notes
                if note.start_s < window.end_s and note.end_s + _RINGS_S > window.start_s
            ),
        )
        for track in tracks
    ]


def _earlier(timed: _Timed, by_s: float) -> _Timed:
    return replace(timed, start_s=timed.start_s - by_s, end_s=timed.end_s - by_s)
