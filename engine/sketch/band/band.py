"""The band: every instrument's notes for a score, as tracks, and their sound."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import lcm

import numpy as np

from songsmith.engine.sketch.band.bass import play_bass
from songsmith.engine.sketch.band.comping import play_chords
from songsmith.engine.sketch.band.groove import (
    Feel,
    fit_meter,
    hits,
    level_of,
    loudness,
    voices_of,
)
from songsmith.engine.sketch.band.solo import play_answers, play_lead
from songsmith.engine.sketch.band.stops import stopped, stops
from songsmith.engine.sketch.composing.tempo import Meter
from songsmith.engine.sketch.score import Bar, Note, Score
from songsmith.engine.sketch.style.genre import DrumSet, Genre, Level, Player, Stem
from songsmith.engine.sketch.style.style import SketchStyle

__all__ = ["DRUM_NOTES", "Track", "play_band"]

DRUM_NOTES = {
    "kick": 36,
    "rim": 37,
    "snare": 38,
    "clap": 39,
    "swirl": 40,
    "floor": 43,
    "hat": 42,
    "pedal": 44,
    "midtom": 47,
    "open": 46,
    "crash": 49,
    "hightom": 50,
    "ride": 51,
    "crashride": 57,
    "tamb": 54,
    "shaker": 70,
    "cowbell": 56,
    "bongo": 60,
    "conga": 63,
    "tumba": 64,
    "guiro": 73,
    "wood": 76,
}
"""General MIDI keys of the voices a genre's drums are written in."""
_DRUM_ACCENTS = {"X": 1.18, "x": 1.0, "o": 0.55}
_FILL_TOUCH: dict[Level, float] = {"low": 0.45, "mid": 0.68, "high": 0.95}
"""How hard a fill is struck, by what was played before it: out of a quiet part nobody bursts."""
_FILL_SWELL = 0.5  # a fill begins softer than it ends by this share, all but its kick
_DRUM_BASE = {"kick": 100, "snare": 98, "hat": 72, "ride": 74, "shaker": 62, "tamb": 70}
_SWAY_CENTS = {"lead": 14.0, "strings": 5.0}


@dataclass(frozen=True)
class Track:
    """One instrument's part. `pan` -1..1, `level_db` against the usual of its stem, `room` its share of reverb,
    `swell_db` how much softer its long notes begin."""

    name: str
    stem: Stem
    program: int
    is_drum: bool
    notes: tuple[Note, ...]
    pan: float = 0.0
    level_db: float = 0.0
    room: float = 0.2
    vibrato_cents: float = 0.0
    swell_db: float = 0.0


def play_band(score: Score, style: SketchStyle, *, seed: int) -> list[Track]:
    """Tracks of all instruments, also of those that are silent here; none where the style wants a voice alone.

    The same arguments give the same notes.
    """
    band = style.genre
    if style.is_unaccompanied and score.lines:
        return []
    feel = Feel(
        Meter.named(band.time),
        Meter.named(score.meter),
        band.swing,
        band.swing_unit,
        band.loose_s,
        band.sway_s,
        seed,
    )
    tracks: list[Track] = []
    if band.drums:
        rng = np.random.default_rng([seed, 1])
        drums = _play_drums(score, band.drums, feel, rng)
        tracks.append(_drum_track(band.drums, drums))
    if band.bass:
        notes = play_bass(score, band.bass, feel, np.random.default_rng([seed, 2]))
        tracks.append(_track(band.bass, notes))
    for place, player in enumerate(band.players):
        notes = play_chords(score, player, feel, np.random.default_rng([seed, 3, place]))
        tracks.append(_track(player, notes))
    tracks += _leads(score, band, feel, seed)
    silent = stops(score, band.stops, np.random.default_rng([seed, 8]))
    return [replace(track, notes=stopped(track.notes, silent)) for track in tracks]


def _leads(score: Score, band: Genre, feel: Feel, seed: int) -> list[Track]:
    """The melody instrument and, where there is another for that, the one that answers the singer."""
    if band.lead is None:
        return []
    melody = play_lead(score, band.lead, band.lead_style, feel, np.random.default_rng([seed, 4]))
    second = band.answer or band.lead
    answers = play_answers(score, second, band.lead_style, feel, np.random.default_rng([seed, 6]))
    if second is band.lead:
        return [_track(band.lead, [*melody, *answers])]
    return [_track(band.lead, melody), _track(second, answers)]


def _track(player: Player, notes: list[Note]) -> Track:
    return Track(
        name=player.name,
        stem=player.stem,
        program=player.program,
        is_drum=False,
        notes=tuple(sorted(notes, key=lambda n: (n.start_s, n.pitch))),
        pan=player.pan,
        level_db=player.level_db,
        room=player.room,
        vibrato_cents=_SWAY_CENTS.get(player.stem, 0.0),
        swell_db=player.swell_db,
    )


