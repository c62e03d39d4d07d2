"""One task sung, by the network or by WORLD. The same task gives the same samples in any process."""

from collections.abc import Iterator

import numpy as np
import soxr

from songsmith.engine.sketch.singing.air import add_air
from songsmith.engine.sketch.singing.doubles import double
from songsmith.engine.sketch.singing.kokoro_line import sing_ways
from songsmith.engine.sketch.singing.sing import analyse, sing_line
from songsmith.engine.sketch.singing.tasks import Sung, SungAudio, Task, Way
from songsmith.engine.units import SAMPLE_RATE_HZ

__all__ = ["sing_task"]


def sing_task(task: Task) -> list[Sung]:
    """Every way of `task`, in order, each with its doubles."""
    script = task.utterance.script
    sung = []
    for way, audio in sing_ways(task, script) if script else _sung_by_world(task):
        samples = soxr.resample(audio.samples, audio.rate_hz, SAMPLE_RATE_HZ, quality="HQ")
        samples = add_air(samples, seed=way.seed)
        start_s = audio.start_s + way.delay_s
        sung.append(Sung(way.stem, start_s, samples.astype(np.float32)))
        if way.has_doubles:
            for number, stem in enumerate(("doubles-left", "doubles-right"), start=1):
                other = double(samples, seed=way.seed + 1000 * number)
                sung.append(Sung(stem, start_s, other.astype(np.float32)))
    return sung


def _sung_by_world(task: Task) -> Iterator[tuple[Way, SungAudio]]:
    """Every way of a line that was spoken, with what WORLD makes of it."""
    analysis = analyse(task.utterance.speech)
    for way in task.ways:
        yield (
            way,
            sing_line(
                analysis,
                task.utterance.syllables,
                way.notes,
                earliest_s=way.earliest_s,
                detune_cents=way.detune_cents,
                voiceless_gain=way.voiceless_gain,
                seed=way.seed,
            ),
        )
