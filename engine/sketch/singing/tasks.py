"""What the singers are asked for, line by line, and what they give.

A task is one line of text with all the ways in which it is sung in a song: as lead, as doubles, as harmony, and
again in every chorus. So it is read or analysed once.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from songsmith.engine.sketch.score import Note
from songsmith.engine.sketch.voices.speaking import Utterance

__all__ = ["Sung", "SungAudio", "Task", "Way"]


@dataclass(frozen=True)
class Way:
    """One singing of a line: on these notes, for this stem. Consonants begin no earlier than `earliest_s`;
    `has_doubles` asks for two more takes of it, for the stems "doubles-left" and "doubles-right"."""

    stem: str
    notes: tuple[Note, ...]
    earliest_s: float
    seed: int
    detune_cents: float = 0.0
    delay_s: float = 0.0
    voiceless_gain: float = 1.0
    has_doubles: bool = False


@dataclass(frozen=True)
class Task:
    """An utterance and the ways it is sung."""

    utterance: Utterance
    ways: tuple[Way, ...]


@dataclass(frozen=True)
class Sung:
    """Mono float32 `samples` at 44.1 kHz that begin at `start_s` of the song, for `stem`."""

    stem: str
    start_s: float
    samples: NDArray[np.float32]


@dataclass(frozen=True)
class SungAudio:
    """A sung line: mono `samples` at `rate_hz`, the first at `start_s` of the song; `pitch_hz` is the
    pitch asked for in each 5 ms frame, 0 where nothing voiced is sung."""

    samples: NDArray[np.float64]
    rate_hz: int
    start_s: float
    pitch_hz: NDArray[np.float64]
