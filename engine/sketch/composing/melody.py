"""The tune: a pitch for every syllable, in phrases that answer each other.

The plan says how each line is shaped (`phrases`), words that come back share their tune (`shared`), and pitches are
chosen by dynamic programming (`pitches`): the contour, chord tones on strong places, small steps and a cadence at
the end, weighed against each other. The last line comes home, and the song's highest note is sung once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from songsmith.engine.sketch.composing.ornaments import line_notes
from songsmith.engine.sketch.composing.peak import Peak, find_peak
from songsmith.engine.sketch.composing.phrases import plan_tune
from songsmith.engine.sketch.composing.pitches import Choice, Line, best_pitches
from songsmith.engine.sketch.composing.rhythm import grid_places, lay_syllables
from songsmith.engine.sketch.composing.shared import find_runs, tune_key
from songsmith.engine.sketch.phonetics.syllables import Syllable
from songsmith.engine.sketch.score import Note, Score
from songsmith.engine.sketch.style.genre import Genre
from songsmith.engine.sketch.style.genre import genre as genre_named

__all__ = ["compose"]

_HEADROOM = 2  # semitones above all other notes that are kept for the highest one
_WIDE_HEADROOM = 3  # where the scale has gaps


def compose(
    score: Score,
    syllables: Mapping[int, Sequence[Syllable]],
    *,
    seed: int,
    register: tuple[int, int],
    genre: Genre | None = None,
    variation: int = 0,
) -> tuple[Note, ...]:
    """Notes for all lines of `score` that have syllables, within `register` (lowest, highest MIDI pitch).

    The register is the singer's: whoever sings, the same seed is the same plan. Lines and runs of words that come
    back in the same kind of part keep their tune. A syllable may have several notes; they share its index. Where
    `syllables` has only some of the lines, the others keep their places in the plan, and `variation` sings it in
    another way.
    """
    genre = genre or genre_named("pop ballad")
    return _Composer(score, syllables, seed, register, genre, variation).notes()


@dataclass
class _Composer:
    """One song being composed; see `compose`."""

    score: Score
    syllables: Mapping[int, Sequence[Syllable]]
    seed: int
    register: tuple[int, int]
    genre: Genre
    variation: int

    def notes(self) -> tuple[Note, ...]:
        lines = self._lay_out()
        tunes = self._tunes(lines)
        is_whole = all(line.line in self.syllables for line in self.score.lines)
        sung = list(lines.values()) if is_whole else []
        peak = find_peak(sung, tunes, self.genre.tune, self.register[1])
        if peak:
            tunes[peak.line] = self._with_peak(lines[peak.line], tunes[peak.line], peak)
        top = max((max(tune) for tune in tunes.values()), default=0)
        notes: list[Note] = []
        first: dict[tuple[str, int], Line] = {}
        for number, line in lines.items():
            ornaments = first.setdefault(line.key, line).phrase  # what comes back is sung alike
            notes += line_notes(line, tunes[number], ornaments, self.genre.tune, highest=top - 1)
        return tuple(notes)

    def _lay_out(self) -> dict[int, Line]:
        """Every line that is sung, in time."""
        plan = plan_tune(
            self.score, self.genre, seed=self.seed, register=self.register, variation=self.variation
        )
        grid = grid_places(self.score, self.genre)
        runs = find_runs(self.score, self.syllables)
        laid = {}
        for line in self.score.lines:
            own = self.syllables.get(line.line, ())
            if own:
                phrase = plan.phrases[line.line]
                spans = lay_syllables(line, own, self.score, grid, phrase.delivery)
                laid[line.line] = Line(
                    line.line, line.part, own, spans, phrase, self._lift(line.part),
                    tune_key(line, self.score), runs.get(line.line), self._scale(line.part),
                )  # fmt: skip
        return laid

    def _lift(self, part: int) -> int:
        return self.score.lift_at(self._start_s(part))

    def _scale(self, part: int) -> tuple[int, ...]:
        return self.score.scale_at(self._start_s(part))

    def _start_s(self, part: int) -> float:
        return self.score.parts[part].start_s if 0 <= part < len(self.score.parts) else 0.0

    def _tunes(self, lines: Mapping[int, Line]) -> dict[int, list[int]]:
        """Pitches of every line; those of a key are chosen together, for all places where they are sung."""
        groups: dict[tuple[str, int, int], list[Line]] = {}
        for line in lines.values():
            groups.setdefault((*line.key, len(line.syllables)), []).append(line)
        tunes: dict[int, list[int]] = {}
        for group in groups.values():
            first = group[0]
            lift = max(line.lift for line in group)
            choice = self._choice(first, lift, self._pins(first, tunes, lines))
            echoes = [
                line for line in lines.values() if line.run and line.run.source == first.number
            ]
            tune = best_pitches(group, self.score, self.genre.tune, choice, echoes)
            for line in group:
                tunes[line.number] = [pitch + line.lift - first.lift for pitch in tune]
        self._close(lines, tunes)
        return tunes

    def _choice(self, line: Line, lift: int, pins: Mapping[int, int]) -> Choice:
        low, high = self.register
        gaps = len(self.score.scale) < 7 or bool(self.genre.tune.notes)
        return Choice(
            low, high - (_WIDE_HEADROOM if gaps else _HEADROOM) - (lift - line.lift), pins
        )

    def _pins(
        self, line: Line, tunes: Mapping[int, Sequence[int]], lines: Mapping[int, Line]
    ) -> dict[int, int]:
        """Pitches of syllables whose words had a tune before."""
        run = line.run
        if run is None or run.source not in tunes:
            return {}
        moved = line.lift - lines[run.source].lift
        source = tunes[run.source][run.source_at : run.source_at + run.length]
        return {run.at + place: pitch + moved for place, pitch in enumerate(source)}

    def _close(self, lines: Mapping[int, Line], tunes: dict[int, list[int]]) -> None:
        """The last line of the song, in place: the tune it has, and at the end the tonic; where a style ends open,
        another tone of the last chord, which leaves the song hanging on purpose."""
        last = max(lines.values(), key=lambda line: line.spans[0][0], default=None)
        if last is None or last.number != max(self.score.lines, key=lambda x: x.start_s).line:
            return
        tune, at_s = tunes[last.number], last.spans[-1][0] + 0.02
        tonic = self.score.tonic_at(at_s)
        is_open = self.genre.tune.ending == "open"
        wanted = {*self.score.chord_at(at_s).tones[:3]} - {tonic} if is_open else {tonic}
        if tune[-1] % 12 in wanted:
            return
        pins = dict(enumerate(tune[: max(len(tune) - 4, 0)]))
        choice = replace(self._choice(last, last.lift, pins), last_classes=frozenset(wanted))
        tunes[last.number] = best_pitches([last], self.score, self.genre.tune, choice)

    def _with_peak(self, line: Line, tune: Sequence[int], peak: Peak) -> list[int]:
        """The line's tune with its peak; the notes beside it may move to make way."""
        near = {*range(peak.syllable - 1, peak.syllable + 2)} - peak.kept
        pins = {place: pitch for place, pitch in enumerate(tune) if place not in near}
        choice = Choice(self.register[0], peak.pitch - 1, pins | {peak.syllable: peak.pitch})
        return best_pitches([line], self.score, self.genre.tune, choice)
