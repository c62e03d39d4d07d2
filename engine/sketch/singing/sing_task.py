"""One task of the singer: all the ways in which one line of text is sung in a song.

A task is analysed once and sung as often as needed: as lead, as doubles, as harmony, and again in every
chorus. Tasks are pure: the same task gives the same samples in any process.
"""

from dataclasses import dataclass

import numpy as np
import soxr
from numpy.typing import NDArray

from songsmith.engine.sketch.score import Note
from songsmith.engine.sketch.singing.air import add_air
from songsmith.engine.sketch.singing.doubles import double
from songsmith.engine.sketch.singing.sing import analyse, sing_line
from songsmith.engine.sketch.voices.speaking import Utterance
from songsmith.engine.units import SAMPLE_RATE_HZ

__all__ = ["Sung", "Task", "Way", "sing_task"]


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


def sing_task(task: Task) -> list[Sung]:
    """Every way of `task`, in order, each with its doubles."""
    analysis = analyse(task.utterance.speech)
    sung = []
    for way in task.ways:
        audio = sing_line(
            analysis,
            task.utterance.syllables,
            way.notes,
            earliest_s=way.earliest_s,
            detune_cents=way.detune_cents,
            voiceless_gain=way.voiceless_gain,
            seed=way.seed,
        )
        samples = soxr.resample(audio.samples, audio.rate_hz, SAMPLE_RATE_HZ, quality="HQ")
        samples = add_air(samples, seed=way.seed)
        start_s = audio.start_s + way.delay_s
        sung.append(Sung(way.stem, start_s, samples.astype(np.float32)))
        if way.has_doubles:
            for number, stem in enumerate(("doubles-left", "doubles-right"), start=1):
                other = double(samples, seed=way.seed + 1000 * number)
                sung.append(Sung(stem, start_s, other.astype(np.float32)))
    return sung
