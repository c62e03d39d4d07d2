"""What a person may choose about a render of the sketch engine."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

__all__ = ["SketchOptions"]


def _in_full(voice: str) -> str:
    """A voice that is a file by its path from the root, so that it means the same in every folder."""
    if ".onnx" not in voice.casefold():
        return voice

    from songsmith.engine.sketch.voices.piper_voice import absolute_name

    return absolute_name(voice)


class SketchOptions(BaseModel):
    """`stems`, `midi` and `chords` add to the take."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    voice: Annotated[str, AfterValidator(_in_full)] = Field(
        default="",
        description="who sings, e.g. neural, quick or en-us+low; `--voice list` names all",
    )
    key: str = Field(
        default="", description='key of the song, e.g. "F minor"; from the style if empty'
    )
    bpm: float | None = Field(
        default=None, ge=40, le=220, description="beats a minute; from the style if not given"
    )
    time: Literal["", "3/4", "4/4", "6/8"] = Field(
        default="", description="metre; from the style if empty"
    )
    stems: bool = Field(default=False, description="keep vocal, drums, bass and so on as files")
    midi: bool = Field(default=False, description="keep a MIDI file")
    chords: bool = Field(default=False, description="keep a chord sheet")
    instrumental: bool = Field(default=False, description="no words, only music")
    sing: bool = Field(default=True, description="whether the words are sung at all")
