"""Phoneme times for a voice that gives none, taken from espeak speaking the same text.

Both sounds become short-time spectra on an ear's scale; dynamic time warping finds which moment of one is
which of the other, and the boundaries are carried over. Where voice begins or ends is then set to where
it does in the sound itself, because that is what must not be off by a few hundredths.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from songsmith.engine.sketch.phonetics.espeak import Phoneme, Speech
from songsmith.engine.sketch.phonetics.heard_pitch import PITCH_STEP_S
from songsmith.engine.sketch.phonetics.sounds import sound_kind

__all__ = ["align_phonemes", "snap_to_voicing", "sounding_span"]

_HOP_S = 0.005
_WINDOW_S = 0.025
_BANDS = 26
_TOP_HZ = 7000.0
_SNAP_S = 0.06
_SILENCE_DB = -40.0

FloatArray = NDArray[np.float64]


def align_phonemes(
    guide: Speech, samples: FloatArray, rate_hz: int, pitch_hz: FloatArray
) -> tuple[Phoneme, ...]:
    """The phonemes of `guide` at their places in `samples` (mono), which say the same words and have the pitch that
    `heard_pitch` found."""
    # Voices differ in how long they are silent before and after: no sound must be sought there.
    first, last = sounding_span(samples, rate_hz)
    guide_first, guide_last = sounding_span(guide.samples, guide.rate_hz)
    frame_of = _warp(
        _features(guide.samples[guide_first:guide_last], guide.rate_hz),
        _features(samples[first:last], rate_hz),
    )
    marks = np.array([*(sound.start for sound in guide.phonemes), guide_last])
    inside = np.clip(marks, guide_first, guide_last) - guide_first
    frames = np.interp(inside / guide.rate_hz / _HOP_S, np.arange(len(frame_of)), frame_of)
    places = np.maximum.accumulate(first + np.rint(frames * _HOP_S * rate_hz).astype(int))
    places[-1] = len(samples)
    moved = [
        replace(sound, start=int(start), end=int(end))
        for sound, start, end in zip(guide.phonemes, places, places[1:], strict=False)
    ]
    return snap_to_voicing(moved, pitch_hz, rate_hz)


def sounding_span(samples: FloatArray, rate_hz: int) -> tuple[int, int]:
    """Where sound begins and ends, by the level of 10 ms against the loudest."""
    hop = rate_hz // 100
    count = max(len(samples) // hop, 1)
    levels = np.array([np.mean(part**2) for part in np.array_split(samples[: count * hop], count)])
    loud = np.flatnonzero(levels > levels.max() * 10 ** (_SILENCE_DB / 10))
    return (int(loud[0]) * hop, (int(loud[-1]) + 1) * hop) if len(loud) else (0, len(samples))


def snap_to_voicing(
    sounds: Sequence[Phoneme], pitch_hz: FloatArray, rate_hz: int
) -> tuple[Phoneme, ...]:
    """`sounds` with the boundaries between voiced and voiceless ones moved to the nearest change of the voice, whose
    pitch `heard_pitch` found."""
    changes = _voicing_changes(pitch_hz, rate_hz)
    snapped = list(sounds)
    for index in range(1, len(snapped)):
        before, after = snapped[index - 1], snapped[index]
        was = sound_kind(before.symbol) not in ("voiceless", "pause")
        becomes = sound_kind(after.symbol) not in ("voiceless", "pause")
        places = changes["on" if becomes else "off"]
        if was == becomes or len(places) == 0:
            continue
        nearest = int(places[np.abs(places - after.start).argmin()])
        is_near = abs(nearest - after.start) <= _SNAP_S * rate_hz
        if is_near and before.start < nearest < after.end:
            snapped[index - 1] = replace(before, end=nearest)
            snapped[index] = replace(after, start=nearest)
    return tuple(snapped)


def _features(samples: FloatArray, rate_hz: int) -> FloatArray:
    """Log energies of bands on the mel scale and their slopes, each of zero mean, (frames, 2 * bands)."""
    hop, window = round(_HOP_S * rate_hz), round(_WINDOW_S * rate_hz)
    count = 1 + len(samples) // hop
    padded = np.pad(samples, (window // 2, window + hop))
    index = np.arange(window)[None, :] + hop * np.arange(count)[:, None]
    power = np.abs(np.fft.rfft(padded[index] * np.hanning(window), 1024)) ** 2
    energies = np.log(power @ _mel_weights(power.shape[1], rate_hz) + 1e-7)
    slopes = np.gradient(energies, axis=0) * 4
    features = np.hstack([energies, slopes])
    return np.asarray((features - features.mean(axis=0)) / (features.std(axis=0) + 1e-6))


def _mel_weights(bins: int, rate_hz: int) -> FloatArray:
    """Triangular bands, (bins, bands)."""
    top_mel = 2595 * np.log10(1 + _TOP_HZ / 700)
    edges = 700 * (10 ** (np.linspace(60, top_mel, _BANDS + 2) / 2595) - 1)
    frequency = np.linspace(0, rate_hz / 2, bins)[:, None]
    rise = (frequency - edges[:-2]) / (edges[1:-1] - edges[:-2])
    fall = (edges[2:] - frequency) / (edges[2:] - edges[1:-1])
    return np.asarray(np.clip(np.minimum(rise, fall), 0, None))


def _warp(left: FloatArray, right: FloatArray) -> FloatArray:
    """For every frame of `left` the frame of `right` that it goes with."""
    cost = np.sqrt(
        np.maximum((left**2).sum(1)[:, None] + (right**2).sum(1)[None, :] - 2 * left @ right.T, 0)
    )
    total = np.empty_like(cost)
    total[0] = np.cumsum(cost[0])
    for row in range(1, len(cost)):
        # A step along the row costs each frame on the way: a running minimum over prefix sums.
        from_above = total[row - 1]
        diagonal = np.concatenate([[np.inf], from_above[:-1]])
        before = np.cumsum(cost[row]) - cost[row]
        entry = np.minimum(from_above, diagonal) - before
        total[row] = np.minimum.accumulate(entry) + before + cost[row]
    row, column = len(cost) - 1, cost.shape[1] - 1
    sums, counts = np.zeros(len(cost)), np.zeros(len(cost))
    while True:
        sums[row] += column
        counts[row] += 1
        if row == 0 and column == 0:
            break
        options = (
            (total[row - 1, column - 1] if row and column else np.inf, row - 1, column - 1),
            (total[row - 1, column] if row else np.inf, row - 1, column),
            (total[row, column - 1] if column else np.inf, row, column - 1),
        )
        _, row, column = min(options, key=lambda option: option[0])
    return np.asarray(sums / counts)


def _voicing_changes(pitch_hz: FloatArray, rate_hz: int) -> dict[str, NDArray[np.intp]]:
    """Samples at which the voice sets in ("on") and stops ("off")."""
    change = np.diff((pitch_hz > 0).astype(int), prepend=0, append=0)
    hop = rate_hz * PITCH_STEP_S
    return {
        "on": np.rint(np.flatnonzero(change > 0) * hop).astype(np.intp),
        "off": np.rint(np.flatnonzero(change < 0) * hop).astype(np.intp),
    }
