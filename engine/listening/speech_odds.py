"""Whether somebody speaks or sings, moment by moment: what the speech detector says that comes with faster-whisper
(Silero)."""

import numpy as np
from numpy.typing import NDArray

from songsmith.engine.listening.ears import EARS_RATE_HZ
from songsmith.engine.listening.voice_features import FRAMES_PER_S, FloatArray

__all__ = ["speech_odds"]

_CHUNK = 512
"""Samples that the detector judges at a time."""
_PEAK = 0.9
_LEAST_DOUBT = 1e-3


def speech_odds(sound: NDArray[np.float32]) -> FloatArray:
    """Log odds (frames,) of a voice in `sound` (samples,), 16 kHz; frame k is centred on sample 160 k.

    The detector takes a moment to notice a voice, so it hears the sound backwards too, and either may say so.
    """
    from faster_whisper.vad import get_vad_model

    loud = sound * (_PEAK / max(float(np.abs(sound).max()), 1e-9))
    padded = np.pad(loud, (0, -len(loud) % _CHUNK)).astype(np.float32)
    detect = get_vad_model()
    forwards, backwards = detect(padded).ravel(), detect(padded[::-1].copy()).ravel()[::-1]
    likely = np.clip(np.maximum(forwards, backwards), _LEAST_DOUBT, 1 - _LEAST_DOUBT)
    middles = _CHUNK * (np.arange(len(likely)) + 0.5)
    hop = EARS_RATE_HZ // FRAMES_PER_S
    moments = hop * np.arange(1 + len(sound) // hop)
    return np.asarray(np.interp(moments, middles, np.log(likely / (1 - likely))))
