"""From pitches to notes: loudness by stress, the turns into a long last note, and syllables sung on several notes."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from songsmith.engine.sketch.composing.phrases import Phrase
from songsmith.engine.sketch.composing.pitches import Line, pentatonic
from songsmith.engine.sketch.score import Note
from songsmith.engine.sketch.style.tune import Ornament, TuneStyle

__all__ = ["line_notes"]

_STEPS: dict[Ornament, tuple[int, ...]] = {
    "none": (),
    "turn": (1,),
    "dip": (-1,),
    "run": (2, 1),
    "circle": (1, 0, -1),
    "cascade": (3, 2, 1),
}
"""Steps of the scale, from the note itself, that lead into it."""
_IN_PENTATONIC = ("circle", "cascade")
_MAIN_S, _SMALL_S, _LEAST_S = 0.3, 0.15, 0.07
"""What is left for the note itself; a small note at its longest and at its shortest."""
_FARTHEST = 7
_MELISMA_S = 0.38  # the shortest syllable that has room for several notes
_HELD_SHARE = 0.5


def line_notes(
    line: Line, tune: Sequence[int], phrase: Phrase, style: TuneStyle, *, highest: int
) -> list[Note]:
    """The notes of a line with the ornaments of `phrase`, which go no higher than `highest`; a song's last note has
    none."""
    notes = [
        Note(start_s, end_s, pitch, 78 + 8 * syllable.stress, line.number, index)
        for index, (syllable, (start_s, end_s), pitch) in enumerate(
            zip(line.syllables, line.spans, tune, strict=True)
        )
    ]
    drawn = np.random.default_rng(phrase.noise_seed).random(len(notes)) < style.melisma
    scale = pentatonic(line.scale) if style.melisma else line.scale
    sung: list[Note] = []
    for (note, after), is_drawn in zip(pairwise(notes), drawn[1:], strict=True):
        is_stressed = line.syllables[note.syllable].stress > 0
        sung += _melisma(note, after, scale, highest) if is_drawn and is_stressed else [note]
    is_last = line.phrase.delivery.closing_s is not None
    ornament = "none" if is_last else phrase.ornament
    before = notes[-2:][0].pitch
    return [*sung, *_adorned(notes[-1], before, ornament, line.scale, highest)]


def _melisma(note: Note, after: Note, scale: Sequence[int], highest: int) -> list[Note]:
    """The note held, then one or two on the way to the next; where that is near, the step above and back."""
    if note.end_s - note.start_s < _MELISMA_S:
        return [note]
    side = 1 if after.pitch >= note.pitch else -1
    way = [_steps_from(note.pitch, side * steps, scale) for steps in (1, 2)]
    between = [pitch for pitch in way if (after.pitch - pitch) * side > 0]
    moved = between or [_steps_from(note.pitch, 1, scale), note.pitch]
    if max(moved) > highest:
        return [note]
    turn_s = note.start_s + _HELD_SHARE * (note.end_s - note.start_s)
    return _in_turn(
        note, [note.pitch, *moved], _edges(note.start_s, turn_s, note.end_s, len(moved))
    )


def _edges(start_s: float, turn_s: float, end_s: float, count: int) -> list[float]:
    """When each of the notes after `turn_s` begins, with the start before and the end after them."""
    return [start_s, *np.linspace(turn_s, end_s, count + 1).tolist()]


def _adorned(
    note: Note, before: int, ornament: Ornament, scale: Sequence[int], highest: int
) -> list[Note]:
    """The note after the small notes that lead into it, where there is room for them and they are no great leap from
    the pitch `before`."""
    steps = _STEPS[ornament]
    if not steps:
        return [note]
    small_s = min(_SMALL_S, (note.end_s - note.start_s - _MAIN_S) / len(steps))
    scale = pentatonic(scale) if ornament in _IN_PENTATONIC else scale
    lead = [_steps_from(note.pitch, number, scale) for number in steps]
    is_far = max(*lead, note.pitch) > highest or abs(lead[0] - before) > _FARTHEST
    if small_s < _LEAST_S or is_far:
        return [note]
    starts = [note.start_s + small_s * place for place in range(len(lead) + 1)]
    return _in_turn(note, [*lead, note.pitch], [*starts, note.end_s])


def _in_turn(note: Note, pitches: Sequence[int], edges_s: Sequence[float]) -> list[Note]:
    """One syllable on several notes, from edge to edge."""
    return [
        Note(start_s, end_s, pitch, note.velocity, note.line, note.syllable)
        for pitch, (start_s, end_s) in zip(pitches, pairwise(edges_s), strict=True)
    ]


def _steps_from(pitch: int, steps: int, scale: Sequence[int]) -> int:
    """The pitch so many steps of the scale away."""
    side = 1 if steps > 0 else -1
    for _ in range(abs(steps)):
        pitch += side
        while pitch % 12 not in scale:
            pitch += side
    return pitch
