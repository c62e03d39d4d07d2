"""The tempo map: bars whose beats meet the stamps of the lines, however uneven those are.

A search over tempi and beat positions: every line is laid on a beat, best on a downbeat, while the tempo
between two lines may leave the song's tempo by up to 12 %. A line that no beat can meet within that is
left out of the map: it is still sung on its stamp, only no beat is bent to it. Where all stamps lie on the
beats of one steady tempo, as those that songsmith lays do, the map is exactly that tempo.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from songsmith.engine.sketch.score import Bar, Score

__all__ = ["MAX_DRIFT", "Meter", "fit_tempo", "lay_bars", "tempo_notes"]

MAX_DRIFT = 0.12
_TIGHT = 0.04  # drift that is not noticed
_SKIP_COST = 5.0
_BEAM = 40
_STEADY_BEND = 0.005
_STEADY_S = 0.012
"""How far a stamp may lie from its beat in a steady map: what nobody hears, and more than stamps are rounded by."""
_Node = tuple[float, int, int, "_Node | None"]  # cost, line, half-beat, the anchor before


@dataclass(frozen=True)
class Meter:
    """`beats` a bar as counted in `Bar.beats_s`; `felt` of them make one beat of the given bpm (6/8: 3)."""

    name: str
    beats: int
    felt: int = 1

    @classmethod
    def named(cls, name: str) -> "Meter":
        """ "3/4", "4/4" or "6/8"."""
        return cls(name, 6, 3) if name == "6/8" else cls(name, int(name[0]))

    def beat_s(self, bpm: float) -> float:
        return 60 / bpm / self.felt


@dataclass(frozen=True)
class Grid:
    """Anchors of the map: at `times_s` sounds beat `beats` (counted from a bar line), at `bpm` all told."""

    bpm: float
    times_s: tuple[float, ...]
    beats: tuple[float, ...]
    cost: float


def fit_tempo(
    stamps_s: Sequence[float], meter: Meter, *, bpm_low: float, bpm_usual: float, bpm_high: float
) -> Grid:
    """The tempo in the range, and the lines that stand on its beats. `stamps_s` ascend and are not empty."""
    tempi = np.arange(bpm_low, bpm_high + 0.01, max((bpm_high - bpm_low) / 240, 0.25))
    gaps = np.diff(np.asarray(stamps_s, dtype=np.float64))
    rough = _rough_costs(gaps[gaps > 0.2], tempi, meter)
    rough += 0.5 * (np.log(tempi / bpm_usual) / 0.18) ** 2
    best: Grid | None = None
    for index in _valleys(rough, 4):
        grid = _lay_lines(stamps_s, meter, float(tempi[index]))
        wander = 0.5 * (math.log(grid.bpm / bpm_usual) / 0.18) ** 2
        cost = grid.cost / len(stamps_s) + wander
        if best is None or cost < best.cost:
            best = Grid(grid.bpm, grid.times_s, grid.beats, cost)
    assert best is not None
    return _steady(best, len(stamps_s), meter) or best


def _steady(grid: Grid, lines: int, meter: Meter) -> Grid | None:
    """The same map at one tempo all through, from a beat at 0 s on, if every line lies on it."""
    if len(grid.times_s) < lines:
        return None
    times, beats = np.array(grid.times_s), np.array(grid.beats)
    beats = beats - beats[0] + round(times[0] / meter.beat_s(grid.bpm))
    if not beats.any():
        return None
    exact = 60 / meter.felt * float((beats**2).sum() / (times * beats).sum())
    for bpm in (*(round(exact, digits) for digits in (0, 1, 2)), exact):
        at_s = beats * meter.beat_s(bpm)
        if bpm > 0 and np.abs(at_s - times).max() < _STEADY_S:
            first = grid.beats[0] - beats[0]
            return Grid(bpm, tuple(map(float, at_s)), tuple(map(float, beats + first)), grid.cost)
    return None


def tempo_notes(score: Score) -> tuple[str, ...]:
    """What is said of a tempo that bends to meet the stamps: how far it does. The last bar is held at will."""
    usual_s = Meter.named(score.meter).beat_s(score.bpm)
    bend = max((abs(bar.beat_s / usual_s - 1) for bar in score.bars[:-1]), default=0.0)
    if bend < _STEADY_BEND:
        return ()
    return (
        f"the tempo bends by up to {bend:.0%} of {score.bpm:.0f} bpm to meet the stamps; "
        "retime lays them on one tempo",
    )


def _valleys(costs: np.ndarray, count: int) -> list[int]:
    """The lowest points that aren't neighbours, lowest first."""
    chosen: list[int] = []
    for index in np.argsort(costs, kind="stable"):
        if all(abs(int(index) - other) > 4 for other in chosen):
            chosen.append(int(index))
        if len(chosen) == count:
            break
    return chosen


