"""The messages to the LLM: one Markdown file each, `$name` placeholders, no prompt sentence in Python."""

import re
from importlib.resources import files
from string import Template

from songsmith.errors import SongsmithError

__all__ = ["PromptError", "prompt_names", "render"]


class PromptError(SongsmithError):
    """A prompt or a field of it that does not exist."""


def prompt_names() -> list[str]:
    """Names of all prompts, without `.md`."""
    folder = files("songsmith.prompts")
    return sorted(f.name[:-3] for f in folder.iterdir() if f.name.endswith(".md"))


def render(name: str, **fields: object) -> str:
    """Text of prompt `name` with every `$field` filled in; all fields must be given, no others."""
    if name not in prompt_names():
        raise PromptError(
            f"no prompt {name!r}", hint=f"the prompts are {', '.join(prompt_names())}"
        )
    text = (files("songsmith.prompts") / f"{name}.md").read_text(encoding="utf-8")
    template = Template(text)
    known = set(re.findall(r"\$(\w+)", text.replace("$$", "")))
    if known != set(fields):
        raise PromptError(
            f"prompt {name!r} takes {sorted(known)}, not {sorted(fields)}",
            where=f"prompts/{name}.md",
        )
    return template.substitute({key: str(value) for key, value in fields.items()}).strip()
