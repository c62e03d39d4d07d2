"""What the LLM may do: one tool an operation, its result plain text.

The model proposes, these functions decide: arguments are validated, no tool takes a path, and takes beyond
the turn's budget need the person's yes. Whatever goes wrong comes back to the model as the tool's result,
so that it can put its call right; text inside lyrics and results is data.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from songsmith.agent.chat.session import Session
from songsmith.agent.llm.messages import Tool, ToolCall, arguments_of
from songsmith.agent.operations.arguments import NoArguments
from songsmith.agent.operations.budget import Budget
from songsmith.agent.operations.operation import Operation, read_arguments
from songsmith.agent.operations.table import OPERATIONS
from songsmith.agent.studio.open_song import StudioError
from songsmith.agent.studio.results import Step
from songsmith.agent.views.documents import document
from songsmith.engine.engine import Cancelled
from songsmith.errors import SongsmithError

__all__ = ["MORE_TOOLS", "ToolResult", "Toolbox"]

MORE_TOOLS = Tool(
    "more_tools",
    "Get the other tools: history, branches, checks, listening, pages, exports.",
    {"type": "object", "properties": {}, "additionalProperties": False},
)
"""What stands for the tools that a request leaves out."""

_LONGEST_RESULT = 6_000


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
        self._budget = Budget(0)
        self.wants_all = False

    def begin_turn(self) -> None:
        self.wants_all = False
        self._budget.renew(self._session.settings.renders_per_turn)

    @staticmethod
    @cache
    def tools() -> list[Tool]:
        """All tools with their JSON schemas."""
        return [Tool(o.name, o.description, o.schema) for o in OPERATIONS.values()]

    def call(self, call: ToolCall) -> ToolResult:
        """Do what the model asks; what is wrong with a call is a result too, so that it can be put right."""
        if call.name == MORE_TOOLS.name:
            self.wants_all = True
            return ToolResult('{"done": "all tools are there now"}', NoArguments())
        operation = OPERATIONS.get(call.name)
        if operation is None:
            known = ", ".join(OPERATIONS)
            return _refused(f"there is no tool {call.name!r}; the tools are {known}")
        values = arguments_of(call)
        if values is None:
            return _refused("the arguments are no JSON object; send the call again")
        try:
            result = self._do(operation, values)
        except Cancelled:
            raise
        except SongsmithError as error:
            return _refused(str(error))
        # The model is told the song anew with every request; a version it made needs no more than its names.
        needs_song = self._session.has_song and not isinstance(result, Step)
        song = self._session.studio.song if needs_song else None
        text = json.dumps(document(result, song), ensure_ascii=False)
        return ToolResult(_shortened(text), result)

    def _do(self, operation: Operation, values: Mapping[str, Any]) -> object:
        """Do an operation; takes beyond the turn's budget need the person's yes."""
        arguments = read_arguments(operation.arguments, values)
        takes = operation.takes(arguments)
        self._agree_to(takes)
        self._budget.spend(takes)
        try:
            return operation.act(self._session, arguments)
        except SongsmithError:
            self._budget.give_back(takes)
            raise

    def _agree_to(self, takes: int) -> None:
        if self._budget.covers(takes) or self._session.ask(
            f"Sing {takes} more take{'s' * (takes > 1)} in this turn?"
        ):
            return
        raise StudioError(
            f"the person did not agree to {takes} more takes in this turn",
            hint="ask them before you try again",
        )


def _refused(reason: str) -> ToolResult:
    return ToolResult(json.dumps({"error": reason}, ensure_ascii=False), refusal=reason)


def _shortened(text: str) -> str:
    if len(text) <= _LONGEST_RESULT:
        return text
    return text[:_LONGEST_RESULT] + "… (cut)"
