"""What some engines can do beside singing; callers ask with `isinstance`."""

from typing import Protocol, runtime_checkable

from songsmith.engine.engine import Audio, RenderRequest, Take
from songsmith.engine.times import SungTimes

__all__ = ["JudgesStyle", "PlacesLyrics"]


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
