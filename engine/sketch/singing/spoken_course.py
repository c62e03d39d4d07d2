"""How voice and energy run through a line if it is spoken, laid along the line as it is sung.

Asked for tokens that last as long as notes do, the network lets its voice die away in them, as a speaker would. So it
is asked for the line as it would speak it, and what it says is stretched: both ends of a token at their own speed, its
middle held.
"""

import functools

import numpy as np
from numpy.typing import NDArray

from songsmith.engine.sketch.kokoro.network import PITCHES_PER_FRAME, predict_features
from songsmith.engine.sketch.kokoro.reading import Script
from songsmith.engine.sketch.kokoro.speakers import speaker_style

__all__ = ["speech_along"]

FloatArray = NDArray[np.float64]


def speech_along(script: Script, frames: NDArray[np.int64]) -> tuple[FloatArray, FloatArray]:
    """The pitch in Hz and the energy of `script` as it is spoken, for tokens that last `frames`."""
    pitch, energy = _spoken(script)
    places = _stretched(np.array(script.frames), frames)
    nearest = np.minimum(places.astype(int), len(pitch) - 1)
    return pitch[nearest], np.interp(places, np.arange(len(energy)) + 0.5, energy)


@functools.lru_cache(maxsize=512)
def _spoken(script: Script) -> tuple[FloatArray, FloatArray]:
    _, pitch, energy = predict_features(script.tokens, speaker_style(script.speaker), script.frames)
    return pitch.ravel().astype(np.float64), energy.ravel().astype(np.float64)


def _stretched(spoken: NDArray[np.int64], sung: NDArray[np.int64]) -> FloatArray:
    """For each moment of tokens that last `sung` frames its place among the moments of the same ones `spoken`."""
    places = []
    start = 0
    for own, wanted in zip(PITCHES_PER_FRAME * spoken, PITCHES_PER_FRAME * sung, strict=True):
        at = np.arange(wanted) + 0.5
        held = np.where(at < own / 2, at, np.maximum(own / 2, at - (wanted - own)))
        places.append(start + (held if wanted > own else at * own / wanted))
        start += own
    return np.concatenate(places)