def _drum_track(drums: DrumSet, notes: list[Note]) -> Track:
    ordered = tuple(sorted(notes, key=lambda n: (n.start_s, n.pitch)))
    return Track(drums.name, "drums", drums.kit, True, ordered, level_db=drums.level_db, room=0.12)


def _play_drums(score: Score, drums: DrumSet, feel: Feel, rng: np.random.Generator) -> list[Note]:
    """Grooves, fills where a part ends, a crash where a stronger one starts."""
    notes: list[Note] = []
    for index, bar in enumerate(score.bars):
        part = score.parts[bar.part]
        voices = voices_of(drums, part)
        is_last = index == len(score.bars) - 1
        if is_last:
            notes += _last_stroke(bar, drums, voices, part.energy)
            continue
        if voices and _is_last_chorus(score, bar.part):
            voices = {**drums.lift, **voices}
        touch, swell = 1.0, dict[str, float]()
        fill = drums.fills[int(rng.integers(len(drums.fills)))] if drums.fills else {}
        if fill and voices and _ends_part(score, index):
            touch, voices = _FILL_TOUCH[level_of(part)], fill
            swell = {voice: _FILL_SWELL for voice in fill if voice != "kick"}
        elif fill and _leads_in(score, index, drums):
            touch = _FILL_TOUCH["low"]
            voices = _half_fill({}, fill)
        elif fill and voices and index % 4 == 3 and rng.random() < 0.35:
            voices = _half_fill(voices, fill)
        for voice, pattern in voices.items():
            accents = {symbol: accent * touch for symbol, accent in _DRUM_ACCENTS.items()}
            fitted = fit_meter(pattern, feel)
            rise = swell.get(voice, 0.0)
            notes += _strokes(voice, fitted, accents, bar, feel, part.energy, rng, rise)
        if drums.accent and _starts_part(score, index) and voices and part.energy > 0.45 and index:
            velocity = 70 + int(40 * part.energy)
            key = DRUM_NOTES[drums.accent]
            notes.append(Note(bar.start_s, bar.start_s + 2, key, velocity))
    return notes


def _is_last_chorus(score: Score, part: int) -> bool:
    """Whether a part is the last of several choruses."""
    choruses = [number for number, p in enumerate(score.parts) if p.kind == "chorus"]
    return len(choruses) > 1 and part == choruses[-1]


def _ends_part(score: Score, index: int) -> bool:
    return score.bars[index + 1].part != score.bars[index].part


def _leads_in(score: Score, index: int, drums: DrumSet) -> bool:
    """Whether the drums come in with the next bar, into a part that has drive."""
    coming = score.parts[score.bars[index + 1].part]
    is_silent = not voices_of(drums, score.parts[score.bars[index].part])
    return is_silent and coming.energy > 0.45 and bool(voices_of(drums, coming))


def _starts_part(score: Score, index: int) -> bool:
    return index == 0 or score.bars[index - 1].part != score.bars[index].part


def _half_fill(groove: dict[str, str], fill: dict[str, str]) -> dict[str, str]:
    """The groove's first three quarters with the end of a fill."""
    length = lcm(*map(len, (*groove.values(), *fill.values())))
    silence = "." * length
    mixed = {}
    for voice in {**groove, **fill}:
        before, after = (_finer(bar.get(voice, silence), length) for bar in (groove, fill))
        mixed[voice] = before[: length * 3 // 4] + after[length * 3 // 4 :]
    return mixed


def _finer(pattern: str, length: int) -> str:
    """The same strokes in a bar of that many steps."""
    return "".join(step + "." * (length // len(pattern) - 1) for step in pattern)


def _strokes(
    voice: str,
    pattern: str,
    accents: dict[str, float],
    bar: Bar,
    feel: Feel,
    energy: float,
    rng: np.random.Generator,
    swell: float,
) -> Iterator[Note]:
    """A voice's bar; `swell` is the share by which its start is softer than its end."""
    base = _DRUM_BASE.get(voice, 84)
    for hit in hits(pattern, bar, feel):
        accent = accents[hit.symbol] * (1 - swell * (1 - hit.step / feel.played.beats))
        if voice in ("hat", "ride", "shaker"):
            accent *= 1.0 if hit.step % 1 == 0 else 0.85
        start_s = max(hit.start_s + feel.jitter_s(rng) * (0.4 if voice == "kick" else 0.8), 0.0)
        velocity = loudness(base, energy, accent, rng)
        yield Note(start_s, start_s + 0.1, DRUM_NOTES[voice], velocity)


def _last_stroke(bar: Bar, drums: DrumSet, voices: dict[str, str], energy: float) -> list[Note]:
    """One stroke on the final chord, kick and accent, if the drums were playing."""
    if not voices:
        return []
    velocity = 60 + int(45 * energy)
    return [
        Note(bar.start_s, bar.start_s + 2, DRUM_NOTES[voice], velocity)
        for voice in ("kick", drums.accent)
        if voice
    ]
