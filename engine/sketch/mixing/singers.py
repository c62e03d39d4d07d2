"""The singers in the mix: made even and present, and where somebody sings."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from pedalboard import Compressor

from songsmith.engine.engine import Audio
from songsmith.engine.loudness import FRAME, power_frames
from songsmith.engine.sketch.filters import equalise, high_pass, peak, per_sample, shelf
from songsmith.engine.sketch.mixing.tracks import level_of

__all__ = ["VOICE_LUFS", "presence_of", "treated"]

VOICE_LUFS = -15.5
_FALL_FRAMES = 30  # the band comes back this slowly after a voice
_AHEAD_FRAMES = 6


def treated(
    voices: Mapping[str, NDArray[np.float32]], air_db: float, given_db: float | None
) -> tuple[float | None, dict[str, Audio]]:
    """The lead's gain, and "vocal" (the lead, one channel) and "harmony" (all others, two channels) at their levels,
    with `air_db` above 9 kHz; nothing if nobody sings."""
    if "lead" not in voices or not np.any(voices["lead"]):
        return None, {}
    lead = _made_even(voices["lead"], air_db)
    gain_db = given_db
    if gain_db is None:
        gain_db = round(VOICE_LUFS - level_of(lead), 4)
    gain = np.float32(10 ** (gain_db / 20))
    found = {"vocal": lead * gain}
    others = [_both(audio) for name, audio in sorted(voices.items()) if name != "lead"]
    if others:
        found["harmony"] = _made_even(np.sum(others, axis=0), air_db) * gain
    return gain_db, found


def _made_even(voice: NDArray[np.float32], air_db: float) -> Audio:
    """A voice cleaned, made even and present; (1, samples) or (2, samples) as it came."""
    voice = np.atleast_2d(voice)
    level = np.float32(np.abs(voice).max()) or np.float32(1)
    return level * equalise(
        voice / level,
        high_pass(85),
        peak(300, -2.0),
        peak(3_200, 3.0, 0.9),
        shelf(9_000, air_db),
        Compressor(threshold_db=-20, ratio=3.0, attack_ms=6, release_ms=90),
    )


def _both(audio: NDArray[np.float32]) -> Audio:
    """Two channels, of one or two."""
    audio = np.atleast_2d(audio)
    return audio if audio.shape[0] == 2 else np.repeat(audio, 2, axis=0)


def presence_of(vocal: Audio) -> NDArray[np.float32]:
    """0..1 per sample: how much somebody is singing in `vocal` (1, samples); quick to rise, slow to fall."""
    loud = np.sqrt(2 * power_frames(vocal) / (10 ** ((VOICE_LUFS + 0.691) / 10)))
    target = np.clip((loud - 0.08) / 0.5, 0, 1)
    # It rises in 40 ms by looking 50 ms ahead, and falls in 300 ms.
    ahead = np.maximum.reduce([np.roll(target, -shift) for shift in range(_AHEAD_FRAMES)])
    return per_sample(_smooth(ahead), FRAME, vocal.shape[1])


def _smooth(values: NDArray[np.float64]) -> NDArray[np.float32]:
    """Up and down by a fifth of the way each frame, and down no faster than it is to fall."""
    fall = np.exp(-1 / _FALL_FRAMES)
    followed = np.empty(len(values), dtype=np.float32)
    held = level = 0.0
    for index, value in enumerate(values.tolist()):
        held = max(value, held * fall)
        level += 0.2 * (held - level)
        followed[index] = level
    return followed
