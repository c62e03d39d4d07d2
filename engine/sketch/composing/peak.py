"""The highest note of a song: one, on a stressed syllable of the last chorus (or of the bridge)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from songsmith.engine.sketch.composing.pitches import Line
from songsmith.engine.sketch.style.tune import TuneStyle

__all__ = ["Peak", "find_peak"]

_SHORTEST_S = 0.22
_MOST_ABOVE = 4


@dataclass(frozen=True)
class Peak:
    """The syllable of a line that is raised to `pitch`; `kept` are those whose tune is shared, which stay."""

    line: int
    syllable: int
    pitch: int
    kept: frozenset[int] = frozenset()


def find_peak(
    lines: Sequence[Line], tunes: Mapping[int, Sequence[int]], tune: TuneStyle, highest: int
) -> Peak | None:
    """Where the highest note stands: nearest to the song's present highest, long rather than short, and late.

    None where the register leaves no room above, or nobody sings.
    """
    if not lines:
        return None
    top = max(max(tunes[line.number]) for line in lines)
    shared = _shared_places(lines)
    choices = []
    for late, line in enumerate(_climax(lines, tune)):
        kept = shared.get(line.key, frozenset())
        for place in _usable(line, kept):
            start_s, end_s = line.spans[place]
            pitch = _above(top, line, highest)
            if pitch is not None:
                below = top - tunes[line.number][place]
                cost = below - 3.0 * min(end_s - start_s, 1.0) - 0.4 * late
                choices.append((cost, start_s, Peak(line.number, place, pitch, kept)))
    return min(choices, key=lambda choice: choice[:2])[2] if choices else None


def _climax(lines: Sequence[Line], tune: TuneStyle) -> list[Line]:
    """The lines of the last chorus, or of the bridge where a style climbs there; without either, the last third."""
    for kind in ("bridge", "chorus") if tune.peak == "bridge" else ("chorus", "bridge"):
        parts = [line.part for line in lines if line.key[0] == kind]
        if parts:
            return [line for line in lines if line.part == parts[-1]]
    return list(lines[-max(len(lines) // 3, 1) :])


def _shared_places(lines: Sequence[Line]) -> dict[tuple[str, int], frozenset[int]]:
    """By key of a tune, the syllables inside words that other lines share; the last of them may turn."""
    keys = {line.number: line.key for line in lines}
    places: dict[tuple[str, int], frozenset[int]] = {}
    for line in lines:
        run = line.run
        if run and run.source in keys:
            for key, at in ((line.key, run.at), (keys[run.source], run.source_at)):
                places[key] = places.get(key, frozenset()) | set(range(at, at + run.length - 1))
    return places


def _usable(line: Line, inside: frozenset[int]) -> list[int]:
    """Syllables that may be raised: stressed, not too short, not the line's last, nor `inside` shared words."""
    stresses = [s.stress for s in line.syllables]
    stressed = [
        place
        for place, (start_s, end_s) in enumerate(line.spans[:-1])
        if stresses[place] == max(stresses)
        and place not in inside
        and end_s - start_s >= _SHORTEST_S
    ]
    return stressed or [p for p in range(len(line.spans) - 1) if p not in inside]


def _above(top: int, line: Line, highest: int) -> int | None:
    """The pitch a step or two above `top` that the key has."""
    above = [p for p in range(top + 1, min(top + _MOST_ABOVE, highest) + 1) if p % 12 in line.scale]
    return above[0] if above else None
