"""A job: what one row of a batch asks for. It comes from outside and is data alone: it names no endpoint, no code,
and no file outside the folder that the batch's files are in."""

import hashlib
import json
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pathvalidate import is_valid_filename
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

from songsmith.agent.export.formats import parse_formats
from songsmith.agent.song.names import folder_name
from songsmith.agent.studio.engine_options import option_words
from songsmith.agent.studio.spans import parse_duration
from songsmith.agent.writers.brief import Brief
from songsmith.errors import SongsmithError

__all__ = ["BatchError", "Job", "digest_of", "faults_in", "job_schema", "name_of", "seed_of"]

_MOST_IN_ID = 80
_DIGEST_LETTERS = 16
_IN_BRIEF = {"length_s": "duration_s"}
"""Fields of a job that a brief has under another name."""


class BatchError(SongsmithError):
    """A batch that can't begin or go on."""


def _seconds(value: object) -> object:
    try:
        return parse_duration(value) if isinstance(value, str) else value
    except SongsmithError as error:
        raise ValueError(str(error)) from error


def _listed(value: object) -> object:
    """Several values from one text with commas, as a cell of a table holds them."""
    if isinstance(value, str):
        return [part.strip() for part in value.split(",") if part.strip()]
    return value


def _options(value: object) -> object:
    """Options from "bpm=92; stems=yes", as a cell of a table holds them."""
    if not isinstance(value, str):
        return value
    try:
        return option_words([part for part in value.split(";") if part.strip()])
    except SongsmithError as error:
        raise ValueError(str(error)) from error


class Job(BaseModel):
    """One song to be made: from a prompt, or from lyrics that are there. What is left out is as in the settings."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(
        default="",
        description="name of the song's folder: letters, digits, - and _; made from the row where it is left out",
    )
    prompt: str = Field(default="", description="what the song is about")
    lyrics: str = Field(default="", description="the words to sing, in any form that can be read")
    lyrics_file: str = Field(
        default="", description="a file with the words, below the batch's files"
    )
    title: str = Field(default="", description="title of the song")
    language: str = Field(default="", description="language of the lyrics: en, zh, …")
    style: str = Field(default="", description='e.g. "jazzy nightclub, 92 bpm"')
    style_audio: Annotated[tuple[str, ...], BeforeValidator(_listed)] = Field(
        default=(), description="recordings whose style is taken, below the batch's files"
    )
    length_s: Annotated[float | None, BeforeValidator(_seconds)] = Field(
        default=None, description="length in seconds, or 1:35"
    )
    engine: str = Field(default="", description="who sings, e.g. sketch")
    voice: str = Field(default="", description="a voice of the sketch engine")
    options: Annotated[dict[str, str | int | float | bool], BeforeValidator(_options)] = Field(
        default={}, description="the engine's own options; in a table as bpm=92; stems=yes"
    )
    seed: int | None = Field(
        default=None, ge=0, lt=2**63 - 64, description="the same one gives the same song"
    )
    takes: int | None = Field(default=None, ge=1, le=64, description="how many takes")
    formats: Annotated[tuple[str, ...], BeforeValidator(_listed)] = Field(
        default=(), description="files to export: mp3, srt, midi, stems, …"
    )
    writer: Literal["", "auto", "llm", "offline"] = Field(default="", description="who writes")
    until_sung: float | None = Field(
        default=None, gt=0, le=1, description="words to be heard in every line, e.g. 0.85"
    )
    max_rounds: int | None = Field(default=None, ge=1, le=20, description="rounds of singing again")

    @field_validator("id")
    @classmethod
    def _is_a_folder(cls, name: str) -> str:
        is_plain = name.replace("-", "").replace("_", "").isalnum() and name[0].isalnum()
        if name and not (
            is_plain and len(name) <= _MOST_IN_ID and is_valid_filename(name, platform="universal")
        ):
            raise ValueError(f"an id has up to {_MOST_IN_ID} letters, digits, - and _")
        return name

    @field_validator("prompt", "language", "style", "title", "length_s")
    @classmethod
    def _can_be_in_a_brief(cls, value: object, info: ValidationInfo) -> object:
        name = _IN_BRIEF.get(str(info.field_name), str(info.field_name))
        try:
            Brief.model_validate({"prompt": "", name: value})
        except SongsmithError as error:
            raise ValueError(str(error)) from error
        return value

    @field_validator("formats")
    @classmethod
    def _can_be_exported(cls, formats: tuple[str, ...]) -> tuple[str, ...]:
        try:
            parse_formats(formats)
        except SongsmithError as error:
            raise ValueError(str(error)) from error
        return formats

    @model_validator(mode="after")
    def _asks_for_a_song(self) -> "Job":
        if self.lyrics.strip() and self.lyrics_file:
            raise ValueError("has both lyrics and lyrics_file; keep one")
        is_empty = not (self.prompt.strip() or self.lyrics.strip() or self.lyrics_file)
        if is_empty and not self.options.get("instrumental"):
            raise ValueError("has neither prompt nor lyrics; say what the song is about")
        return self


def job_schema() -> str:
    """The JSON schema of a job."""
    return json.dumps(Job.model_json_schema(), ensure_ascii=False, indent=1)


def faults_in(error: ValidationError) -> list[tuple[str, str]]:
    """(field, what is wrong) for everything that a row got wrong; the field is "" where it is the row as a whole."""
    faults = []
    for fault in error.errors(include_url=False):
        field = str(fault["loc"][0]) if fault["loc"] else ""
        faults.append((field, _said(fault["type"], fault["msg"], field)))
    return faults


def _said(kind: str, message: str, field: str) -> str:
    if kind == "extra_forbidden":
        return f"there is no such field; a job has {', '.join(Job.model_fields)}"
    if kind == "json_invalid":
        return f"not JSON ({message.removeprefix('Invalid JSON: ')}); write one object a line"
    if kind == "model_type":
        return "is no object; write {…} with the fields of `songsmith batch --schema`"
    text = message.removeprefix("Value error, ")
    return text if kind == "value_error" else text[:1].lower() + text[1:]


def digest_of(job: Job) -> str:
    """What a job asks for as a short text: the same for the same row, whatever its id."""
    said: Mapping[str, Any] = job.model_dump(mode="json", exclude={"id"}, exclude_defaults=True)
    text = json.dumps(said, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:_DIGEST_LETTERS]


def name_of(job: Job) -> str:
    """The id of a job that was given none: what it is about, and a digest of the row."""
    about = folder_name(job.title or job.prompt or job.lyrics.strip().partition("\n")[0] or "song")
    return f"{about[:40].strip('-')}-{digest_of(job)[:8]}"


def seed_of(name: str) -> int:
    """A seed for the job of this id that is given none: made anew, it is the same song."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "big") >> 1
