"""The pitch of a voice that speaks, read from its sound.

As Boersma (1993) does: a frame's autocorrelation over that of its window has its peaks at the voice's periods, and of
all paths through the peaks of the frames the best one is taken. A deep voice whose fundamental is hardly there is heard
an octave too high by what looks for the fundamental, as WORLD's own ways do.
"""

import numpy as np
import soxr
from numpy.typing import NDArray

__all__ = ["PITCH_STEP_S", "audible", "heard_pitch"]

PITCH_STEP_S = 0.005
_WHISPER = 1e-5
_RATE_HZ = 5_500  # what is above half of this tells nothing more of a pitch
_WINDOW_S = 0.05  # three periods of the lowest pitch
_LOWEST_HZ, _HIGHEST_HZ = 60.0, 420.0
_SHORTEST, _LONGEST = int(_RATE_HZ / _HIGHEST_HZ), int(_RATE_HZ / _LOWEST_HZ)  # periods
_PEAKS = 6  # of a frame, from which the path chooses
_VOICED_FROM = 0.45  # autocorrelation of a frame that is as likely voiced as not
_QUIET = 1e-4  # of the power of loud frames; what is below has no voice
_LOW_COST = 0.02  # for each octave that a pitch is below the highest
_JUMP_COST = 0.35  # for each octave between two frames
_VOICING_COST = 0.14  # where the voice sets in or ends

FloatArray = NDArray[np.float64]


def heard_pitch(samples: FloatArray, rate_hz: int) -> FloatArray:
    """Pitch in Hz of mono `samples` each `PITCH_STEP_S`, 0 where there is no voice."""
    sound = soxr.resample(audible(samples), rate_hz, _RATE_HZ)
    count = int(len(samples) / rate_hz / PITCH_STEP_S) + 1
    pitches, strengths = _peaks(*_autocorrelations(sound, count))
    path = _best_path(np.log2(pitches), strengths)
    heard = pitches[np.arange(count), np.minimum(path, _PEAKS - 1)]
    return np.where(path < _PEAKS, heard, 0.0)


def audible(samples: FloatArray) -> FloatArray:
    """`samples` with a whisper of noise: digital silence has no logarithm."""
    return samples + _WHISPER * np.random.default_rng(0).standard_normal(len(samples))


def _autocorrelations(sound: FloatArray, count: int) -> tuple[FloatArray, FloatArray]:
    """For each of `count` frames of `sound` the autocorrelation at the lags from one below the shortest period to one
    above the longest, 1 where the wave repeats itself, (frames, lags); and the frame's power."""
    width = round(_WINDOW_S * _RATE_HZ)
    lags = slice(_SHORTEST - 1, _LONGEST + 2)
    window = np.hanning(width)
    size = 1 << (width + lags.stop).bit_length()
    padded = np.pad(sound, (width // 2, 2 * width))
    starts = (np.arange(count) * PITCH_STEP_S * _RATE_HZ).astype(int)
    frames = padded[starts[:, None] + np.arange(width)]
    frames = (frames - frames.mean(axis=1, keepdims=True)) * window
    of_window = np.fft.irfft(np.abs(np.fft.rfft(window, size)) ** 2)
    of_frames = np.fft.irfft(np.abs(np.fft.rfft(frames, size)) ** 2)
    powers = of_frames[:, 0]
    share = of_frames[:, lags] / (powers[:, None] + np.finfo(float).tiny)
    return share / (of_window[lags] / of_window[0]), powers


def _peaks(correlations: FloatArray, powers: FloatArray) -> tuple[FloatArray, FloatArray]:
    """The pitches of each frame's highest peaks, (frames, peaks), and how well each would do there, with that of no
    voice behind them, (frames, peaks + 1)."""
    before, here, after = correlations[:, :-2], correlations[:, 1:-1], correlations[:, 2:]
    is_peak = (here > before) & (here >= after)
    best = np.argpartition(np.where(is_peak, -here, 1.0), _PEAKS, axis=1)[:, :_PEAKS]
    left, middle, right = (np.take_along_axis(each, best, 1) for each in (before, here, after))
    # Between two lags the peak lies where a parabola through three has its own.
    slope, bend = 0.5 * (left - right), left - 2 * middle + right
    shift = np.clip(np.divide(slope, bend, out=np.zeros_like(bend), where=bend < 0), -0.5, 0.5)
    pitches = _RATE_HZ / (_SHORTEST + best + shift)
    heights = middle - 0.5 * slope * shift - _LOW_COST * np.log2(_HIGHEST_HZ / pitches)
    heights[~np.take_along_axis(is_peak, best, 1)] = -1.0
    is_quiet = powers < _QUIET * np.percentile(powers, 95)
    unvoiced = np.where(is_quiet, 1.0, _VOICED_FROM)
    return pitches, np.column_stack([heights, unvoiced])


def _best_path(octaves: FloatArray, strengths: FloatArray) -> NDArray[np.int_]:
    """The choice of each frame, by Viterbi's way: that which does best where leaps and changes of voicing cost."""
    jumps = np.full((len(octaves), _PEAKS + 1, _PEAKS + 1), _VOICING_COST)
    apart = np.abs(octaves[:-1, :, None] - octaves[1:, None, :])
    jumps[1:, :_PEAKS, :_PEAKS] = _JUMP_COST * apart
    jumps[:, _PEAKS, _PEAKS] = 0.0
    best = strengths[0]
    origins = np.zeros(strengths.shape, dtype=int)
    for frame in range(1, len(strengths)):
        ways = best[:, None] - jumps[frame]
        origins[frame] = ways.argmax(axis=0)
        best = ways.max(axis=0) + strengths[frame]
    path = np.empty(len(strengths), dtype=int)
    path[-1] = best.argmax()
    for frame in range(len(strengths) - 1, 0, -1):
        path[frame - 1] = origins[frame, path[frame]]
    return path
