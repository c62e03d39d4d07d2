"""The models that stay in memory between takes and renders of a session."""

import gc
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING

from songsmith.engine.diffrhythm.parts import VAE, Version, check_variant, dit_part
from songsmith.engine.weights.hub import WeightsError
from songsmith.engine.weights.parts import hashes, require
from songsmith.engine.weights.store import Store
from songsmith.lyrics.frames import Variant

if TYPE_CHECKING:
    import torch

    from songsmith.engine.diffrhythm.model.dit import DiT, DiTConfig
    from songsmith.engine.diffrhythm.model.vae import Vae

__all__ = ["Resident", "dit_config"]

CONFIG_NAME = "config.json"


@dataclass(frozen=True)
class _Loaded:
    """Which transformer is in memory, by everything it was loaded with."""

    path: Path
    sha256: str
    device: str
    dtype_name: str


class Resident:
    """One transformer and one VAE at most, reloaded only when another is wanted or its file has changed."""

    def __init__(self) -> None:
        self._dit: tuple[_Loaded, DiT] | None = None
        self._vae: tuple[_Loaded, Vae] | None = None

    def dit(
        self, store: Store, variant: Variant, version: Version, device: str, dtype: "torch.dtype"
    ) -> "DiT":
        """The transformer of this variant on `device`; one copy of its weights is in memory at any time."""
        part = dit_part(variant, version)
        path = require(store, part)["model.safetensors"]
        wanted = _Loaded(path, hashes(store, part)[path.name], device, str(dtype))
        if self._dit is not None and self._dit[0] == wanted:
            return self._dit[1]
        if self._dit is not None:
            self._dit = None
            gc.collect()  # the old weights go before the new ones come

        from songsmith.engine.diffrhythm.model.dit import load_dit
        from songsmith.engine.weights.checkpoint import TensorFile

        state = TensorFile(path, dtype=dtype, device=device)
        check_variant(state.keys(), path, variant=variant)
        with _loading(path, device):
            model = load_dit(state, dit_config(path.parent, variant), device=device, dtype=dtype)
        self._dit = (wanted, model)
        return model

    def vae(self, store: Store, device: str) -> "Vae":
        """The audio VAE on `device`, with no notes of earlier renders."""
        path = require(store, VAE)["model.safetensors"]
        wanted = _Loaded(path, hashes(store, VAE)[path.name], device, "")
        if self._vae is None or self._vae[0] != wanted:
            import torch

            from songsmith.engine.diffrhythm.model.oobleck import load_oobleck
            from songsmith.engine.diffrhythm.model.vae import Vae
            from songsmith.engine.weights.checkpoint import TensorFile

            state = TensorFile(path, dtype=torch.float32, device=device)
            with _loading(path, device):
                self._vae = (wanted, Vae(load_oobleck(state, device=device), device))
        self._vae[1].notes.clear()
        return self._vae[1]


@contextmanager
def _loading(path: Path, device: str) -> Iterator[None]:
    """What goes wrong when the weights of `path` are loaded, in one line that names it."""
    from songsmith.engine.device_limits import DeviceError, is_out_of_memory
    from songsmith.engine.diffrhythm.model.rename import CheckpointError

    try:
        yield
    except CheckpointError as error:
        raise CheckpointError(error.what, where=str(path), hint=error.hint) from error
    except (RuntimeError, MemoryError) as error:
        if not is_out_of_memory(error):
            raise
        raise DeviceError(
            f"the weights do not fit into the memory of {device}",
            hint="close other programs, or use --device cpu",
        ) from error


def dit_config(folder: Path, variant: Variant) -> "DiTConfig":
    """Sizes of the transformer: those of `config.json` beside the weights, else the published ones."""
    from songsmith.engine.diffrhythm.model.dit import DIT_1B_BASE, DIT_1B_FULL, DiTConfig

    path = folder / CONFIG_NAME
    if not path.is_file():
        return DIT_1B_FULL if variant == "full" else DIT_1B_BASE
    try:
        sizes = json.loads(path.read_text(encoding="utf-8"))
        return DiTConfig(**{field.name: int(sizes[field.name]) for field in fields(DiTConfig)})
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise WeightsError(
            f"does not hold the sizes of a transformer ({error})",
            where=str(path),
            hint="delete it; the published sizes are built in",
        ) from error
