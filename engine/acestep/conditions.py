"""What the transformer is told: words, style and timbre as one sequence; and sound as latents, with a seed."""

import hashlib
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import soxr
import torch
from diffusers.pipelines.ace_step.pipeline_ace_step import TASK_INSTRUCTIONS
from torch import Tensor

from songsmith.engine.acestep.models import Models, Resident
from songsmith.engine.acestep.plan import Plan
from songsmith.engine.acestep.rates import FRAMES_PER_S, MODEL_RATE_HZ, MODEL_SAMPLES_PER_FRAME
from songsmith.engine.acestep.tokens import MOST_LYRIC_TOKENS, MOST_STYLE_TOKENS
from songsmith.engine.engine import Audio
from songsmith.engine.units import SAMPLE_RATE_HZ

__all__ = ["Timbre", "conditions", "encode_sound", "filled", "outline_of", "timbre_of"]

Task = Literal["text2music", "repaint", "cover"]

_ENCODING_SEED = 0  # of the encoder's draw: whoever encodes the same sound gets the same latent
_TIMBRE_S, _TIMBRE_PIECES = 30, 3
_MOST_KEPT = 8


@dataclass(frozen=True)
class Timbre:
    """A reference sound as latents (1, frames, 64); `sha256` is that of its samples, "" for the model's own silence."""

    latents: Tensor
    sha256: str


@torch.inference_mode()
def conditions(
    resident: Resident, models: Models, plan: Plan, timbre: Timbre, *, task: Task
) -> Tensor:
    """The sequence (1, tokens, width) of the plan's words, style and timbre, from memory where it was made before."""
    key = (plan.caption, plan.words, plan.language, plan.facts, int(plan.duration_s), task)
    kept = resident.conditions
    if (key, timbre.sha256) not in kept:
        while len(kept) >= _MOST_KEPT:
            kept.pop(next(iter(kept)))
        kept[key, timbre.sha256] = _encoded(models, plan, timbre, TASK_INSTRUCTIONS[task])
    return kept[key, timbre.sha256]


def _encoded(models: Models, plan: Plan, timbre: Timbre, instruction: str) -> Tensor:
    device = torch.device(models.device)
    with models.at_work(models.text_encoder, models.condition_encoder):
        text, text_mask, lyric, lyric_mask = models.pipeline.encode_prompt(
            prompt=plan.caption,
            lyrics=plan.words.text,
            device=device,
            vocal_language=plan.language,
            audio_duration=plan.duration_s,
            instruction=instruction,
            bpm=plan.facts.bpm,
            keyscale=plan.facts.key,
            timesignature=plan.facts.metre.partition("/")[0],
            max_text_length=MOST_STYLE_TOKENS,
            max_lyric_length=MOST_LYRIC_TOKENS,
        )
        sequence, _ = models.condition_encoder(
            text_hidden_states=text,
            text_attention_mask=text_mask,
            lyric_hidden_states=lyric,
            lyric_attention_mask=lyric_mask,
            refer_audio_acoustic_hidden_states_packed=timbre.latents.to(device, models.dtype),
            refer_audio_order_mask=torch.zeros(1, device=device, dtype=torch.long),
        )
    found: Tensor = sequence
    return found


def timbre_of(resident: Resident, models: Models, reference: Audio | None) -> Timbre:
    """Ten seconds each from the start, the middle and the end of a sound, or silence, as the models were taught."""
    if reference is None:
        return Timbre(models.silence(_TIMBRE_S * FRAMES_PER_S), "")
    sha256 = hashlib.sha256(reference.tobytes()).hexdigest()
    if sha256 not in resident.timbres:
        resident.timbres.clear()
        resident.timbres[sha256] = _latents(models, _excerpts(_at_model_rate(reference)))
    return Timbre(resident.timbres[sha256], sha256)


def _excerpts(sound: Audio) -> Audio:
    whole, piece = _TIMBRE_S * MODEL_RATE_HZ, _TIMBRE_S * MODEL_RATE_HZ // _TIMBRE_PIECES
    sound = np.tile(sound, (1, -(-whole // sound.shape[1])))
    length = sound.shape[1]
    starts = (0, length // _TIMBRE_PIECES, length - piece)
    return np.concatenate([sound[:, start : start + piece] for start in starts], axis=1)


def encode_sound(models: Models, sound: Audio, frames: int) -> Tensor:
    """`sound` (2, samples) at songsmith's rate as latents (1, frames, 64), cut or filled with silence; on the CPU."""
    at_rate = _at_model_rate(sound)[:, : frames * MODEL_SAMPLES_PER_FRAME]
    whole = -(-at_rate.shape[1] // MODEL_SAMPLES_PER_FRAME) * MODEL_SAMPLES_PER_FRAME
    at_rate = np.pad(at_rate, ((0, 0), (0, whole - at_rate.shape[1])))
    return filled(models, _latents(models, at_rate), frames)


@torch.inference_mode()
def outline_of(models: Models, latents: Tensor) -> Tensor:
    """What a cover follows of its original (1, frames, 64): its melody and its form, coarsely; on the CPU."""
    coder, decoder = models.coders()
    device, dtype = models.device, models.dtype
    silence = models.condition_encoder.silence_latent.to(device, dtype)
    codes, _ = coder.tokenize(latents.to(device, dtype), silence)
    outline: Tensor = decoder(codes.to(device, dtype))[:, : latents.shape[1]].float().cpu()
    return outline


def filled(models: Models, latents: Tensor, frames: int) -> Tensor:
    """`latents` cut to `frames`, or the model's silence after them."""
    latents = latents[:, :frames]
    missing = frames - latents.shape[1]
    return torch.cat([latents, models.silence(missing)], dim=1) if missing else latents


def _at_model_rate(sound: Audio) -> Audio:
    resampled: Audio = soxr.resample(sound.T, SAMPLE_RATE_HZ, MODEL_RATE_HZ).T
    return resampled


@torch.inference_mode()
def _latents(models: Models, sound: Audio) -> Tensor:
    """`sound` (2, whole frames) at the model's rate as latents (1, frames, 64), on the CPU."""
    vae: Any = models.vae
    vae.enable_tiling()
    generator = torch.Generator("cpu").manual_seed(_ENCODING_SEED)
    with models.at_work(vae):
        posterior = vae.encode(
            torch.from_numpy(np.ascontiguousarray(sound))[None].to(models.device)
        )
        latents: Tensor = posterior.latent_dist.sample(generator).transpose(1, 2).float().cpu()
    return latents
