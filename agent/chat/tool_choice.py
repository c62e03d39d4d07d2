"""Which tools a request carries: those that make sense now, in a small window only a few; the rest on demand.

Descriptions of tools are paid for with every request, and a small model that is offered twenty chooses badly. What fits
which situation, and which words of a person ask for which tool, is data: `data/tools.json`.
"""

import json
import re
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from songsmith.agent.chat.session import Session
from songsmith.agent.chat.tools import MORE_TOOLS, Toolbox
from songsmith.agent.llm.messages import Tool

__all__ = ["asks_for", "command_for", "fitting_tools", "tools_for_wish"]

_SMALL_TOKENS = 16_000
_QUESTION = re.compile(
    r"^\s*(?:what|which|why|how|who|when|where|is|are|was|does|do|did|should|explain|tell me)\b.*\?\s*$"
    r"|(?:吗|呢|什么|为什么|怎么)[?？]?\s*$",
    re.IGNORECASE | re.DOTALL,
)


def fitting_tools(session: Session, window_tokens: int, *, with_all: bool = False) -> list[Tool]:
    """The tools for the song as it is and a window of this size; `with_all` once the model asked for the rest."""
    tools = Toolbox.tools()
    if with_all:
        return tools
    names = _fitting_names(session, window_tokens < _SMALL_TOKENS)
    if names is None:
        return tools
    return [*(tool for tool in tools if tool.name in names), MORE_TOOLS]


def tools_for_wish(session: Session, sentence: str) -> list[Tool]:
    """The three tools that fit best what a person asked for, the likeliest first."""
    names = asks_for(session, sentence)
    usual = ["write"] if not session.has_song else ["revise", "edit", "style", "render"]
    chosen = list(dict.fromkeys([*names, *usual]))[:3]
    known = {tool.name: tool for tool in Toolbox.tools()}
    return [known[name] for name in chosen]


def asks_for(session: Session, sentence: str) -> list[str]:
    """Names of the tools whose work a sentence asks for; [] for a question and for small talk."""
    if _QUESTION.search(sentence):
        return []
    wishes = [
        wish for wish in _data()["wishes"] if re.search(wish["says"], sentence, re.IGNORECASE)
    ]
    names = dict.fromkeys(name for wish in wishes for name in wish["tools"])
    if not session.has_song:
        return [name for name in names if name == "write"]
    has_take = bool(session.studio.song.takes)
    return [name for name in names if has_take or name not in ("fix", "pick", "export")]


def command_for(tool: str) -> str:
    """The slash command that does what a tool does, with an example of what to say after it."""
    commands: dict[str, str] = _data()["commands"]
    return commands.get(tool, f"/{tool}")


def _fitting_names(session: Session, is_small: bool) -> Sequence[str] | None:
    """Names of the tools that make sense now; None for all of them."""
    if not session.has_song or not session.studio.song.lyrics.lines:
        key = "no song"
    elif session.studio.song.takes:
        key = "takes, small" if is_small else "takes"
    else:
        key = "words, small" if is_small else "words"
    names: Sequence[str] | None = _data().get(key)
    return names


@cache
def _data() -> dict[str, Any]:
    text = (files("songsmith.agent.chat") / "data" / "tools.json").read_text(encoding="utf-8")
    data: dict[str, Any] = json.loads(text)
    return data
