"""Tensors on disk: the published pickles, converted once to safetensors, and reading those with one copy in memory.

A pickle can run code, so that it is only ever read with `weights_only=True`, and TorchScript by `torchscript`;
safetensors can't, and loads by mmap.
"""

import contextlib
import pickle
import re
import struct
import warnings
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from songsmith.engine.weights.hub import WeightsError

if TYPE_CHECKING:
    import torch

__all__ = ["CONVERTING_MODULES", "TensorFile", "convert_pickle"]

_DAMAGE = (
    pickle.UnpicklingError,
    RuntimeError,  # a nesting too deep among them
    EOFError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    ArithmeticError,
    MemoryError,
    struct.error,
    zipfile.BadZipFile,
    AssertionError,
)
"""What readers raise for files that are damaged in one of a thousand ways."""

CONVERTING_MODULES = ("torch", "safetensors")
"""What reading and converting a published pickle takes."""


class TensorFile(Mapping[str, "torch.Tensor"]):
    """The tensors of a safetensors file, read one by one, in `dtype` (None = as stored) on `device`.

    Each read opens the file anew and lets go of it, so that pages of tensors already converted don't
    stay in memory: the peak is one copy of the model. Tensors kept as stored on the CPU stay mapped.
    """

    def __init__(
        self, path: Path, *, dtype: "torch.dtype | None" = None, device: str = "cpu"
    ) -> None:
        self.path = path
        self._dtype = dtype
        self._device = device
        self._keys = _keys(path)

    def __getitem__(self, key: str) -> "torch.Tensor":
        from safetensors import SafetensorError, safe_open

        if key not in self._keys:
            raise KeyError(key)
        try:
            with safe_open(self.path, framework="pt") as file:
                tensor: torch.Tensor = file.get_tensor(key)
        except (SafetensorError, OSError) as error:
            raise _unreadable(self.path, error) from error
        is_float = tensor.is_floating_point()
        return tensor.to(device=self._device, dtype=self._dtype if is_float else None)

    def __iter__(self) -> Iterator[str]:
        return iter(self._keys)

    def __len__(self) -> int:
        return len(self._keys)


def _keys(path: Path) -> tuple[str, ...]:
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="numpy") as file:
            return tuple(file.keys())
    except (SafetensorError, OSError) as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: Exception) -> WeightsError:
    return WeightsError(
        f"can't be read as safetensors ({str(error)[:200]})",
        where=str(path),
        hint="`songsmith models verify` tells more",
    )


def convert_pickle(
    source: Path,
    target: Path,
    *,
    check_keys: Callable[[Iterable[str], Path], None] | None = None,
    dtype_name: str = "",
) -> None:
    """Write the tensors of `source` to `target` as safetensors, whole or not at all.

    Takes a plain state dict, one under "model_state_dict" or "state_dict", or TorchScript. With `dtype_name`
    ("float16"), floating tensors are stored in that type. `check_keys` may refuse them before anything is written.
    """
    import torch
    from safetensors import SafetensorError
    from safetensors.torch import save_file

    state = _read_pickle(source)
    if check_keys is not None:
        check_keys(state, source)
    dtype = getattr(torch, dtype_name) if dtype_name else None
    tensors = _apart(
        {
            key: tensor.to(dtype) if dtype and tensor.is_floating_point() else tensor
            for key, tensor in state.items()
        }
    )
    aside = target.with_name(f".{target.name}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        save_file(tensors, aside, metadata={"format": "pt"})
        aside.chmod(source.stat().st_mode & 0o777)  # safetensors lets nobody else read it
        aside.replace(target)
    except (OSError, SafetensorError) as error:
        raise WeightsError(
            f"can't be written ({_reason(error)})",
            where=str(target),
            hint="check the models folder and the space on its disk",
        ) from error
    finally:
        with contextlib.suppress(OSError):
            aside.unlink()


def _reason(error: Exception) -> str:
    """The system's own words; safetensors wraps them in its own."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    inner = re.search(r"I/O error: (.*?)(?: \(os error|$)", str(error))
    return inner[1] if inner else str(error)


def _read_pickle(source: Path) -> dict[str, "torch.Tensor"]:
    import torch

    from songsmith.engine.weights.torchscript import is_torchscript, read_torchscript

    try:
        with zipfile.ZipFile(source) as archive:
            has_code = is_torchscript(archive)
            _refuse_packed(archive, source, has_code=has_code)
        if has_code:
            return read_torchscript(source)
        with warnings.catch_warnings():
            warnings.simplefilter(
                "ignore", UserWarning
            )  # about protocols; what can't be read is an error
            content = torch.load(source, map_location="cpu", weights_only=True, mmap=True)
    except _DAMAGE as error:
        reason = "it holds more than tensors" if isinstance(error, pickle.UnpicklingError) else ""
        raise WeightsError(
            f"can't be read as weights ({reason or 'it is damaged'})",
            where=str(source),
            hint=f"`songsmith models rm {source.parent.name}`, then `songsmith models pull`",
        ) from error
    except OSError as error:
        raise WeightsError(
            f"can't be read ({error.strerror or error})", where=str(source), hint="check the disk"
        ) from error
    for wrapper in ("model_state_dict", "state_dict"):
        if isinstance(content, dict) and isinstance(content.get(wrapper), dict):
            content = content[wrapper]
    if not isinstance(content, dict):
        raise WeightsError("has no table of tensors in it", where=str(source), hint="pull it again")
    tensors = {key: value for key, value in content.items() if isinstance(value, torch.Tensor)}
    if not tensors:
        raise WeightsError("has no tensors in it", where=str(source), hint="pull it again")
    return tensors


def _refuse_packed(archive: zipfile.ZipFile, source: Path, *, has_code: bool) -> None:
    """Raise for a file that would unpack to more than it is: published weights are stored as they are.

    The code of a TorchScript file may be packed; it is not read.
    """
    for entry in archive.infolist():
        is_code = has_code and entry.filename.split("/")[1:2] == ["code"]
        if entry.file_size > entry.compress_size and not is_code:
            raise WeightsError(
                f"holds a packed {entry.filename[:60]!r}, which weights never do",
                where=str(source),
                hint="get the file from where it was published",
            )


def _apart(tensors: dict[str, "torch.Tensor"]) -> dict[str, "torch.Tensor"]:
    """The same tensors, contiguous and each in storage of its own, which is all safetensors takes."""
    seen: set[int] = set()
    apart = {}
    for key, tensor in tensors.items():
        storage = tensor.untyped_storage()
        if tensor.numel() * tensor.element_size() > storage.nbytes():
            raise WeightsError(
                f"holds {key[:60]!r}, which is larger than its values", hint="pull it again"
            )
        is_whole = storage.nbytes() == tensor.numel() * tensor.element_size()
        is_own = is_whole and storage.data_ptr() not in seen
        seen.add(storage.data_ptr())
        apart[key] = tensor.contiguous() if is_own else tensor.clone().contiguous()
    return apart
