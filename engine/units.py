"""Seconds, samples and latent frames. The rates themselves are those of `lyrics.rates`."""

from songsmith.lyrics.rates import FRAME_RATE_HZ, SAMPLE_RATE_HZ, SAMPLES_PER_FRAME, frame_at

__all__ = [
    "FRAME_RATE_HZ",
    "LATENT_CHANNELS",
    "SAMPLES_PER_FRAME",
    "SAMPLE_RATE_HZ",
    "frame_at",
    "sample_at",
    "seconds_of_frames",
]

LATENT_CHANNELS = 64


def sample_at(time_s: float) -> int:
    """Index of the sample nearest to `time_s`."""
    return round(time_s * SAMPLE_RATE_HZ)


def seconds_of_frames(frames: int) -> float:
    """Length of `frames` latent frames in seconds."""
    return frames * SAMPLES_PER_FRAME / SAMPLE_RATE_HZ
