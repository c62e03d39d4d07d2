"""The models of ACE-Step, loaded once through diffusers and kept for the session.

Each component is loaded by its own class from its own folder: the index of a published pipeline, which names
classes and modules to import, is not read.
"""

import gc
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import torch
from diffusers import (
    AceStepConditionEncoder,
    AceStepPipeline,
    AceStepTransformer1DModel,
    AutoencoderOobleck,
    FlowMatchEulerDiscreteScheduler,
)
from diffusers.models.autoencoders.autoencoder_oobleck import Snake1d
from diffusers.pipelines.ace_step import AceStepAudioTokenDetokenizer, AceStepAudioTokenizer
from diffusers.utils import logging as diffusers_logging
from torch import Tensor
from transformers import AutoTokenizer, Qwen3Model
from transformers.utils import logging as transformers_logging

from songsmith.engine.acestep.lora import Lora, put_on, take_off
from songsmith.engine.acestep.parts import part_for
from songsmith.engine.acestep.placing import Placing
from songsmith.engine.device_limits import DeviceError, is_out_of_memory
from songsmith.engine.engine import EngineError
from songsmith.engine.weights.hub import WeightsError
from songsmith.engine.weights.parts import hashes, require
from songsmith.engine.weights.store import Store

__all__ = ["Models", "Resident"]


