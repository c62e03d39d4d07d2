"""What a person may choose about a render, checked before any time is spent, and what follows from it."""

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from songsmith.engine.diffrhythm.parts import Version
from songsmith.engine.engine import EngineError
from songsmith.lyrics.frames import Variant, longest_s, variant_for

if TYPE_CHECKING:
    from songsmith.engine.diffrhythm.model.sampler import SamplerOptions

__all__ = ["Options", "StyleAudio"]


class StyleAudio(BaseModel):
    """A sound file whose style is to be followed, and its share in a blend."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    path: Path
    weight: float = Field(default=1.0, gt=0, le=100)
    window: Literal["middle", "best"] = "middle"


def _as_list(value: object) -> object:
    """One path for a list of one, "song.wav*0.5" for a path with a weight."""
    if isinstance(value, (str, Path, Mapping)):
        value = [value]
    if not isinstance(value, (list, tuple)):
        return value
    return [_as_style_audio(item) for item in value]


def _as_style_audio(item: object) -> object:
    if isinstance(item, Path):
        return {"path": item}
    if not isinstance(item, str):
        return item
    weighted = re.fullmatch(r"(.+)\*(\d*\.?\d+)", item)
    return {"path": weighted[1], "weight": weighted[2]} if weighted else {"path": item}


class Options(BaseModel):
    """All options of the engine; None leaves it to the preset or to what fits."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    preset: Literal["exact", "fast", "draft"] = Field(
        default="exact",
        description="exact is the official sampling; fast and draft are approximations",
    )
    steps: int | None = Field(
        default=None,
        ge=2,
        le=1000,
        description="points of the schedule; from the preset if not given",
    )
    guidance: float | None = Field(
        default=None, ge=0, le=100, description="how closely style and words are followed"
    )
    sway: float | None = Field(
        default=None,
        ge=-1,
        le=1,
        description="shifts steps to the start (-1) or the end of the schedule",
    )
    dtype: Literal["auto", "float32", "float16", "bfloat16"] = Field(
        default="auto", description="number type; auto is float16 on a GPU, float32 on the CPU"
    )
    device: str = Field(
        default="auto",
        pattern=r"^(auto|cpu|mps|cuda(:\d+)?)$",
        description="auto, cpu, cuda, cuda:1 or mps",
    )
    style_audio: Annotated[list[StyleAudio], BeforeValidator(_as_list)] = Field(
        default_factory=list,
        description="sound files to take the style from; song.wav*0.5 gives one less weight",
    )
    text_weight: float | None = Field(
        default=None, ge=0, le=100, description="weight of the style text beside style_audio"
    )
    negative: str = Field(default="", description="style to keep away from")
    variant: Literal["auto", "base", "full"] = Field(
        default="auto", description="which model; auto goes by the length of the song"
    )
    version: Version = Field(default="1.2", description="release of the model")
    instrumental: bool = Field(default=False, description="no words, only music")
    keep_latents: bool = Field(
        default=True, description="keep the model's own form of the take beside it"
    )
    takes_at_once: int = Field(
        default=1,
        ge=1,
        le=64,
        description="takes sung together: faster, but not bit for bit the same",
    )
    chunk_frames: int = Field(
        default=256,
        ge=16,
        le=8192,
        description="frames turned into sound at a time: less memory or more speed",
    )
    chunks_at_once: int | None = Field(
        default=None, ge=1, le=64, description="such chunks at once; what fits if not given"
    )

    def variant_for(self, duration_s: float) -> Variant:
        """The asked variant, or the one for this length; refuses what the asked one can't hold."""
        if self.variant == "auto":
            return variant_for(duration_s)
        if self.variant == "base" and duration_s > longest_s("base"):
            raise EngineError(
                f"the base model can't sing {duration_s:g} s",
                hint=f"ask for up to {longest_s('base'):g} s, or for variant full",
            )
        return self.variant

    @property
    def style_text_weight(self) -> float:
        """Share of the style text: alone all of it, beside reference audio none unless asked for."""
        if self.text_weight is None:
            return 0.0 if self.style_audio else 1.0
        return self.text_weight

    def sampler(self) -> "SamplerOptions":
        """The preset with what was chosen beside it."""
        from songsmith.engine.diffrhythm.model.sampler import PRESETS

        chosen = {"steps": self.steps, "guidance_scale": self.guidance, "sway": self.sway}
        given = {name: value for name, value in chosen.items() if value is not None}
        return replace(PRESETS[self.preset], **given)  # type: ignore[arg-type]
