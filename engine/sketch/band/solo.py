"""The lead instrument: a melody where nobody sings, and answers between the lines."""

from dataclasses import dataclass, replace

import numpy as np

from songsmith.engine.sketch.band.expression import joined
from songsmith.engine.sketch.band.groove import Feel, fit_meter, hits, loudness, slid
from songsmith.engine.sketch.composing.tempo import Meter
from songsmith.engine.sketch.score import Bar, Note, Score
from songsmith.engine.sketch.style.genre import LeadStyle, Player

__all__ = ["play_answers", "play_lead"]

_RHYTHMS: dict[LeadStyle, tuple[str, ...]] = {
    "lyrical": (
        "x---x-x-x-------",
        "x-----x-x---x---",
        "x---x---x-x-x-x-",
        "x-------x-x-x---",
        "..x-x-x-x-------",
    ),
    "riff": (
        "x-x-.x-xx-x-....",
        "x--x--x-x---x---",
        "x-xx.xx-x-x-x---",
        "x---..x-x-x-x---",
        "x--x--x---..x-x-",
    ),
    "bebop": (
        "x-x-x-x-x---....",
        "..x-x-x-x-x-x-x-",
        "x---..x-x-x-x-x-",
        "x-x-x---..x-x---",
        "....x-x-xxx-x---",
    ),
    "pentatonic": (
        "x--xx-x-x-----..",
        "x---x-x-x-x-x---",
        "..xxx---x-x-....",
        "x-x-x---x--xx---",
        "x-----x-x-x-....",
    ),
    "sparse": (
        "x-------....x---",
        "x-----------....",
        "..x---x---------",
        "x---x-----------",
        "....x-x-x-------",
    ),
}
_SOLO_KINDS = ("intro", "interlude", "outro")
_REPEATED = 0.12  # share of notes that may stay where they are
_ANSWER_S = 1.3  # shorter gaps between lines stay free
_CHORUS_KINDS = ("chorus", "post-chorus", "interlude")


@dataclass
class _Line:
    """Where the melody has got to."""

    pitch: int
    heading: int = 1


@dataclass(frozen=True)
class _Tune:
    """Four bars that return: the rhythm of each, and the number its moves are drawn by, so that what comes
    back over other chords takes the same turns. The eighth bar closes differently from the fourth."""

    rhythms: tuple[str, ...]
    number: int
    lift: int

    def bar(self, in_part: int) -> tuple[str, np.random.Generator]:
        """Rhythm and moves of a bar of a part, counted from 0."""
        place = 4 if in_part % 8 == 7 else in_part % 4
        return self.rhythms[place], np.random.default_rng([self.number, place])


def play_lead(
    score: Score, lead: Player, style: LeadStyle, feel: Feel, rng: np.random.Generator
) -> list[Note]:
    """Melody over intro, interludes and outro; over everything if nobody sings, one tune for verses and a
    higher one for choruses."""
    middle = (lead.register_low + lead.register_high) // 2
    verse, chorus = (_tune(_RHYTHMS[style], lift, rng) for lift in (-1, 3))
    line = _Line(middle)
    notes: list[Note] = []
    for index, bar in enumerate(score.bars[:-1]):
        part = score.parts[bar.part]
        if score.lines and part.kind not in _SOLO_KINDS:
            continue
        in_part = index - next(i for i, b in enumerate(score.bars) if b.part == bar.part)
        is_high = part.kind in _CHORUS_KINDS and not score.lines
        tune = chorus if is_high else verse
        if in_part % 4 == 0:
            line = _Line(middle + tune.lift)
        elif in_part % 8 == 3 and not score.lines and not is_high:
            continue  # it breathes in the middle of a verse
        rhythm, moves = tune.bar(in_part)
        pattern = fit_meter(rhythm, _written_in_four(feel))
        notes += _sing_bar(score, bar, pattern, lead, feel, line, moves, rng)
    last = score.bars[-1]
    if not score.lines or score.parts[last.part].kind == "outro":
        pitch = _near(middle, set(score.chord_at(last.start_s).tones[:3]), lead)
        notes.append(Note(last.start_s, max(last.end_s - 0.4, last.start_s + 0.2), pitch, 78))
    return joined(slid(_clear_of_words(notes, score), lead, rng), lead, rng)


def _tune(rhythms: tuple[str, ...], lift: int, rng: np.random.Generator) -> _Tune:
    """Motif, its answer, motif, something new, and another close."""
    motif, answer, new, close = (str(rhythm) for rhythm in rng.choice(rhythms, 4))
    return _Tune((motif, answer, motif, new, close), int(rng.integers(2**31)), lift)


