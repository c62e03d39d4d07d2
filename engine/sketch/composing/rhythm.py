"""When each syllable of a line is sung: stressed syllables on beats, unstressed ones between, in the style's cells.

The first syllable is fixed by the line's stamp. The others are laid on the grid by dynamic programming, which
weighs an even flow of speech, the beats, and the rhythm cell against each other. A line with more syllables than
the grid has places is spread evenly instead.
"""

import bisect
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from songsmith.engine.sketch.phonetics.syllables import Syllable
from songsmith.engine.sketch.score import Bar, Score, SungLine
from songsmith.engine.sketch.style.genre import Genre
from songsmith.engine.sketch.style.tune import TuneStyle

__all__ = ["Delivery", "GridPlace", "grid_places", "lay_syllables"]

_FLOW_WEIGHT = 4.5
_SPEECH_SHARE = 0.6
_PHRASE_END = 1.7
_BREATH_S = 0.25
_SHORTEST_S = 0.11
_LONGEST_HOLD_S = 1.7
_CLOSING_BEATS = 2.2
_BEAT_PULL = {0: -2.1, 1: 0.7, 2: 2.6}
"""What a beat is worth to a syllable of that stress."""
_CELL = {"X": 1.5, "x": 0.9, ".": 0.0, "-": -1.2}
_EARLY = 1.6  # what coming half a beat early is worth to a stressed syllable where the style pushes fully


@dataclass(frozen=True)
class GridPlace:
    """A time a note may start. `strength`: 3 on a downbeat, 2 and 1 on beats, 0 between, -1 on sixteenths.
    `beat` is its place in the bar in beats."""

    time_s: float
    strength: float
    beat: float = 0.0


@dataclass(frozen=True)
class Delivery:
    """How a line is sung in time: its cell, and on which place its last note is to begin, if that is settled."""

    cell: str = ""
    beats_per_cell: int = 4
    pace: float = 1.0
    push: float = 0.0
    beats: float = 1.0
    late_s: float = 0.0
    closing_s: float | None = None


def grid_places(score: Score, genre: Genre | None = None) -> list[GridPlace]:
    """Beats and their divisions of the whole song: halves and quarters as the genre swings them, or thirds."""
    divisions = _divisions(score, genre)
    places = []
    for bar in score.bars:
        ends = [*bar.beats_s[1:], bar.end_s]
        for number, (start_s, end_s) in enumerate(zip(bar.beats_s, ends, strict=True)):
            beat = _strength(bar, number, score)
            for share, strength in divisions:
                at_s = start_s + share * (end_s - start_s)
                places.append(GridPlace(at_s, strength if share else beat, number + share))
    return places


def _strength(bar: Bar, number: int, score: Score) -> float:
    """3 for the first beat of a bar, 2 in its middle; in 6/8 what lies between its two beats is none."""
    if score.meter == "6/8" and number % 3:
        return 0.3
    middle = len(bar.beats_s) % 2 == 0 and number == len(bar.beats_s) // 2
    return 3.0 if number == 0 else 2.0 if middle else 1.5


def _divisions(score: Score, genre: Genre | None) -> list[tuple[float, float]]:
    """(share of a beat, strength) of the places of a beat."""
    tune = genre.tune if genre else TuneStyle()
    if score.meter == "6/8":
        return [(0.0, 0.0), (0.5, -1.0)]
    swing = genre.swing if genre else 0.5
    if tune.grid == "triplet":
        late = max(swing, 2 / 3) if genre and genre.swing_unit == 8 else 2 / 3
        return [(0.0, 0.0), (1 / 3, 0.1), (late, 0.3)]
    if genre and genre.swing_unit == 8:
        return [(0.0, 0.0), (swing / 2, -1.0), (swing, 0.3), ((1 + swing) / 2, -1.0)]
    return [(0.0, 0.0), (swing / 2, -1.0), (0.5, 0.3), ((1 + swing) / 2, -1.0)]


def lay_syllables(
    line: SungLine,
    syllables: Sequence[Syllable],
    score: Score,
    grid: Sequence[GridPlace],
    delivery: Delivery | None = None,
) -> list[tuple[float, float]]:
    """Start and end of the note of every syllable, within the line's slot.

    Shape of a sung line: syllables flow at a singing pace, phrase ends are longer, the last is held,
    and a breath is left before the slot ends.
    """
    delivery = delivery or Delivery()
    beat_s = _beat_at(score, line.start_s) * (3 if score.meter == "6/8" else 1)
    slot_s = line.end_s - line.start_s
    weights = _weights(syllables)
    breath_s = min(_BREATH_S, 0.06 * slot_s)
    hold_s = min(max(min(0.7 * beat_s, 0.55), 0.45), 0.32 * slot_s)
    if delivery.closing_s is not None:
        hold_s = max(hold_s, line.end_s - breath_s - delivery.closing_s)
    flow_s = slot_s - breath_s - hold_s
    count = len(syllables)
    end_s = _end(line, line.start_s, beat_s, breath_s, delivery)
    if count == 1:
        return [(line.start_s, end_s)]
    unit_s = min(0.95 * flow_s / weights[:-1].sum(), _slowest_unit(slot_s / count, delivery.pace))
    if delivery.closing_s is not None:  # the words lead up to the last note
        unit_s = (delivery.closing_s - line.start_s) / weights[:-1].sum()
    wished = unit_s * weights[:-1]
    starts = _on_grid(line, wished, syllables, grid, line.start_s + flow_s, delivery)
    if starts is None:
        last_s = line.start_s + 0.97 * (slot_s - breath_s) * (1 - 1.2 / (weights.sum() + 0.2))
        starts = line.start_s + np.concatenate([[0], np.cumsum(weights[:-1])]) * (
            (last_s - line.start_s) / weights[:-1].sum()
        )
    starts = _laid_back(starts, delivery.late_s)
    ends = [*starts[1:], _end(line, float(starts[-1]), beat_s, breath_s, delivery)]
    spans = []
    for place, (syllable, start_s, stop_s) in enumerate(zip(syllables, starts, ends, strict=True)):
        is_held = place == count - 1 and delivery.closing_s is not None
        pauses = syllable.ends_phrase and stop_s - start_s > 0.55 and not is_held
        end_s = max(start_s + 0.4, stop_s - 0.18) if pauses else stop_s
        spans.append((float(start_s), float(end_s)))
    return spans


