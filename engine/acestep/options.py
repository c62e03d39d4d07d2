"""What a person may choose about a render with ACE-Step, checked before any time is spent."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator

from songsmith.engine.acestep.parts import Model
from songsmith.engine.style_facts import read_key

__all__ = ["Options"]


def _one_of(value: object) -> object:
    """A list of one, as a flag that may be repeated gives it, for what it holds."""
    if isinstance(value, (list, tuple)) and len(value) == 1:
        return value[0]
    return value


class Options(BaseModel):
    """All options of the engine; None and "" leave it to the style text or to what fits."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    model: Literal["auto", "2b", "xl"] = Field(
        default="auto", description="which size; auto is the largest that is here and fits"
    )
    steps: int = Field(default=8, ge=1, le=100, description="steps of sampling; made for 8")
    shift: float = Field(
        default=3.0, ge=1, le=10, description="spends more of the steps on the outline of the song"
    )
    bpm: int | None = Field(
        default=None, ge=30, le=300, description="beats a minute; from the style if not given"
    )
    key: str = Field(default="", description='e.g. "F minor"; from the style if not given')
    time: Literal["", "2/4", "3/4", "4/4", "6/8"] = Field(
        default="", description="metre; from the style if not given"
    )
    style_audio: Annotated[Path | None, BeforeValidator(_one_of)] = Field(
        default=None, description="a sound file whose timbre is to be followed"
    )
    cover: Annotated[Path | None, BeforeValidator(_one_of)] = Field(
        default=None, description="a sound file to sing anew, its melody kept, in the style given"
    )
    lora: str = Field(
        default="", description="a LoRA to sing with, PATH or PATH:WEIGHT (safetensors)"
    )
    cover_strength: float = Field(
        default=1.0, ge=0, le=1, description="how closely a cover follows its original"
    )
    hold: float = Field(
        default=0.5,
        ge=0,
        le=1,
        description="in a fix: share of the steps that are held to what surrounds the new part",
    )
    instrumental: bool = Field(default=False, description="no words, only music")
    dtype: Literal["auto", "float32", "bfloat16", "float16"] = Field(
        default="auto",
        description="number type; auto is bfloat16 on a GPU, float32 on a CPU with enough memory",
    )
    device: str = Field(
        default="auto",
        pattern=r"^(auto|cpu|mps|cuda(:\d+)?)$",
        description="auto, cpu, cuda, cuda:1 or mps",
    )
    offload: Literal["auto", "none", "stages"] = Field(
        default="auto",
        description="stages keeps on a GPU only what works just then; auto where it does not fit whole",
    )

    @field_validator("lora")
    @classmethod
    def _whole_path(cls, value: str) -> str:
        """A manifest means the same file wherever the take is made again."""
        try:
            return str(Path(value).expanduser().absolute()) if value else ""
        except RuntimeError as error:
            raise ValueError("there is no home folder of that name") from error

    @field_validator("key")
    @classmethod
    def _is_key(cls, value: str) -> str:
        if value and not read_key(value):
            raise ValueError('give a major or minor key, e.g. "F minor"')
        return read_key(value)

    def models(self) -> tuple[Model, ...]:
        """The sizes that will do, the best first."""
        return ("xl", "2b") if self.model == "auto" else (self.model,)
