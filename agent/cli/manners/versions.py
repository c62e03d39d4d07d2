"""`songsmith --version`: its own version first, then of all that its songs may depend on."""

import platform
from importlib.metadata import PackageNotFoundError, version

from songsmith import __version__

__all__ = ["versions_text"]

_PACKAGES = (
    "espeakng-loader",
    "phonemizer",
    "numpy",
    "scipy",
    "pyworld-prebuilt",
    "pedalboard",
    "soxr",
    "openai",
    "torch",
    "transformers",
    "diffusers",
    "onnxruntime",
    "faster-whisper",
)


def versions_text() -> str:
    """One line each; nothing is imported to find out."""
    rows = [("python", f"{platform.python_version()} on {platform.platform()}")]
    rows += [(name, _version(name)) for name in _PACKAGES]
    width = max(len(name) for name, _ in rows)
    return "\n".join(
        [f"songsmith {__version__}", *(f"  {name:{width}}  {told}" for name, told in rows)]
    )


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"
