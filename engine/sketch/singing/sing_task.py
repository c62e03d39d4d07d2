"""One task sung, by the network or by WORLD. The same task gives the same samples in any process."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
import soxr

from songsmith.engine.sketch.singing.air import add_air
from songsmith.engine.sketch.singing.doubles import double
from songsmith.engine.sketch.singing.kokoro_line import harmony_of, sing_with_network
from songsmith.engine.sketch.singing.repeats import is_repeat
from songsmith.engine.sketch.singing.sing import analyse, sing_line
from songsmith.engine.sketch.singing.tasks import Sung, SungAudio, Task, Way
from songsmith.engine.units import SAMPLE_RATE_HZ

__all__ = ["sing_task"]


@dataclass(frozen=True)
class _Done:
    """A way that was sung: the voice itself, and that at 44.1 kHz with its doubles."""

    way: Way
    audio: SungAudio
    pieces: tuple[Sung, ...]


def sing_task(task: Task) -> list[Sung]:
    """Every way of `task`, in order, each with its doubles; one that comes back is the same samples."""
    sing = _by_network(task) if task.utterance.script else _by_world(task)
    done: list[_Done] = []
    for way in task.ways:
        if before := next((each for each in done if is_repeat(way, each.way)), None):
            done.append(_moved_to(way, before))
            continue
        audio = sing(way, done[-1] if done else None)
        done.append(_Done(way, audio, tuple(_with_doubles(way, audio))))
    return [piece for each in done for piece in each.pieces]


def _moved_to(way: Way, done: _Done) -> _Done:
    """What was sung before, at the place of `way`."""
    later_s = way.notes[0].start_s - done.way.notes[0].start_s
    audio = replace(done.audio, start_s=done.audio.start_s + later_s)
    pieces = (replace(piece, start_s=piece.start_s + later_s) for piece in done.pieces)
    return _Done(way, audio, tuple(pieces))


_Sing = Callable[[Way, _Done | None], SungAudio]
"""Sings a way, after the one that was sung before it."""


def _by_network(task: Task) -> _Sing:
    """The network sings leads; a harmony is made of the lead before it."""
    script = task.utterance.script
    assert script is not None

    def sing(way: Way, before: _Done | None) -> SungAudio:
        if before and way.stem == "harmony":
            return harmony_of(before.way, before.audio, way)
        return sing_with_network(way, task.utterance, script)

    return sing


def _by_world(task: Task) -> _Sing:
    """WORLD sings what it heard of a line that was spoken."""
    analysis = analyse(task.utterance.speech)

    def sing(way: Way, before: _Done | None) -> SungAudio:
        return sing_line(
            analysis,
            task.utterance.syllables,
            way.notes,
            earliest_s=way.earliest_s,
            detune_cents=way.detune_cents,
            voiceless_gain=way.voiceless_gain,
            seed=way.seed,
        )

    return sing


def _with_doubles(way: Way, audio: SungAudio) -> Iterator[Sung]:
    samples = soxr.resample(audio.samples, audio.rate_hz, SAMPLE_RATE_HZ, quality="HQ")
    samples = add_air(samples, seed=way.seed)
    start_s = audio.start_s + way.delay_s
    yield Sung(way.stem, start_s, samples.astype(np.float32))
    if way.has_doubles:
        for number, stem in enumerate(("doubles-left", "doubles-right"), start=1):
            other = double(samples, seed=way.seed + 1000 * number)
            yield Sung(stem, start_s, other.astype(np.float32))
