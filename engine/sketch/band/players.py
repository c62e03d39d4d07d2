"""What bass and comping instruments play over a score."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from songsmith.engine.sketch.band.groove import Feel, Hit, fit_meter, hits, level_of
from songsmith.engine.sketch.harmony import voice_chord
from songsmith.engine.sketch.score import Bar, ChordSpan, Harmony, Note, Score
from songsmith.engine.sketch.style.genre import Player

__all__ = ["loudness", "play_bass", "play_chords"]

_ACCENTS = {"X": 1.15, "x": 1.0, "o": 0.6, "d": 1.0, "u": 0.82, "g": 0.5}
_DAMPED_S = 0.035
_MIN_NOTE_S = 0.05
_LOWEST_BASS, _LOWEST_STRING = 33, 40
"""Below these the bass notes of keys and of guitars would get into the bass's way, or off the fretboard."""


def loudness(base: float, energy: float, accent: float, rng: np.random.Generator) -> int:
    """A velocity: harder in parts with more energy, never twice the same."""
    return int(np.clip(base * (0.78 + 0.34 * energy) * accent + rng.normal(0, 3.5), 18, 127))


def play_bass(score: Score, player: Player, feel: Feel, rng: np.random.Generator) -> list[Note]:
    """The bass line, one note at a time."""
    notes: list[Note] = []
    for index, bar in enumerate(score.bars):
        part = score.parts[bar.part]
        pattern = fit_meter(getattr(player, level_of(part)), feel)
        if index == len(score.bars) - 1:
            notes.append(_last_bass(score, bar, player))
        elif pattern == "walk":
            notes += _walk(score, bar, player, feel, rng)
        else:
            for hit in hits(pattern, bar, feel):
                pitch = _degree(hit.symbol, score, hit.start_s, bar, player)
                accent = 1.1 if hit.step % feel.played.beats == 0 else 1.0
                notes.append(_bass_note(hit, pitch, player, feel, part.energy, accent, rng))
    return _one_voice(notes)


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
    fifth = 6 if (harmony.root + 6) % 12 in harmony.tones and _lacks_fifth(harmony) else 7
    seventh = 11 if (harmony.root + 11) % 12 in harmony.tones else 10
    steps = {"1": 0, "3": third, "5": fifth, "6": 9, "7": seventh, "8": 12}
    pitch = root + steps[symbol] if symbol in steps else root
    if harmony.bass != harmony.root and symbol in "357":
        pitch = root + (harmony.root + steps[symbol] - harmony.bass) % 12
    return pitch if pitch <= player.register_high else pitch - 12


def _lacks_fifth(harmony: Harmony) -> bool:
    return (harmony.root + 7) % 12 not in harmony.tones


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
            trimmed.append(Note(note.start_s, end_s, note.pitch, note.velocity))
    return trimmed


def play_chords(score: Score, player: Player, feel: Feel, rng: np.random.Generator) -> list[Note]:
    """A comping instrument: struck, strummed or broken chords that lead into each other."""
    voicings = _voicings(score, player)
    notes: list[Note] = []
    for index, bar in enumerate(score.bars):
        part = score.parts[bar.part]
        level = level_of(part)
        pattern = fit_meter(getattr(player, level), feel)
        if part.kind == "verse" and part.index < player.enters:
            pattern = ""
        is_last = index == len(score.bars) - 1
        if is_last and any((player.low, player.mid) if part.energy < 0.6 else (player.high,)):
            whole = voicings[-1][1]
            sounding = whole[1:] if player.stem == "strings" else whole
            notes += _last_chord(bar, sounding, player, part.energy, rng)
        elif pattern == "hold":
            notes += _held(bar, voicings, part.energy, rng)
        elif not is_last:
            for hit in _varied(hits(pattern, bar, feel), rng):
                span, voicing = _sounding(voicings, hit.start_s + 0.03)
                notes += _strike(hit, span, voicing, player, feel, part.energy, rng)
    return notes


def _varied(struck: list[Hit], rng: np.random.Generator) -> list[Hit]:
    """A player leaves out a weak stroke now and then."""
    return [hit for hit in struck if hit.step % 1 == 0 or rng.random() > 0.06]


