"""What a render costs: products, memory, and from them how a model is laid over a device. No torch.

After the arithmetic of the model and figures measured at its full size with random weights; an estimate, said as one.
"""

import json
import struct
from dataclasses import dataclass
from functools import cache
from math import prod
from pathlib import Path

from songsmith.engine.acestep.parts import COMPONENTS, Model, part_for
from songsmith.engine.acestep.rates import FRAMES_PER_S
from songsmith.engine.weights.hub import WeightsError
from songsmith.engine.weights.store import Store

__all__ = ["Sizes", "sizes_here", "sizes_published", "song_frames", "song_wall_s", "tile_frames"]

CPU_STEP_EFFICIENCY, GPU_STEP_EFFICIENCY = 0.8, 0.27
"""Share of the rate of plain matrix products that a step reaches."""
_GPU_STEP_S = 0.033  # of starting a step's many small kernels, however short the song
_CPU_DECODE_FLOPS, _GPU_DECODE_FLOPS = 14.5e9, 120e9
"""As many products as decoding a frame would have had time for; it works in float32, a GPU's products in bfloat16."""
_DECODE_BYTES_PER_FRAME = 12_000_000
_TILES: tuple[int, ...] = (96, 192, 384, 768, 1_536, 3_072, 6_144)
_TILE_MARGIN = 20
_OTHER_BYTES = 900_000_000  # Python, torch and its libraries
_ACTIVATION_BYTES_PER_FRAME = 400_000
_PUBLISHED_WEIGHTS: dict[Model, dict[str, int]] = {
    "2b": {
        "transformer": 1_575_000_000,
        "condition_encoder": 610_000_000,
        "text_encoder": 595_000_000,
        "vae": 168_700_000,
    },
    "xl": {
        "transformer": 4_150_000_000,
        "condition_encoder": 610_000_000,
        "text_encoder": 595_000_000,
        "vae": 168_700_000,
    },
}


@dataclass(frozen=True)
class Sizes:
    """Numbers of weights: of the transformer, of what reads words and style, of the decoder."""

    transformer: int
    readers: int
    decoder: int

    def whole_bytes(self, bytes_per_weight: int, frames: int, tile: int) -> int:
        """Memory with all of it on the device at once; the decoder is float32 always."""
        weights = (self.transformer + self.readers) * bytes_per_weight + self.decoder * 4
        return _OTHER_BYTES + weights + max(_sampling_bytes(frames), _decoding_bytes(tile))

    def resting_bytes(self, bytes_per_weight: int, *, is_staged: bool) -> int:
        """Memory that is taken while sound is decoded, whatever the tile."""
        if is_staged:
            return _OTHER_BYTES + self.decoder * 4
        return self.whole_bytes(bytes_per_weight, 0, 0)

    def staged_bytes(self, bytes_per_weight: int, frames: int, tile: int) -> int:
        """Memory of the device with only what works just then on it."""
        return _OTHER_BYTES + max(
            self.readers * bytes_per_weight,
            self.transformer * bytes_per_weight + _sampling_bytes(frames),
            self.decoder * 4 + _decoding_bytes(tile),
        )


def song_wall_s(
    sizes: Sizes,
    frames: int,
    steps: int,
    flops_per_s: float,
    *,
    is_cpu: bool,
    new_frames: int | None = None,
) -> float:
    """Seconds of one take on a machine of this rate; of a fix only `new_frames` are decoded.

    The GPU's figures are fitted to songs of 95 and 240 s on an H100.
    """
    efficiency = CPU_STEP_EFFICIENCY if is_cpu else GPU_STEP_EFFICIENCY
    step_s = (
        sizes.transformer * frames / efficiency / flops_per_s
    )  # two products a weight, two frames a token
    decode = _CPU_DECODE_FLOPS if is_cpu else _GPU_DECODE_FLOPS
    decoded = frames if new_frames is None else new_frames
    return steps * (step_s + (0.0 if is_cpu else _GPU_STEP_S)) + decoded * decode / flops_per_s


def tile_frames(spare_bytes: int, frames: int, *, is_cpu: bool) -> int:
    """Frames turned into sound at a time: on a GPU as many as fit, all of a song if possible, which is faster there.

    `spare_bytes` is what the device has beside the weights that stay on it.
    """
    if is_cpu:
        return _TILES[0]
    fitting = [tile for tile in _TILES if _decoding_bytes(tile) <= spare_bytes]
    best = fitting[-1] if fitting else _TILES[0]
    return next((tile for tile in fitting if tile >= frames), best)


@cache
def sizes_published(model: Model) -> Sizes:
    """Those of the published weights, for when they are not here yet."""
    return _sizes(_PUBLISHED_WEIGHTS[model])


def sizes_here(store: Store, model: Model) -> Sizes:
    """Those of the weights in the models folder, from the headers of their files."""
    folder = store.folder / part_for(model).name
    return _sizes({name: _weights_in(folder / name / file) for name, file in COMPONENTS.items()})


def song_frames(duration_s: float) -> int:
    return round(duration_s * FRAMES_PER_S)


def _sizes(weights: dict[str, int]) -> Sizes:
    readers = weights["condition_encoder"] + weights["text_encoder"]
    return Sizes(weights["transformer"], readers, weights["vae"])


def _weights_in(path: Path) -> int:
    try:
        with path.open("rb") as file:
            header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
        return sum(prod(entry["shape"]) for key, entry in header.items() if key != "__metadata__")
    except (OSError, ValueError, struct.error, KeyError, TypeError, MemoryError) as error:
        raise WeightsError(
            "is not a safetensors file",
            where=str(path),
            hint="`songsmith models verify` tells what is wrong with it",
        ) from error


def _sampling_bytes(frames: int) -> int:
    return frames * _ACTIVATION_BYTES_PER_FRAME


def _decoding_bytes(tile: int) -> int:
    return (tile + _TILE_MARGIN) * _DECODE_BYTES_PER_FRAME
