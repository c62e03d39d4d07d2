"""The tune: a pitch for every syllable, in phrases that answer each other.

Each line of a part has a contour that belongs to the part's kind and the line's place in it, so that
verse 2 is sung to the tune of verse 1 and the hook returns. Pitches are chosen by dynamic programming:
chord tones on strong places, small steps, the contour, and a cadence at the end, all weighed against
each other. Everything random comes from the seed.
"""

import bisect
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from songsmith.engine.sketch.composing.rhythm import grid_places, lay_syllables
from songsmith.engine.sketch.phonetics.syllables import Syllable
from songsmith.engine.sketch.score import Harmony, Note, Score, SungLine

__all__ = ["compose"]

# Contours in scale steps over the line, at equal distances in time.
_CALLS = (
    (0.0, 1.0, 3.0, 2.0, 1.0),
    (-1.0, 0.0, 1.0, 2.5, 2.0),
    (0.0, 2.0, 1.0, 3.0, 1.0),
    (2.0, 2.0, 1.0, 0.0, 1.0),
    (-1.0, 1.0, 1.0, 0.0, 2.0),
)
_ANSWERS = (
    (2.0, 2.0, 1.0, 0.0, -1.0),
    (0.0, 2.0, 2.0, 0.0, -1.5),
    (1.0, 3.0, 1.0, 0.0, -2.0),
    (1.0, 0.0, 1.0, -1.0, -1.0),
)
_HOOKS = (
    (0.0, 3.0, 3.0, 2.0, 2.0),
    (3.0, 3.0, 1.0, 2.0, 0.0),
    (-1.0, 2.0, 3.5, 2.0, 1.0),
    (2.0, 0.0, 2.0, 3.0, 2.0),
)
_LIFTS = {"chorus": 4.0, "post-chorus": 4.0, "pre-chorus": 2.0, "bridge": 3.0, "outro": 1.0}
_STEP_SEMITONES = 1.75
# Semitones by which a Mandarin tone draws its note up or down, so that the tune moves as the words do.
_TONE_PULLS = {1: 3.0, 2: -1.0, 3: -4.0, 4: 1.5}


@dataclass(frozen=True)
class _Phrase:
    """How one line is to be shaped: its contour's centre (MIDI), and how it should end."""

    contour: tuple[float, ...]
    centre: float
    is_answer: bool
    ends_part: bool
    noise_seed: int


def compose(
    score: Score,
    syllables: Mapping[int, Sequence[Syllable]],
    *,
    seed: int,
    register: tuple[int, int],
) -> tuple[Note, ...]:
    """Notes for all lines of `score` that have syllables, within `register` (lowest, highest MIDI pitch).

    Lines that repeat an earlier one (`same_as`) are sung to its tune. A line's last syllable may have
    two or three notes; they share its index.
    """
    grid = grid_places(score)
    phrases = _shape_phrases(score, seed, register)
    tunes: dict[int, tuple[_Phrase, list[int]]] = {}
    notes: list[Note] = []
    for line in score.lines:
        own = syllables.get(line.line, ())
        if not own:
            continue
        spans = lay_syllables(line, own, score, grid)
        original = line.same_as or line.line
        if original not in tunes or len(tunes[original][1]) != len(own):
            phrase = phrases[line.line]
            tunes[original] = phrase, _tune(phrase, own, spans, score, register)
        phrase, tune = tunes[original]
        notes += _notes(line, own, spans, tune, phrase, score)
    return tuple(notes)


