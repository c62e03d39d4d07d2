"""What was composed, in the words of a songwriter, as JSON values for a take's manifest."""

from collections.abc import Sequence
from typing import Any

from songsmith.engine.sketch.composing.phrases import plan_tune, tune_kind
from songsmith.engine.sketch.harmony import key_name
from songsmith.engine.sketch.score import Note, Score, SongPart
from songsmith.engine.sketch.style.genre import Genre

__all__ = ["explain_composition"]

_ANY_REGISTER = (45, 62)


def explain_composition(
    score: Score, notes: Sequence[Note], genre: Genre, tune_seed: int | None
) -> dict[str, Any]:
    """Keys, the chords of each kind of part, forms and motifs by seed, and where the highest note is sung."""
    return {
        "keys": _keys(score),
        "progressions": _progressions(score),
        "motifs": _motifs(score, genre, tune_seed) if notes and tune_seed is not None else {},
        "highest_note": _highest(score, notes),
        "ending": genre.tune.ending if notes else "",
    }


def _keys(score: Score) -> list[dict[str, object]]:
    """Each key and the second from which the song is in it."""
    starts_s = [0.0, *(lift.start_s for lift in score.lifts)]
    return [
        {"start_s": round(at_s, 3), "key": key_name(score.tonic_at(at_s), score.mode)}
        for at_s in starts_s
    ]


def _progressions(score: Score) -> dict[str, str]:
    """The chords of the first part of each kind."""
    found: dict[str, str] = {}
    for part in score.parts:
        found.setdefault(part.kind, " ".join(_symbols(score, part)))
    return found


def _symbols(score: Score, part: SongPart) -> list[str]:
    inside = [c for c in score.chords if part.start_s - 0.01 <= c.start_s < part.end_s - 0.01]
    return [chord.harmony.symbol for chord in inside]


def _motifs(score: Score, genre: Genre, seed: int) -> dict[str, object]:
    """For every kind of part that is sung: its form, the contour of each letter and the rhythm cell."""
    plan = plan_tune(score, genre, seed=seed, register=_ANY_REGISTER)
    sung = {tune_kind(score.parts[line.part].kind) for line in score.lines}
    return {
        kind: {
            "form": plan.forms[kind],
            "contours": dict(plan.contours[kind]),
            "rhythm": plan.cells[kind],
        }
        for kind in sorted(sung)
    }


def _highest(score: Score, notes: Sequence[Note]) -> dict[str, object]:
    """The highest note of the lead."""
    if not notes:
        return {}
    top = max(notes, key=lambda note: note.pitch)
    part = next((p for p in score.parts if p.start_s <= top.start_s < p.end_s), score.parts[-1])
    return {
        "pitch": top.pitch,
        "line": top.line,
        "start_s": round(top.start_s, 3),
        "part": part.label or part.kind,
    }
