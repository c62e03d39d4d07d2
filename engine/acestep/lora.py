"""A LoRA put on the transformer for a render: small weights that somebody trained for a voice or a style.

Files as diffusers, PEFT and the official trainer save them. Only safetensors are read, never pickles. Whether it was
made for this size is seen from the file's header.
"""

import json
import re
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from songsmith.engine.engine import EngineError
from songsmith.engine.weights.hub import sha256_of

__all__ = ["Lora", "check_lora", "parse_lora", "put_on", "take_off"]

_ADAPTER = "songsmith"
_INPUT_OF_QUERY = re.compile(r"(?:to_q|q_proj)\.lora_(?:A|down)(?:\.[^.]+)?\.weight$")
_MOST_HEADER_BYTES = 50_000_000
_MOST_WEIGHT = 4.0
_PEFT_FILE, _PEFT_CONFIG, _PEFT_PREFIX = (
    "adapter_model.safetensors",
    "adapter_config.json",
    "base_model.model.",
)


@dataclass(frozen=True)
class Lora:
    """A file of LoRA weights and how strongly they count: 1 is as they were trained, 0 not at all.

    `trained_scale` is what their products were multiplied with in training, where the file itself does not say it.
    """

    file: Path
    weight: float = 1.0
    trained_scale: float = 1.0

    @property
    def sha256(self) -> str:
        return sha256_of(self.file)

    @property
    def facts(self) -> dict[str, object]:
        """All that the sound depends on, for the manifest."""
        return {"sha256": self.sha256, "weight": self.weight, "trained_scale": self.trained_scale}


def parse_lora(text: str) -> Lora:
    """The LoRA of "PATH" or "PATH:WEIGHT"; a folder stands for the one safetensors file in it. Raises `EngineError`."""
    place, sign, number = text.strip().rpartition(":")
    try:
        weight = float(number) if sign else 1.0
    except ValueError:
        place, weight = text.strip(), 1.0
    path = Path(place if sign and place else text.strip()).expanduser()
    if not abs(weight) <= _MOST_WEIGHT:
        raise EngineError(
            f"a LoRA can't count {weight:g} times",
            hint=f"give a weight from {-_MOST_WEIGHT:g} to {_MOST_WEIGHT:g}",
        )
    file = _file_of(path)
    return Lora(file, weight, _trained_scale(file))


def _file_of(path: Path) -> Path:
    files = sorted(path.glob("*.safetensors")) if path.is_dir() else [path]
    if len(files) != 1 or not files[0].is_file() or files[0].suffix != ".safetensors":
        raise EngineError(
            "there is no LoRA here",
            where=str(path),
            hint="give a .safetensors file, or a folder with one in it, and a weight after a colon if you like",
        )
    return files[0].resolve()


class _Training(BaseModel):
    """What PEFT writes down about the training, as far as it bears on the sound."""

    model_config = ConfigDict(extra="ignore")

    r: int = Field(default=8, ge=1)
    lora_alpha: float = Field(default=8, gt=0)
    use_rslora: bool = False
    rank_pattern: dict[str, int] = {}
    alpha_pattern: dict[str, float] = {}


def _trained_scale(file: Path) -> float:
    """By the description that PEFT saves beside the weights; 1 where there is none."""
    described = file.with_name(_PEFT_CONFIG)
    if file.name != _PEFT_FILE or not described.is_file():
        return 1.0
    try:
        training = _Training.model_validate_json(described.read_bytes())
    except (ValidationError, OSError) as error:
        raise EngineError(
            "does not describe a LoRA", where=str(described), hint="download the LoRA again"
        ) from error
    if training.rank_pattern or training.alpha_pattern:
        raise EngineError(
            "is a LoRA with other ranks in some layers, which songsmith can't sing with",
            where=str(file),
            hint="save it with save_lora_weights of diffusers",
        )
    return training.lora_alpha / (training.r**0.5 if training.use_rslora else training.r)


def check_lora(lora: Lora, transformer: Path) -> None:
    """Raise `EngineError` for a file that is no LoRA, or for another size than the transformer in the folder has."""
    header = _header(lora.file)
    if any("dora_scale" in name or "magnitude_vector" in name for name in header):
        raise EngineError(
            "is a DoRA, which songsmith can't sing with", where=str(lora.file), hint="give a LoRA"
        )
    widths = {
        int(entry["shape"][-1]) for name, entry in header.items() if _INPUT_OF_QUERY.search(name)
    }
    if not widths:
        raise EngineError(
            "is no LoRA for ACE-Step", where=str(lora.file), hint="give one for ACE-Step 1.5"
        )
    width = json.loads((transformer / "config.json").read_text(encoding="utf-8"))["hidden_size"]
    if widths != {width}:
        made_for = ", ".join(map(str, sorted(widths)))
        raise EngineError(
            f"is a LoRA for another size of the model (width {made_for}; this one is {width} wide)",
            where=str(lora.file),
            hint="choose the other size with --option model=xl or model=2b, or another LoRA",
        )


def put_on(pipeline: Any, lora: Lora) -> None:
    """Load the LoRA into the transformer of a diffusers pipeline."""
    _need_peft()
    dtype = pipeline.transformer.dtype
    try:
        pipeline.load_lora_weights(
            _weights(lora.file),
            weight_name=lora.file.name,
            adapter_name=_ADAPTER,
            use_safetensors=True,
            local_files_only=True,
        )
        pipeline.set_adapters([_ADAPTER], [lora.weight * lora.trained_scale])
    except (RuntimeError, ValueError, KeyError, OSError) as error:
        raise EngineError(
            f"can't be used as a LoRA ({str(error).strip().splitlines()[0][:160]})",
            where=str(lora.file),
            hint="give one for ACE-Step 1.5 of this size",
        ) from error
    pipeline.transformer.to(dtype).requires_grad_(False)


def _weights(file: Path) -> Any:
    """What diffusers is to load: the folder of a file whose names it knows, else the weights by such names."""
    names = list(_header(file))
    is_official = any("q_proj" in name for name in names)
    if is_official or all(name.startswith("transformer.") for name in names):
        return str(file.parent)

    from safetensors.torch import load_file

    return {
        f"transformer.{name.removeprefix(_PEFT_PREFIX)}": weights
        for name, weights in load_file(file).items()
    }


def take_off(pipeline: Any) -> None:
    """The transformer as it was published."""
    pipeline.unload_lora_weights()


def _need_peft() -> None:
    from importlib.util import find_spec

    if find_spec("peft") is None:
        raise EngineError(
            "LoRAs need the package peft, which is not installed", hint="pip install peft"
        )


def _header(file: Path) -> dict[str, dict[str, list[int]]]:
    try:
        with file.open("rb") as data:
            (length,) = struct.unpack("<Q", data.read(8))
            if length > _MOST_HEADER_BYTES:
                raise ValueError("its header is too long")
            header = json.loads(data.read(length))
        header.pop("__metadata__", None)
        return {name: {"shape": list(entry["shape"])} for name, entry in header.items()}
    except (OSError, ValueError, struct.error, KeyError, TypeError, AttributeError) as error:
        raise EngineError(
            "is not a safetensors file", where=str(file), hint="download the LoRA again"
        ) from error