def _rough_costs(gaps_s: np.ndarray, tempi: np.ndarray, meter: Meter) -> np.ndarray:
    """Mean cost of every tempo if each gap stood alone."""
    if gaps_s.size == 0:
        return np.zeros(len(tempi))
    beats = gaps_s[None, :] * (tempi * meter.felt / 60)[:, None]
    cheapest = np.full(beats.shape, _SKIP_COST)
    for unit, price in ((meter.beats, 0.0), (meter.beats / 2, 0.5), (1.0, 1.2), (0.5, 2.5)):
        whole = np.maximum(np.rint(beats / unit), 1) * unit
        drift = np.log(beats / whole)
        cost = price + 0.5 * (drift / _TIGHT) ** 2
        cheapest = np.minimum(cheapest, np.where(np.abs(drift) < MAX_DRIFT * 0.95, cost, np.inf))
    return np.asarray(cheapest.mean(axis=1))


def _position_cost(half_beat: int, meter: Meter) -> float:
    """What it costs a line to start there: nothing on a downbeat, most between beats."""
    in_bar = half_beat % (2 * meter.beats)
    if in_bar == 0:
        return 0.0
    if in_bar == meter.beats:
        return 0.5 if meter.beats % 2 == 0 else 2.5
    return 1.2 if in_bar % 2 == 0 else 2.5


def _lay_lines(stamps_s: Sequence[float], meter: Meter, bpm: float) -> Grid:
    """Cheapest beats for the lines at one tempo, by dynamic programming with a beam."""
    half_s = meter.beat_s(bpm) / 2
    nodes: list[_Node] = [
        (_position_cost(start, meter), 0, start, None) for start in range(0, 2 * meter.beats, 2)
    ]
    for line in range(1, len(stamps_s)):
        nodes = _step(nodes, line, stamps_s, half_s, meter)
    end: _Node | None = min(nodes, key=lambda node: node[0])
    cost = end[0] if end else 0.0
    anchors: list[tuple[float, float]] = []
    while end is not None:
        anchors.append((stamps_s[end[1]], end[2] / 2))
        end = end[3]
    anchors.reverse()
    return Grid(
        bpm=_mean_bpm(anchors, bpm, meter),
        times_s=tuple(time_s for time_s, _ in anchors),
        beats=tuple(beat for _, beat in anchors),
        cost=cost,
    )


def _step(
    nodes: list[_Node], line: int, stamps_s: Sequence[float], half_s: float, meter: Meter
) -> list[_Node]:
    reached: dict[tuple[int, int], _Node] = {}
    for node in nodes:
        cost, anchor, at, _ = node
        skipped = (cost + _SKIP_COST, anchor, at, node[3])
        candidates: list[_Node] = [skipped]
        gap_s = stamps_s[line] - stamps_s[anchor]
        ideal = round(gap_s / half_s)
        for halves in range(max(1, ideal - 4), ideal + 5):
            drift = math.log(gap_s / (halves * half_s)) if gap_s > 0 else 9.0
            if abs(drift) < MAX_DRIFT * 0.95:
                price = _position_cost(at + halves, meter) + 0.5 * (drift / _TIGHT) ** 2
                candidates.append((cost + price, line, at + halves, node))
        for candidate in candidates:
            key = candidate[1:3]
            if key not in reached or candidate[0] < reached[key][0]:
                reached[key] = candidate
    return sorted(reached.values(), key=lambda node: node[0])[:_BEAM]