def _shape_phrases(score: Score, seed: int, register: tuple[int, int]) -> dict[int, _Phrase]:
    """A phrase for every line, by the kind of its part and its place there."""
    low, high = register
    by_part: dict[int, list[SungLine]] = {}
    for line in score.lines:
        by_part.setdefault(line.part, []).append(line)
    phrases = {}
    for part, lines in by_part.items():
        kind = score.parts[part].kind if 0 <= part < len(score.parts) else "verse"
        lift = min(_LIFTS.get(kind, 0.0), (high - low) / 3)
        centre = low + 0.36 * (high - low) + lift
        for place, line in enumerate(lines):
            is_answer = place % 2 == 1 or (place == len(lines) - 1 and len(lines) > 1)
            # The third line takes up the first again, the fourth the second: a a' pairs.
            family = f"{kind}/{place % 2}" if place < 4 else f"{kind}/{place % 4}"
            shapes = _ANSWERS if is_answer else _HOOKS if lift >= 4 else _CALLS
            pick = _number(seed, family)
            rise = 1.0 if place % 4 == 2 else 0.0
            phrases[line.line] = _Phrase(
                contour=tuple(step + rise for step in shapes[pick % len(shapes)]),
                centre=centre,
                is_answer=is_answer,
                ends_part=place == len(lines) - 1,
                noise_seed=pick,
            )
    return phrases


def _tune(
    phrase: _Phrase,
    syllables: Sequence[Syllable],
    spans: Sequence[tuple[float, float]],
    score: Score,
    register: tuple[int, int],
) -> list[int]:
    """A pitch per syllable: the cheapest way through the scale, weighing every three notes in a row."""
    pitches = _scale_pitches(score, register)
    costs = _place_costs(phrase, syllables, spans, score, pitches)
    if len(costs) == 1:
        return [int(pitches[costs[0].argmin()])]
    steps, leaps, turns = _step_costs(pitches), _leap_costs(pitches), _turn_costs(pitches)
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


def _scale_pitches(score: Score, register: tuple[int, int]) -> NDArray[np.int64]:
    return np.array([p for p in range(register[0], register[1] + 1) if p % 12 in score.scale])


def _place_costs(
    phrase: _Phrase,
    syllables: Sequence[Syllable],
    spans: Sequence[tuple[float, float]],
    score: Score,
    pitches: NDArray[np.int64],
) -> NDArray[np.float64]:
    """Cost of each pitch for each syllable, shape (syllables, pitches)."""
    first_s, last_s = spans[0][0], max(spans[-1][0], spans[0][0] + 1e-3)
    beats = [beat_s for bar in score.bars for beat_s in bar.beats_s]
    downbeats = {round(bar.start_s, 3) for bar in score.bars}
    random = np.random.default_rng(phrase.noise_seed)
    costs = np.zeros((len(spans), len(pitches)))
    for number, (start_s, end_s) in enumerate(spans):
        progress = (start_s - first_s) / (last_s - first_s)
        places = np.linspace(0, 1, len(phrase.contour))
        target = phrase.centre + _STEP_SEMITONES * np.interp(progress, places, phrase.contour)
        target += _TONE_PULLS.get(syllables[number].tone, 0.0)
        costs[number] += 0.22 * np.abs(pitches - target) ** 1.5
        chord = score.chord_at(start_s + 0.02)
        weight = _weight(start_s, end_s, beats, downbeats)
        costs[number] += weight * _dissonance(pitches, chord)
        costs[number] += random.normal(0, 0.35, 64)[: len(pitches)]
    costs[-1] += _cadence(phrase, pitches, score, score.chord_at(spans[-1][0] + 0.02))
    return costs


def _weight(start_s: float, end_s: float, beats: Sequence[float], downbeats: set[float]) -> float:
    """How much a note has to agree with its chord: on the beat and when long, much."""
    near = bisect.bisect_left(beats, start_s - 0.03)
    on_beat = near < len(beats) and abs(beats[near] - start_s) < 0.03
    weight = 1.6 if on_beat else 0.5
    weight += 0.8 if round(start_s, 3) in downbeats else 0.0
    return weight + min(1.5, 1.5 * (end_s - start_s))


