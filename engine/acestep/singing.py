"""From noise to latents in a few Euler steps, around what is to stay.

The schedule and the networks are those of diffusers' pipeline, and without a parent the latents equal its own bit for
bit. Around a parent, the first steps are held to it outside the new frames, and after the last one it is put back
there; the official tools do alike.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from diffusers import FlowMatchEulerDiscreteScheduler
from torch import Tensor

from songsmith.engine.acestep.models import Models
from songsmith.engine.acestep.plan import FrameSpan

__all__ = ["Cover", "Kept", "draw_noise", "schedule", "sing", "without_original"]

OnStep = Callable[[int, int], None]


@dataclass(frozen=True)
class Cover:
    """The outline (1, frames, 64) that a cover follows; below a `strength` of 1 it follows `free`, what is told of a
    song without original, as well."""

    outline: Tensor
    free: Tensor | None
    strength: float


@dataclass(frozen=True)
class Kept:
    """A parent's latents (1, frames, 64) and the frames to be made anew; `hold` is the share of steps held to it."""

    latents: Tensor
    new_frames: Sequence[FrameSpan]
    hold: float

    def is_new(self) -> Tensor:
        """Shape (1, frames, 1)."""
        mask = torch.zeros(1, self.latents.shape[1], 1, dtype=torch.bool)
        for start, end in self.new_frames:
            mask[:, start:end] = True
        return mask


def draw_noise(seed: int, frames: int, channels: int) -> Tensor:
    """Float32 noise (1, frames, channels) from the CPU: one seed, one song, on any device."""
    generator = torch.Generator("cpu").manual_seed(seed)
    return torch.randn(1, frames, channels, generator=generator)


def schedule(steps: int, shift: float) -> list[float]:
    """Times of the steps from 1 down, without the closing 0."""
    times = torch.linspace(1.0, 0.0, steps + 1)
    shifted: list[float] = (shift * times / (1 + (shift - 1) * times))[:-1].tolist()
    return shifted


@torch.inference_mode()
def sing(
    models: Models,
    condition: Tensor,
    noise: Tensor,
    *,
    kept: Kept | None,
    cover: Cover | None = None,
    steps: int,
    shift: float,
    on_step: OnStep,
) -> Tensor:
    """Latents (1, frames, 64), float32 on the CPU. What `on_step` raises ends it."""
    device, dtype = models.device, models.dtype
    scheduler = FlowMatchEulerDiscreteScheduler(num_train_timesteps=1, shift=1.0)
    scheduler.set_timesteps(sigmas=schedule(steps, shift), device=device)
    context = _context(models, kept, cover, noise.shape[1]).to(device, dtype)
    condition = condition.to(device, dtype)
    free = cover.free.to(device, dtype) if cover and cover.free is not None else None
    latents = noise.to(device, dtype)
    held = round(kept.hold * steps) if kept else 0
    with models.at_work(models.transformer):
        for step, time in enumerate(scheduler.timesteps):
            at_time = float(time) * torch.ones(1, device=device, dtype=dtype)
            velocity = _velocity(models, latents, at_time, condition, context)
            if cover and free is not None:
                freely = _velocity(models, latents, at_time, free, context)
                velocity = cover.strength * velocity + (1.0 - cover.strength) * freely
            latents = scheduler.step(velocity, time, latents, return_dict=False)[0]
            if kept and step < held:
                latents = _held(latents, kept, noise, next_time=float(scheduler.sigmas[step + 1]))
            on_step(step + 1, steps)
    sung = latents.float().cpu()
    return torch.where(kept.is_new(), sung, kept.latents) if kept else sung


def _velocity(
    models: Models, latents: Tensor, time: Tensor, condition: Tensor, context: Tensor
) -> Tensor:
    found: Tensor = models.transformer(
        hidden_states=latents,
        timestep=time,
        timestep_r=time,
        encoder_hidden_states=condition,
        context_latents=context,
        return_dict=False,
    )[0]
    return found


def _context(models: Models, kept: Kept | None, cover: Cover | None, frames: int) -> Tensor:
    """What is there already, silence or an outline where all is to be new, beside the mask of what is to be new."""
    silence = models.silence(frames)
    if kept is None:
        there = cover.outline if cover else silence
        return torch.cat([there, torch.ones_like(there)], dim=-1)
    is_new = kept.is_new()
    there = torch.where(is_new, silence, kept.latents)
    return torch.cat([there, is_new.expand_as(there).float()], dim=-1)


def without_original(models: Models, frames: int) -> Tensor:
    """The context (1, frames, 128) of a song that is all new."""
    return _context(models, None, None, frames)


def _held(latents: Any, kept: Kept, noise: Tensor, *, next_time: float) -> Tensor:
    """`latents` with the parent, as noisy as they are, outside the new frames."""
    outside = (next_time * noise + (1 - next_time) * kept.latents).to(latents.device, latents.dtype)
    return torch.where(kept.is_new().to(latents.device), latents, outside)
