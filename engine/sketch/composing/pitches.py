"""Pitches for the syllables of a line: the cheapest way through the scale, weighing every three notes in a row."""

import bisect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from songsmith.engine.sketch.composing.phrases import Phrase
from songsmith.engine.sketch.composing.shared import Run
from songsmith.engine.sketch.phonetics.syllables import Syllable
from songsmith.engine.sketch.score import Harmony, Score
from songsmith.engine.sketch.style.tune import TuneStyle

__all__ = ["Choice", "Line", "best_pitches", "pentatonic"]

# Semitones by which a Mandarin tone draws its note up or down, so that the tune moves as the words do.
_TONE_PULLS = {1: 8.0, 2: 0.0, 3: -8.0, 4: 2.0}
_CONTOUR_WEIGHT = 0.3
_NOISE = 0.45
_PINNED = 40.0
_OUTSIDE = 0.9  # a note that belongs to the chord but not to the key
_ON_BEAT, _ON_WEAK_BEAT, _BETWEEN_BEATS = {0.0: 7.0, 1.0: 6.0}, 2.7, 0.5
_PENTATONIC = {True: (0, 2, 4, 7, 9), False: (0, 3, 5, 7, 10)}  # by whether the third is major

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True)
class Line:
    """A line laid out in time: its syllables, their spans, how it is to be shaped; `key` is shared by lines with
    one tune, `lift` is by how many semitones its key lies above the song's first, `scale` are that key's tones."""

    number: int
    part: int
    syllables: Sequence[Syllable]
    spans: Sequence[tuple[float, float]]
    phrase: Phrase
    lift: int
    key: tuple[str, int]
    run: Run | None
    scale: tuple[int, ...]


@dataclass(frozen=True)
class Choice:
    """What pitches there are: `lowest` to `highest`, and whatever is pinned; `last_classes` are those that the last
    note may have, empty for any."""

    lowest: int
    highest: int
    pins: Mapping[int, int] = field(default_factory=dict)
    last_classes: frozenset[int] = frozenset()


def best_pitches(
    lines: Sequence[Line],
    score: Score,
    tune: TuneStyle,
    choice: Choice,
    echoes: Sequence[Line] = (),
) -> list[int]:
    """A pitch for each syllable of the first of `lines`, good over the chords of all of them, which are sung to
    the same tune in keys of their own, and over those of `echoes`, which take up a run of its words."""
    first = lines[0]
    pitches = _candidates(first, score, choice)
    costs = _shape_costs(first, pitches)
    agreed = [_agreement(line, score, tune, pitches + line.lift - first.lift) for line in lines]
    costs += np.mean(agreed, axis=0)
    for echo in echoes:
        if echo.run:
            heard = _agreement(echo, score, tune, pitches + echo.lift - first.lift)
            source, own = echo.run.source_at, echo.run.at
            costs[source : source + echo.run.length] += heard[own : own + echo.run.length]
    costs[-1] += _cadence(first, pitches, score)
    if choice.last_classes:
        costs[-1] += np.where(np.isin(pitches % 12, list(choice.last_classes)), 0.0, _PINNED)
    for place in range(len(costs)):
        if place in choice.pins:
            costs[place] = np.where(pitches == choice.pins[place], 0.0, _PINNED)
        else:
            costs[place] += np.where(pitches > choice.highest, _PINNED, 0.0)
    return _cheapest(first.syllables, costs, pitches, tune)


def _candidates(line: Line, score: Score, choice: Choice) -> IntArray:
    """The scale, the tones of the line's chords, and what is pinned."""
    low, high = choice.lowest, max(choice.highest, *choice.pins.values(), choice.lowest + 4)
    classes = set(line.scale)
    for start_s, _ in line.spans:
        classes |= set(score.chord_at(start_s + 0.02).tones[:4])
    classes |= {pitch % 12 for pitch in choice.pins.values()}
    low = min([low, *choice.pins.values()])
    return np.array([pitch for pitch in range(low, high + 1) if pitch % 12 in classes])


def _shape_costs(line: Line, pitches: IntArray) -> FloatArray:
    """Cost of leaving the contour, shape (syllables, pitches), with a little chance."""
    phrase, spans = line.phrase, line.spans
    first_s, last_s = spans[0][0], max(spans[-1][0], spans[0][0] + 1e-3)
    places = np.linspace(0, 1, len(phrase.contour))
    random = np.random.default_rng(phrase.noise_seed)
    costs = np.zeros((len(spans), len(pitches)))
    for number, (start_s, _) in enumerate(spans):
        progress = (start_s - first_s) / (last_s - first_s)
        target = phrase.centre + line.lift + np.interp(progress, places, phrase.contour)
        target += _TONE_PULLS.get(line.syllables[number].tone, 0.0)
        costs[number] += _CONTOUR_WEIGHT * np.abs(pitches - target) ** 1.5
        costs[number] += random.normal(0, _NOISE, 128)[pitches]
    return costs


def _agreement(line: Line, score: Score, tune: TuneStyle, pitches: IntArray) -> FloatArray:
    """Cost of what does not agree with the chords and the scale, shape (syllables, pitches)."""
    beats, weights = _beat_weights(score)
    scale = line.scale
    outside = ~np.isin(pitches % 12, scale)
    rough = _beyond_pentatonic(pitches, scale) if tune.notes else np.zeros(len(pitches))
    costs = np.zeros((len(line.spans), len(pitches)))
    for number, (start_s, end_s) in enumerate(line.spans):
        chord = score.chord_at(start_s + 0.02)
        in_chord = np.isin(pitches % 12, chord.tones)
        costs[number] = _weight(start_s, end_s, beats, weights) * _dissonance(pitches, chord)
        costs[number] += np.where(outside, np.where(in_chord, _OUTSIDE, 6.0), 0.0)
        costs[number] += np.where(in_chord, 0.15, 1.0) * rough
    return costs


