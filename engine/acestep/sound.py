"""From latents to the sound of a take: decoding tile by tile, rate, level, and the parent around what is new."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import soxr
import torch
from torch import Tensor

from songsmith.engine.acestep.models import Models
from songsmith.engine.acestep.plan import FrameSpan, Plan
from songsmith.engine.acestep.rates import (
    MODEL_RATE_HZ,
    MODEL_SAMPLES_PER_FRAME,
    SAMPLES_PER_FRAME,
)
from songsmith.engine.audio import quantise, splice
from songsmith.engine.engine import Audio, EngineError, RenderRequest
from songsmith.engine.units import SAMPLE_RATE_HZ, sample_at

__all__ = ["Finished", "decode", "finish"]

PEAK = 10 ** (-1 / 20)  # what the official tools bring a song's loudest sample to
_PEAK_LIMIT = 0.99
_SILENCE_PEAK = 1e-4
_END_FADE_S = 0.02
_REACH_FRAMES = 10  # one latent frame sounds 8.3 frames to each side
_RESAMPLING_FRAMES = 2

OnTile = Callable[[int, int], None]


@dataclass(frozen=True)
class Finished:
    """A take's sound, the factor that the whole song's samples are multiplied with, and remarks."""

    audio: Audio
    gain: float
    notes: tuple[str, ...]


def decode(models: Models, latents: Tensor, plan: Plan, tile: int, on_tile: OnTile) -> Audio:
    """Sound (2, samples) at songsmith's rate of `latents` (1, frames, 64); outside the plan's new frames, if it names
    some, it is silent and costs nothing. What `on_tile` raises ends it."""
    frames = latents.shape[1]
    wanted = plan.new_frames or ((0, frames),)
    widened = [
        (max(0, start - _RESAMPLING_FRAMES), min(frames, end + _RESAMPLING_FRAMES))
        for start, end in wanted
    ]
    total = sum(len(_tiles(span, tile)) for span in widened)
    sound = np.zeros((2, frames * SAMPLES_PER_FRAME), dtype=np.float32)
    done = 0

    def tell() -> None:
        nonlocal done
        done += 1
        on_tile(done, total)

    with models.at_work(models.vae):
        for (start, end), wide in zip(wanted, widened, strict=True):
            at_rate = _at_song_rate(_decoded(models, latents, wide, tile, tell))
            first = (start - wide[0]) * SAMPLES_PER_FRAME
            length = (end - start) * SAMPLES_PER_FRAME
            place = start * SAMPLES_PER_FRAME
            sound[:, place : place + length] = at_rate[:, first : first + length]
    return sound


def finish(
    decoded: Audio, plan: Plan, request: RenderRequest, *, parent_gain: float | None
) -> Finished:
    """The take's sound. A whole song gets its own level, a new part that of the song it is put into."""
    if not np.isfinite(decoded).all():
        raise EngineError(
            "the model gave values that are not numbers",
            hint="use --dtype float32, and `songsmith models verify`",
        )
    fresh = np.pad(
        decoded[:, : plan.samples], ((0, 0), (0, max(0, plan.samples - decoded.shape[1])))
    )
    peak = float(np.abs(fresh).max(initial=0.0))
    notes = ["the take is silent; another seed may help"] if peak < _SILENCE_PEAK else []
    if request.parent is None or parent_gain is None:
        gain = PEAK / peak if peak >= _SILENCE_PEAK else 1.0
        return Finished(quantise(_with_end(fresh * np.float32(gain))), gain, tuple(notes))
    turned_down = min(1.0, _PEAK_LIMIT / max(peak * parent_gain, 1e-9))
    if turned_down < 1:
        notes.append(
            f"the new parts were turned down by {-20 * np.log10(turned_down):.1f} dB, so that nothing clips"
        )
    fresh = fresh * np.float32(parent_gain * turned_down)
    if request.duration_s > request.parent.duration_s:
        fresh = _with_end(fresh)
    parent = request.parent.audio[:, : plan.samples]
    audio = splice(parent, fresh, request.spans)
    return Finished(audio[:, : plan.samples], parent_gain, tuple(notes))


def _tiles(span: FrameSpan, tile: int) -> Sequence[FrameSpan]:
    start, end = span
    return [(at, min(at + tile, end)) for at in range(start, end, tile)]


@torch.inference_mode()
def _decoded(
    models: Models, latents: Tensor, span: FrameSpan, tile: int, tell: Callable[[], None]
) -> Audio:
    """Sound of these frames at the model's rate; each tile is decoded with as much around it as sounds into it."""
    pieces = []
    for start, end in _tiles(span, tile):
        first, last = max(0, start - _REACH_FRAMES), min(latents.shape[1], end + _REACH_FRAMES)
        window = latents[:, first:last].transpose(1, 2).to(models.device)
        sound = models.vae.decode(window).sample[0].float().cpu().numpy()
        cut = (start - first) * MODEL_SAMPLES_PER_FRAME
        pieces.append(sound[:, cut : cut + (end - start) * MODEL_SAMPLES_PER_FRAME])
        tell()
    return np.concatenate(pieces, axis=1)


def _at_song_rate(sound: Audio) -> Audio:
    """From 48 to 44.1 kHz; whole frames stay whole."""
    resampled: Audio = soxr.resample(sound.T, MODEL_RATE_HZ, SAMPLE_RATE_HZ).T
    return resampled


def _with_end(sound: Audio) -> Audio:
    """`sound` with its last moment faded."""
    fade = min(sound.shape[1], sample_at(_END_FADE_S))
    ended = sound.copy()
    ended[:, -fade:] *= np.cos(np.linspace(0, np.pi / 2, fade, dtype=np.float32)) ** 2
    return ended
