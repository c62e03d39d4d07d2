"""Sounds no SoundFont has: a theremin that glides, the crackle of a record, the pump of a side chain."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from songsmith.engine.engine import Audio
from songsmith.engine.loudness import FRAME
from songsmith.engine.sketch.filters import equalise, high_pass, low_pass, per_sample
from songsmith.engine.sketch.score import Note
from songsmith.engine.sketch.smoothing import bell_mean
from songsmith.engine.units import SAMPLE_RATE_HZ

__all__ = ["THEREMIN", "crackle", "play_theremin", "pump", "riser"]

THEREMIN = 128
"""The program number that stands for it, the first that General MIDI does not have."""
_CONTROL = 64  # samples between values of pitch and loudness
_BREAK = 1_323  # 30 ms
_PARTIALS = (1.0, 0.32, 0.14, 0.05, 0.02)


def play_theremin(notes: Sequence[Note], samples: int) -> Audio:
    """One gliding voice over all notes, shape (2, samples), both channels alike."""
    if not notes:
        return np.zeros((2, samples), dtype=np.float32)
    steps = samples // _CONTROL + 2
    time_s = np.arange(steps) * _CONTROL / SAMPLE_RATE_HZ
    pitch = np.full(steps, float(notes[0].pitch))
    level = np.zeros(steps)
    for note in notes:
        first, last = (
            max(0, int(t * SAMPLE_RATE_HZ / _CONTROL)) for t in (note.start_s, note.end_s)
        )
        pitch[first:] = note.pitch
        level[first : last + 1] = (note.velocity / 127) ** 1.5
    # The hand takes about a tenth of a second to the next pitch, and trembles.
    glide = bell_mean(pitch, 0.035 * SAMPLE_RATE_HZ / _CONTROL)
    sway = 0.32 * np.sin(2 * np.pi * 5.6 * time_s + 0.4 * np.sin(2 * np.pi * 0.31 * time_s))
    level = bell_mean(level, 0.04 * SAMPLE_RATE_HZ / _CONTROL)
    at = np.arange(samples)
    frequency_hz = np.interp(at, np.arange(steps) * _CONTROL, 440 * 2 ** ((glide + sway - 69) / 12))
    phase = 2 * np.pi * np.cumsum(frequency_hz) / SAMPLE_RATE_HZ
    voice = sum(share * np.sin(number * phase) for number, share in enumerate(_PARTIALS, start=1))
    sound = 0.25 * voice * np.interp(at, np.arange(steps) * _CONTROL, level)
    return np.repeat(sound[None, :].astype(np.float32), 2, axis=0)


def crackle(samples: int, level_db: float, rng: np.random.Generator) -> Audio:
    """Hiss and ticks of an old record, (2, samples); the hiss lies at about `level_db` below full scale."""
    noise = rng.standard_normal((2, samples), dtype=np.float32)
    ticks = np.zeros((2, samples), dtype=np.float32)
    count = int(samples / SAMPLE_RATE_HZ * 7)
    places = rng.integers(0, samples, count)
    ticks[rng.integers(0, 2, count), places] = rng.exponential(14, count) * rng.choice(
        [-1, 1], count
    )
    noise += ticks
    noise *= np.float32(10 ** (level_db / 20))
    return equalise(noise, high_pass(500), low_pass(6_000), out=noise)


def riser(
    spans_s: Sequence[tuple[float, float]], level_db: float, samples: int, rng: np.random.Generator
) -> Audio:
    """Noise that swells and gets brighter over each span and breaks off at its end, (2, samples); at its loudest it
    lies at about `level_db`."""
    sound = np.zeros((2, samples), dtype=np.float32)
    for start_s, end_s in spans_s:
        first, last = (min(int(t * SAMPLE_RATE_HZ), samples) for t in (start_s, end_s))
        if last <= 0:
            continue
        way = np.linspace(0, 1, max(last - first, 2), dtype=np.float32)[: last - first]
        way, first = way[max(0, -first) :], max(0, first)
        noise = rng.standard_normal((2, last - first), dtype=np.float32)
        dark = equalise(noise, high_pass(250), low_pass(900))
        bright = equalise(noise, high_pass(1_200), low_pass(4_500))
        swell = np.float32(10 ** (level_db / 20)) * way**2
        swell[-_BREAK:] *= np.linspace(1, 0, len(swell[-_BREAK:]), dtype=np.float32)
        sound[:, first:last] += (2 * dark * (1 - way) + bright * way) * swell
    return sound


def pump(kicks_s: Sequence[float], depth_db: float, samples: int) -> NDArray[np.float32]:
    """Gain per sample that ducks at every kick and comes back within a quarter of a second."""
    time_s = np.arange(samples // FRAME + 2) * FRAME / SAMPLE_RATE_HZ
    kicks = np.asarray(sorted(kicks_s))
    last = np.searchsorted(kicks, time_s + 0.005, side="right") - 1
    since_s = np.where(last >= 0, time_s - kicks[np.maximum(last, 0)], 9.0)
    gain_db = -depth_db * np.exp(-np.maximum(since_s, 0) / 0.09)
    gains = 10 ** (bell_mean(gain_db, 0.6) / 20)
    return per_sample(gains.astype(np.float32), FRAME, samples)
