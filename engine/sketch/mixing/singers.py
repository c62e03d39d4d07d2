"""The singers in the mix: made even and present, and where somebody sings."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from pedalboard import Compressor

from songsmith.engine.cores import side_by_side
from songsmith.engine.engine import Audio
from songsmith.engine.loudness import gated_lufs, power_frames
from songsmith.engine.sketch.filters import equalise, high_pass, low_shelf, peak, shelf
from songsmith.engine.sketch.style.mix_style import MixStyle

__all__ = ["VOICE_LUFS", "Singers", "presence_of", "treated"]

VOICE_LUFS = -15.5
_FALL_FRAMES = 30  # the band comes back this slowly after a voice
_AHEAD_FRAMES = 6
_LOW_HZ, _MID_HZ, _MID_Q = 220, 550, 0.6


@dataclass(frozen=True)
class Singers:
    """`sound`: "vocal" (the lead, one channel) and "harmony" (all others, two channels) at their levels, nothing if
    nobody sings; `gain_db` that they got; `frames`, the `power_frames` of the lead as it comes out of both sides."""

    sound: dict[str, Audio] = field(default_factory=dict)
    gain_db: float | None = None
    frames: NDArray[np.float64] = field(default_factory=lambda: np.zeros(1))


def treated(voices: Mapping[str, Audio], style: MixStyle, given_db: float | None) -> Singers:
    """The singers, "lead" (one channel) and "harmony" (two, if there is any), coloured as the style has it, at the gain
    that is given or brings the lead to its loudness. They are worked on in place."""
    if "lead" not in voices or not np.any(voices["lead"]):
        return Singers(gain_db=given_db)
    found = {"vocal" if name == "lead" else name: voices[name] for name in sorted(voices)}
    levels = {
        name: max(float(audio.max()), -float(audio.min())) or 1.0 for name, audio in found.items()
    }
    rows = [(row, levels[name]) for name, audio in found.items() for row in audio]
    side_by_side(lambda each: _make_even(*each, style), rows)
    frames = 2 * power_frames(found["vocal"])
    gain_db = round(VOICE_LUFS - gated_lufs(frames), 4) if given_db is None else given_db
    gain = 10 ** (gain_db / 20)
    for audio in found.values():
        np.multiply(audio, np.float32(gain), out=audio)
    return Singers(found, gain_db, frames * gain**2)


def _make_even(row: NDArray[np.float32], level: float, style: MixStyle) -> None:
    """One channel of a voice whose peak is `level` cleaned, made even and present, in place."""
    row /= np.float32(level)
    compressor = Compressor(threshold_db=-20, ratio=3.0, attack_ms=6, release_ms=90)
    colours = [peak(300, -2.0), peak(3_200, 3.0, 0.9), shelf(9_000, style.voice_air_db)]
    if style.voice_low_db:
        colours.append(low_shelf(_LOW_HZ, style.voice_low_db))
    if style.voice_mid_db:
        colours.append(peak(_MID_HZ, style.voice_mid_db, _MID_Q))
    equalise(row[None], high_pass(85), *colours, compressor, out=row[None])
    row *= np.float32(level)


def presence_of(frames: NDArray[np.float64]) -> NDArray[np.float32]:
    """0..1 for each frame: how much the lead with these `frames` is singing; quick to rise, slow to fall."""
    loud = np.sqrt(frames / (10 ** ((VOICE_LUFS + 0.691) / 10)))
    target = np.clip((loud - 0.08) / 0.5, 0, 1)
    # It rises in 40 ms by looking 50 ms ahead, and falls in 300 ms.
    ahead = np.maximum.reduce([np.roll(target, -shift) for shift in range(_AHEAD_FRAMES)])
    return _smooth(ahead)


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
