"""The messages to the LLM: one Markdown file each, `$name` placeholders, no prompt sentence in Python.

The first line of every file holds its version, which goes up with every change of the words and is kept with the
songs that were written by it. A file whose name ends in `_zh` says the same in Chinese, for Chinese songs.
"""

import re
from functools import cache
from importlib.resources import files
from string import Template

from songsmith.errors import SongsmithError

__all__ = ["PromptError", "localized", "prompt_names", "prompt_version", "render"]

_VERSION = re.compile(r"<!-- version: (\d+) -->\n")


class PromptError(SongsmithError):
    """A prompt or a field of it that does not exist."""


@cache
def prompt_names() -> tuple[str, ...]:
    """Names of all prompts, without `.md`."""
    folder = files("songsmith.prompts")
    return tuple(sorted(f.name[:-3] for f in folder.iterdir() if f.name.endswith(".md")))


def localized(name: str, language: str) -> str:
    """Name of the prompt for songs in `language`, where there is one of its own."""
    own = f"{name}_{language}"
    return own if own in prompt_names() else name


def prompt_version(name: str) -> int:
    """Version of prompt `name`."""
    match = _VERSION.match(_file(name))
    if match is None:
        raise PromptError(f"prompt {name!r} has no version", where=f"prompts/{name}.md")
    return int(match[1])


def render(name: str, **fields: object) -> str:
    """Text of prompt `name` with every `$field` filled in; all fields must be given, no others."""
    text = _VERSION.sub("", _file(name), count=1)
    known = set(re.findall(r"\$([a-z_]+)", text.replace("$$", "")))
    if known != set(fields):
        raise PromptError(
            f"prompt {name!r} takes {sorted(known)}, not {sorted(fields)}",
            where=f"prompts/{name}.md",
        )
    return Template(text).substitute({key: str(value) for key, value in fields.items()}).strip()


@cache
def _file(name: str) -> str:
    if name not in prompt_names():
        raise PromptError(
            f"no prompt {name!r}", hint=f"the prompts are {', '.join(prompt_names())}"
        )
    return (files("songsmith.prompts") / f"{name}.md").read_text(encoding="utf-8")
