"""One render from its plan: what the model is told, the parent's latents, then take after take.

Takes are sung one after the other, never as one batch: only so is each bit-equal to the same take alone, and the
model's attention does not see where another lyric of a batch ends.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

import diffusers
import torch
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor

from songsmith.engine.acestep.conditions import (
    Task,
    Timbre,
    conditions,
    encode_sound,
    filled,
    outline_of,
    timbre_of,
)
from songsmith.engine.acestep.lora import Lora
from songsmith.engine.acestep.models import Models, Resident
from songsmith.engine.acestep.parts import part_for
from songsmith.engine.acestep.placing import Placing
from songsmith.engine.acestep.plan import Plan
from songsmith.engine.acestep.rates import frames_of
from songsmith.engine.acestep.singing import Cover, Kept, draw_noise, sing
from songsmith.engine.acestep.sound import decode, finish
from songsmith.engine.audio import load_audio
from songsmith.engine.device_limits import DeviceError, is_out_of_memory
from songsmith.engine.engine import OnProgress, Progress, RenderRequest, Take
from songsmith.engine.weights.parts import hashes
from songsmith.engine.weights.store import Store

__all__ = ["LATENTS", "Rendering", "kept_latents"]

LATENTS = "latents.safetensors"
"""The attachment of a take that holds its latents and its gain."""


@dataclass(frozen=True)
class _Given:
    """What all takes of a render share: the sequence they are told, the parent they are put into and its gain."""

    condition: Tensor
    kept: Kept | None
    cover: Cover | None
    parent_gain: float | None
    reference_sha256: str
    cover_sha256: str
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Rendering:
    """A request with all that was decided about it."""

    plan: Plan
    request: RenderRequest
    store: Store
    placing: Placing
    resident: Resident
    on_progress: OnProgress
    lora: Lora | None = None

    def takes(self) -> Iterator[Take]:
        """Each take as soon as it is done."""
        try:
            self._tell("loading")
            models = self.resident.models(self.store, self.placing, self.lora)
            given = self._given(models)
            for place, seed in enumerate(self.request.seeds, 1):
                yield self._take(models, given, seed, place)
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error):
                raise
            raise DeviceError(
                f"out of memory on {self.placing.device} while singing",
                hint="ask for a shorter song, close other programs, or use --option offload=stages or --device cpu",
            ) from error

    def _given(self, models: Models) -> _Given:
        plan, parent = self.plan, self.request.parent
        self._tell("style")
        reference = load_audio(plan.options.style_audio) if plan.options.style_audio else None
        timbre = timbre_of(self.resident, models, reference)
        task: Task = "repaint" if plan.new_frames else "cover" if plan.cover else "text2music"
        told = conditions(self.resident, models, plan, timbre, task=task)
        if parent is None:
            cover, cover_sha256 = self._cover(models, timbre)
            return _Given(told, None, cover, None, timbre.sha256, cover_sha256, ())
        latents, gain = kept_latents(parent, plan)
        notes: tuple[str, ...] = ()
        if latents is None:
            self._tell("encoding")
            latents, gain = encode_sound(models, parent.audio, plan.frames), 1.0
            notes = ("the parent has no latents of this engine, so its sound was encoded",)
        kept = Kept(filled(models, latents, plan.frames), plan.new_frames, plan.options.hold)
        return _Given(told, kept, None, gain, timbre.sha256, "", notes)

    def _cover(self, models: Models, timbre: Timbre) -> tuple[Cover | None, str]:
        """The outline of the original that a cover follows, and the sha256 of its samples."""
        plan = self.plan
        if plan.cover is None:
            return None, ""
        self._tell("encoding")
        original = load_audio(plan.cover)
        outline = outline_of(models, encode_sound(models, original, plan.frames))
        strength, free = plan.options.cover_strength, None
        if strength < 1:
            free = conditions(self.resident, models, plan, timbre, task="text2music")
        return Cover(outline, free, strength), hashlib.sha256(original.tobytes()).hexdigest()

    def _take(self, models: Models, given: _Given, seed: int, place: int) -> Take:
        plan, options = self.plan, self.plan.options
        channels = models.transformer.config.audio_acoustic_hidden_dim
        latents = sing(
            models,
            given.condition,
            draw_noise(seed, plan.frames, channels),
            kept=given.kept,
            cover=given.cover,
            steps=options.steps,
            shift=options.shift,
            on_step=lambda done, total: self._tell("singing", done, total, take=place),
        )
        decoded = decode(
            models,
            latents,
            plan,
            self.placing.tile,
            lambda done, total: self._tell("decoding", done, total, take=place),
        )
        finished = finish(decoded, plan, self.request, parent_gain=given.parent_gain)
        kept = {
            "latents": latents.contiguous(),
            "gain": torch.tensor(finished.gain, dtype=torch.float64),
        }
        return Take(
            audio=finished.audio,
            seed=seed,
            engine="ace-step",
            details={
                **self._details(given),
                "gain": finished.gain,
                "notes": [*given.notes, *finished.notes],
            },
            attachments={LATENTS: save(kept)},
        )

    def _details(self, given: _Given) -> dict[str, object]:
        """All that the samples depend on beside the request, for the manifest."""
        plan, placing = self.plan, self.placing
        return {
            "model": placing.model,
            "frames": plan.frames,
            "new_frames": [list(span) for span in plan.new_frames],
            "steps": plan.options.steps,
            "shift": plan.options.shift,
            "words": plan.words.text,
            "language": plan.language,
            "bpm": plan.facts.bpm,
            "key": plan.facts.key,
            "metre": plan.facts.metre,
            "reference": given.reference_sha256,
            "cover": given.cover_sha256,
            "lora": self.lora.facts if self.lora else None,
            "device": placing.device,
            "dtype": placing.dtype_name,
            "is_staged": placing.is_staged,
            "tile": placing.tile,
            "weights": hashes(self.store, part_for(placing.model)),
            "torch": torch.__version__,
            "diffusers": diffusers.__version__,
        }

    def _tell(self, stage: str, done: int = 0, total: int = 1, *, take: int = 1) -> None:
        self.on_progress(Progress(stage, done, total, take=take, takes=len(self.request.seeds)))


def kept_latents(parent: Take, plan: Plan) -> tuple[Tensor | None, float]:
    """The latents (1, frames, 64) that a take of this engine keeps, and its gain; None if it has none that fit it."""
    data = parent.attachments.get(LATENTS, b"")
    if parent.engine != "ace-step" or not data:
        return None, 1.0
    try:
        kept = load(data)
        latents, gain = kept["latents"].float(), float(kept["gain"])
    except (SafetensorError, KeyError, ValueError, RuntimeError):
        return None, 1.0
    frames = frames_of(parent.audio.shape[1])
    if latents.dim() != 3 or latents.shape[:2] != (1, frames) or not torch.isfinite(latents).all():
        return None, 1.0
    return latents, gain
