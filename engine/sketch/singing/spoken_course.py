"""How voice and energy run through a line if it is spoken, laid along the line as it is sung.

Asked for tokens that last as long as notes do, the network lets its voice die away in them, as a speaker would. So it
is asked for the line as it would speak it, and what it says is stretched: both ends of a token at their own speed, its
middle held.
"""

import functools
from typing import Any

import numpy as np
from numpy.typing import NDArray

from songsmith.engine.sketch.kokoro.network import LATE_FRAMES, PITCHES_PER_FRAME, predict_features
from songsmith.engine.sketch.kokoro.reading import Script
from songsmith.engine.sketch.kokoro.speakers import speaker_style

__all__ = ["heard_early", "speech_along"]

_LATE = LATE_FRAMES * PITCHES_PER_FRAME

FloatArray = NDArray[np.float64]


def speech_along(script: Script, frames: NDArray[np.int64]) -> tuple[FloatArray, FloatArray]:
    """The pitch in Hz and the energy of `script` as it is spoken, for tokens that last `frames`."""
    pitch, energy = _spoken(script)
    places = _stretched(np.array(script.frames), frames)
    nearest = np.minimum(places.astype(int), len(pitch) - 1)
    level = np.interp(places, np.arange(len(energy)) + 0.5, energy)
    return heard_early(pitch[nearest]), heard_early(level)


def heard_early(course: NDArray[Any]) -> NDArray[Any]:
    """Values that belong to tokens at the times when those are heard, `LATE_FRAMES` earlier."""
    return np.concatenate([course[_LATE:], course[-1:].repeat(_LATE)])


@functools.lru_cache(maxsize=512)
def _spoken(script: Script) -> tuple[FloatArray, FloatArray]:
    _, pitch, energy = predict_features(script.tokens, speaker_style(script.speaker), script.frames)
    return _of_tokens(pitch.ravel()), _of_tokens(energy.ravel())


def _of_tokens(course: NDArray[np.float32]) -> FloatArray:
    """What is heard at each time as what belongs to the tokens of that time."""
    return np.concatenate([course[:1].repeat(_LATE), course[:-_LATE]]).astype(np.float64)


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
