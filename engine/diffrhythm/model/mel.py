"""What MuQ hears: clips of ten seconds, as log-mel spectra.

The numbers are those of the MuQ package, 0.1.0; the triangles of the mel bands are built in float32 as there,
because a float64 filter bank already moves the result.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

__all__ = ["MEL_BANDS", "MelConfig", "cut_clips", "log_mel"]

MEL_BANDS = 128
_WINDOW_SAMPLES = 2048
_FLOOR_POWER = 1e-10


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
    from torchaudio.functional import melscale_fbanks

    spectrum = torch.stft(
        clip.float(),
        n_fft=_WINDOW_SAMPLES,
        hop_length=config.hop_samples,
        window=torch.hann_window(_WINDOW_SAMPLES, device=clip.device),
        center=True,
        pad_mode="reflect",
        return_complex=True,
    )
    bands = melscale_fbanks(
        n_freqs=_WINDOW_SAMPLES // 2 + 1,
        f_min=0.0,
        f_max=config.rate_hz / 2,
        n_mels=MEL_BANDS,
        sample_rate=config.rate_hz,
        norm=None,
        mel_scale="htk",
    ).to(clip.device)
    power = bands.T @ spectrum.abs().square()
    decibels = 10 * torch.log10(power.clamp(min=_FLOOR_POWER))
    frames = clip.shape[-1] // config.hop_samples
    return (decibels[:, :frames] - config.mean_db) / config.std_db
