"""Loudness and true peak as ITU-R BS.1770 measures them, on float32 sound of shape (channels, samples)."""

from collections.abc import Iterator
from functools import cache

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from pedalboard import Chain, HighpassFilter, HighShelfFilter, Plugin

from songsmith.engine.cores import side_by_side
from songsmith.engine.engine import Audio
from songsmith.engine.units import SAMPLE_RATE_HZ

__all__ = [
    "FRAME",
    "PIECE",
    "filtered",
    "filtered_pieces",
    "gated_lufs",
    "power_frames",
    "true_peak_db",
]

FRAME = 441
"""Samples of a control frame: 10 ms."""
PIECE = 80 * FRAME
"""Samples that stay in the processor's cache while something is done to them; whole frames of 441 and of 16."""
_OFFSET_DB = -0.691
_BLOCK_FRAMES, _STEP_FRAMES = 40, 10  # blocks of 0.4 s, one every 0.1 s
_PEAK_REACH = 16  # samples on either side that say how the wave runs between two
_NEAR_PEAK = 0.7  # beside lower samples the wave does not reach above the highest one


def filtered(audio: Audio, chain: Chain, out: Audio | None = None) -> Audio:
    """`audio` through `chain`, each channel by itself: that is quicker than both at once. It is written to `out`, which
    may be `audio`, or to a new array."""
    out = np.empty(audio.shape, dtype=np.float32) if out is None else out
    for row, written in zip(audio, out, strict=True):
        for first, piece in filtered_pieces(row, chain):
            written[first : first + len(piece)] = piece
    return out


def filtered_pieces(
    row: NDArray[np.float32], chain: Plugin
) -> Iterator[tuple[int, NDArray[np.float32]]]:
    """One channel through `chain` from a silent start, in pieces that stay in the processor's cache, each with the
    sample at which it begins. What nothing rings in any more is silent after the chain too, and passes as it is."""
    chain.reset()
    was_silent = True
    for first in range(0, len(row), PIECE):
        piece = row[first : first + PIECE]
        is_silent = not piece.any()
        if is_silent and was_silent:
            yield first, piece
        else:
            yield first, chain(piece[None], SAMPLE_RATE_HZ, buffer_size=PIECE, reset=False)[0]
        was_silent = is_silent


def _k_weighting() -> Chain:
    """The K filter: a shelf for the head, and a high pass of Q 0.5, which is two of first order."""
    return Chain([HighShelfFilter(1_500, 4.0, 2**-0.5), HighpassFilter(38), HighpassFilter(38)])


def power_frames(audio: Audio) -> NDArray[np.float64]:
    """K-weighted power of every 10 ms, summed over channels; shape (frames,), at least one frame."""
    powers = np.sum(side_by_side(_row_powers, audio), axis=0)
    return powers if len(powers) else np.zeros(1)


def _row_powers(row: NDArray[np.float32]) -> NDArray[np.float64]:
    frames = len(row) // FRAME
    powers = np.empty(frames)
    for first, piece in filtered_pieces(row[: frames * FRAME], _k_weighting()):
        whole = piece.reshape(-1, FRAME)
        powers[first // FRAME :][: len(whole)] = np.einsum("fs,fs->f", whole, whole)
    return powers / FRAME


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
    """The peak between the samples too (4x oversampled), looked for beside the samples that come near it; -inf in
    silence."""
    highest = max(float(audio.max(initial=0.0)), -float(audio.min(initial=0.0)))
    if highest == 0.0:
        return float("-inf")
    between = side_by_side(lambda row: _highest_between(row, _NEAR_PEAK * highest), audio)
    return 20 * float(np.log10(max(highest, *between)))


def _highest_between(row: NDArray[np.float32], floor: float) -> float:
    highest = 0.0
    for first in range(0, len(row), PIECE):
        before, after = first - _PEAK_REACH, first + PIECE + _PEAK_REACH
        lacking = max(-before, 0), max(after - len(row), 0)
        between = _between(np.pad(row[max(before, 0) : after], lacking), floor)
        highest = max(highest, float(between.max(initial=0.0)))
    return highest


def _between(piece: NDArray[np.float32], floor: float) -> NDArray[np.float32]:
    """How far the wave goes from zero at each quarter of the way between two samples one of which reaches `floor`. The
    first and last `_PEAK_REACH` samples of `piece` are only looked at."""
    is_high = np.abs(piece[_PEAK_REACH - 1 : 1 - _PEAK_REACH]) >= floor
    lefts = np.flatnonzero(is_high[:-1] | is_high[1:])
    around = sliding_window_view(piece, 2 * _PEAK_REACH)[lefts]
    return np.asarray(np.abs(around @ _quarters()))


@cache
def _quarters() -> NDArray[np.float32]:
    """Weights of the samples on both sides for the wave at quarters of the way between two: a windowed sinc, shape
    (samples, places)."""
    apart = np.arange(2 * _PEAK_REACH)[:, None] - (_PEAK_REACH - 1 + np.array([0.25, 0.5, 0.75]))
    return np.asarray(np.sinc(apart) * np.cos(np.pi / 2 * apart / _PEAK_REACH), dtype=np.float32)
