"""Piper voices as they are published: too many for a table, but their names say where they are."""

import re

from songsmith.engine.published import Part, WeightFile

__all__ = ["VOICE_PREFIX", "voice_part"]

VOICE_PREFIX = "voice-"
_VOICE_NAME = re.compile(r"(([a-z]{2,3})_[A-Z]{2,3})-([a-z0-9_]+)-(x_low|low|medium|high)")
_VOICE_BYTES = {"x_low": 28_000_000, "low": 63_000_000, "medium": 63_000_000, "high": 114_000_000}


def voice_part(name: str) -> Part | None:
    """The Piper voice that `name` ("voice-en_US-joe-medium") says, None if it says none. Whether there is
    such a voice the hub knows."""
    voice = name.removeprefix(VOICE_PREFIX)
    found = _VOICE_NAME.fullmatch(voice) if name.startswith(VOICE_PREFIX) else None
    if found is None:
        return None
    locale, language, speaker, quality = found.groups()
    folder = f"{language}/{locale}/{speaker}/{quality}"
    files = {
        f"{voice}.onnx": _VOICE_BYTES[quality],
        f"{voice}.onnx.json": 5_000,
        "MODEL_CARD": 1_000,
    }
    return Part(
        name=name,
        title=f"Piper voice {voice} of the sketch engine",
        licence="in its MODEL_CARD",
        files=tuple(
            WeightFile(file, "rhasspy/piper-voices", f"{folder}/{file}", size)
            for file, size in files.items()
        ),
    )
