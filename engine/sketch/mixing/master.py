"""The last of the mix: parts at their levels, a fade at the end, -14 LUFS and a true peak below -1 dBTP.

All of it are gains, so that what a stem gets is what the whole gets.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from songsmith.engine.engine import Audio
from songsmith.engine.loudness import FRAME, gated_lufs, true_peak_db
from songsmith.engine.sketch.filters import swell
from songsmith.engine.sketch.mixing.limiter import STEP, limiter_steps, peak_steps
from songsmith.engine.sketch.score import Score

__all__ = ["TARGET_LUFS", "mastered", "part_levels", "song_curve"]

TARGET_LUFS = -14.0
_CEILING_DBTP = -1.02
_NEAR_LU = 0.02
_NEARLY, _MOST_PART_DB = 0.9, 6.0
_SPARE_DB = 0.1
_FADE_S = 2.2


def part_levels(
    frames: NDArray[np.float64], score: Score, wanted_lu: Mapping[str, float]
) -> tuple[float, ...]:
    """Decibels that bring every part nearly to where its kind is to be, `wanted_lu` against the whole song, whose
    `power_frames` these are."""
    whole = gated_lufs(frames)
    levels = []
    for part in score.parts:
        first = int(part.start_s * 100)
        own = gated_lufs(frames[first : max(int(part.end_s * 100), first + 1)])
        if part.kind == "outro" or not np.isfinite(own):
            levels.append(0.0)
            continue
        short_db = whole + wanted_lu.get(part.kind, 0.0) - own
        levels.append(round(float(np.clip(_NEARLY * short_db, -_MOST_PART_DB, _MOST_PART_DB)), 3))
    return tuple(levels)


def song_curve(parts_db: tuple[float, ...], score: Score, samples: int) -> NDArray[np.float32]:
    """Gains every `FRAME` samples: those of the parts, which take 0.3 s to change, a fade at the end that leaves most
    of the last chord alone, and one of 10 ms at the start."""
    times: list[float] = []
    values: list[float] = []
    for part, level_db in zip(score.parts, parts_db, strict=True):
        times += [part.start_s + 0.05, max(part.end_s - 0.25, part.start_s + 0.06)]
        values += [level_db, level_db]
    at_s = np.arange(samples // FRAME + 2) / 100
    gains = 10 ** (np.interp(at_s, times, values) / 20)
    ring_s = score.duration_s - score.bars[-1].start_s
    fade_s = min(_FADE_S, max(0.55 * ring_s, 0.3))
    gains *= np.sin(np.pi / 2 * np.clip((score.duration_s - at_s) / fade_s, 0, 1)) ** 2
    gains[0] = 0.0
    return gains.astype(np.float32)


def mastered(
    total: Audio, frames: NDArray[np.float64], given_db: float | None
) -> tuple[float, NDArray[np.float32]]:
    """Bring `total`, whose `power_frames` these are, to the target's loudness, in place, the limiter's work counted in:
    gain in decibels, and all of the gain, the limiter's in it, every `STEP` samples."""
    peaks = peak_steps(total)
    ceiling_db, gain_db = _CEILING_DBTP - 0.4, given_db
    before: NDArray[np.float32] | np.float32 = np.float32(1)
    while True:
        gain_db, gains = _limited(frames, peaks, ceiling_db, gain_db, is_given=given_db is not None)
        swell(total, gains / before, STEP)
        over_db = true_peak_db(total) - _CEILING_DBTP
        if not over_db > 0:
            return gain_db, gains
        before = gains
        ceiling_db -= over_db + _SPARE_DB


def _limited(
    frames: NDArray[np.float64],
    peaks: NDArray[np.float32],
    ceiling_db: float,
    gain_db: float | None,
    *,
    is_given: bool,
) -> tuple[float, NDArray[np.float32]]:
    """The gain that makes sound with these `power_frames` and `peak_steps` as loud as the target below the ceiling,
    and the same with the limiter's as values every `STEP` samples."""
    if gain_db is None:
        loudness = gated_lufs(frames)
        gain_db = TARGET_LUFS - loudness if np.isfinite(loudness) else 0.0
    for _ in range(8):
        gain = np.float32(10 ** (gain_db / 20))
        gains = gain * limiter_steps(peaks * gain, 10 ** (ceiling_db / 20))
        if is_given:
            break
        at = np.minimum(np.arange(len(frames)) * FRAME // STEP + FRAME // STEP // 2, len(gains) - 1)
        short_db = TARGET_LUFS - gated_lufs(frames * gains[at].astype(np.float64) ** 2)
        if abs(short_db) < _NEAR_LU:
            break
        gain_db += short_db
    return gain_db, gains