def _voicings(score: Score, player: Player) -> list[tuple[ChordSpan, tuple[int, ...]]]:
    """Each chord with its pitches; the first is the bass note, below the others."""
    previous: tuple[int, ...] = ()
    found = []
    low, high = player.register_low, player.register_high
    for span in score.chords:
        if player.power:
            found.append((span, _power_chord(span.harmony, low)))
            continue
        previous = voice_chord(span.harmony, previous, low=low, high=high, size=player.voices)
        bass = low - 12 + (span.harmony.bass - low) % 12
        lowest = _LOWEST_STRING if player.stem == "guitar" else _LOWEST_BASS
        found.append((span, (bass + 12 if bass < lowest else bass, *previous)))
    return found


def _power_chord(harmony: Harmony, low: int) -> tuple[int, ...]:
    """Root, fifth and octave from the lowest root in the register, the root as bass note too."""
    root = low + (harmony.root - low) % 12
    fifth = 6 if _lacks_fifth(harmony) and (harmony.root + 6) % 12 in harmony.tones else 7
    return root, root, root + fifth, root + 12


def _sounding(
    voicings: list[tuple[ChordSpan, tuple[int, ...]]], time_s: float
) -> tuple[ChordSpan, tuple[int, ...]]:
    return next((v for v in voicings if time_s < v[0].end_s), voicings[-1])


def _strike(
    hit: Hit,
    span: ChordSpan,
    voicing: tuple[int, ...],
    player: Player,
    feel: Feel,
    energy: float,
    rng: np.random.Generator,
) -> list[Note]:
    start_s = max(hit.start_s + player.late_s + feel.jitter_s(rng), 0.0)
    if hit.symbol.isdigit():
        pitch = _tone(voicing, int(hit.symbol))
        rings_s = max(hit.end_s - hit.start_s, min(1.1, span.end_s - hit.start_s))
        accent = 1.06 if hit.step % 2 == 0 else 0.92
        velocity = loudness(78, energy, accent, rng)
        return [Note(start_s, start_s + max(rings_s * player.length, _MIN_NOTE_S), pitch, velocity)]
    end_s = hit.start_s + (hit.end_s - hit.start_s) * player.length
    if hit.symbol == "g":
        end_s = start_s + _DAMPED_S
    upper = voicing[1:]
    pitches = upper if hit.symbol != "u" else upper[::-1]
    if hit.symbol == "d" and hit.step == 0:
        pitches = tuple(dict.fromkeys(voicing))
    accent = _ACCENTS[hit.symbol]
    return [
        Note(
            start_s + place * player.strum_s,
            max(end_s, start_s + place * player.strum_s + _DAMPED_S),
            pitch,
            loudness(76, energy, accent * (1 - 0.02 * place), rng),
        )
        for place, pitch in enumerate(pitches)
    ]


def _tone(voicing: tuple[int, ...], index: int) -> int:
    """The index-th tone, going on an octave higher above the top."""
    if index < len(voicing):
        return voicing[index]
    return voicing[1 + (index - 1) % (len(voicing) - 1)] + 12


def _held(
    bar: Bar,
    voicings: list[tuple[ChordSpan, tuple[int, ...]]],
    energy: float,
    rng: np.random.Generator,
) -> list[Note]:
    velocity = loudness(70, energy, 1.0, rng)
    notes = []
    for span, voicing in voicings:
        start_s, end_s = max(span.start_s, bar.start_s), min(span.end_s, bar.end_s)
        if end_s - start_s > 0.1:
            notes += [Note(start_s, end_s, pitch, velocity) for pitch in voicing[1:]]
    return notes


def _last_chord(
    bar: Bar, voicing: tuple[int, ...], player: Player, energy: float, rng: np.random.Generator
) -> list[Note]:
    """The final chord, rolled from below and left to ring."""
    roll_s = max(player.strum_s, 0.022)
    velocity = loudness(80, energy, 1.0, rng)
    return [
        Note(bar.start_s + place * roll_s, bar.end_s - 0.05, pitch, velocity)
        for place, pitch in enumerate(dict.fromkeys(voicing))
    ]
