"""One render from its plan: styles, the parent's latent, then take after take, sung and decoded.

Takes are sung one after the other by default, since only so is each bit-equal to the same take alone.
"""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import torch
from safetensors.torch import save
from torch import Tensor

from songsmith.engine.device import choose_dtype
from songsmith.engine.device_limits import chunks_that_fit, fewer_at_once
from songsmith.engine.diffrhythm.finish import finish, reference_sound
from songsmith.engine.diffrhythm.forecast import chunk_bytes
from songsmith.engine.diffrhythm.model.sampler import PRESETS, draw_noise, sample
from songsmith.engine.diffrhythm.model.vae import Chunking
from songsmith.engine.diffrhythm.model_cache import Resident
from songsmith.engine.diffrhythm.parts import NEGATIVE, STYLE, VAE, dit_part
from songsmith.engine.diffrhythm.plan import Plan
from songsmith.engine.diffrhythm.styles import Styles, embed_styles
from songsmith.engine.engine import OnProgress, Progress, RenderRequest, Take
from songsmith.engine.units import LATENT_CHANNELS
from songsmith.engine.weights.parts import hashes
from songsmith.engine.weights.store import Store

__all__ = ["Rendering"]

_REFERENCE_SEED = 0  # of the VAE's draw for a parent: takes that share one share its latent too

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Conditions:
    """What all takes of a render share. `cond` (1, frames, 64); `gain` is that of the encoded parent."""

    cond: Tensor
    gain: float
    styles: Styles
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Rendering:
    """A request with all that was decided about it."""

    plan: Plan
    request: RenderRequest
    store: Store
    device: str
    resident: Resident
    on_progress: OnProgress

    @cached_property
    def dtype(self) -> torch.dtype:
        """The number type the transformer calculates in."""
        return choose_dtype(self.plan.options.dtype, self.device)

    def takes(self) -> Iterator[Take]:
        """Each take as soon as it is done. Out of memory, fewer are sung at once."""
        given = self._conditions()
        at_once = self.plan.options.takes_at_once
        notes = list(given.notes)
        seeds = self.request.seeds
        done = 0
        while done < len(seeds):
            group = seeds[done : done + at_once]
            try:
                latents = self._sing(given, group, first=done + 1)
            except (RuntimeError, MemoryError) as error:
                at_once = fewer_at_once(len(group), self.device, error)
                notes.append(f"there was too little memory: takes were sung {at_once} at a time")
                logger.warning("%s", notes[-1])
                continue
            for latent, seed in zip(latents, group, strict=True):
                done += 1
                yield self._take(given, latent, seed, place=done, notes=notes)

    def _conditions(self) -> _Conditions:
        """Styles first, with the style encoder, so that it is gone before the transformer comes."""
        plan, parent = self.plan, self.request.parent
        self._tell("style")
        styles = embed_styles(self.store, self.request.style, plan.options)
        cond = torch.zeros(1, plan.frames, LATENT_CHANNELS)
        gain = 1.0
        notes = list(styles.notes)
        if parent is not None:
            self._tell("encoding")
            sound, gain = reference_sound(parent.audio, plan.kept_frames)
            vae = self.resident.vae(self.store, self.device)
            cond[:, : plan.kept_frames] = vae.encode(
                torch.from_numpy(sound)[None], seed=_REFERENCE_SEED, chunking=self._chunking()
            )
            notes += vae.notes
        return _Conditions(cond, gain, styles, tuple(notes))

    def _sing(self, given: _Conditions, seeds: Sequence[int], *, first: int) -> Tensor:
        """Latents (takes, frames, 64), on the CPU; `first` is the place of the first of them, from 1."""
        plan = self.plan
        if first == 1:
            self._tell("loading")
        model = self.resident.dit(
            self.store, plan.variant, plan.options.version, self.device, self.dtype
        )
        latents = sample(
            model,
            noise=torch.stack([draw_noise(seed, plan.frames) for seed in seeds]),
            cond=given.cond,
            text=torch.tensor(plan.layout.tokens[: plan.frames])[None],
            style=given.styles.style,
            negative_style=given.styles.negative,
            start_time=0.0,
            duration=plan.duration_share,
            spans=plan.new_frames,
            options=plan.options.sampler(),
            on_step=lambda done, total: self._tell("singing", done, total, take=first),
            takes_at_once=len(seeds),
        )
        return latents.cpu()

    def _take(
        self,
        given: _Conditions,
        latents: Tensor,
        seed: int,
        *,
        place: int,
        notes: Sequence[str],
    ) -> Take:
        """The take of `latents` (frames, 64)."""
        vae = self.resident.vae(self.store, self.device)
        decoded = vae.decode(
            latents[None],
            chunking=self._chunking(),
            on_chunk=lambda done, total: self._tell("decoding", done, total, take=place),
        )
        finished = finish(decoded[0].numpy(), self.plan, self.request, reference_gain=given.gain)
        kept = {"latents.safetensors": save({"latents": latents.contiguous()})}
        return Take(
            audio=finished.audio,
            seed=seed,
            engine="diffrhythm",
            details={
                **self._details(),
                "styles": given.styles.described,
                "gain": finished.gain,
                "notes": [*notes, *vae.notes, *finished.notes],
            },
            attachments=kept if self.plan.options.keep_latents else {},
        )

    def _details(self) -> dict[str, object]:
        """All that the samples depend on beside the request, for the manifest."""
        plan = self.plan
        sampler = plan.options.sampler()
        return {
            "variant": plan.variant,
            "version": plan.options.version,
            "frames": plan.frames,
            "new_frames": [list(span) for span in plan.new_frames or ()],
            "is_exact": sampler == PRESETS["exact"],
            "steps": sampler.steps,
            "guidance": sampler.guidance_scale,
            "guidance_interval": list(sampler.guidance_interval),
            "sway": sampler.sway,
            "solver": sampler.solver,
            "device": self.device,
            "device_name": _device_name(self.device),
            "dtype": str(self.dtype).removeprefix("torch."),
            "takes_at_once": plan.options.takes_at_once,
            "weights": self._weights(),
            "torch": torch.__version__,
            "threads": torch.get_num_threads(),
        }

    def _weights(self) -> dict[str, str]:
        """Sha256 of every file that was used, by its place in the models folder."""
        parts = [dit_part(self.plan.variant, self.plan.options.version), VAE, STYLE]
        if self.store.has(NEGATIVE) and not self.plan.options.negative:
            parts.append(NEGATIVE)
        return {
            f"{part.name}/{name}": digest
            for part in parts
            for name, digest in hashes(self.store, part).items()
        }

    def _chunking(self) -> Chunking:
        options = self.plan.options
        fitting = chunks_that_fit(self.device, chunk_bytes(options.chunk_frames))
        return Chunking(options.chunk_frames, options.chunks_at_once or fitting)

    def _tell(self, stage: str, done: int = 0, total: int = 1, *, take: int = 1) -> None:
        self.on_progress(Progress(stage, done, total, take=take, takes=len(self.request.seeds)))


def _device_name(device: str) -> str:
    return torch.cuda.get_device_name(device) if device.startswith("cuda") else device
