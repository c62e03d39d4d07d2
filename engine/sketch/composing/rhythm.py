"""When each syllable of a line is sung: on the beat grid, stressed syllables on strong places.

The first syllable is fixed by the line's stamp. The others are laid on the grid by dynamic programming,
which weighs an even flow against the beat's strength. A line with more syllables than the grid has
places is spread evenly instead.
"""

import bisect
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from songsmith.engine.sketch.phonetics.syllables import Syllable
from songsmith.engine.sketch.score import Score, SungLine

__all__ = ["GridPlace", "grid_places", "lay_syllables"]

_FLOW_WEIGHT = 6.0
_STRENGTH_WEIGHT = 0.8
_SPEECH_SHARE = 0.6
_PHRASE_END = 1.7
_BREATH_S = 0.25
_SHORTEST_S = 0.11
_LONGEST_HOLD_S = 1.7


@dataclass(frozen=True)
class GridPlace:
    """A time a note may start. `strength`: 3 on a downbeat, 2 and 1 on beats, 0 between, -1 on sixteenths."""

    time_s: float
    strength: float


def grid_places(score: Score) -> list[GridPlace]:
    """Beats, halves and quarters of beats of the whole song."""
    places = []
    for bar in score.bars:
        ends = [*bar.beats_s[1:], bar.end_s]
        for number, (start_s, end_s) in enumerate(zip(bar.beats_s, ends, strict=True)):
            middle = len(bar.beats_s) % 2 == 0 and number == len(bar.beats_s) // 2
            strength = 3.0 if number == 0 else 2.0 if middle else 1.3
            quarter_s = (end_s - start_s) / 4
            places.append(GridPlace(start_s, strength))
            places.append(GridPlace(start_s + quarter_s, -1.0))
            places.append(GridPlace(start_s + 2 * quarter_s, 0.3))
            places.append(GridPlace(start_s + 3 * quarter_s, -1.0))
    return places


def lay_syllables(
    line: SungLine, syllables: Sequence[Syllable], score: Score, grid: Sequence[GridPlace]
) -> list[tuple[float, float]]:
    """Start and end of the note of every syllable, within the line's slot.

    Shape of a sung line: syllables flow at a singing pace, phrase ends are longer, the last is held,
    and a breath is left before the slot ends.
    """
    beat_s = _beat_at(score, line.start_s)
    slot_s = line.end_s - line.start_s
    weights = _weights(syllables)
    hold_s = min(max(1.0 * beat_s, 0.5), 0.35 * slot_s)
    breath_s = min(_BREATH_S, 0.06 * slot_s)
    flow_s = slot_s - breath_s - hold_s
    count = len(syllables)
    if count == 1:
        return [(line.start_s, _end(line, line.start_s, beat_s, breath_s))]
    unit_s = min(0.92 * flow_s / weights[:-1].sum(), _slowest_unit(slot_s / count))
    wished = unit_s * weights[:-1]
    starts = _on_grid(line, wished, syllables, grid, line.start_s + flow_s)
    if starts is None:
        last_s = line.start_s + 0.97 * (slot_s - breath_s) * (1 - 1.2 / (weights.sum() + 0.2))
        starts = line.start_s + np.concatenate([[0], np.cumsum(weights[:-1])]) * (
            (last_s - line.start_s) / weights[:-1].sum()
        )
    ends = [*starts[1:], _end(line, float(starts[-1]), beat_s, breath_s)]
    spans = []
    for syllable, start_s, end_s in zip(syllables, starts, ends, strict=True):
        pauses = syllable.ends_phrase and end_s - start_s > 0.55
        stop_s = max(start_s + 0.4, end_s - 0.18) if pauses else end_s
        spans.append((float(start_s), float(stop_s)))
    return spans


