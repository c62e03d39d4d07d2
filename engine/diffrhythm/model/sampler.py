"""From noise to a latent: schedule, guidance, solver, and the putting back of what was to stay.

Free functions around a velocity; after the official sampler (Euler on a straight flow, guidance at every
step), whose results `exact` gives. `fast` and `draft` do fewer forward passes and give another, similar song.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from types import MappingProxyType
from typing import Literal

import torch
from torch import Tensor

from songsmith.engine.diffrhythm.model.dit import DiT, Prepared
from songsmith.engine.engine import EngineError
from songsmith.engine.units import LATENT_CHANNELS

__all__ = [
    "PRESETS",
    "Conditions",
    "OnStep",
    "SamplerOptions",
    "Solver",
    "draw_noise",
    "forwards",
    "guided",
    "guided_velocity",
    "integrate",
    "sample",
    "schedule",
    "span_mask",
    "stretches",
]

OnStep = Callable[[int, int], None]
"""Called after each step with steps done and steps in all; what it raises ends the sampling."""

Velocity = Callable[[Tensor, float], Tensor]
FrameSpan = tuple[int, int]
Solver = Literal["euler", "ab2"]
SOLVERS: tuple[Solver, ...] = ("euler", "ab2")


@dataclass(frozen=True)
class SamplerOptions:
    """How to sample. `steps` are points of the schedule, so there is one step less.

    `guidance_scale` 0 means no guidance. `sway` -1 puts more of the points near the noise; None spaces them
    evenly. Guidance is applied at times within `guidance_interval`, ends included. `ab2` is the two-step
    Adams-Bashforth solver, of second order at the cost of Euler's method.
    """

    steps: int = 32
    guidance_scale: float = 4.0
    sway: float | None = None
    solver: Solver = "euler"
    guidance_interval: tuple[float, float] = (0.0, 1.0)

    def __post_init__(self) -> None:
        start, end = self.guidance_interval
        if self.steps < 2:
            raise EngineError(f"{self.steps} steps are too few", hint="give 2 or more")
        if not 0 <= self.guidance_scale <= 100:
            raise EngineError(
                f"a guidance of {self.guidance_scale:g} can't be used",
                hint="give 0 to 100; 4 is usual",
            )
        if self.sway is not None and not -1 <= self.sway <= 1:
            raise EngineError(f"a sway of {self.sway:g} can't be used", hint="give -1 to 1")
        if self.solver not in SOLVERS:
            raise EngineError(
                f"there is no solver {self.solver!r}",
                hint=f"the solvers are {' and '.join(SOLVERS)}",
            )
        if not 0 <= start <= end <= 1:
            raise EngineError(
                f"guidance can't go from {start:g} to {end:g}",
                hint="give two times from 0 to 1, the earlier first",
            )

    @property
    def times(self) -> list[float]:
        """The points of the schedule."""
        return schedule(self.steps, sway=self.sway).tolist()

    def is_guided_at(self, time: float) -> bool:
        start, end = self.guidance_interval
        return self.guidance_scale >= 1e-5 and start <= time <= end


PRESETS = MappingProxyType(
    {
        "exact": SamplerOptions(),
        "fast": SamplerOptions(steps=16, sway=-1.0, solver="ab2"),
        "draft": SamplerOptions(steps=12, sway=-1.0, solver="ab2", guidance_interval=(0.0, 0.5)),
    }
)
"""`exact` is the official sampling, 62 forward passes; `fast`, 30, and `draft`, 19, are approximations."""


def schedule(steps: int, *, sway: float | None) -> Tensor:
    """Times (steps,) from 0, noise, to 1, song."""
    times = torch.linspace(0, 1, steps, dtype=torch.float32)
    if sway is None:
        return times
    return times + sway * (torch.cos(torch.pi / 2 * times) - 1 + times)


def forwards(options: SamplerOptions) -> int:
    """Forward passes of the transformer for one take; the pair at a guided step counts as two."""
    return sum(2 if options.is_guided_at(time) else 1 for time in options.times[:-1])


def stretches(options: SamplerOptions) -> list[list[float]]:
    """The schedule, cut where guidance begins or ends: a two-step solver must not look across that jump.

    The last time of a stretch is the first of the next.
    """
    times = options.times
    cuts = [
        index
        for index in range(1, len(times) - 1)
        if options.is_guided_at(times[index]) != options.is_guided_at(times[index - 1])
    ]
    return [times[start : end + 1] for start, end in pairwise([0, *cuts, len(times) - 1])]


def guided(cond: Tensor, uncond: Tensor, *, scale: float) -> Tensor:
    """cond + scale · (cond − uncond): scale 0 is no guidance."""
    return cond + (cond - uncond) * scale


def draw_noise(seed: int, frames: int) -> Tensor:
    """Noise (frames, 64) of a take: one generator per take, on the CPU, so that it depends on nothing else."""
    generator = torch.Generator("cpu").manual_seed(seed)
    return torch.randn(frames, LATENT_CHANNELS, generator=generator)


def span_mask(spans: Sequence[FrameSpan], frames: int) -> Tensor:
    """(frames,) of booleans, true within any `[start, end)` of `spans`."""
    mask = torch.zeros(frames, dtype=torch.bool)
    for start, end in spans:
        mask[max(0, start) : max(0, end)] = True
    return mask


def integrate(
    velocity: Velocity,
    latents: Tensor,
    times: Sequence[float],
    *,
    solver: Solver = "euler",
    on_step: Callable[[], None] = lambda: None,
) -> Tensor:
    """Follow `velocity(latents, time)` from `latents` at the first of `times` to the last."""
    before: Tensor | None = None
    width_before = 1.0
    for time, later in pairwise(times):
        width = later - time
        now = velocity(latents, time)
        drift = now
        if solver == "ab2" and before is not None:
            drift = now + (now - before) * (width / (2 * width_before))
        latents = latents + width * drift
        before, width_before = now, width
        on_step()
    return latents


@torch.inference_mode()
def sample(
    model: DiT,
    *,
    noise: Tensor,
    cond: Tensor,
    text: Tensor,
    style: Tensor,
    negative_style: Tensor,
    start_time: float | Tensor,
    duration: float | Tensor,
    spans: Sequence[FrameSpan] | None,
    options: SamplerOptions,
    on_step: OnStep,
    takes_at_once: int = 1,
) -> Tensor:
    """Latents (takes, frames, 64), float32, on the model's device.

    `noise` (takes, frames, 64); all else for one take or for each: `cond` (1, frames, 64) the latent of the
    song as it is, longer ones are cut; `text` (1, frames) tokens, shorter ones are filled up; `style` and
    `negative_style` (1, 512); `start_time` and `duration` shares of the longest song. The whole sequence is sampled,
    then frames outside `spans` (frames; None = everything is new) are put back from `cond`, bit for bit.

    Takes go through the model `takes_at_once` at a time. Matrix products of another batch size round
    otherwise, so only with 1 is a take bit-equal to the same take alone. Raises `EngineError` when half precision
    overflows.
    """
    takes, frames = noise.shape[:2]
    given = Conditions.fitted(
        model, takes, frames, cond, text, style, negative_style, start_time, duration
    )
    mask = span_mask(((0, frames),) if spans is None else spans, frames).to(model.device)
    total = (options.steps - 1) * -(-takes // takes_at_once)
    counter = iter(range(1, total + 1))
    sung = []
    for start in range(0, takes, takes_at_once):
        group = given.rows(start, start + takes_at_once)
        velocity = guided_velocity(model, group, mask, options)
        latents = noise[start : start + takes_at_once].to(model.device, torch.float32)
        for times in stretches(options):
            latents = integrate(
                velocity,
                latents,
                times,
                solver=options.solver,
                on_step=lambda: on_step(next(counter), total),
            )
        if not torch.isfinite(latents).all():
            raise EngineError(
                f"the calculation left the range of {str(model.dtype).removeprefix('torch.')}",
                hint="sing in bfloat16 or float32",
            )
        sung.append(torch.where(mask[:, None], latents, group.cond))
    return torch.cat(sung)


@dataclass(frozen=True)
class Conditions:
    """Everything a group of takes is sung from, one row for each take, on the model's device."""

    cond: Tensor
    text: Tensor
    style: Tensor
    negative_style: Tensor
    start_time: Tensor
    duration: Tensor

    @classmethod
    def fitted(
        cls,
        model: DiT,
        takes: int,
        frames: int,
        cond: Tensor,
        text: Tensor,
        style: Tensor,
        negative_style: Tensor,
        start_time: float | Tensor,
        duration: float | Tensor,
    ) -> "Conditions":
        def rows(values: Tensor | float, dtype: torch.dtype, *tail: int) -> Tensor:
            return torch.as_tensor(values).to(model.device, dtype).expand(takes, *tail)

        return cls(
            cond=rows(_cut_or_filled(cond, frames), torch.float32, frames, LATENT_CHANNELS),
            text=rows(_cut_or_filled(text, frames), torch.int64, frames),
            style=rows(style, torch.float32, style.shape[-1]),
            negative_style=rows(negative_style, torch.float32, style.shape[-1]),
            start_time=rows(start_time, torch.float32),
            duration=rows(duration, torch.float32),
        )

    def rows(self, start: int, end: int) -> "Conditions":
        return Conditions(**{name: value[start:end] for name, value in vars(self).items()})


