"""What comping instruments play over a score: struck, strummed, damped, broken or held chords."""

from dataclasses import replace

import numpy as np

from songsmith.engine.sketch.band.groove import Feel, Hit, fit_meter, hits, loudness, rhythm_of
from songsmith.engine.sketch.harmony import lacks_fifth, voice_chord
from songsmith.engine.sketch.score import Bar, ChordSpan, Harmony, Note, Score
from songsmith.engine.sketch.style.genre import Player

__all__ = ["play_chords"]

_ACCENTS = {"X": 1.15, "x": 1.0, "o": 0.6, "d": 1.0, "u": 0.82, "g": 0.5, "m": 0.85, "s": 1.0}
_DAMPED_S, _NEVER_S = 0.035, 1e9
_SHORTENED_S = {"g": _DAMPED_S, "m": 0.2, "s": 0.1}
_MUTED_STRINGS = 2
_MIN_NOTE_S = 0.05
_LOWEST_BASS, _LOWEST_STRING = 33, 40
"""Below these the bass notes of keys and of guitars would get into the bass's way, or off the fretboard."""


def play_chords(score: Score, player: Player, feel: Feel, rng: np.random.Generator) -> list[Note]:
    """A comping instrument: struck, strummed or broken chords that lead into each other."""
    voicings = _voicings(score, player)
    notes: list[Note] = []
    for index, bar in enumerate(score.bars):
        part = score.parts[bar.part]
        pattern = fit_meter(rhythm_of(player, part), feel)
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
    return _tied(notes) if player.stem == "strings" else notes


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
    fifth = 6 if lacks_fifth(harmony) and (harmony.root + 6) % 12 in harmony.tones else 7
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
    end_s = min(end_s, start_s + _SHORTENED_S.get(hit.symbol, _NEVER_S))
    upper = voicing[1:]
    pitches = upper if hit.symbol != "u" else upper[::-1]
    if hit.symbol == "d" and hit.step == 0:
        pitches = tuple(dict.fromkeys(voicing))
    if hit.symbol == "m":
        pitches = upper[:_MUTED_STRINGS]
    accent = _ACCENTS[hit.symbol]
    return [
        Note(
            start_s + place * player.strum_s,
            max(end_s, start_s + place * player.strum_s + _DAMPED_S),
            pitch,
            loudness(76, energy, accent * (1 - 0.02 * place), rng),
            touch="muted" if hit.symbol == "m" else "",
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


def _tied(notes: list[Note]) -> list[Note]:
    """Held notes that the next chord has too are not struck again with it."""
    sounding: dict[int, int] = {}
    tied: list[Note] = []
    for note in notes:
        place = sounding.get(note.pitch)
        before = tied[place] if place is not None else None
        if before and _continues(before, note):
            tied[sounding[note.pitch]] = replace(before, end_s=note.end_s)
        else:
            sounding[note.pitch] = len(tied)
            tied.append(note)
    return tied


def _continues(before: Note, note: Note) -> bool:
    """Whether a note goes on with the one before, which has not been tied yet."""
    is_untied = before.end_s - before.start_s < 1.5 * (note.end_s - note.start_s)
    return is_untied and abs(note.start_s - before.end_s) < 1e-3


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
