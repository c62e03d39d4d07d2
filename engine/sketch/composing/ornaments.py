"""From pitches to notes: loudness by stress, and the turns into a long last note."""

from collections.abc import Sequence

from songsmith.engine.sketch.composing.pitches import Line
from songsmith.engine.sketch.score import Note
from songsmith.engine.sketch.style.tune import Ornament

__all__ = ["line_notes"]

_LONG_S = {"turn": 1.1, "dip": 0.9, "run": 0.8}
_STEPS: dict[str, tuple[int, ...]] = {"turn": (1,), "dip": (-1,), "run": (2, 1)}
"""Steps of the scale, from the note itself, that lead into it."""
_SMALL_NOTE_S = 0.3


def line_notes(line: Line, tune: Sequence[int], *, highest: int) -> list[Note]:
    """The notes of a line; an ornament goes no higher than `highest`."""
    notes = [
        Note(start_s, end_s, pitch, 78 + 8 * syllable.stress, line.number, index)
        for index, (syllable, (start_s, end_s), pitch) in enumerate(
            zip(line.syllables, line.spans, tune, strict=True)
        )
    ]
    return [*notes[:-1], *_adorned(notes[-1], line.phrase.ornament, line.scale, highest)]


def _adorned(note: Note, ornament: Ornament, scale: Sequence[int], highest: int) -> list[Note]:
    length_s = note.end_s - note.start_s
    if ornament == "none" or length_s < _LONG_S[ornament]:
        return [note]
    lead = [_steps_from(note.pitch, steps, scale) for steps in _STEPS[ornament]]
    if max(lead) > highest or note.pitch > highest:
        return [note]
    small_s = min(_SMALL_NOTE_S, 0.24 * length_s) / (1 if len(lead) == 1 else 1.6)
    starts = [note.start_s + small_s * place for place in range(len(lead) + 1)]
    ends = [*starts[1:], note.end_s]
    return [
        Note(start_s, end_s, pitch, note.velocity, note.line, note.syllable)
        for start_s, end_s, pitch in zip(starts, ends, [*lead, note.pitch], strict=True)
    ]


def _steps_from(pitch: int, steps: int, scale: Sequence[int]) -> int:
    """The pitch so many steps of the scale away."""
    side = 1 if steps > 0 else -1
    for _ in range(abs(steps)):
        pitch += side
        while pitch % 12 not in scale:
            pitch += side
    return pitch
