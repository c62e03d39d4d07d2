"""What the DiffRhythm engine says of itself."""

from dataclasses import replace

from songsmith.engine.card import EngineCard, Needs
from songsmith.engine.diffrhythm.options import Options
from songsmith.engine.diffrhythm.parts import PARTS, parts_for
from songsmith.engine.extras import Extra, torch_extra
from songsmith.lyrics.limits import FRAMES

__all__ = ["CARD", "extra"]

_MODULES = ("torch", "transformers", "tokenizers", "safetensors")


def extra() -> Extra:
    """The packages that DiffRhythm runs on, with the build of torch for this machine."""
    return torch_extra("diffrhythm", _MODULES)


CARD = EngineCard(
    name="diffrhythm",
    title="the DiffRhythm 1.2 diffusion model; wants a GPU, takes hours without one",
    limits=replace(FRAMES, min_duration_s=10.0),
    options=Options,
    home="songsmith.engine.diffrhythm.engine:DiffRhythmEngine",
    needs=Needs(
        extra=extra,
        parts=tuple(PARTS.values()),
        default_parts=parts_for("base"),
        memory_bytes=6_000_000_000,
    ),
    licence="Apache-2.0; its style encoder CC-BY-NC-4.0, not for commercial use",
)