def _weights(syllables: Sequence[Syllable]) -> NDArray[np.float64]:
    """Length each syllable wishes for, 1 for the middle one, shape (syllables,): what takes long to speak
    takes long to sing, though less so."""
    spoken = [_spoken_length(s, after) for s, after in pairwise([*syllables, None]) if s]
    weights = np.clip((np.array(spoken) / np.median(spoken)) ** _SPEECH_SHARE, 0.65, 1.5)
    return np.asarray(weights * [_PHRASE_END if s.ends_phrase else 1.0 for s in syllables])


def _spoken_length(syllable: Syllable, after: Syllable | None) -> int:
    """Samples from a vowel's start to that of the next one, or to the last sound of its phrase."""
    if after is not None and not syllable.ends_phrase:
        end = after.nucleus.start
    else:
        end = (syllable.coda or (syllable.nucleus,))[-1].end
    return max(end - syllable.nucleus.start, 1)


def _slowest_unit(room_s: float) -> float:
    """Longest plain syllable. Words sung slower than this fall apart, so a line with much room for each
    syllable is sung at this pace and followed by a rest."""
    return float(np.interp(room_s, [0.4, 0.6, 1.5], [0.36, 0.40, 0.60]))


def _end(line: SungLine, start_s: float, beat_s: float, breath_s: float) -> float:
    """End of the last note: held for two beats and a half at most, or to the breath before the slot's end."""
    longest_s = max(min(2.5 * beat_s, _LONGEST_HOLD_S), 0.7)
    return min(start_s + longest_s, line.end_s - breath_s)


def _beat_at(score: Score, time_s: float) -> float:
    starts = [bar.start_s for bar in score.bars]
    return score.bars[max(0, bisect.bisect_right(starts, time_s + 1e-6) - 1)].beat_s


def _on_grid(
    line: SungLine,
    wished: NDArray[np.float64],
    syllables: Sequence[Syllable],
    grid: Sequence[GridPlace],
    latest_s: float,
) -> NDArray[np.float64] | None:
    """Starts of all syllables, the inner ones on grid places; None if there is no room on the grid."""
    times = np.array([place.time_s for place in grid])
    strengths = np.array([place.strength for place in grid])
    usable = (times > line.start_s + 0.6 * _SHORTEST_S) & (times <= latest_s + 0.02)
    times = np.concatenate([[line.start_s], times[usable]])
    strengths = np.concatenate([[3.0], strengths[usable]])
    if len(times) < len(syllables):
        return None
    lengths = times[None, :] - times[:, None]
    feasible = lengths >= min(_SHORTEST_S, 0.75 * float(wished.min()))
    log_lengths = np.log(np.where(feasible, lengths, 1.0))
    # Sixteenths are for fast words; in slow ones they only limp.
    limp = np.where(strengths < 0, np.interp(wished.mean(), [0.15, 0.3], [0.1, 2.5]), 0.0)
    best = np.where(np.arange(len(times)) == 0, 0.0, np.inf)
    back: list[NDArray[np.intp]] = []
    for number in range(1, len(syllables)):
        flow = _FLOW_WEIGHT * (log_lengths - np.log(wished[number - 1])) ** 2
        total = np.where(feasible, best[:, None] + flow, np.inf)
        back.append(total.argmin(axis=0))
        best = total.min(axis=0) + limp - _strength_reward(syllables[number], strengths)
    if not np.isfinite(best).any():
        return None
    path = [int(best.argmin())]
    for choice in reversed(back):
        path.append(int(choice[path[-1]]))
    return np.asarray(times[path[::-1]])


def _strength_reward(syllable: Syllable, strengths: NDArray[np.float64]) -> NDArray[np.float64]:
    """Stressed syllables gain from strong places, unstressed ones lose a little there."""
    pull = {0: -0.25, 1: 0.35, 2: 1.0}[syllable.stress] + (0.5 if syllable.ends_phrase else 0.0)
    return np.asarray(_STRENGTH_WEIGHT * pull * np.maximum(strengths, 0.0))
