"""The tensors of a TorchScript file, without running it.

TorchScript is a program: loading it the usual way lets it act with the rights of whoever loads it. Its archive keeps
the tensors apart from the code, though: `data.pkl` says which attribute of which module is which tensor, `data/N`
holds their values. Only these are read here, the first by an unpickler that knows tables, lists and tensors alone.
"""

import math
import pickle
import warnings
import zipfile
from collections import OrderedDict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

__all__ = ["is_torchscript", "read_torchscript"]

_LARGEST_TABLE_BYTES = 16_000_000
_DEEPEST = 64
_DTYPES = {
    "DoubleStorage": torch.float64,
    "FloatStorage": torch.float32,
    "HalfStorage": torch.float16,
    "BFloat16Storage": torch.bfloat16,
    "LongStorage": torch.int64,
    "IntStorage": torch.int32,
    "ShortStorage": torch.int16,
    "CharStorage": torch.int8,
    "ByteStorage": torch.uint8,
    "BoolStorage": torch.bool,
}


def is_torchscript(archive: zipfile.ZipFile) -> bool:
    """Whether this archive is a TorchScript file and not a plain checkpoint."""
    return any(name.endswith("/constants.pkl") for name in archive.namelist())


def read_torchscript(path: Path) -> dict[str, Tensor]:
    """Every tensor of the module in `path` under its dotted name ("decoder.layers.0.weight"), on the CPU.

    Raises one of the many errors of damaged pickles and archives; `checkpoint` knows them.
    """
    with zipfile.ZipFile(path) as archive:
        (table,) = (
            name
            for name in archive.namelist()
            if name.count("/") == 1 and name.endswith("/data.pkl")
        )
        if archive.getinfo(table).file_size > _LARGEST_TABLE_BYTES:
            raise ValueError(f"{table} is larger than any table of tensors")
        root = table.removesuffix("data.pkl")
        with archive.open(table) as file:
            module = _Reader(file, lambda key: archive.read(f"{root}data/{key}")).load()
    return dict(_tensors(module, "", _DEEPEST))


class _Module:
    """Stands for any module of the file: what was saved of it, and none of its code."""

    def __init__(self) -> None:
        self.attributes: dict[str, object] = {}

    def __setstate__(self, state: object) -> None:
        if not isinstance(state, dict):
            raise pickle.UnpicklingError("a module is more than a table of its attributes")
        self.attributes = state


class _Reader(pickle.Unpickler):
    """Reads `data.pkl`; `load_storage` gives the bytes of a storage by its key."""

    def __init__(self, file: Any, load_storage: Callable[[str], bytes]) -> None:
        super().__init__(file)
        self._load_storage = load_storage
        self._storages: dict[str, Tensor] = {}

    def find_class(self, module: str, name: str) -> Any:
        if module.split(".")[0] == "__torch__":
            return _Module
        if module == "torch" and name in _DTYPES:
            return _DTYPES[name]
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return _rebuild
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        if module == "torch.jit._pickle":
            return _first
        raise pickle.UnpicklingError(f"{module}.{name} is neither a tensor nor a module")

    def persistent_load(self, pid: Any) -> Tensor:
        _, dtype, key, _, length = pid
        if key not in self._storages:
            data = self._load_storage(key)
            with warnings.catch_warnings():
                warnings.simplefilter(
                    "ignore", UserWarning
                )  # the bytes can't be written; nobody does
                values = (
                    torch.frombuffer(data, dtype=dtype) if data else torch.empty(0, dtype=dtype)
                )
            if len(values) != length:
                raise ValueError(f"storage {key} holds {len(values)} values instead of {length}")
            self._storages[key] = values
        return self._storages[key]


def _rebuild(
    storage: Tensor, offset: int, size: tuple[int, ...], stride: tuple[int, ...], *_: object
) -> Tensor:
    if math.prod(size) > len(storage):
        raise ValueError(f"a tensor of {math.prod(size)} values in a storage of {len(storage)}")
    return torch.as_strided(storage, size, stride, offset)


def _first(value: object, *_: object) -> object:
    """In place of `build_intlist`, `restore_type_tag` and their like, which say of what type a list is."""
    return value


def _tensors(value: object, name: str, depth: int) -> Iterator[tuple[str, Tensor]]:
    if isinstance(value, Tensor):
        yield name, value
    elif isinstance(value, _Module):
        if depth == 0:
            raise ValueError(f"modules are nested too deeply at {name[:60]}")
        for key, inner in value.attributes.items():
            yield from _tensors(inner, f"{name}.{key}" if name else str(key), depth - 1)