@dataclass(frozen=True)
class Models:
    """The networks, and the pipeline that writes and reads the prompts with them."""

    pipeline: Any
    transformer: Any
    condition_encoder: Any
    text_encoder: Any
    vae: Any
    device: str
    dtype: torch.dtype
    is_staged: bool
    folder: Path | None = None

    def coders(self) -> tuple[Any, Any]:
        """What turns latents into the outline of a melody, and back; loaded when a cover asks for them."""
        assert self.folder is not None, "models without a folder have no coders"
        kinds = {
            "audio_tokenizer": AceStepAudioTokenizer,
            "audio_token_detokenizer": AceStepAudioTokenDetokenizer,
        }
        with _quietly():
            coder, decoder = (
                _component(kind, self.folder / name, self.dtype, self.device)
                for name, kind in kinds.items()
            )
        return coder, decoder

    @contextmanager
    def at_work(self, *networks: Any) -> Iterator[None]:
        """These networks on the device; in stages they leave it afterwards."""
        if not self.is_staged:
            yield
            return
        try:
            for network in networks:
                network.to(self.device)
            yield
        finally:
            for network in networks:
                network.to("cpu")
            if self.device.startswith("cuda"):
                torch.cuda.empty_cache()

    def silence(self, frames: int) -> Tensor:
        """The latent of silence, (1, frames, 64), as the models were taught it; on the CPU."""
        silence: Tensor = self.condition_encoder.silence_latent.float().cpu()
        return silence.repeat(1, -(-frames // silence.shape[1]), 1)[:, :frames]


@dataclass(frozen=True)
class _Loaded:
    """Which models are in memory, by everything they were loaded with."""

    digests: tuple[tuple[str, str], ...]
    folder: Path
    device: str
    dtype: torch.dtype
    is_staged: bool


class Resident:
    """One set of models at most, reloaded only when another is wanted; and what they made of the words and of the
    reference sounds last used."""

    def __init__(self) -> None:
        self._models: tuple[_Loaded, Models] | None = None
        self._lora: dict[str, object] | None = None
        self.conditions: dict[object, Tensor] = {}
        self.timbres: dict[str, Tensor] = {}

    def models(self, store: Store, placing: Placing, lora: Lora | None = None) -> Models:
        """The models laid out as `placing` says, with this LoRA on or none."""
        models = self._laid_out(store, placing)
        wanted = lora.facts if lora else None
        if wanted == self._lora:
            return models
        if self._lora is not None:
            take_off(models.pipeline)
            self._lora = None
        if lora is not None:
            try:
                put_on(models.pipeline, lora)
            except EngineError:
                self._models = None  # some of its layers may be in place
                raise
            self._lora = wanted
        return models

    def _laid_out(self, store: Store, placing: Placing) -> Models:
        """The models as `placing` says; one copy of their weights is in memory at any time."""
        part = part_for(placing.model)
        require(store, part)
        folder = store.folder / part.name
        digests = tuple(sorted(hashes(store, part).items()))
        wanted = _Loaded(digests, folder, placing.device, placing.dtype, placing.is_staged)
        if self._models is not None and self._models[0] == wanted:
            return self._models[1]
        self.conditions.clear()
        self.timbres.clear()
        if self._models is not None:
            self._models = self._lora = None
            gc.collect()  # the old weights go before the new ones come
        try:
            models = _load(folder, placing)
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error):
                raise
            raise DeviceError(
                f"the model's weights do not fit into the memory of {placing.device}",
                hint="close other programs, use --option model=2b, or --device cpu",
            ) from error
        self._models = (wanted, models)
        return models


def _load(folder: Path, placing: Placing) -> Models:
    dtype, home = placing.dtype, "cpu" if placing.is_staged else placing.device
    with _quietly():
        transformer = _component(AceStepTransformer1DModel, folder / "transformer", dtype, home)
        condition_encoder = _component(
            AceStepConditionEncoder, folder / "condition_encoder", dtype, home
        )
        text_encoder = _component(Qwen3Model, folder / "text_encoder", dtype, home)
        vae = _component(AutoencoderOobleck, folder / "vae", torch.float32, home)
        _spare_memory(vae)
        pipeline = AceStepPipeline(
            vae=vae,
            text_encoder=text_encoder,
            tokenizer=_tokenizer(folder / "tokenizer"),
            transformer=transformer,
            condition_encoder=condition_encoder,
            scheduler=FlowMatchEulerDiscreteScheduler(num_train_timesteps=1, shift=1.0),
        )
    return Models(
        pipeline,
        transformer,
        condition_encoder,
        text_encoder,
        vae,
        placing.device,
        dtype,
        placing.is_staged,
        folder,
    )


def _component(kind: Any, folder: Path, dtype: torch.dtype, device: str) -> Any:
    """A network from its folder, on `device`; one that lacks weights or has them in other shapes is refused."""
    try:
        network, told = kind.from_pretrained(
            str(folder),
            dtype=dtype,
            local_files_only=True,
            use_safetensors=True,
            output_loading_info=True,
        )
    except (OSError, ValueError, KeyError, TypeError, RuntimeError) as error:
        if is_out_of_memory(error):
            raise
        raise _unusable(folder, str(error).strip().split("\n")[0][:200]) from error
    if missing := sorted(told["missing_keys"]):
        raise _unusable(folder, f"{len(missing)} weights are missing, {missing[0]} first")
    return network.to(device).eval().requires_grad_(False)


def _unusable(folder: Path, why: str) -> WeightsError:
    return WeightsError(
        f"does not hold the network that it should ({why})",
        where=str(folder),
        hint="`songsmith models verify` tells whether the files are as published",
    )


def _tokenizer(folder: Path) -> Any:
    try:
        return AutoTokenizer.from_pretrained(
            str(folder), local_files_only=True, trust_remote_code=False
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _unusable(folder, str(error).strip().split("\n")[0][:200]) from error


def _spare_memory(vae: Any) -> None:
    """Let the decoder's activation work in place: the same numbers with a third less time on a CPU."""
    for module in vae.modules():
        if isinstance(module, Snake1d):
            module.forward = partial(_snake, module)


def _snake(snake: Any, sound: Tensor) -> Tensor:
    """x + sin²(αx) / β of each channel, over (batch, channels, samples)."""
    shape = sound.shape
    sound = sound.reshape(shape[0], shape[1], -1)
    alpha = snake.alpha.exp() if snake.logscale else snake.alpha
    beta = snake.beta.exp() if snake.logscale else snake.beta
    waves: Tensor = alpha * sound
    waves.sin_().pow_(2).mul_((beta + 1e-9).reciprocal()).add_(sound)
    return waves.reshape(shape)


@contextmanager
def _quietly() -> Iterator[None]:
    """Without the bars and the warnings that the libraries show while they load."""
    libraries: list[Any] = [diffusers_logging, transformers_logging]
    showing = [library for library in libraries if library.is_progress_bar_enabled()]
    for library in libraries:
        library.disable_progress_bar()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        for library in showing:
            library.enable_progress_bar()
