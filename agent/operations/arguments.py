"""The arguments of every operation, as they come from outside. None of them is a path."""

from pydantic import BaseModel, ConfigDict, Field

from songsmith.agent.export.formats import FORMATS

__all__ = [
    "Arguments",
    "BranchArguments",
    "CheckArguments",
    "ChooseArguments",
    "DiffArguments",
    "EditArguments",
    "ExportArguments",
    "FixArguments",
    "LineEdit",
    "MendArguments",
    "NoArguments",
    "RenderArguments",
    "RetimeArguments",
    "ReviseArguments",
    "RhymeArguments",
    "StyleArguments",
    "TakeArguments",
    "WriteArguments",
]


class Arguments(BaseModel):
    """What every operation's arguments have in common: unknown ones are an error."""

    model_config = ConfigDict(extra="forbid")


class NoArguments(Arguments):
    """An operation that needs to be told nothing."""


class WriteArguments(Arguments):
    brief: str = Field(description="what the song is about, in the person's own words and wishes")
    title: str = Field("", max_length=120)
    style: str = Field("", description="genre, mood, tempo, instruments", max_length=400)
    language: str = Field("", description="en or zh; empty: as the brief is written", max_length=8)
    length_s: float | None = Field(None, ge=5, le=600)


class ReviseArguments(Arguments):
    where: str = Field(description='lines or section: "5-8", "line 7", "chorus 2"')
    instruction: str = Field(description="what to change there")
    options: int = Field(
        0, ge=0, le=8, description="wordings to offer side by side; 0: rewrite now"
    )


class ChooseArguments(Arguments):
    number: int = Field(ge=1, le=8, description="number of the wording")


class RhymeArguments(Arguments):
    word: str = Field(max_length=80)
    syllables: int | None = Field(None, ge=1, le=8)
    metre: str = Field("", max_length=12, description='"x/" light, stressed; 平仄 in Chinese')


class LineEdit(Arguments):
    line: int = Field(ge=1)
    text: str = Field(max_length=400)


class EditArguments(Arguments):
    lines: list[LineEdit] = Field(description="new words for single lines; stamps stay")


class CheckArguments(Arguments):
    repair: bool = Field(False, description="put the safe faults right")


class RetimeArguments(Arguments):
    bpm: float | None = Field(None, ge=30, le=300, description="the song's tempo if left out")
    length_s: float | None = Field(None, ge=5, le=600)
    keep: str = Field("", description="lines whose stamps stay, e.g. 1-8")


class StyleArguments(Arguments):
    style: str = Field(max_length=400)


class RenderArguments(Arguments):
    takes: int = Field(1, ge=1, le=8)
    seed: int | None = Field(None, ge=0)


class FixArguments(Arguments):
    where: str = Field(
        description='"0:42-0:55", "lines 7-9", "chorus 2" or "changed"; several with ";"'
    )
    takes: int = Field(1, ge=1, le=8)
    seed: int | None = Field(None, ge=0)
    take: str = Field("", description="the take to fix; empty: the picked one")


class TakeArguments(Arguments):
    take: str = Field("", description='e.g. "t002"; empty: the picked one')


class DiffArguments(Arguments):
    before: str = Field("", description='e.g. "v2"; empty: the version before')
    after: str = Field("", description='e.g. "v3"; empty: now')


class BranchArguments(Arguments):
    name: str = Field(description='a name, or a version such as "v3" to go back to', max_length=60)


class ExportArguments(Arguments):
    formats: list[str] = Field(
        default_factory=lambda: ["flac"], description=f"any of {', '.join(FORMATS)}"
    )
    take: str = Field("", description="empty: the picked one")


class MendArguments(Arguments):
    until_sung: float | None = Field(
        None,
        gt=0,
        le=1,
        description="share of words to be heard in a line; empty: until it is clear",
    )
    max_rounds: int = Field(3, ge=1, le=5)
    take: str = Field("", description="empty: the picked one")
