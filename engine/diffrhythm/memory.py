"""What devices can't do: out of memory, however a backend says it, and number types it lacks."""

import torch

from songsmith.engine.engine import EngineError

__all__ = ["DeviceError", "is_out_of_memory"]

_SAYINGS = ("out of memory", "not enough memory", "can't allocate memory", "cannot allocate memory")


class DeviceError(EngineError):
    """A device that lacks memory or can't work as asked."""


def is_out_of_memory(error: BaseException) -> bool:
    """Whether `error` is a lack of memory; CPU, MPS and TorchScript only say so in words."""
    if isinstance(error, (torch.OutOfMemoryError, MemoryError)):
        return True
    said = str(error).casefold()
    return isinstance(error, (RuntimeError, torch.jit.Error)) and any(
        saying in said for saying in _SAYINGS
    )
