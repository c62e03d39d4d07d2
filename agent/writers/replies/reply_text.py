"""Getting at what a model meant to send: without its thinking, fences, markup and talk around the song."""

import json
import re
from typing import Any

__all__ = ["EMOJI", "find_json", "quoted", "unfenced", "unmarked", "without_thinking"]

_FENCE = re.compile(r"^[ \t]*(`{3,}|~{3,})[^\n`]*\n(.*?)(?:^[ \t]*\1[`~]*[ \t]*$|\Z)", re.M | re.S)

EMOJI = re.compile("[\U0001f000-\U0001faff\u2600-\u27bf\ufe0f\u200d]")
"""Pictures, which nobody sings."""

_TAGS = r"think|thinking|thought|thoughts|reasoning|reflection|seed:think"
_THOUGHT_MARK = re.compile(
    # <think>, [THINK], ◁think▷, and the channels of Harmony and of Gemma
    rf"(?P<opens><(?:{_TAGS})>|\[THINK\]|◁think▷|<\|channel>thought"
    r"|<\|channel\|>\s*(?:analysis|commentary)[^<\n]{0,200}<\|message\|>)"
    rf"|(?P<closes></(?:{_TAGS})>|\[/THINK\]|◁/think▷|<channel\|>)"
    r"|<\|end\|>",
    re.IGNORECASE,
)
_CONTROL = re.compile(
    r"(?:<\|start\|>\s*assistant\s*)?<\|channel\|>\s*final[^<\n]{0,80}<\|message\|>"
    r"|<\|(?:start|end|return|message|call|im_start|im_end|eot_id|eom_id|endoftext|end_of_text|begin_of_text)\|>"
    r"|<(?:start_of_turn|end_of_turn)>(?:model\b)?|</?s>|\[/?INST\]|</?(?:answer|response|output)>",
    re.IGNORECASE,
)
"""Tokens that mark turns and ends, which some servers leave in the text."""


def quoted(tag: str, text: str) -> str:
    """Foreign text between tags that it can't close: data for the model, not instructions."""
    harmless = re.sub(rf"<(/?\s*{re.escape(tag)})", r"‹\1", text, flags=re.IGNORECASE)
    return f"<{tag}>\n{harmless.strip()}\n</{tag}>"


def without_thinking(text: str) -> str:
    """The reply without what a model thought before it, however that is marked, and without control tokens.

    An opening or a closing mark may be missing: what stands before a lone closing one was thought, and what stands
    behind a lone opening one.
    """
    kept: list[str] = []
    start, is_inside = 0, False
    for mark in _THOUGHT_MARK.finditer(text):
        if mark["opens"]:
            if not is_inside:
                kept.append(text[start : mark.start()])
            is_inside = True
        elif is_inside or mark["closes"]:
            if not is_inside:
                kept.clear()
            start, is_inside = mark.end(), False
    if not is_inside:
        kept.append(text[start:])
    return _CONTROL.sub("", "".join(kept))


def unfenced(text: str) -> tuple[str, str]:
    """What stands inside all code fences, and all the rest; without fences everything is rest."""
    inside = "\n\n".join(match[2].strip("\n") for match in _FENCE.finditer(text))
    return inside, _FENCE.sub("\n", text)


def unmarked(line: str) -> str:
    """A line without Markdown: emphasis, quotes, bullets, list numbers, backticks, escapes, table bars."""
    line = EMOJI.sub("", line)
    line = re.sub(r"<br\s*/?>|</?(?:b|i|em|strong|p)>", "", line, flags=re.IGNORECASE).strip()
    line = re.sub(r"^(?:>\s*)+", "", line).strip("|").strip()
    line = re.sub(r"^(\[[\d:.,]+\])\s*\|\s*", r"\1", line)
    line = re.sub(r"^[-*•·]\s+(?=\S)", "", line)
    line = re.sub(r"(\*\*|__)(.*?)\1", r"\2", line)
    line = re.sub(r"(?<![\w*])([*_])(?!\s)([^*_]+)(?<!\s)\1(?!\w)", r"\2", line)
    line = re.sub(r"`([^`]*)`", r"\1", line).replace("**", "")
    return re.sub(r"\\(?=[\[\]*_-])", "", line).strip()


def find_json(text: str) -> Any:
    """The JSON object or array that the text is, or holds; None if it holds none."""
    stripped = text.strip()
    candidates = [stripped]
    for opening, closing in ("{}", "[]"):
        first, last = stripped.find(opening), stripped.rfind(closing)
        if 0 <= first < last:
            candidates.append(stripped[first : last + 1])
    for candidate in candidates:
        try:
            value = json.loads(candidate, strict=False)
        except (ValueError, RecursionError):
            continue
        if isinstance(value, dict | list):
            return value
    return None
