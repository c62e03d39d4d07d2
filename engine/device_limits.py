"""What devices can't do: out of memory, however a backend says it, and number types it lacks."""

import gc
import os

import torch

from songsmith.engine.engine import EngineError

__all__ = ["DeviceError", "chunks_that_fit", "fewer_at_once", "is_out_of_memory", "room_bytes"]

_MOST_CHUNKS = 8
_SHARE_FOR_CHUNKS = 6  # the transformer and the VAE are there too
_SAYINGS = ("out of memory", "not enough memory", "can't allocate memory", "cannot allocate memory")


class DeviceError(EngineError):
    """A device that lacks memory or can't work as asked."""


def is_out_of_memory(error: BaseException) -> bool:
    """Whether `error` is a lack of memory; CPU and MPS only say so in words."""
    if isinstance(error, (torch.OutOfMemoryError, MemoryError)):
        return True
    said = str(error).casefold()
    return isinstance(error, RuntimeError) and any(saying in said for saying in _SAYINGS)


def fewer_at_once(at_once: int, device: str, error: BaseException) -> int:
    """Half as many takes at once, memory freed, if `error` is a lack of memory; any other is raised again."""
    if not is_out_of_memory(error):
        raise error
    if at_once == 1:
        raise DeviceError(
            f"out of memory on {device} while singing",
            hint="ask for a shorter song or variant base, close other programs, or use --device cpu",
        ) from error
    gc.collect()
    if device.startswith("cuda"):
        torch.cuda.empty_cache()
    return at_once // 2


def room_bytes(device: str) -> int:
    """Memory that `device` has in all, 0 where the system doesn't say."""
    if device.startswith("cuda"):
        return int(torch.cuda.mem_get_info(device)[1])
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return 0


def chunks_that_fit(device: str, chunk_bytes: int) -> int:
    """How many chunks of sound to decode as one batch, 1 on the CPU, where nothing is gained by more.

    Goes by the memory the device has, not by what is free now, so that a take rounds the same next time.
    """
    if not device.startswith("cuda"):
        return 1
    return max(1, min(_MOST_CHUNKS, room_bytes(device) // (_SHARE_FOR_CHUNKS * chunk_bytes)))
