"""What a bass plays over a score: degrees of the chords in the style's rhythm, or a walking line."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from songsmith.engine.sketch.band.groove import (
    Feel,
    Hit,
    fit_meter,
    hits,
    loudness,
    rhythm_of,
    slid,
)
from songsmith.engine.sketch.harmony import lacks_fifth
from songsmith.engine.sketch.score import Bar, Harmony, Note, Score
from songsmith.engine.sketch.style.genre import Player

__all__ = ["play_bass"]

_MIN_NOTE_S = 0.05
_DEAD_S, _DEAD_ACCENT = 0.06, 0.7


def play_bass(score: Score, player: Player, feel: Feel, rng: np.random.Generator) -> list[Note]:
    """The bass line, one note at a time."""
    notes: list[Note] = []
    for index, bar in enumerate(score.bars):
        part = score.parts[bar.part]
        pattern = fit_meter(rhythm_of(player, part), feel)
        if index == len(score.bars) - 1:
            notes.append(_last_bass(score, bar, player))
        elif pattern == "walk":
            notes += _walk(score, bar, player, feel, rng)
        else:
            for hit in hits(pattern, bar, feel):
                pitch = _degree(hit.symbol, score, hit.start_s, bar, player)
                accent = 1.1 if hit.step % feel.played.beats == 0 else 1.0
                note = _bass_note(hit, pitch, player, feel, part.energy, accent, rng)
                notes.append(_dead(note) if hit.symbol == "x" else note)
    return slid(_one_voice(notes), player, rng)


def _dead(note: Note) -> Note:
    """A stroke on damped strings: more knock than tone."""
    velocity = int(_DEAD_ACCENT * note.velocity)
    return replace(note, end_s=note.start_s + _DEAD_S, velocity=velocity, touch="muted")


def _bass_note(
    hit: Hit,
    pitch: int,
    player: Player,
    feel: Feel,
    energy: float,
    accent: float,
    rng: np.random.Generator,
) -> Note:
    start_s = max(hit.start_s + player.late_s + feel.jitter_s(rng) / 2, 0.0)
    end_s = hit.start_s + (hit.end_s - hit.start_s) * player.length
    return Note(
        start_s, max(end_s, start_s + _MIN_NOTE_S), pitch, loudness(92, energy, accent, rng)
    )


def _last_bass(score: Score, bar: Bar, player: Player) -> Note:
    root = _low_root(score.chord_at(bar.start_s).bass, player)
    return Note(bar.start_s, bar.end_s - 0.05, root, 84)


def _low_root(pitch_class: int, player: Player) -> int:
    return player.register_low + (pitch_class - player.register_low) % 12


def _degree(symbol: str, score: Score, time_s: float, bar: Bar, player: Player) -> int:
    """Pitch of a degree of the chord that sounds (a: a semitone off the next chord's root)."""
    harmony = score.chord_at(time_s + 0.03)
    root = _low_root(harmony.bass, player)
    if symbol == "a":
        target = _low_root(score.chord_at(bar.end_s + 0.03).bass, player)
        return target - 1 if target > player.register_low else target + 1
    third = 3 if (harmony.root + 3) % 12 in harmony.tones else 4
    fifth = 6 if (harmony.root + 6) % 12 in harmony.tones and lacks_fifth(harmony) else 7
    seventh = 11 if (harmony.root + 11) % 12 in harmony.tones else 10
    steps = {"1": 0, "3": third, "5": fifth, "6": 9, "7": seventh, "8": 12}
    pitch = root + steps[symbol] if symbol in steps else root
    if harmony.bass != harmony.root and symbol in "357":
        pitch = root + (harmony.root + steps[symbol] - harmony.bass) % 12
    return pitch if pitch <= player.register_high else pitch - 12


def _walk(
    score: Score, bar: Bar, player: Player, feel: Feel, rng: np.random.Generator
) -> list[Note]:
    """A note on every beat (in six eighths long and short by turns): the root where a chord starts, tones and
    steps between, led into the next."""
    beats_s = [b for place, b in enumerate(bar.beats_s) if feel.played.felt == 1 or place % 3 != 1]
    energy = score.parts[bar.part].energy
    target = _low_root(score.chord_at(bar.end_s + 0.03).bass, player)
    notes: list[Note] = []
    pitch = _low_root(score.chord_at(bar.start_s + 0.03).bass, player)
    for beat, (start_s, end_s) in enumerate(pairwise([*beats_s, bar.end_s])):
        harmony = score.chord_at(start_s + 0.03)
        is_new = beat == 0 or score.chord_at(start_s - 0.05) != harmony
        if is_new:
            pitch = _nearest(harmony.bass, pitch, player)
        elif beat == len(beats_s) - 1:
            pitch = _approach(target, pitch, rng)
        else:
            pitch = _step_on(harmony, score.scale_at(start_s), pitch, target, player, rng)
        hit = Hit("x", start_s, end_s, beat)
        notes.append(_bass_note(hit, pitch, player, feel, energy, 1.06 if beat % 2 else 1.0, rng))
        if rng.random() < 0.08 and beat < len(beats_s) - 1:  # a skipped eighth before the next
            late_s = start_s + (end_s - start_s) * 0.66
            notes.append(Note(late_s, end_s - 0.02, pitch, loudness(70, energy, 1.0, rng)))
    return notes


def _nearest(pitch_class: int, pitch: int, player: Player) -> int:
    choices = [
        p
        for p in range(player.register_low, player.register_high + 1)
        if p % 12 == pitch_class % 12
    ]
    return min(choices, key=lambda p: (abs(p - pitch), p))


def _approach(target: int, pitch: int, rng: np.random.Generator) -> int:
    """A semitone or a whole tone from the next root, from the side we are on."""
    side = 1 if pitch > target else -1
    return target + side * int(rng.choice([1, 1, 2]))


def _step_on(
    harmony: Harmony,
    scale: Sequence[int],
    pitch: int,
    target: int,
    player: Player,
    rng: np.random.Generator,
) -> int:
    heading = 1 if target >= pitch else -1
    if rng.random() < 0.25:
        heading = -heading
    usable = {*harmony.tones, *(scale if rng.random() < 0.5 else ())}
    for distance in (2, 3, 4, 1, 5):
        candidate = pitch + heading * distance
        inside = player.register_low - 2 <= candidate <= player.register_high
        if candidate % 12 in usable and inside:
            return candidate
    return _nearest(harmony.root, pitch, player)


def _one_voice(notes: list[Note]) -> list[Note]:
    """Notes in order, none longer than to the next one's start."""
    notes = sorted(notes, key=lambda note: note.start_s)
    trimmed = []
    for note, after in zip(notes, [*notes[1:], None], strict=True):
        end_s = note.end_s if after is None else min(note.end_s, after.start_s)
        if end_s - note.start_s > 0.02:
            trimmed.append(replace(note, end_s=end_s))
    return trimmed
