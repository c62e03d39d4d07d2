"""How a player shapes what lasts: notes of a line joined without a new stroke, long ones that swell and come down."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from songsmith.engine.sketch.score import Note
from songsmith.engine.sketch.style.genre import Player

__all__ = ["expression", "joined"]

_NEAR_S = 0.12  # a line is phrased as one where its notes are no further apart
_OVERLAP_S = 0.05
_SHORT_S, _LONG_S = 0.4, 2.0
"""Notes as short as this do not swell, from this length on they do fully."""
_TOP, _LEFT = 0.55, 0.5
"""Where in a note it is loudest, and by which share of its swell it has come down at its end."""
_CHORD_S, _JOINT_S = 0.06, 0.001


def joined(notes: Sequence[Note], player: Player, rng: np.random.Generator) -> list[Note]:
    """A single line in which, as often as the player does that, a note is let ring into the next one, which is not
    struck or tongued anew."""
    if not player.legato or not notes:
        return list(notes)
    drawn = rng.random(len(notes)) < player.legato
    line = [notes[0]]
    for note, is_drawn in zip(notes[1:], drawn[1:], strict=True):
        before = line[-1]
        if is_drawn and _leads_into(before, note):
            line[-1] = replace(before, end_s=note.start_s + _OVERLAP_S)
            line.append(replace(note, touch="joined"))
        else:
            line.append(note)
    return line


def _leads_into(before: Note, note: Note) -> bool:
    is_near = abs(note.start_s - before.end_s) < _NEAR_S
    return is_near and not note.touch and note.pitch != before.pitch


def expression(
    notes: Sequence[Note], swell_db: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Times in seconds and the decibels there of a player's loudness: every long note, or chord of them, begins up to
    `swell_db` softer than it is in its middle. It hangs on the notes that sound alone, as a part of a song has to
    sound as it does in the whole."""
    struck = _struck_together(notes)
    times, levels = [0.0], [0.0]
    for (start_s, end_s), (after_s, _) in pairwise([*struck, (np.inf, np.inf)]):
        length_s = end_s - start_s
        depth_db = swell_db * float(np.clip((length_s - _SHORT_S) / (_LONG_S - _SHORT_S), 0, 1))
        knots_s = [start_s, start_s + _TOP * length_s, end_s]
        last_s = min(end_s, after_s) - _JOINT_S
        own_s = [*(at_s for at_s in knots_s if at_s < last_s), last_s]
        times += own_s
        levels += np.interp(own_s, knots_s, [-depth_db, 0.0, -_LEFT * depth_db]).tolist()
    return np.array(times), np.array(levels)


def _struck_together(notes: Sequence[Note]) -> list[tuple[float, float]]:
    """When something new begins to sound and when the longest of it ends; the notes of a chord count as one."""
    struck: list[tuple[float, float]] = []
    for note in sorted(notes, key=lambda note: note.start_s):
        if struck and note.start_s - struck[-1][0] < _CHORD_S:
            struck[-1] = (struck[-1][0], max(struck[-1][1], note.end_s))
        else:
            struck.append((note.start_s, note.end_s))
    return struck