def _mean_bpm(anchors: list[tuple[float, float]], bpm: float, meter: Meter) -> float:
    """Tempo over all anchors, which is the song's; `bpm` if there is but one."""
    beats = anchors[-1][1] - anchors[0][1]
    if beats < meter.beats:
        return bpm
    mean = 60 * beats / (anchors[-1][0] - anchors[0][0]) / meter.felt
    return mean if abs(math.log(mean / bpm)) < MAX_DRIFT / 2 else bpm


def lay_bars(grid: Grid, meter: Meter, duration_s: float) -> tuple[Bar, ...]:
    """Bars from the start of the song to its end through all anchors; `part` is 0 everywhere.

    The first may be short (a pickup), the last holds the final chord and may be long. Before the first
    bar there is less than a beat of silence.
    """
    beat_s = meter.beat_s(grid.bpm)
    times, beats = list(grid.times_s), list(grid.beats)
    lead_beats, lead_s = _lead_in(times[0], beat_s, round(beats[0]) % meter.beats, meter)
    if lead_beats:
        times.insert(0, times[0] - lead_s)
        beats.insert(0, beats[0] - lead_beats)
    last_bar = _final_bar(times[-1], beats[-1], beat_s, meter, duration_s)
    times.append(times[-1] + max(last_bar * meter.beats - beats[-1], 0.25) * beat_s)
    beats.append(max(float(last_bar * meter.beats), beats[-1] + 0.25))
    lines = [
        beats[0],
        *range(_next_line(beats[0], meter.beats), last_bar * meter.beats + 1, meter.beats),
    ]
    bars = [_bar(start, end, times, beats) for start, end in pairwise(lines)]
    final_s = float(np.interp(lines[-1], beats, times))
    final = np.linspace(final_s, duration_s, meter.beats + 1)
    return (*bars, Bar(final_s, duration_s, tuple(map(float, final[:-1])), 0))


def _next_line(beat: float, beats: int) -> int:
    return (math.floor(beat / beats) + 1) * beats


def _bar(start: float, end: float, times_s: list[float], beats: list[float]) -> Bar:
    at = np.arange(math.ceil(start - 1e-9), end + 0.5)
    at = (
        at[at < end - 1e-9]
        if at[0] - start < 1e-9
        else np.concatenate([[start], at[at < end - 1e-9]])
    )
    starts_s = tuple(float(t) for t in np.interp(at, beats, times_s))
    return Bar(starts_s[0], float(np.interp(end, beats, times_s)), starts_s, 0)


def _lead_in(first_s: float, beat_s: float, phase: int, meter: Meter) -> tuple[int, float]:
    """Whole beats before the first line and the seconds they take, bent to fill the time if that's enough."""
    room = first_s / beat_s
    if room < 0.5:
        return 0, 0.0
    whole_bars = [
        n
        for n in range(phase or meter.beats, int(room * 1.2) + 2, meter.beats)
        if abs(math.log(room / n)) < MAX_DRIFT * 0.8
    ]
    if whole_bars:
        nearest = min(whole_bars, key=lambda n: abs(math.log(room / n)))
        return nearest, first_s
    nearest = max(round(room), 0)
    if nearest and abs(math.log(room / nearest)) < MAX_DRIFT * 0.8:
        return nearest, first_s
    return int(room), int(room) * beat_s


def _final_bar(
    last_s: float, last_beat: float, beat_s: float, meter: Meter, duration_s: float
) -> int:
    """Number of the bar line on which the final chord sounds: as late as leaves it room to ring."""
    bar_s = meter.beats * beat_s
    ring_s = min(max(2.2, 0.85 * bar_s), 4.0)
    latest_beat = last_beat + (duration_s - ring_s - last_s) / beat_s
    first = math.floor(last_beat / meter.beats + 1e-9)
    return max(first, math.floor(latest_beat / meter.beats))
