"""What a person may choose about a render, checked before any time is spent, and what follows from it."""

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from songsmith.engine.engine import EngineError
from songsmith.engine.units import seconds_of_frames
from songsmith.engine.weights.catalogue import Variant, Version

if TYPE_CHECKING:
    from songsmith.engine.diffrhythm.model.sampler import SamplerOptions

__all__ = ["BASE_FRAMES", "BASE_MAX_S", "Options", "StyleAudio", "parse_options"]

BASE_FRAMES = 2_048
BASE_MAX_S = seconds_of_frames(BASE_FRAMES)  # 95.1 s


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

    preset: Literal["exact", "fast", "draft"] = "exact"
    steps: int | None = Field(default=None, ge=2, le=1000)
    guidance: float | None = Field(default=None, ge=0, le=100)
    sway: float | None = Field(default=None, ge=-1, le=1)
    dtype: Literal["auto", "float32", "float16", "bfloat16"] = "auto"
    device: str = Field(default="auto", pattern=r"^(auto|cpu|mps|cuda(:\d+)?)$")
    style_audio: Annotated[list[StyleAudio], BeforeValidator(_as_list)] = Field(
        default_factory=list
    )
    text_weight: float | None = Field(default=None, ge=0, le=100)
    negative: str = ""
    variant: Literal["auto", "base", "full"] = "auto"
    version: Version = "1.2"
    instrumental: bool = False
    keep_latents: bool = True
    takes_at_once: int = Field(default=1, ge=1, le=64)
    chunk_frames: int = Field(default=256, ge=16, le=8192)
    chunks_at_once: int | None = Field(default=None, ge=1, le=64)

    def variant_for(self, duration_s: float) -> Variant:
        """The asked variant, or the one for this length; refuses what the asked one can't hold."""
        if self.variant == "auto":
            return "base" if duration_s <= BASE_MAX_S else "full"
        if self.variant == "base" and duration_s > BASE_MAX_S:
            raise EngineError(
                f"the base model can't sing {duration_s:g} s",
                hint=f"ask for up to {BASE_MAX_S:.1f} s, or for variant full",
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


def parse_options(given: Mapping[str, object]) -> Options:
    """Options from a request; an unknown or impossible one is an `EngineError` naming those there are."""
    try:
        return Options.model_validate(dict(given))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        name = str(first["loc"][0]) if first["loc"] else ""
        if first["type"] == "extra_forbidden" and len(first["loc"]) == 1:
            raise EngineError(
                f"the diffrhythm engine has no option {name!r}",
                hint=f"it has {', '.join(Options.model_fields)}",
            ) from error
        raise EngineError(
            f"option {name} can't be {first['input']!r}", hint=_plain(first["msg"])
        ) from error


def _plain(message: str) -> str:
    return message[:1].lower() + message[1:]
