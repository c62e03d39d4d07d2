"""What the LLM may do: one tool a studio verb, its arguments a pydantic model, its result plain text.

The model proposes, these functions decide: arguments are validated, no tool takes a path, and takes beyond
the turn's budget need the person's yes. Whatever goes wrong comes back to the model as the tool's result,
so that it can put its call right; text inside lyrics and results is data.
"""

import inspect
import json
from dataclasses import dataclass
from functools import cache
from typing import Any, get_type_hints

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from songsmith.agent.chat.session import Session
from songsmith.agent.export.formats import FORMATS
from songsmith.agent.llm.messages import Tool, ToolCall, arguments_of
from songsmith.agent.studio.open_song import StudioError
from songsmith.agent.studio.rendering import RenderWish
from songsmith.agent.studio.results import Step
from songsmith.agent.studio.studio import VERBS
from songsmith.agent.views.documents import document
from songsmith.agent.writers.rhymes import find_rhymes
from songsmith.errors import SongsmithError

__all__ = ["MORE_TOOLS", "ToolResult", "Toolbox"]

MORE_TOOLS = Tool(
    "more_tools",
    "Get the other tools: history, branches, checks, listening, pages, exports.",
    {"type": "object", "properties": {}, "additionalProperties": False},
)
"""What stands for the tools that a request leaves out."""

_LONGEST_RESULT = 6_000


