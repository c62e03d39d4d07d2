"""Tool calls for endpoints that have none: fenced JSON blocks in plain text, described by a prompt.

The reply is split while it streams: words go on at once, a block that may be a call is held back until its
fence closes. What turns out to be no call is shown like any other text.
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from songsmith.agent.llm.messages import Message, Tool, ToolCall
from songsmith.prompts import render

__all__ = ["FencedSplitter", "fenced_wire"]

_OPENING = re.compile(
    r"\s*(?:(?P<fence>`{3,})\s*(?P<kind>tool|tool_call|tool_code|json)?|<tool_call>)\s*"
)
_MAY_OPEN = re.compile(
    r"\s*(?:`{0,2}|`{3,}[ \t]*[a-z_]*|<[a-z_]{0,9}|<tool_call>)\s*", re.IGNORECASE
)


def fenced_wire(messages: Sequence[Message], tools: Sequence[Tool]) -> list[dict[str, Any]]:
    """Messages with calls and results as text, and the tools described after the system message.

    Neighbours of the same role become one message, since many chat templates insist on turns. Results
    are JSON strings, so that nothing in them can close the fence.
    """
    turns = [("system", render("fenced_tools", tools=_described(tools)))] if tools else []
    for message in messages:
        if message.role == "system":
            turns.insert(0, ("system", message.text))
        elif message.role == "tool":
            turns.append(
                ("user", f"```result\n{json.dumps(message.text, ensure_ascii=False)}\n```")
            )
        else:
            blocks = [f"```tool\n{_call_json(call)}\n```" for call in message.calls]
            turns.append((message.role, "\n".join([message.text, *blocks]).strip()))
    return list(_joined(turns))


def _joined(turns: Iterable[tuple[str, str]]) -> Iterator[dict[str, Any]]:
    last: dict[str, Any] | None = None
    for role, text in turns:
        if last is not None and last["role"] == role:
            last["content"] += f"\n\n{text}"
            continue
        if last is not None:
            yield last
        last = {"role": role, "content": text}
    if last is not None:
        yield last


def _described(tools: Sequence[Tool]) -> str:
    return "\n".join(
        f"- {tool.name}: {tool.description}\n"
        f"  arguments: {json.dumps(tool.parameters, ensure_ascii=False)}"
        for tool in tools
    )


def _call_json(call: ToolCall) -> str:
    try:
        arguments = json.loads(call.arguments or "{}")
    except (ValueError, RecursionError):
        arguments = {}
    return json.dumps({"name": call.name, "arguments": arguments}, ensure_ascii=False)


class FencedSplitter:
    """Takes the reply in pieces, gives back what may be shown; `calls` are the calls met so far."""

    def __init__(self, tool_names: Iterable[str]) -> None:
        self._names = frozenset(tool_names)
        self._line = ""
        self._block: list[str] = []
        self._is_shown = False  # the current line's beginning has been given out already
        self.calls: list[ToolCall] = []

    def feed(self, text: str) -> str:
        """The words of `text`, and of what was held back, that are certainly no tool call."""
        *whole, self._line = (self._line + text).split("\n")
        shown = "".join(self._end_line(line + "\n") for line in whole)
        if self._line and not self._block and not self._may_open(self._line):
            shown += self._line
            self._line, self._is_shown = "", True
        return shown

    def finish(self) -> str:
        """The rest, once the reply has ended; an open block that is a whole call counts."""
        shown = self._end_line(self._line) if self._line else ""
        self._line = ""
        return shown + (self._close_block() if self._block else "")

    def _may_open(self, line: str) -> bool:
        if self._is_shown:
            return False
        return bool(_MAY_OPEN.fullmatch(line)) or line.lstrip().startswith(("{", "<tool_call>"))

    def _end_line(self, line: str) -> str:
        """Take one whole line; the text that can be shown because of it."""
        was_shown, self._is_shown = self._is_shown, False
        if was_shown:
            return line
        if self._block:
            self._block.append(line)
            return self._close_block() if self._is_closing(line) else ""
        if _OPENING.fullmatch(line) or line.lstrip().startswith("<tool_call>"):
            self._block = [line]
            return self._close_block() if "</tool_call>" in line else ""
        if line.lstrip().startswith("{") and (call := self._call(line)):
            self.calls.append(call)
            return ""
        return line

    def _is_closing(self, line: str) -> bool:
        opening = self._block[0].strip()
        if opening.startswith("<"):
            return "</tool_call>" in line
        ticks = len(opening) - len(opening.lstrip("`"))
        return bool(re.fullmatch(rf"\s*`{{{ticks},}}\s*", line))

    def _close_block(self) -> str:
        """End the block: its call, or calls, are noted; a block without one is text."""
        block, self._block = "".join(self._block), []
        body = re.sub(r"</?tool_call>", "", block)
        body = re.sub(r"\A\s*`{3,}\s*\w*\s*\n|\n\s*`{3,}\s*\Z", "", body)
        call = self._call(body)
        if call is None:
            is_meant = re.match(r"\s*(`{3,}\s*tool|<tool_call>)", block)
            return self._note_broken(body) if is_meant else block
        self.calls.append(call)
        return ""

    def _note_broken(self, body: str) -> str:
        """A block that wants to be a call but can't be read: a call of no tool, so that the model hears."""
        self.calls.append(ToolCall(f"call_{len(self.calls) + 1}", "", body.strip()))
        return ""

    def _call(self, body: str) -> ToolCall | None:
        try:
            value = json.loads(body)
        except (ValueError, RecursionError):
            return None
        if not isinstance(value, dict) or not isinstance(value.get("name"), str):
            return None
        if value["name"] not in self._names and "arguments" not in value:
            return None
        arguments = value.get("arguments", value.get("parameters", {}))
        text = (
            arguments if isinstance(arguments, str) else json.dumps(arguments, ensure_ascii=False)
        )
        return ToolCall(f"call_{len(self.calls) + 1}", value["name"], text)
