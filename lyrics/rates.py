"""Rates that words and sound share: the only place that knows 44,100 and 2,048."""

__all__ = ["FRAME_RATE_HZ", "SAMPLES_PER_FRAME", "SAMPLE_RATE_HZ", "frame_at"]

SAMPLE_RATE_HZ = 44_100
SAMPLES_PER_FRAME = 2_048
FRAME_RATE_HZ = SAMPLE_RATE_HZ / SAMPLES_PER_FRAME
"""About 21.53 latent frames, and so at most as many tokens, in a second."""


def frame_at(time_s: float) -> int:
    """Index of the latent frame that holds `time_s`, rounded down as the weights were trained with."""
    return int(time_s * SAMPLE_RATE_HZ / SAMPLES_PER_FRAME)
