"""How a model is laid over this machine: size, device, number type, whole or in stages; or why it can't be."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from songsmith.engine.acestep.cost import Sizes, sizes_here, tile_frames
from songsmith.engine.acestep.options import Options
from songsmith.engine.acestep.parts import Model, part_for
from songsmith.engine.device import choose_device, choose_dtype
from songsmith.engine.engine import EngineError
from songsmith.engine.weights.parts import format_bytes
from songsmith.engine.weights.store import Store

if TYPE_CHECKING:
    import torch

__all__ = ["Placing", "place"]

_ROOM_SHARE = 0.92
"""Of a device's memory; the rest is the system's."""


@dataclass(frozen=True)
class Placing:
    """`is_staged`: parts of the model are on the device only while they work. `memory_bytes` is the device's peak."""

    model: Model
    device: str
    dtype: "torch.dtype"
    is_staged: bool
    tile: int
    sizes: Sizes
    memory_bytes: int

    @property
    def dtype_name(self) -> str:
        return str(self.dtype).removeprefix("torch.")


def place(options: Options, store: Store, frames: int) -> Placing:
    """The best placing that fits this machine. Raises `EngineError` that says how much memory is missing."""
    from songsmith.engine.device_limits import room_bytes

    device = choose_device(options.device)
    room = room_bytes(device)
    tried: list[Placing] = []
    for model in options.models():
        if not store.has(part_for(model)):
            continue
        for dtype in _dtypes(options, device):
            for is_staged in _stagings(options, device):
                placing = _placing(store, model, device, dtype, is_staged, frames, room)
                if not room or placing.memory_bytes <= _ROOM_SHARE * room:
                    return placing
                tried.append(placing)
    smallest = min(tried, key=lambda placing: placing.memory_bytes)
    raise EngineError(
        f"a song this long needs {format_bytes(smallest.memory_bytes)} of memory; "
        f"{device} has {format_bytes(room)}",
        hint=_way_out(options, smallest),
    )


def _placing(
    store: Store,
    model: Model,
    device: str,
    dtype: "torch.dtype",
    is_staged: bool,
    frames: int,
    room: int,
) -> Placing:
    sizes = sizes_here(store, model)
    count = sizes.staged_bytes if is_staged else sizes.whole_bytes
    spare = int(_ROOM_SHARE * room) - sizes.resting_bytes(dtype.itemsize, is_staged=is_staged)
    tile = tile_frames(spare, frames, is_cpu=device == "cpu")
    memory_bytes = count(dtype.itemsize, frames, tile)
    return Placing(model, device, dtype, is_staged, tile, sizes, memory_bytes)


def _dtypes(options: Options, device: str) -> "list[torch.dtype]":
    if options.dtype != "auto":
        return [choose_dtype(options.dtype, device)]
    names = ("float32", "bfloat16") if device == "cpu" else ("bfloat16",)
    return [choose_dtype(name, device) for name in names]


def _stagings(options: Options, device: str) -> tuple[bool, ...]:
    if options.offload == "auto":
        return (False,) if device == "cpu" else (False, True)
    return (options.offload == "stages" and device != "cpu",)


def _way_out(options: Options, placing: Placing) -> str:
    ways = ["a shorter song"]
    if placing.device != "cpu":
        ways += ["--device cpu"]
        ways += ["--option offload=stages"] if options.offload == "none" else []
    ways += ["--option model=2b"] if placing.model == "xl" else []
    ways += ["--dtype bfloat16"] if placing.dtype_name == "float32" else []
    return f"try {' or '.join(ways)}"
