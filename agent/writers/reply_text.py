"""Getting at what a model meant to send: without its thinking, fences, markup and talk around the song."""

import json
import re
from typing import Any

__all__ = ["find_json", "quoted", "unfenced", "unmarked", "without_thinking"]

_FENCE = re.compile(r"^[ \t]*(`{3,}|~{3,})[^\n`]*\n(.*?)(?:^[ \t]*\1[`~]*[ \t]*$|\Z)", re.M | re.S)


def quoted(tag: str, text: str) -> str:
    """Foreign text between tags that it can't close: data for the model, not instructions."""
    harmless = re.sub(rf"<(/?\s*{re.escape(tag)})", r"‹\1", text, flags=re.IGNORECASE)
    return f"<{tag}>\n{harmless.strip()}\n</{tag}>"


def without_thinking(text: str) -> str:
    """The reply without <think> blocks, also where the opening or the closing tag is missing."""
    text = re.sub(r"<think(ing)?>.*?</think(ing)?>", "", text, flags=re.S)
    text = re.split(r"</think(?:ing)?>", text)[-1]
    return re.split(r"<think(?:ing)?>", text)[0]


def unfenced(text: str) -> tuple[str, str]:
    """What stands inside all code fences, and all the rest; without fences everything is rest."""
    inside = "\n\n".join(match[2].strip("\n") for match in _FENCE.finditer(text))
    return inside, _FENCE.sub("\n", text)


def unmarked(line: str) -> str:
    """A line without Markdown: emphasis, quotes, bullets, list numbers, backticks, escapes, table bars."""
    line = re.sub(r"<br\s*/?>|</?(?:b|i|em|strong|p)>", "", line, flags=re.IGNORECASE).strip()
    line = re.sub(r"^(?:>\s*)+", "", line).strip("|").strip()
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
        except (json.JSONDecodeError, RecursionError):
            continue
        if isinstance(value, dict | list):
            return value
    return None
