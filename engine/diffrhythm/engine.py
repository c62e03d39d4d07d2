"""The DiffRhythm engine: a request in, takes out. Models are loaded at the first render and stay.

Takes are sung one after the other by default, since only so is each bit-equal to the same take alone.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from songsmith.engine.diffrhythm.catalogue import NEGATIVE, STYLE, VAE, dit_part, parts_for
from songsmith.engine.diffrhythm.device import choose_device, choose_dtype
from songsmith.engine.diffrhythm.finish import finish, reference_sound
from songsmith.engine.diffrhythm.forecast import Cost, chunk_bytes, cost_of, machine_flops_per_s
from songsmith.engine.diffrhythm.plan import (
    LANGUAGES,
    MAX_DURATION_S,
    MIN_DURATION_S,
    Plan,
    make_plan,
)
from songsmith.engine.diffrhythm.resident import Resident, dit_config
from songsmith.engine.diffrhythm.standing import Standing, format_wait, standing
from songsmith.engine.diffrhythm.store import Store, models_folder
from songsmith.engine.diffrhythm.styles import Styles, embed_styles
from songsmith.engine.diffrhythm.weights import format_bytes, hashes
from songsmith.engine.engine import (
    EngineError,
    Forecast,
    OnProgress,
    Progress,
    RenderRequest,
    Take,
)
from songsmith.engine.units import LATENT_CHANNELS

if TYPE_CHECKING:
    from torch import Tensor


__all__ = ["DiffRhythmEngine"]

_REFERENCE_SEED = 0  # of the VAE's draw for a parent: takes that share one share its latent too

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Conditions:
    """What all takes of a render share. `cond` (1, frames, 64); `gain` is that of the encoded parent."""

    cond: "Tensor"
    gain: float
    styles: Styles
    notes: tuple[str, ...]


class DiffRhythmEngine:
    """Sings English and Chinese from the published DiffRhythm weights."""

    name = "diffrhythm"
    languages: Sequence[str] = LANGUAGES
    min_duration_s = MIN_DURATION_S
    max_duration_s = MAX_DURATION_S

    def __init__(self) -> None:
        self._resident = Resident()

    def status(self) -> Standing:
        """Whether the weights are here, and an accelerator; torch is imported only if the weights are."""
        return standing(Store(models_folder()))

    def forecast(self, request: RenderRequest) -> Forecast:
        """Variant, lines, steps, memory and time. Raises `EngineError` for what `render` would refuse."""
        plan = make_plan(request)
        store = self._store(plan)
        device = choose_device(plan.options.device)
        cost = self._cost(plan, request, store, device)
        style = request.style or "no style"
        if plan.options.style_audio:
            names = ", ".join(reference.path.name for reference in plan.options.style_audio)
            style = f"after {names}" + (
                f" and “{request.style}”" if plan.options.style_text_weight else ""
            )
        return Forecast(
            style=style,
            wall_s=cost.wall_s,
            memory_bytes=cost.memory_bytes,
            notes=(*self._cost_notes(plan, request, cost, device), *plan.notes),
        )

    def render(self, request: RenderRequest, on_progress: OnProgress) -> Iterator[Take]:
        """Takes in the order of the seeds. All that can be refused is refused here, before the first step."""
        plan = make_plan(request)
        store = self._store(plan)
        device = choose_device(plan.options.device)
        choose_dtype(plan.options.dtype, device)
        return self._takes(plan, request, store, device, on_progress)

    def _store(self, plan: Plan) -> Store:
        """The models folder with all that the plan needs in it."""
        store = Store(models_folder())
        missing = [
            part
            for part in parts_for(plan.variant, plan.options.version)
            if part.is_required and not store.has(part)
        ]
        if missing:
            status = standing(store, plan.variant, plan.options.version)
            raise EngineError(f"DiffRhythm can't sing yet: {status.reason}", mend=status.remedy)
        return store

    def _cost(self, plan: Plan, request: RenderRequest, store: Store, device: str) -> Cost:
        import torch

        from songsmith.engine.diffrhythm.sampler import forwards

        dtype = choose_dtype(plan.options.dtype, device)
        folder = store.folder / dit_part(plan.variant, plan.options.version).name
        return cost_of(
            dit_config(folder, plan.variant),
            frames=plan.frames,
            takes=len(request.seeds),
            forwards=forwards(plan.options.sampler()),
            bytes_per_weight=torch.empty(0, dtype=dtype).element_size(),
            chunk_frames=plan.options.chunk_frames,
            takes_at_once=plan.options.takes_at_once,
            flops_per_s=machine_flops_per_s(device, str(dtype).removeprefix("torch.")),
        )

    def _cost_notes(self, plan: Plan, request: RenderRequest, cost: Cost, device: str) -> list[str]:
        """What will be calculated, how long and with how much memory, and whether it is the official way."""
        from songsmith.engine.diffrhythm.memory import room_bytes
        from songsmith.engine.diffrhythm.sampler import PRESETS, forwards

        sampler = plan.options.sampler()
        takes = f", {len(request.seeds)} takes" if len(request.seeds) > 1 else ""
        notes = [
            f"{plan.variant} model {plan.options.version}, {plan.frames} frames, "
            f"{forwards(sampler)} forward passes on {device}{takes}: "
            f"{format_wait(cost.wall_s)}, {format_bytes(cost.memory_bytes)} of memory"
        ]
        if sampler != PRESETS["exact"]:
            notes.append("not the official sampling but an approximation: another, similar song")
        room = room_bytes(device)
        if 0 < room < cost.memory_bytes:
            notes.append(f"{device} has {format_bytes(room)} of memory, which may not be enough")
        return notes

    def _takes(
        self,
        plan: Plan,
        request: RenderRequest,
        store: Store,
        device: str,
        on_progress: OnProgress,
    ) -> Iterator[Take]:
        from songsmith.engine.diffrhythm.memory import fewer_at_once

        takes = len(request.seeds)
        conditions = self._conditions(plan, request, store, device, on_progress)
        at_once = plan.options.takes_at_once
        notes = list(conditions.notes)
        done = 0
        while done < takes:
            seeds = request.seeds[done : done + at_once]

            def on_step(step: int, steps: int, first: int = done + 1) -> None:
                on_progress(Progress("singing", step, steps, take=first, takes=takes))

            try:
                latents = self._sing(plan, conditions, seeds, store, device, on_step)
            except (RuntimeError, MemoryError) as error:
                at_once = fewer_at_once(len(seeds), device, error)
                notes.append(f"memory was short: sung {at_once} at once")
                continue
            for index, seed in enumerate(seeds):
                place = done + index + 1

                def on_chunk(chunk: int, chunks: int, place: int = place) -> None:
                    on_progress(Progress("decoding", chunk, chunks, take=place, takes=takes))

                yield self._take(
                    plan, request, conditions, store, device, latents[index], seed, notes, on_chunk
                )
            done += len(seeds)

    def _conditions(
        self,
        plan: Plan,
        request: RenderRequest,
        store: Store,
        device: str,
        on_progress: OnProgress,
    ) -> _Conditions:
        """Styles first, with the style encoder, so that it is gone before the transformer comes."""
        import torch

        on_progress(Progress("style", 0, 1, takes=len(request.seeds)))
        styles = embed_styles(store, request.style, plan.options)
        cond = torch.zeros(1, plan.frames, LATENT_CHANNELS)
        gain = 1.0
        notes = list(styles.notes)
        if request.parent is not None:
            on_progress(Progress("encoding", 0, 1, takes=len(request.seeds)))
            sound, gain = reference_sound(request.parent.audio, plan.kept_frames)
            vae = self._resident.vae(store, device)
            known = vae.encode(torch.from_numpy(sound)[None], seed=_REFERENCE_SEED)
            cond[:, : plan.kept_frames] = known
            notes += vae.notes
        on_progress(Progress("loading", 0, 1, takes=len(request.seeds)))
        return _Conditions(cond, gain, styles, tuple(notes))

    def _sing(
        self,
        plan: Plan,
        conditions: _Conditions,
        seeds: Sequence[int],
        store: Store,
        device: str,
        on_step: Callable[[int, int], None],
    ) -> "Tensor":
        """Latents (takes, frames, 64), on the CPU."""
        import torch

        from songsmith.engine.diffrhythm.sampler import draw_noise, sample

        dtype = choose_dtype(plan.options.dtype, device)
        latents = sample(
            self._resident.dit(store, plan.variant, plan.options.version, device, dtype),
            noise=torch.stack([draw_noise(seed, plan.frames) for seed in seeds]),
            cond=conditions.cond,
            text=torch.tensor(plan.layout.tokens[: plan.frames])[None],
            style=conditions.styles.style,
            negative_style=conditions.styles.negative,
            start_time=0.0,
            duration=plan.duration_share,
            spans=plan.new_frames,
            options=plan.options.sampler(),
            on_step=on_step,
            takes_at_once=len(seeds),
        )
        return latents.cpu()

    def _take(
        self,
        plan: Plan,
        request: RenderRequest,
        conditions: _Conditions,
        store: Store,
        device: str,
        latents: "Tensor",
        seed: int,
        notes: Sequence[str],
        on_chunk: Callable[[int, int], None],
    ) -> Take:
        from safetensors.torch import save

        from songsmith.engine.diffrhythm.memory import chunks_that_fit
        from songsmith.engine.diffrhythm.vae import Chunking

        options = plan.options
        vae = self._resident.vae(store, device)
        decoded = vae.decode(
            latents[None],
            chunking=Chunking(
                options.chunk_frames,
                options.chunks_at_once
                or chunks_that_fit(device, chunk_bytes(options.chunk_frames)),
            ),
            on_chunk=on_chunk,
        )
        finished = finish(decoded[0].numpy(), plan, request, reference_gain=conditions.gain)
        kept = {"latents.safetensors": save({"latents": latents.contiguous()})}
        return Take(
            audio=finished.audio,
            seed=seed,
            engine=self.name,
            details=self._details(
                plan,
                store,
                device,
                conditions,
                gain=finished.gain,
                notes=[*notes, *vae.notes, *finished.notes],
            ),
            attachments=kept if options.keep_latents else {},
        )

    def _details(
        self,
        plan: Plan,
        store: Store,
        device: str,
        conditions: _Conditions,
        *,
        gain: float,
        notes: Sequence[str],
    ) -> dict[str, object]:
        """All that the samples depend on beside the request, for the manifest."""
        import torch

        from songsmith.engine.diffrhythm.sampler import PRESETS

        sampler = plan.options.sampler()
        parts = [dit_part(plan.variant, plan.options.version), VAE, STYLE]
        if store.has(NEGATIVE):
            parts.append(NEGATIVE)
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
            "device": device,
            "device_name": _device_name(device),
            "dtype": str(choose_dtype(plan.options.dtype, device)).removeprefix("torch."),
            "takes_at_once": plan.options.takes_at_once,
            "gain": gain,
            "styles": conditions.styles.described,
            "weights": {
                f"{part.name}/{name}": digest
                for part in parts
                for name, digest in hashes(store, part).items()
            },
            "torch": torch.__version__,
            "notes": list(notes),
        }


def _device_name(device: str) -> str:
    import torch

    return torch.cuda.get_device_name(device) if device.startswith("cuda") else device
