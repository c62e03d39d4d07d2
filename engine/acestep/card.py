"""What the ACE-Step engine says of itself."""

from songsmith.engine.acestep.languages import SUNG
from songsmith.engine.acestep.options import Options
from songsmith.engine.acestep.parts import PARTS
from songsmith.engine.card import EngineCard, Needs
from songsmith.engine.extras import Extra, torch_extra
from songsmith.lyrics.limits import SingingLimits

__all__ = ["CARD", "extra"]

_MODULES = ("torch", "transformers", "tokenizers", "safetensors", "diffusers", "accelerate")


def extra() -> Extra:
    """The packages that ACE-Step runs on, with the build of torch for this machine."""
    return torch_extra("ace-step", _MODULES)


CARD = EngineCard(
    name="ace-step",
    title="the ACE-Step 1.5 diffusion model; minutes on a CPU, seconds on a GPU",
    limits=SingingLimits(
        languages=SUNG,
        min_duration_s=10.0,
        max_duration_s=600.0,
        takes_stamps=False,
        syllables_per_s=6.0,
        lines_per_min=30.0,
    ),
    options=Options,
    home="songsmith.engine.acestep.engine:AceStepEngine",
    shortest_span_s=0.2,
    needs=Needs(
        extra=extra,
        parts=tuple(PARTS.values()),
        default_parts=(PARTS["2b"],),
        memory_bytes=10_000_000_000,
    ),
    licence="MIT",
)