def guided_velocity(
    model: DiT, given: Conditions, mask: Tensor, options: SamplerOptions
) -> Velocity:
    """The guided velocity of a group of takes.

    On a CPU the two branches go through the model one after the other, which is faster: half the rows stay in its
    caches. Elsewhere they are one batch.
    """
    takes = given.text.shape[0]
    prepared = _prepare_pair(model, given, mask)
    alone, other = prepared.rows(0, takes), prepared.rows(takes, 2 * takes)
    is_apart = model.device.type == "cpu"

    def velocity(latents: Tensor, time: float) -> Tensor:
        moments = latents.new_full((takes,), time)
        if not options.is_guided_at(time):
            return model.velocity(latents, moments, alone).float()
        if is_apart:
            cond = model.velocity(latents, moments, alone).float()
            uncond = model.velocity(latents, moments, other).float()
        else:
            pair, both = torch.cat((latents, latents)), moments.repeat(2)
            cond, uncond = model.velocity(pair, both, prepared).float().chunk(2)
        return guided(cond, uncond, scale=options.guidance_scale)

    return velocity


def _prepare_pair(model: DiT, given: Conditions, mask: Tensor) -> Prepared:
    """First the rows with everything, then those without words and known latent, in the negative style."""
    known = given.cond.masked_fill(mask[:, None], 0.0)
    return model.prepare(
        cond=torch.cat((known, torch.zeros_like(known))),
        text=torch.cat((given.text, torch.zeros_like(given.text))),
        style=torch.cat((given.style, given.negative_style)),
        start_time=given.start_time.repeat(2),
        duration=given.duration.repeat(2),
    )


def _cut_or_filled(values: Tensor, frames: int) -> Tensor:
    """`values` (rows, length, ...) with `frames` of them: cut, or filled up with zeros."""
    missing = frames - values.shape[1]
    if missing <= 0:
        return values[:, :frames]
    return torch.cat((values, values.new_zeros(values.shape[0], missing, *values.shape[2:])), dim=1)