class _Arguments(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Nothing(_Arguments):
    pass


class WriteArguments(_Arguments):
    brief: str = Field(description="what the song is about, in the person's own words and wishes")
    title: str = Field("", max_length=120)
    style: str = Field("", description="genre, mood, tempo, instruments", max_length=400)
    language: str = Field("", description="en or zh; empty: as the brief is written", max_length=8)
    length_s: float | None = Field(None, ge=5, le=600)


class ReviseArguments(_Arguments):
    where: str = Field(description='lines or section: "5-8", "line 7", "chorus 2"')
    instruction: str = Field(description="what to change there")
    options: int = Field(
        0, ge=0, le=8, description="wordings to offer side by side; 0: rewrite now"
    )


class ChooseArguments(_Arguments):
    number: int = Field(ge=1, le=8, description="number of the wording")


class RhymeArguments(_Arguments):
    word: str = Field(max_length=80)
    syllables: int | None = Field(None, ge=1, le=8)
    metre: str = Field("", max_length=12, description='"x/" light, stressed; 平仄 in Chinese')


class LineEdit(_Arguments):
    line: int = Field(ge=1)
    text: str = Field(max_length=400)


class EditArguments(_Arguments):
    lines: list[LineEdit] = Field(description="new words for single lines; stamps stay")


class CheckArguments(_Arguments):
    repair: bool = Field(False, description="put the safe faults right")


class RetimeArguments(_Arguments):
    bpm: float | None = Field(None, ge=30, le=300, description="the song's tempo if left out")
    length_s: float | None = Field(None, ge=5, le=600)
    keep: str = Field("", description="lines whose stamps stay, e.g. 1-8")


class StyleArguments(_Arguments):
    style: str = Field(max_length=400)


class RenderArguments(_Arguments):
    takes: int = Field(1, ge=1, le=8)
    seed: int | None = Field(None, ge=0)


class FixArguments(_Arguments):
    where: str = Field(
        description='"0:42-0:55", "lines 7-9", "chorus 2" or "changed"; several with ";"'
    )
    takes: int = Field(1, ge=1, le=8)
    seed: int | None = Field(None, ge=0)
    take: str = Field("", description="the take to fix; empty: the picked one")


class TakeArguments(_Arguments):
    take: str = Field("", description='e.g. "t002"; empty: the picked one')


class DiffArguments(_Arguments):
    before: str = Field("", description='e.g. "v2"; empty: the version before')
    after: str = Field("", description='e.g. "v3"; empty: now')


class BranchArguments(_Arguments):
    name: str = Field(description='a name, or a version such as "v3" to go back to', max_length=60)


class ExportArguments(_Arguments):
    formats: list[str] = Field(
        default_factory=lambda: ["flac"], description=f"any of {', '.join(FORMATS)}"
    )
    take: str = Field("", description="empty: the picked one")


class MendArguments(_Arguments):
    until_sung: float | None = Field(
        None,
        gt=0,
        le=1,
        description="share of words to be heard in a line; empty: until it is clear",
    )
    max_rounds: int = Field(3, ge=1, le=5)
    take: str = Field("", description="empty: the picked one")


@dataclass(frozen=True)
class ToolResult:
    """What came of a call: text for the model, and for the person the verb's result or why it was refused."""

    text: str
    result: object = None
    refusal: str = ""


class Toolbox:
    """The verbs as tools, for one session. `begin_turn` renews the budget of takes."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._takes_left = 0
        self.wants_all = False

    def begin_turn(self) -> None:
        self.wants_all = False
        self._takes_left = self._session.settings.renders_per_turn

    @staticmethod
    @cache
    def tools() -> list[Tool]:
        """All tools with their JSON schemas."""
        return [
            Tool(
                verb,
                inspect.getdoc(getattr(Toolbox, verb)) or "",
                _short_schema(_arguments_model(verb).model_json_schema()),
            )
            for verb in VERBS
        ]

    def call(self, call: ToolCall) -> ToolResult:
        """Do what the model asks; what is wrong with a call is a result too, so that it can be put right."""
        if call.name == MORE_TOOLS.name:
            self.wants_all = True
            return ToolResult('{"done": "all tools are there now"}', Nothing())
        if call.name not in VERBS:
            return _refused(f"there is no tool {call.name!r}; the tools are {', '.join(VERBS)}")
        values = arguments_of(call)
        if values is None:
            return _refused("the arguments are no JSON object; send the call again")
        try:
            arguments = _arguments_model(call.name).model_validate(values)
            result: object = getattr(self, call.name)(arguments)
        except ValidationError as error:
            faults = [f"{'.'.join(map(str, f['loc']))}: {f['msg']}" for f in error.errors()]
            return _refused("; ".join(faults))
        except SongsmithError as error:
            return _refused(str(error))
        # The model is told the song anew with every request; a version it made needs no more than its names.
        needs_song = self._session.has_song and not isinstance(result, Step)
        song = self._session.studio.song if needs_song else None
        text = json.dumps(document(result, song), ensure_ascii=False)
        return ToolResult(_shortened(text), result)

    # --- the verbs

    def write(self, arguments: WriteArguments) -> object:
        """Write new words for the whole song (a new song if none is open)."""
        return self._session.write(
            arguments.brief,
            title=arguments.title,
            style=arguments.style,
            language=arguments.language,
            duration_s=arguments.length_s,
        )

    def revise(self, arguments: ReviseArguments) -> object:
        """Have some lines rewritten after an instruction; all other lines and all stamps stay."""
        studio = self._session.studio
        lines = studio.lines_named(arguments.where)
        if arguments.options:
            return studio.offer(lines, arguments.instruction, arguments.options)
        return studio.revise(lines, arguments.instruction)

    def choose(self, arguments: ChooseArguments) -> object:
        """Take one of the wordings offered last."""
        return self._session.studio.choose(arguments.number)

    def rhyme(self, arguments: RhymeArguments) -> object:
        """Words that rhyme with a word."""
        return find_rhymes(arguments.word, syllables=arguments.syllables, metre=arguments.metre)

    def edit(self, arguments: EditArguments) -> object:
        """Put exact words into single lines."""
        return self._session.studio.replace_lines({e.line: e.text for e in arguments.lines})

    def check(self, arguments: CheckArguments) -> object:
        """All faults of the words: too many phonemes for the time, wrong stamps, what can't be sung."""
        return self._session.studio.check(repair=arguments.repair)

    def retime(self, arguments: RetimeArguments) -> object:
        """New stamps for all lines on a bar grid."""
        studio = self._session.studio
        keep = studio.lines_named(arguments.keep) if arguments.keep else []
        return studio.retime(duration_s=arguments.length_s, bpm=arguments.bpm, keep=keep)

    def style(self, arguments: StyleArguments) -> object:
        """Change the style that further takes are sung in."""
        return self._session.studio.style(arguments.style)

    def render(self, arguments: RenderArguments) -> object:
        """Sing the whole song. Costs time; a turn has a small budget of takes."""
        self._spend(arguments.takes)
        return self._session.studio.render(RenderWish(takes=arguments.takes, seed=arguments.seed))

    def fix(self, arguments: FixArguments) -> object:
        """Sing only a part again, with the words as they are now; all else stays bit for bit."""
        studio = self._session.studio
        take = studio.take_named(arguments.take)
        spans = studio.spans_named(arguments.where, take)
        self._spend(arguments.takes)
        wish = RenderWish(takes=arguments.takes, seed=arguments.seed)
        return studio.fix(spans, wish, take=take)

    def takes(self, _: Nothing) -> object:
        """List the takes."""
        return self._session.studio.takes()

    def pick(self, arguments: TakeArguments) -> object:
        """Choose the take that counts."""
        return self._session.studio.pick(arguments.take)

    def undo(self, _: Nothing) -> object:
        """Take the last change back."""
        return self._session.studio.undo()

    def redo(self, _: Nothing) -> object:
        """Take the last undo back."""
        return self._session.studio.redo()

    def versions(self, _: Nothing) -> object:
        """List the versions of the song."""
        return self._session.studio.versions()

    def diff(self, arguments: DiffArguments) -> object:
        """What changed between two versions."""
        return self._session.studio.diff(arguments.before, arguments.after)

    def branch(self, arguments: BranchArguments) -> object:
        """Go on from another version or branch; a new name starts a branch here."""
        return self._session.studio.branch(arguments.name)

    def play(self, arguments: TakeArguments) -> object:
        """Play a take to the person."""
        return self._session.studio.play(arguments.take)

    def export(self, arguments: ExportArguments) -> object:
        """Hand a take out for other programs: sound, words, score, stems, cover, video."""
        return self._session.studio.export(arguments.formats, take=arguments.take)

    def page(self, _: Nothing) -> object:
        """Write the song's page: one HTML file that plays its takes and shows its words."""
        return self._session.studio.page()

    def replay(self, arguments: TakeArguments) -> object:
        """Make a take again from its manifest and compare the samples."""
        self._spend(1)
        return self._session.studio.replay(arguments.take)

    def listen(self, arguments: TakeArguments) -> object:
        """Hear what was sung, line by line: sung, partly, missing, repeated."""
        return self._session.studio.listen(arguments.take)

    def align(self, arguments: TakeArguments) -> object:
        """Find out when each line and word of a take is really sung; export and subtitles go by it."""
        return self._session.studio.align(arguments.take)

    def mend(self, arguments: MendArguments) -> object:
        """Listen, and sing again only the lines that were not understood."""
        take = self._session.studio.take_named(arguments.take)
        self._spend(arguments.max_rounds)
        return self._session.studio.mend(
            take=take, until_sung=arguments.until_sung, max_rounds=arguments.max_rounds
        )

    # --- what they share

    def _spend(self, takes: int) -> None:
        """Count takes against the turn's budget; beyond it the person must agree."""
        if takes > self._takes_left and not self._session.ask(
            f"Sing {takes} more take{'s' * (takes > 1)} in this turn?"
        ):
            raise StudioError(
                f"the person did not agree to {takes} more takes in this turn",
                hint="ask them before you try again",
            )
        self._takes_left = max(0, self._takes_left - takes)


def _refused(reason: str) -> ToolResult:
    return ToolResult(json.dumps({"error": reason}, ensure_ascii=False), refusal=reason)


def _arguments_model(verb: str) -> type[BaseModel]:
    hints = get_type_hints(getattr(Toolbox, verb))
    model: type[BaseModel] = next(hint for name, hint in hints.items() if name != "return")
    return model


def _short_schema(schema: Any) -> Any:
    """A JSON schema without what says nothing to a model: titles, defaults, and null beside another type."""
    if isinstance(schema, list):
        return [_short_schema(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    kinds = [kind for kind in schema.get("anyOf", ()) if kind != {"type": "null"}]
    if len(kinds) == 1:
        schema = {**{k: v for k, v in schema.items() if k != "anyOf"}, **kinds[0]}
    return {
        name: {key: _short_schema(value) for key, value in part.items()}
        if name in ("properties", "$defs")
        else _short_schema(part)
        for name, part in schema.items()
        if name not in ("title", "default")
    }


def _shortened(text: str) -> str:
    if len(text) <= _LONGEST_RESULT:
        return text
    return text[:_LONGEST_RESULT] + "… (cut)"
