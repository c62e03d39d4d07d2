"""Seconds, samples and latent frames: the only place that knows 44,100 and 2,048."""

SAMPLE_RATE_HZ = 44_100
SAMPLES_PER_FRAME = 2_048
FRAME_RATE_HZ = SAMPLE_RATE_HZ / SAMPLES_PER_FRAME  # about 21.53 latent frames a second
LATENT_CHANNELS = 64


def sample_at(time_s: float) -> int:
    """Index of the sample nearest to `time_s`."""
    return round(time_s * SAMPLE_RATE_HZ)


def frame_at(time_s: float) -> int:
    """Index of the latent frame that holds `time_s`, rounded down as the weights were trained with."""
    return int(time_s * SAMPLE_RATE_HZ / SAMPLES_PER_FRAME)


def seconds_of_frames(frames: int) -> float:
    """Length of `frames` latent frames in seconds."""
    return frames * SAMPLES_PER_FRAME / SAMPLE_RATE_HZ
