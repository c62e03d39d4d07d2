"""What some engines can do beside singing; callers ask with `isinstance`."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from songsmith.engine.engine import Audio, RenderRequest, RequestOutline, Take
from songsmith.engine.times import SungTimes

__all__ = ["HasVoices", "JudgesStyle", "PlacesLyrics", "VoiceInfo", "WarmsUp"]


@runtime_checkable
class JudgesStyle(Protocol):
    """An engine that can tell how close a sound is to a style text."""

    def style_similarity(self, audio: Audio, style: str) -> float | None:
        """-1 to 1 for a sound (2, samples); None where its weights are not here or the sound can't be judged."""
        ...


@runtime_checkable
class PlacesLyrics(Protocol):
    """An engine that places the lines itself and can tell afterwards where it did."""

    def sung_times(self, take: Take, request: RenderRequest) -> SungTimes | None:
        """When `take`, which `request` led to, sings its lines; None where this engine can't tell."""
        ...


@dataclass(frozen=True)
class VoiceInfo:
    """A voice as listed: `register` is "low" or "high", "" where that is seen when the voice is loaded."""

    name: str
    language: str
    register: str
    description: str
    is_installed: bool = True
    is_natural: bool = True


@runtime_checkable
class HasVoices(Protocol):
    """An engine whose singer can be chosen by name."""

    def voices(self, language: str = "") -> Sequence[VoiceInfo]:
        """All voices, or those that sing `language`."""
        ...


@runtime_checkable
class WarmsUp(Protocol):
    """An engine that can get ready while words are being written."""

    def warm_up(self, outline: RequestOutline) -> None:
        """Load what songs like this need. Raises nothing: what is missing, `render` will say."""
        ...