def _dissonance(pitches: NDArray[np.int64], chord: Harmony) -> NDArray[np.float64]:
    """0 for root, third and fifth, a little for other chord tones, 1 outside, more a semitone above a tone."""
    classes = pitches % 12
    cost = np.ones(len(pitches))
    cost[np.isin((classes - 1) % 12, chord.tones)] = 1.5
    cost[np.isin(classes, chord.tones)] = 0.35
    cost[np.isin(classes, chord.tones[:3])] = 0.0
    return cost


def _cadence(
    phrase: _Phrase, pitches: NDArray[np.int64], score: Score, chord: Harmony
) -> NDArray[np.float64]:
    """What the last note should be: home at the end of a part, at rest in an answer, open in a call."""
    classes = pitches % 12
    if phrase.ends_part and score.tonic in chord.tones:
        return np.where(classes == score.tonic, 0.0, 3.5)
    if phrase.ends_part or phrase.is_answer:
        return np.where(np.isin(classes, chord.tones[:2]), 0.0, 1.5)
    return np.where(classes == score.tonic, 1.5, np.where(np.isin(classes, chord.tones), 0.0, 1.0))


def _step_costs(pitches: NDArray[np.int64]) -> NDArray[np.float64]:
    """Cost of going from one pitch to the next, shape (from, to): steps are easy, leaps dear."""
    table = np.array([0.55, 0.0, 0.0, 0.45, 0.5, 0.9, 3.5, 1.8, 3.0, 3.5, 5.0, 6.0, 4.5])
    size = np.abs(pitches[:, None] - pitches[None, :])
    return np.where(size < len(table), table[np.minimum(size, len(table) - 1)], 9.0)


def _leap_costs(pitches: NDArray[np.int64]) -> NDArray[np.float64]:
    """What a leap costs more where it leads to a weak syllable, shape (from, to)."""
    size = np.abs(pitches[:, None] - pitches[None, :])
    return np.where(size > 4, 1.5, 0.0)


def _turn_costs(pitches: NDArray[np.int64]) -> NDArray[np.float64]:
    """Cost of three notes in a row, shape (first, second, third): standing still and wavering to and fro are
    dull, and after a leap a melody turns back by step."""
    first, second = pitches[:, None, None], pitches[None, :, None]
    third = pitches[None, None, :]
    into, onward = second - first, third - second
    cost = np.where((into == 0) & (onward == 0), 1.6, 0.0)
    cost = cost + np.where((into != 0) & (third == first), 1.0, 0.0)
    is_leap = np.abs(into) > 4
    cost = cost + np.where(is_leap & (into * onward > 0), 1.2, 0.0)
    return np.asarray(cost + np.where(is_leap & (np.abs(onward) > 4), 1.5, 0.0))


def _notes(
    line: SungLine,
    syllables: Sequence[Syllable],
    spans: Sequence[tuple[float, float]],
    tune: Sequence[int],
    phrase: _Phrase,
    score: Score,
) -> list[Note]:
    notes = [
        Note(start_s, end_s, pitch, 78 + 8 * syllable.stress, line.line, index)
        for index, (syllable, (start_s, end_s), pitch) in enumerate(
            zip(syllables, spans, tune, strict=True)
        )
    ]
    last = notes[-1]
    length_s = last.end_s - last.start_s
    if length_s < 1.1 or phrase.noise_seed % 3:
        return notes
    # A turn into the held note: its upper neighbour first, as long as a half beat.
    turn_s = last.start_s + min(0.32, 0.25 * length_s)
    above = next((p for p in range(last.pitch + 1, last.pitch + 4) if p % 12 in score.scale), None)
    if above is None:
        return notes
    return [
        *notes[:-1],
        Note(last.start_s, turn_s, above, last.velocity, line.line, last.syllable),
        Note(turn_s, last.end_s, last.pitch, last.velocity, line.line, last.syllable),
    ]


def _number(seed: int, name: str) -> int:
    """A number that belongs to a seed and a name, the same on every machine."""
    return zlib.crc32(f"{seed}/{name}".encode())
