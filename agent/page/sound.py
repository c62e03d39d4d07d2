"""The sound of a take as the page holds it: compressed to fit, and its outline for the waveform."""

import io
from base64 import b64encode

import numpy as np
import soundfile

from songsmith.engine.engine import Audio
from songsmith.engine.units import SAMPLE_RATE_HZ

__all__ = ["compressed", "outline"]

_POINTS = 1_200
_LEVELS = (0.5, 0.7, 0.8, 0.9)
"""libsndfile's compression levels of MP3 at a constant rate, 160, 112, 96 and 56 kbit/s."""


def compressed(audio: Audio, *, most_bytes: int) -> bytes:
    """`audio` (2, samples) as MP3 at a constant rate, so that every browser finds a time exactly; the best
    quality of at most `most_bytes`, or the smallest there is."""
    data = b""
    for level in _LEVELS:
        file = io.BytesIO()
        with soundfile.SoundFile(
            file,
            "w",
            SAMPLE_RATE_HZ,
            channels=2,
            format="MP3",
            subtype="MPEG_LAYER_III",
            compression_level=level,
            bitrate_mode="CONSTANT",
        ) as out:
            for start in range(0, audio.shape[1], 65_536):
                out.write(audio[:, start : start + 65_536].T)
        data = file.getvalue()
        if len(data) <= most_bytes:
            break
    return data


def outline(audio: Audio) -> str:
    """Peaks of `audio` (2, samples) at even steps, one byte each, the loudest 255, in base64."""
    mono = np.abs(audio).max(axis=0)
    edges = np.linspace(0, mono.size, min(_POINTS, mono.size) + 1).astype(int)
    peaks = np.maximum.reduceat(mono, edges[:-1])
    loudest = float(peaks.max()) or 1.0
    return b64encode(np.rint(peaks / loudest * 255).astype(np.uint8).tobytes()).decode()
