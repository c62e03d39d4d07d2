"""Rhythm strings to times: steps of a bar, swing, other meters, and the small errors of players."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from songsmith.engine.sketch.composing.tempo import Meter
from songsmith.engine.sketch.score import Bar, Note, SongPart
from songsmith.engine.sketch.style.genre import DrumSet, Level, Player

__all__ = [
    "Feel",
    "Hit",
    "fit_meter",
    "hits",
    "level_of",
    "loudness",
    "rhythm_of",
    "slid",
    "voices_of",
]

_LEAST_SLID_S = 0.18
_BEATS_KEPT = {(4, 3): (0, 1, 3), (3, 4): (0, 1, 2, 1), (4, 2): (0, 1)}


@dataclass(frozen=True)
class Hit:
    """A struck step: what the string says, when, and how long until the hold after it ends."""

    symbol: str
    start_s: float
    end_s: float
    step: float
    """Place in the bar in beats."""


@dataclass(frozen=True)
class Feel:
    """How time is played: the genre's meter and the song's, swing, and how loose the players are."""

    written: Meter
    played: Meter
    swing: float
    swing_unit: int
    loose_s: float
    sway_s: float = 0.0
    seed: int = 0

    def bend(self, beat: float, *, is_triplet: bool = False) -> float:
        """A place in the bar in beats, with swing: the off-beat (of triplets the third) goes where swing has it."""
        if self.swing == 0.5 or self.played.felt == 3:
            return beat
        unit = 1.0 if self.swing_unit == 8 else 0.5
        pivot = 2 / 3 if is_triplet and self.swing_unit == 8 else 0.5
        whole = np.floor(beat / unit + 1e-9) * unit
        part = (beat - whole) / unit
        return float(whole + unit * np.interp(part, [0, pivot, 1], [0, self.swing, 1]))

    def swayed_s(self, time_s: float) -> float:
        """A time as the whole band feels it: a little early and a little late by turns, over some bars."""
        phase = self.seed % 97
        slow = np.sin(0.23 * time_s + phase) + 0.6 * np.sin(0.61 * time_s + 2.3 * phase)
        return time_s + self.sway_s * float(slow) / 1.6

    def jitter_s(self, rng: np.random.Generator) -> float:
        return float(np.clip(rng.normal(0, self.loose_s), -2.5 * self.loose_s, 2.5 * self.loose_s))


def level_of(part: SongPart) -> Level:
    """Which of a genre's three grooves a part plays."""
    if part.energy < 0.33:
        return "low"
    is_held_back = part.kind in ("verse", "intro", "outro", "bridge") and part.energy < 0.97
    return "high" if part.energy >= 0.6 and not is_held_back else "mid"


def rhythm_of(player: Player, part: SongPart) -> str:
    """What a player plays in a part: the rhythm of its kind, else of its level."""
    rhythm: str = _played_in(player, part)
    return rhythm


def voices_of(drums: DrumSet, part: SongPart) -> dict[str, str]:
    """What each voice of a kit plays in a part."""
    voices: dict[str, str] = _played_in(drums, part)
    return voices


def _played_in(plays: Player | DrumSet, part: SongPart) -> Any:
    """What is played in a part: at a low level always that level's, else what its kind has of its own."""
    level = level_of(part)
    own = plays.parts.get(part.kind) if level != "low" else None
    return getattr(plays, level) if own is None else own


def fit_meter(pattern: str, feel: Feel) -> str:
    """A bar of rhythm for the meter that is played, made of the beats of the one it was written in."""
    if feel.written == feel.played or not pattern or pattern in ("walk", "hold"):
        return pattern
    per_beat = len(pattern) // feel.written.beats
    beats = [pattern[i * per_beat : (i + 1) * per_beat] for i in range(feel.written.beats)]
    if feel.played.felt == 3:
        return "".join(_compound(beat) for beat in (beats[0], beats[1]))
    if feel.written.felt == 3:
        return "".join(beats[i * len(beats) // feel.played.beats] for i in range(feel.played.beats))
    return "".join(beats[i] for i in _BEATS_KEPT[feel.written.beats, feel.played.beats])


def _compound(beat: str) -> str:
    """One straight beat as three eighths of two steps each: its off-beat becomes the third, and where that
    sounds, so does the second."""
    if len(beat) == 3:
        return "".join(step + ("-" if step == "-" else ".") for step in beat)
    first, off = beat[0], beat[len(beat) // 2]
    if off == "-":
        return first + "-" * 5
    held = "-" if beat[1] == "-" else "."
    second = held if held == "-" or off == "." else _between(first, off)
    return f"{first}{held}{second}{held if second == '-' else '.'}{off}{'-' if beat[-1] == '-' else '.'}"


def _between(first: str, off: str) -> str:
    """What sounds between two steps: a tone between those of an arpeggio, a strum like the next, a soft stroke."""
    if first.isdigit() and off.isdigit():
        low, high = sorted((int(first), int(off)))
        return str(high + 1 if high - low == 1 else (low + high) // 2)
    return off if off in "du" else "." if off == "a" or off.isdigit() else "o"


def hits(pattern: str, bar: Bar, feel: Feel) -> list[Hit]:
    """The struck steps of a pattern over a bar; of a short bar only the pattern's last beats sound."""
    beats = feel.played.beats
    per_beat = len(pattern) / beats
    is_triplet = per_beat == 3
    edges = [*bar.beats_s, bar.end_s]
    missing = beats - len(bar.beats_s)
    found = []
    for place, symbol in enumerate(pattern):
        beat = place / per_beat - missing
        if symbol in ".-" or beat < -1e-9:
            continue
        end = place + 1
        while end < len(pattern) and pattern[end] == "-":
            end += 1
        start_s, end_s = (
            feel.swayed_s(_time_at(feel.bend(at, is_triplet=is_triplet), edges))
            for at in (beat, end / per_beat - missing)
        )
        found.append(Hit(symbol, start_s, end_s, beat))
    return found


def _time_at(beat: float, edges_s: list[float]) -> float:
    return float(np.interp(beat, np.arange(len(edges_s)), edges_s))


def loudness(base: float, energy: float, accent: float, rng: np.random.Generator) -> int:
    """A velocity: harder in parts with more energy, never twice the same."""
    return int(np.clip(base * (0.78 + 0.34 * energy) * accent + rng.normal(0, 3.5), 18, 127))


def slid(notes: Sequence[Note], player: Player, rng: np.random.Generator) -> list[Note]:
    """Now and then a longer note of a single line is slid into, where the player does that."""
    if not player.slides:
        return list(notes)
    drawn = rng.random(len(notes)) < player.slides
    return [
        replace(note, touch="slid")
        if is_slid and not note.touch and note.end_s - note.start_s > _LEAST_SLID_S
        else note
        for note, is_slid in zip(notes, drawn, strict=True)
    ]
