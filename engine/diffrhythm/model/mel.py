"""What MuQ hears: clips of ten seconds, as log-mel spectra.

The numbers are those of the MuQ package, 0.1.0; the triangles of the mel bands are built in float32 as there,
because a float64 filter bank already moves the result.
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

__all__ = ["MEL_BANDS", "MelConfig", "cut_clips", "log_mel"]

MEL_BANDS = 128
_WINDOW_SAMPLES = 2048
_FLOOR_POWER = 1e-10
_MEL_STEP, _MEL_BREAK_HZ = 2595.0, 700.0


@dataclass(frozen=True)
class MelConfig:
    """Sample rate, hop between frames, and the two numbers (dB) that normalise the spectra."""

    rate_hz: int
    hop_samples: int
    mean_db: float
    std_db: float


def cut_clips(samples: Tensor, clip_samples: int) -> list[Tensor]:
    """Consecutive clips (clip_samples,) of `samples` (n,); what is missing at the end is taken from the start.

    Audio shorter than half a clip is only doubled, as in training.
    """
    clips = list(torch.split(samples, clip_samples))
    missing = clip_samples - clips[-1].shape[0]
    if missing:
        clips[-1] = torch.cat((clips[-1], samples[:missing]))
    return clips


def log_mel(clip: Tensor, config: MelConfig) -> Tensor:
    """`clip` (samples,) -> normalised log-mel spectra (128, samples // hop)."""
    spectrum = torch.stft(
        clip.float(),
        n_fft=_WINDOW_SAMPLES,
        hop_length=config.hop_samples,
        window=torch.hann_window(_WINDOW_SAMPLES, device=clip.device),
        center=True,
        pad_mode="reflect",
        return_complex=True,
    )
    bands = _mel_bands(config.rate_hz).to(clip.device)
    power = bands.T @ spectrum.abs().square()
    decibels = 10 * torch.log10(power.clamp(min=_FLOOR_POWER))
    frames = clip.shape[-1] // config.hop_samples
    return (decibels[:, :frames] - config.mean_db) / config.std_db


def _mel_bands(rate_hz: int) -> Tensor:
    """Triangles of equal height, evenly spaced on the mel scale of HTK: (bins, 128), float32 throughout."""
    bins_hz = torch.linspace(0, rate_hz // 2, _WINDOW_SAMPLES // 2 + 1)
    top_mel = _MEL_STEP * math.log10(1 + rate_hz / 2 / _MEL_BREAK_HZ)
    corners_mel = torch.linspace(0, top_mel, MEL_BANDS + 2)
    corners_hz = _MEL_BREAK_HZ * (10 ** (corners_mel / _MEL_STEP) - 1)
    widths_hz = corners_hz.diff()
    past_corner_hz = bins_hz[:, None] - corners_hz
    rising = past_corner_hz[:, :-2] / widths_hz[:-1]
    falling = -past_corner_hz[:, 2:] / widths_hz[1:]
    return torch.minimum(rising, falling).clamp(min=0)