def pentatonic(scale: Sequence[int]) -> tuple[int, ...]:
    """The pitch classes of the five-tone scale on the tonic of `scale`, its first, with the same third."""
    steps = _PENTATONIC[(scale[0] + 4) % 12 in scale]
    return tuple((scale[0] + step) % 12 for step in steps)


def _beyond_pentatonic(pitches: IntArray, scale: Sequence[int]) -> FloatArray:
    return np.where(np.isin(pitches % 12, pentatonic(scale)), 0.0, 1.2)


def _beat_weights(score: Score) -> tuple[list[float], list[float]]:
    """All beats and how much a note on each has to agree with its chord: most where bars begin and in their middle."""
    beats, weights = [], []
    for bar in score.bars:
        for number, beat_s in enumerate(bar.beats_s):
            beats.append(beat_s)
            weights.append(_ON_BEAT.get(number * 2 / len(bar.beats_s), _ON_WEAK_BEAT))
    return beats, weights


def _weight(
    start_s: float, end_s: float, beats: Sequence[float], weights: Sequence[float]
) -> float:
    """How much a note has to agree with its chord: on the beat and when long, much."""
    near = bisect.bisect_left(beats, start_s - 0.04)
    on_beat = near < len(beats) and abs(beats[near] - start_s) < 0.04
    weight = weights[near] if on_beat else _BETWEEN_BEATS
    return weight + min(1.5, 1.5 * (end_s - start_s))


def _dissonance(pitches: IntArray, chord: Harmony) -> FloatArray:
    """0 for root, third and fifth, a little for other chord tones, more outside, most a semitone above a tone."""
    classes = pitches % 12
    cost = np.full(len(pitches), 1.3)
    cost[np.isin((classes - 1) % 12, chord.tones)] = 1.9
    cost[np.isin(classes, chord.tones)] = 0.35
    cost[np.isin(classes, chord.tones[:3])] = 0.0
    return cost


def _cadence(line: Line, pitches: IntArray, score: Score) -> FloatArray:
    """What the last note should be: home at the end of a part, at rest in an answer, open in a call."""
    phrase, at_s = line.phrase, line.spans[-1][0] + 0.02
    classes, tonic, chord = pitches % 12, score.tonic_at(at_s), score.chord_at(at_s)
    if phrase.ends_part and tonic in chord.tones:
        return np.where(classes == tonic, 0.0, 4.5)
    if phrase.ends_part or phrase.is_answer:
        return np.where(np.isin(classes, chord.tones[:2]), 0.0, 1.5)
    return np.where(classes == tonic, 1.5, np.where(np.isin(classes, chord.tones), 0.0, 1.0))


def _cheapest(
    syllables: Sequence[Syllable], costs: FloatArray, pitches: IntArray, tune: TuneStyle
) -> list[int]:
    if len(costs) == 1:
        return [int(pitches[costs[0].argmin()])]
    steps, leaps, turns = (
        _step_costs(pitches, tune),
        _leap_costs(pitches),
        _turn_costs(pitches, tune),
    )
    easy = [steps + leaps * (syllable.stress == 0) for syllable in syllables]
    # `best[a, b]`: the cheapest way to a note `b` that comes after `a`.
    best = costs[0][:, None] + easy[1] + costs[1]
    back: list[NDArray[np.intp]] = []
    for step, cost in zip(easy[2:], costs[2:], strict=True):
        total = best[:, :, None] + turns
        back.append(total.argmin(axis=0))
        best = total.min(axis=0) + step + cost
    before, last = (int(i) for i in np.unravel_index(best.argmin(), best.shape))
    path = [last, before]
    for choice in reversed(back):
        path.append(int(choice[path[-1], path[-2]]))
    return [int(pitches[index]) for index in reversed(path)]


def _step_costs(pitches: IntArray, tune: TuneStyle) -> FloatArray:
    """Cost of going from one pitch to the next, shape (from, to): steps are easy, leaps dear."""
    table = np.array([0.55, 0.0, 0.0, 0.4, 0.5, 0.8, 3.2, 1.5, 2.7, 2.9, 7.0, 8.0, 5.0])
    table[0] *= tune.repeats
    table[5:] *= tune.leaps
    size = np.abs(pitches[:, None] - pitches[None, :])
    return np.where(size < len(table), table[np.minimum(size, len(table) - 1)], 9.0)


def _leap_costs(pitches: IntArray) -> FloatArray:
    """What a leap costs more where it leads to a weak syllable, shape (from, to)."""
    size = np.abs(pitches[:, None] - pitches[None, :])
    return np.where(size > 4, 1.5, 0.0)


def _turn_costs(pitches: IntArray, tune: TuneStyle) -> FloatArray:
    """Cost of three notes in a row, shape (first, second, third): standing still and wavering to and fro are
    dull, and after a leap a melody turns back by step."""
    first, second = pitches[:, None, None], pitches[None, :, None]
    third = pitches[None, None, :]
    into, onward = second - first, third - second
    cost = np.where((into == 0) & (onward == 0), 1.6 * tune.repeats, 0.0)
    cost = cost + np.where((into != 0) & (third == first), 1.0, 0.0)
    is_leap = np.abs(into) > 4
    cost = cost + np.where(is_leap & (into * onward > 0), 1.2, 0.0)
    return np.asarray(cost + np.where(is_leap & (np.abs(onward) > 4), 1.5, 0.0))
