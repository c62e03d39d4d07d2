"""What a file really is, from a few of its bytes: downloads fail in ways that leave a file behind."""

import json
import struct
from pathlib import Path

__all__ = ["fault_of"]

_DAMAGE = (struct.error, ValueError, LookupError, TypeError, AttributeError, ArithmeticError, OSError, MemoryError,
           RecursionError)  # fmt: skip
_LFS_POINTER = b"version https://git-lfs"
_ZIP_END_RECORD = b"PK\x05\x06"
_ZIP_TAIL_BYTES = 66_000  # the end record and the longest comment that may follow it


def fault_of(path: Path, *, suffix: str = "") -> str:
    """What keeps `path` from being the kind of file that its ending (or `suffix`) claims, "" if nothing is seen.

    Reads little: a file that passes may still be damaged inside, which its hash tells.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(512)
        file.seek(max(0, size - _ZIP_TAIL_BYTES))
        tail = file.read()
    general = _general_fault(head, size)
    if general:
        return general
    suffix = suffix or path.suffix
    if suffix in (".pt", ".bin"):
        return _pickle_fault(head, tail)
    if suffix == ".safetensors":
        return _safetensors_fault(path, size)
    if suffix == ".npy":
        return "" if head.startswith(b"\x93NUMPY") else "is not a NumPy array"
    if suffix == ".json":
        return _json_fault(path)
    return ""


def _general_fault(head: bytes, size: int) -> str:
    if size == 0:
        return "is empty"
    if head.startswith(_LFS_POINTER):
        return "is a Git LFS pointer, not the weights themselves"
    start = head.lstrip().lower()
    if start.startswith((b"<!doctype", b"<html", b"<?xml")):
        return "is a web page, not the weights"
    return ""


def _pickle_fault(head: bytes, tail: bytes) -> str:
    if not head.startswith(b"PK\x03\x04"):
        return "is not a PyTorch file"
    if _ZIP_END_RECORD not in tail:
        return "is truncated: its end is missing"
    return ""


def _safetensors_fault(path: Path, size: int) -> str:
    try:
        with path.open("rb") as file:
            header_bytes = struct.unpack("<Q", file.read(8))[0]
            if header_bytes > size:
                return "is truncated, or not a safetensors file"
            header = json.loads(file.read(header_bytes))
        ends = [entry["data_offsets"][1] for key, entry in header.items() if key != "__metadata__"]
        wanted = 8 + header_bytes + int(max(ends, default=0))
    except _DAMAGE:
        return "is not a safetensors file"
    if size < wanted:
        return f"is truncated: {size:,} of {wanted:,} bytes"
    return ""


def _json_fault(path: Path) -> str:
    try:
        json.loads(path.read_bytes())
    except (ValueError, RecursionError):
        return "is not JSON"
    return ""
