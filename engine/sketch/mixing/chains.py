"""What the buses of a style go through: saturation and compression of each stem, shelves, glue over the whole band.

A stem's own chain may bend its wave; what all of the band gets is linear or a gain, so that stems still sum to the mix.
"""

import numpy as np
from numpy.typing import NDArray
from pedalboard import Compressor, Plugin

from songsmith.engine.engine import Audio
from songsmith.engine.sketch.filters import equalise, high_pass, low_shelf, peak, shelf
from songsmith.engine.sketch.style.mix_style import MixStyle, Stem

__all__ = ["bussed", "glue", "loudest_db"]

_LOW_HZ, _AIR_HZ = 180, 7_000
_SUB_HZ, _MID_HZ, _MID_Q = 65, 550, 0.6
_BENT_FROM_HZ = 25
_SQUEEZE_FROM_DB = -18.0
_ATTACK_MS: dict[Stem, float] = {"drums": 18.0, "bass": 25.0}
_RELEASE_MS = 110.0
_GLUE_FRAMES = 30


def bussed(audio: Audio, stem: Stem, style: MixStyle) -> None:
    """One instrument at its level through its stem's bus, in place."""
    chain: list[Plugin] = []
    if drive_db := style.drive_db.get(stem):
        _drive(audio, drive_db)
        chain.append(high_pass(_BENT_FROM_HZ))  # a bent wave is no longer about zero
    if squeeze := style.squeeze.get(stem):
        attack_ms = _ATTACK_MS.get(stem, 10.0)
        chain.append(Compressor(_SQUEEZE_FROM_DB, squeeze, attack_ms, _RELEASE_MS))
    if style.low_db:
        chain.append(low_shelf(_LOW_HZ, style.low_db))
    if style.sub_db:
        chain.append(low_shelf(_SUB_HZ, style.sub_db))
    if style.mid_db:
        chain.append(peak(_MID_HZ, style.mid_db, _MID_Q))
    if style.air_db:
        chain.append(shelf(_AIR_HZ, style.air_db))
    if chain:
        equalise(audio, *chain, out=audio)


def _drive(audio: Audio, drive_db: float) -> None:
    """Saturate softly, in place: quiet sound passes as it is, at -`drive_db` it begins to be bent."""
    drive = np.float32(10 ** (drive_db / 20))
    audio *= drive
    np.tanh(audio, out=audio)
    audio /= drive


def loudest_db(frames: NDArray[np.float64]) -> float:
    """The level of the loudest moments of a band with these `power_frames`."""
    return round(10 * float(np.log10(max(_slow(frames).max(), 1e-12))), 3)


def glue(frames: NDArray[np.float64], most_db: float, loudest_db: float) -> NDArray[np.float32]:
    """The gain of a slow compressor over the whole band, whose `power_frames` these are, one value a frame: where it is
    loudest, `most_db` down."""
    level_db = 10 * np.log10(_slow(frames) + 1e-12) - loudest_db
    down_db = most_db * np.clip(1 + level_db / 10, 0, 1)  # from 10 dB below the loudest on
    return np.asarray(10 ** (-down_db / 20), dtype=np.float32)


def _slow(frames: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.convolve(frames, np.hanning(_GLUE_FRAMES), mode="same")
