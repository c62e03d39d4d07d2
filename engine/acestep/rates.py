"""The model's own rates: latent frames of 40 ms, sound of 48 kHz, which meet songsmith's 44.1 kHz at every frame."""

from songsmith.engine.units import SAMPLE_RATE_HZ

__all__ = [
    "FRAMES_PER_S",
    "MODEL_RATE_HZ",
    "MODEL_SAMPLES_PER_FRAME",
    "SAMPLES_PER_FRAME",
    "frames_of",
]

FRAMES_PER_S = 25
MODEL_RATE_HZ = 48_000
MODEL_SAMPLES_PER_FRAME = MODEL_RATE_HZ // FRAMES_PER_S
SAMPLES_PER_FRAME, _rest = divmod(SAMPLE_RATE_HZ, FRAMES_PER_S)
assert _rest == 0, "a frame must be whole samples, else windows could not be resampled alone"


def frames_of(samples: int) -> int:
    """Frames that `samples` of songsmith's samples take up, a begun one included."""
    return -(-samples // SAMPLES_PER_FRAME)
