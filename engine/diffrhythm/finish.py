"""From decoded sound to the audio of a take: length, level, the end, and the parent around it."""

from dataclasses import dataclass

import numpy as np

from songsmith.engine.audio import quantise, splice
from songsmith.engine.diffrhythm.plan import Plan
from songsmith.engine.engine import Audio, EngineError, RenderRequest
from songsmith.engine.units import SAMPLES_PER_FRAME, sample_at

__all__ = ["Finished", "finish", "reference_sound"]

REFERENCE_PEAK = 10 ** (-6 / 20)  # what a reference is brought to before it is encoded
_PEAK_LIMIT = 0.99
_SILENCE_PEAK = 1e-4
_CUT_FADE_S = 0.5  # the base model sings on past the end that was asked for
_END_FADE_S = 0.02


@dataclass(frozen=True)
class Finished:
    """A take's sound, the factor its samples were multiplied with, and remarks."""

    audio: Audio
    gain: float
    notes: tuple[str, ...]


def reference_sound(parent: Audio, frames: int) -> tuple[Audio, float]:
    """`parent` (2, samples) cut or filled to `frames` frames, its peak at -6 dBFS, and the factor for that."""
    length = frames * SAMPLES_PER_FRAME
    sound = np.pad(parent[:, :length], ((0, 0), (0, max(0, length - parent.shape[1]))))
    peak = float(np.abs(sound).max(initial=0.0))
    gain = REFERENCE_PEAK / peak if peak > _SILENCE_PEAK else 1.0
    return (sound * gain).astype(np.float32), gain


def finish(
    decoded: Audio, plan: Plan, request: RenderRequest, *, reference_gain: float
) -> Finished:
    """The take's sound from what the VAE gave for it, (2, 2048 · frames).

    A song made whole is exactly as long as asked: the base model's 95.1 s are cut with a fade of 0.5 s, the full
    model's last started frame is filled with silence. It is made quieter only
    where it would clip. With spans, the fresh
    sound is brought back to the parent's level and put into the parent, which stays bit-identical
    elsewhere.
    """
    if not np.isfinite(decoded).all():
        raise EngineError(
            "the model gave values that are not numbers",
            hint="use --dtype float32, and `songsmith models verify`",
        )
    notes = []
    fresh = _with_end(decoded / reference_gain, plan.samples)
    peak = float(np.abs(fresh).max(initial=0.0))
    gain = min(1.0, _PEAK_LIMIT / peak) if peak > 0 else 1.0
    if peak < _SILENCE_PEAK:
        notes.append("the take is silent; another seed may help")
    fresh = (fresh * gain).astype(np.float32)
    if request.parent is None:
        return Finished(quantise(fresh), gain, tuple(notes))
    if gain < 1:
        notes.append(
            f"the new parts were turned down by {-20 * np.log10(gain):.1f} dB, so that nothing clips"
        )
    parent = _fitted(request.parent.audio, plan.samples)
    return Finished(splice(parent, fresh, request.spans), gain / reference_gain, tuple(notes))


def _with_end(sound: Audio, samples: int) -> Audio:
    """`sound` with `samples` samples, faded where it ends."""
    is_cut = sound.shape[1] - samples > sample_at(_CUT_FADE_S)
    length = min(samples, sound.shape[1])
    fade = min(length, sample_at(_CUT_FADE_S if is_cut else _END_FADE_S))
    ended = sound[:, :length].copy()
    ended[:, length - fade :] *= np.cos(np.linspace(0, np.pi / 2, fade, dtype=np.float32)) ** 2
    return _fitted(ended, samples)


def _fitted(sound: Audio, samples: int) -> Audio:
    return np.pad(sound[:, :samples], ((0, 0), (0, max(0, samples - sound.shape[1]))))
