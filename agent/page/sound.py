"""The sound of a take as the page holds it: compressed to fit, and its outline for the waveform."""

import io
from base64 import b64encode

import numpy as np
import soundfile

from songsmith.engine.engine import Audio
from songsmith.engine.units import SAMPLE_RATE_HZ

__all__ = ["compressed", "most_takes", "outline"]

_POINTS = 1_200
_LEVELS = {160_000: 0.5, 112_000: 0.7, 96_000: 0.8, 56_000: 0.9}
"""libsndfile's compression levels of MP3 at a constant rate, by the bits of a second."""
_SPARE_BYTES = 4_096  # for the first frame, which says what the others are


def most_takes(duration_s: float, most_bytes: int) -> int:
    """How many takes of this length fit at the lowest rate, one at least."""
    return max(1, int(most_bytes / _size_bytes(duration_s, min(_LEVELS))))


def compressed(audio: Audio, *, most_bytes: int) -> bytes:
    """`audio` (2, samples) as MP3 at a constant rate, so that every browser finds a time exactly; the best
    quality of at most `most_bytes`, or the smallest there is."""
    duration_s = audio.shape[1] / SAMPLE_RATE_HZ
    fitting = [rate for rate in _LEVELS if _size_bytes(duration_s, rate) <= most_bytes]
    file = io.BytesIO()
    with soundfile.SoundFile(
        file,
        "w",
        SAMPLE_RATE_HZ,
        channels=2,
        format="MP3",
        subtype="MPEG_LAYER_III",
        compression_level=_LEVELS[max(fitting, default=min(_LEVELS))],
        bitrate_mode="CONSTANT",
    ) as out:
        for start in range(0, audio.shape[1], 65_536):
            out.write(audio[:, start : start + 65_536].T)
    return file.getvalue()


def _size_bytes(duration_s: float, bits_per_s: int) -> float:
    return duration_s * bits_per_s / 8 + _SPARE_BYTES


def outline(audio: Audio) -> str:
    """Peaks of `audio` (2, samples) at even steps, one byte each, the loudest 255, in base64."""
    mono = np.abs(audio).max(axis=0)
    edges = np.linspace(0, mono.size, min(_POINTS, mono.size) + 1).astype(int)
    peaks = np.maximum.reduceat(mono, edges[:-1])
    loudest = float(peaks.max()) or 1.0
    return b64encode(np.rint(peaks / loudest * 255).astype(np.uint8).tobytes()).decode()
