"""The metal and the wires of a kit: what hats, cymbals, shakers and snares have above 6 kHz and SoundFonts, which are
small because they leave it out, have not. Noise that is struck by the kit's own notes."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from songsmith.engine.engine import Audio
from songsmith.engine.sketch.band.band import DRUM_NOTES
from songsmith.engine.sketch.filters import equalise, high_pass, shelf
from songsmith.engine.sketch.score import Note
from songsmith.engine.units import SAMPLE_RATE_HZ

__all__ = ["sheen"]

_FROM_HZ = 6_500
_TAPE_S = 4.0
_ATTACK = 44


class _Struck(NamedTuple):
    """How long it takes to fall by 20 dB, how loud it is, and where it stands (-1..1)."""

    fall_s: float
    level: float
    pan: float


_STRUCK = {
    "hat": _Struck(0.05, 0.6, 0.3),
    "pedal": _Struck(0.03, 0.3, 0.3),
    "open": _Struck(0.28, 0.5, 0.3),
    "crash": _Struck(0.9, 0.6, -0.4),
    "crashride": _Struck(0.5, 0.5, 0.4),
    "ride": _Struck(0.25, 0.35, -0.35),
    "shaker": _Struck(0.06, 0.4, -0.5),
    "tamb": _Struck(0.1, 0.45, 0.5),
    "snare": _Struck(0.12, 0.35, 0.0),
    "clap": _Struck(0.1, 0.3, 0.1),
    "swirl": _Struck(0.2, 0.3, -0.1),
}
_BY_KEY = {DRUM_NOTES[name]: struck for name, struck in _STRUCK.items()}


def sheen(notes: Sequence[Note], samples: int, rng: np.random.Generator) -> Audio:
    """All strokes of a kit, shape (2, samples)."""
    sound = np.zeros((2, samples), dtype=np.float32)
    tape = rng.standard_normal(round(_TAPE_S * SAMPLE_RATE_HZ), dtype=np.float32)
    bursts = {key: _burst(struck) for key, struck in _BY_KEY.items()}
    for note in notes:
        start = round(note.start_s * SAMPLE_RATE_HZ)
        if note.pitch not in bursts or not 0 <= start < samples:
            continue
        struck, burst = _BY_KEY[note.pitch], bursts[note.pitch][: samples - start]
        first = int(rng.integers(len(tape) - len(burst)))
        noise = tape[first : first + len(burst)] * burst
        noise *= np.float32(struck.level * (note.velocity / 127) ** 1.7)
        for row, side in zip(sound, (-1, 1), strict=True):
            row[start : start + len(burst)] += noise * np.float32(1 + 0.5 * side * struck.pan)
    filters = high_pass(_FROM_HZ), high_pass(_FROM_HZ), shelf(12_000, -3.0)
    return equalise(sound, *filters, out=sound)


def _burst(struck: _Struck) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    """A quick rise and a fall down to -50 dB."""
    time_s = np.arange(round(2.5 * struck.fall_s * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
    fall = 10 ** (-time_s / struck.fall_s)
    fall[:_ATTACK] *= np.linspace(0, 1, _ATTACK)
    return fall.astype(np.float32)
