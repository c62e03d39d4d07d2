"""Which device and number type a render uses, and whether this machine has them."""

from typing import TYPE_CHECKING

from songsmith.engine.accelerator import find_accelerator

if TYPE_CHECKING:
    import torch

__all__ = ["choose_device", "choose_dtype"]


def choose_device(wanted: str) -> str:
    """ "auto" is the accelerator if there is one; a device that is not here is a `DeviceError`."""
    import torch

    from songsmith.engine.device_limits import DeviceError

    if wanted == "auto":
        return find_accelerator(may_import_torch=True) or "cpu"
    hint = "use --device cpu, or a build of torch for this machine's GPU"
    if wanted.startswith("cuda"):
        index = int(wanted.partition(":")[2] or 0)
        if index >= torch.cuda.device_count():
            raise DeviceError(f"torch can't find {wanted} here", hint=hint)
    if wanted == "mps" and not torch.backends.mps.is_available():
        raise DeviceError("torch can't find mps here", hint=hint)
    return wanted


def choose_dtype(wanted: str, device: str) -> "torch.dtype":
    """ "auto" is float16, as published, on accelerators, and float32 on the CPU, which is slow at halves."""
    import torch

    from songsmith.engine.device_limits import DeviceError

    if wanted == "auto":
        return torch.float32 if device == "cpu" else torch.float16
    dtype: torch.dtype = getattr(torch, wanted)
    try:
        one = torch.ones(2, 2, dtype=dtype, device=device)
        torch.mm(one, one)
    except (RuntimeError, TypeError) as error:
        raise DeviceError(
            f"{device} can't calculate in {wanted}", hint="use --dtype float32"
        ) from error
    return dtype
