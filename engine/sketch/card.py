"""What the sketch engine says of itself."""

from songsmith.engine.card import EngineCard, Needs
from songsmith.engine.sketch.options import SketchOptions
from songsmith.engine.sketch.voices.published import voice_part
from songsmith.lyrics.limits import SingingLimits

__all__ = ["CARD"]

CARD = EngineCard(
    name="sketch",
    title="a guide singer and a band; any CPU, nothing to download",
    limits=SingingLimits(min_duration_s=5.0, max_duration_s=600.0),
    options=SketchOptions,
    home="songsmith.engine.sketch.engine:SketchEngine",
    needs=Needs(part_named=voice_part, memory_bytes=470_000_000),
    licence="Apache-2.0",
)
