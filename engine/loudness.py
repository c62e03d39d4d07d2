"""Loudness and true peak as ITU-R BS.1770 measures them, on float32 sound of shape (channels, samples)."""

import numpy as np
import soxr
from numpy.typing import NDArray
from pedalboard import Chain, HighpassFilter, HighShelfFilter

from songsmith.engine.engine import Audio
from songsmith.engine.units import SAMPLE_RATE_HZ

__all__ = ["FRAME", "filtered", "gated_lufs", "power_frames", "true_peak_db"]

FRAME = 441
"""Samples of a control frame: 10 ms."""
_OFFSET_DB = -0.691
_BLOCK_FRAMES, _STEP_FRAMES = 40, 10  # blocks of 0.4 s, one every 0.1 s
_PEAK_BLOCK = 2_048
_PEAK_AROUND = 64
_NEAR_PEAK = 0.5  # sound at half of the highest sample does not reach above it between samples


def filtered(audio: Audio, chain: Chain) -> Audio:
    """`audio` through `chain`, each channel by itself: that is quicker than both at once."""
    rows = [chain(row[None], SAMPLE_RATE_HZ, buffer_size=SAMPLE_RATE_HZ) for row in audio]
    return np.concatenate(rows) if len(rows) > 1 else np.asarray(rows[0], dtype=np.float32)


def _k_weighting() -> Chain:
    """The K filter: a shelf for the head, and a high pass of Q 0.5, which is two of first order."""
    return Chain([HighShelfFilter(1_500, 4.0, 2**-0.5), HighpassFilter(38), HighpassFilter(38)])


def power_frames(audio: Audio) -> NDArray[np.float64]:
    """K-weighted power of every 10 ms, summed over channels; shape (frames,), at least one frame."""
    weighted = filtered(audio, _k_weighting())
    frames = audio.shape[1] // FRAME
    whole = weighted[:, : frames * FRAME].reshape(audio.shape[0], frames, FRAME)
    powers = np.einsum("cfs,cfs->f", whole, whole).astype(np.float64) / FRAME
    return powers if frames else np.zeros(1)


def gated_lufs(frames: NDArray[np.float64]) -> float:
    """Integrated loudness from `power_frames`, gated at -70 LUFS and -10 LU; what is shorter than a block counts
    as if silence followed."""
    sums = np.concatenate([[0.0], np.cumsum(frames)])
    starts = np.arange(0, max(len(frames) - _BLOCK_FRAMES, 0) + 1, _STEP_FRAMES)
    ends = np.minimum(starts + _BLOCK_FRAMES, len(frames))
    blocks = (sums[ends] - sums[starts]) / _BLOCK_FRAMES
    loud = blocks[blocks > 10 ** ((-70 - _OFFSET_DB) / 10)]
    if loud.size == 0:
        return float("-inf")
    loud = loud[loud > loud.mean() / 10]
    return float(_OFFSET_DB + 10 * np.log10(loud.mean()))


def true_peak_db(audio: Audio) -> float:
    """The peak between the samples too (4x oversampled), looked for where the samples come near it; -inf in silence."""
    highest = float(np.abs(audio).max(initial=0.0))
    if highest == 0.0:
        return float("-inf")
    for channel in audio:
        for first, last in _near(np.abs(channel), _NEAR_PEAK * highest):
            piece = channel[max(0, first - _PEAK_AROUND) : last + _PEAK_AROUND]
            between = np.abs(soxr.resample(piece, 1, 4))
            highest = max(highest, float(between.max()))
    return 20 * float(np.log10(highest))


def _near(level: NDArray[np.float32], floor: float) -> list[tuple[int, int]]:
    """Stretches [first, last) of whole blocks in which `level` reaches `floor`."""
    blocks = np.maximum.reduceat(level, np.arange(0, len(level), _PEAK_BLOCK)) >= floor
    edges = np.flatnonzero(np.diff(np.concatenate([[False], blocks, [False]]).astype(np.int8)))
    return [(int(a) * _PEAK_BLOCK, int(b) * _PEAK_BLOCK) for a, b in edges.reshape(-1, 2)]