def _laid_back(starts: NDArray[np.float64], late_s: float) -> NDArray[np.float64]:
    """Starts of all but the first syllable a little behind, where that leaves notes long enough."""
    if late_s and np.diff(starts).min() > _SHORTEST_S + late_s:
        return np.concatenate([starts[:1], starts[1:] + late_s])
    return starts


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


def _slowest_unit(room_s: float, pace: float) -> float:
    """Longest plain syllable. Words sung slower than this fall apart, so a line with much room for each
    syllable is sung at this pace and followed by a rest."""
    return pace * float(np.interp(room_s, [0.4, 0.6, 1.5], [0.36, 0.40, 0.60]))


def _end(
    line: SungLine, start_s: float, beat_s: float, breath_s: float, delivery: Delivery
) -> float:
    """End of the last note: held for two beats and a half at most, or to the breath before the slot's end."""
    longest_s = max(min(2.5 * beat_s, _LONGEST_HOLD_S), 0.7)
    if delivery.closing_s is not None:
        longest_s = max(longest_s, _CLOSING_BEATS * beat_s)
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
    delivery: Delivery,
) -> NDArray[np.float64] | None:
    """Starts of all syllables, the inner ones on grid places; None if there is no room on the grid."""
    usable = [p for p in grid if line.start_s + 0.6 * _SHORTEST_S < p.time_s <= latest_s + 0.02]
    times = np.array([line.start_s, *(place.time_s for place in usable)])
    strengths = np.array([3.0, *(place.strength for place in usable)])
    cells = np.array([0.0, *(_cell_value(place, delivery) for place in usable)])
    if len(times) < len(syllables):
        return None
    lengths = times[None, :] - times[:, None]
    feasible = lengths >= min(_SHORTEST_S, 0.75 * float(wished.min()))
    log_lengths = np.log(np.where(feasible, lengths, 1.0))
    # Sixteenths are for fast words; in slow ones they only limp.
    limp = np.where(strengths < 0, np.interp(wished.mean(), [0.15, 0.3], [0.1, 3.0]), 0.0)
    best = np.where(np.arange(len(times)) == 0, 0.0, np.inf)
    back: list[NDArray[np.intp]] = []
    for number in range(1, len(syllables)):
        flow = _FLOW_WEIGHT * (log_lengths - np.log(wished[number - 1])) ** 2
        total = np.where(feasible, best[:, None] + flow, np.inf)
        back.append(total.argmin(axis=0))
        reward = _place_reward(syllables[number], strengths, delivery) + cells
        best = total.min(axis=0) + limp - reward
    if delivery.closing_s is not None:
        best = best + 8.0 * np.abs(times - delivery.closing_s)
    if not np.isfinite(best).any():
        return None
    path = [int(best.argmin())]
    for choice in reversed(back):
        path.append(int(choice[path[-1]]))
    return np.asarray(times[path[::-1]])


def _place_reward(
    syllable: Syllable, strengths: NDArray[np.float64], delivery: Delivery
) -> NDArray[np.float64]:
    """What each place is worth to a syllable: a beat to a stressed one, the rest of it to an unstressed one; the
    off-beat, to a stressed one that a style likes to sing early, half as much."""
    pull = _BEAT_PULL[syllable.stress] * delivery.beats
    beats = pull * (0.85 + 0.08 * strengths) + (0.5 if syllable.ends_phrase else 0.0)
    early = delivery.push * _EARLY if syllable.stress == 2 else 0.0
    return np.where(strengths >= 1, beats, np.where(strengths > 0.2, early, 0.0))


def _cell_value(place: GridPlace, delivery: Delivery) -> float:
    """What the rhythm cell says of a place, by its beat and where in the beat it lies."""
    if not delivery.cell:
        return 0.0
    steps = len(delivery.cell) / delivery.beats_per_cell
    step = int((place.beat % delivery.beats_per_cell) * steps + 0.25)
    return _CELL[delivery.cell[min(step, len(delivery.cell) - 1)]]