def _written_in_four(feel: Feel) -> Feel:
    """The feel for rhythms of this module, which are bars of four."""
    return replace(feel, written=Meter("4/4", 4))


def _sing_bar(
    score: Score,
    bar: Bar,
    pattern: str,
    lead: Player,
    feel: Feel,
    line: _Line,
    moves: np.random.Generator,
    rng: np.random.Generator,
) -> list[Note]:
    energy = score.parts[bar.part].energy
    notes = []
    for hit in hits(pattern, bar, feel):
        harmony = score.chord_at(hit.start_s + 0.03)
        is_strong = hit.step % 1 == 0 or hit.end_s - hit.start_s > 0.4
        allowed = (
            set(harmony.tones) if is_strong else {*score.scale_at(hit.start_s), *harmony.tones}
        )
        line.pitch = _move(line, allowed, lead, moves)
        start_s = max(hit.start_s + lead.late_s + feel.jitter_s(rng), 0.0)
        end_s = max(start_s + 0.06, hit.start_s + (hit.end_s - hit.start_s) * 0.95)
        accent = 1.08 if is_strong else 0.94
        notes.append(Note(start_s, end_s, line.pitch, loudness(88, energy, accent, rng)))
    return notes


def _move(line: _Line, allowed: set[int], lead: Player, rng: np.random.Generator) -> int:
    """The next pitch: mostly on in the same direction by step, turning at the ends of the register."""
    if rng.random() < 0.28:
        line.heading = -line.heading
    low, high = lead.register_low, lead.register_high
    if line.pitch > high - 4:
        line.heading = -1
    if line.pitch < low + 4:
        line.heading = 1
    distance = int(rng.choice([1, 2, 2, 3, 4, 5], p=[0.15, 0.25, 0.25, 0.2, 0.1, 0.05]))
    old = None if rng.random() < _REPEATED else line.pitch
    return _near(line.pitch + line.heading * distance, allowed, lead, but=old)


def _near(pitch: int, allowed: set[int], lead: Player, *, but: int | None = None) -> int:
    """The allowed pitch of the register nearest to `pitch`, other than `but`."""
    low, high = lead.register_low, lead.register_high
    choices = [p for p in range(low, high + 1) if p % 12 in allowed and p != but]
    return min(choices, key=lambda p: (abs(p - pitch), p))


def play_answers(
    score: Score, lead: Player, style: LeadStyle, feel: Feel, rng: np.random.Generator
) -> list[Note]:
    """Short phrases in the gaps between lines, in parts that have some drive."""
    notes: list[Note] = []
    for sung, after in zip(score.lines, score.lines[1:], strict=False):
        part = score.parts[sung.part]
        gap_s = after.start_s - sung.end_s
        if gap_s < _ANSWER_S or part.kind in _SOLO_KINDS or rng.random() > 0.35 + 0.5 * part.energy:
            continue
        line = _Line((2 * lead.register_low + lead.register_high) // 3 + 3)
        for bar in score.bars:
            if bar.start_s < after.start_s and bar.end_s > sung.end_s:
                pattern = fit_meter(str(rng.choice(_RHYTHMS[style])), _written_in_four(feel))
                fill = _sing_bar(score, bar, pattern, lead, feel, line, rng, rng)
                inside = (sung.end_s + 0.1, after.start_s - 0.25)
                notes += [n for n in fill if inside[0] <= n.start_s and n.end_s <= inside[1]]
    return joined(slid(_clear_of_words(notes, score), lead, rng), lead, rng)


def _clear_of_words(notes: list[Note], score: Score) -> list[Note]:
    """One voice in order of time, silent while somebody sings."""
    free: list[Note] = []
    notes = sorted(notes, key=lambda note: note.start_s)
    for index, note in enumerate(notes):
        end_s = min([note.end_s, *(after.start_s for after in notes[index + 1 : index + 2])])
        coming = [line.start_s for line in score.lines if line.start_s > note.start_s - 0.12]
        is_sung = any(line.start_s - 0.12 <= note.start_s < line.end_s for line in score.lines)
        end_s = min([end_s, *(start_s - 0.12 for start_s in coming)])
        if not is_sung and end_s - note.start_s > 0.04:
            free.append(Note(note.start_s, end_s, note.pitch, note.velocity))
    return free
