"""The commands for other agents: what songsmith can do as JSON, and a skill file that teaches them to use it."""

from enum import Enum
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Annotated, Any

import typer

from songsmith.agent.cli.app_facts import app_facts
from songsmith.agent.cli.flags import JsonOption, YesOption
from songsmith.agent.files import read_text, write_whole
from songsmith.errors import SongsmithError

_PANEL = "Set up"


class Target(str, Enum):
    """Agents that read skills, and the folder of a project in which each looks for them."""

    claude = "claude"
    codex = "codex"
    cursor = "cursor"

    @property
    def folder(self) -> Path:
        homes = {"claude": ".claude", "codex": ".agents", "cursor": ".cursor"}
        return Path(homes[self.value]) / "skills"


def add_to(app: typer.Typer) -> None:
    @app.command("agent-info", rich_help_panel=_PANEL)
    def agent_info() -> None:
        """All commands, flags, verbs, formats, settings and exit codes as one JSON object, for other agents."""
        from songsmith.agent.views.documents import to_json

        typer.echo(to_json(app_facts(app)))

    @app.command("install-skill", rich_help_panel=_PANEL)
    def install_skill(
        target: Annotated[Target, typer.Option("--target", help="The agent that is to read it.")],
        to: Annotated[
            Path | None,
            typer.Option(
                "--to", metavar="DIR", help="Another skills folder, e.g. ~/.claude/skills."
            ),
        ] = None,
        yes: YesOption = False,
        as_json: JsonOption = False,
    ) -> None:
        """Write a SKILL.md that teaches another agent to use songsmith, into this project or --to DIR."""
        from songsmith.agent.cli.frame import terminal
        from songsmith.agent.views.documents import to_json
        from songsmith.agent.views.terminal import shown_path

        place = (to.expanduser() if to else target.folder) / "songsmith" / "SKILL.md"
        state = _put(place, skill_text(app_facts(app)), may_replace=yes)
        with terminal(as_json) as screen:
            screen.fact("skill", f"{shown_path(place)} · {state}")
        if as_json:
            typer.echo(to_json({"file": str(place), "state": state}))


def skill_text(facts: dict[str, Any]) -> str:
    """The skill file for the app that `facts` tell of."""
    template = (files("songsmith.agent.cli") / "data" / "skill.md").read_text(encoding="utf-8")
    return Template(template).substitute(
        version=facts["version"],
        commands=_list((c["name"], c["what"].split("\n")[0]) for c in facts["commands"]),
        exit_codes=_list(facts["exit_codes"].items()),
        formats=_list((name, form["what"]) for name, form in facts["formats"].items()),
    )


def _list(rows: Any) -> str:
    return "\n".join(f"- `{name}`: {what}" for name, what in rows)


def _put(place: Path, text: str, *, may_replace: bool) -> str:
    """Write the file, and say what that changed. One that is there and different is replaced only with a yes."""
    if not place.is_file():
        _write(place, text)
        return "written"
    if read_text(place) == text:
        return "already there"
    if not (may_replace or _agrees(place)):
        raise SongsmithError(
            "is there and different, and was left as it is",
            where=str(place),
            hint="--yes replaces it, --to writes elsewhere",
        )
    _write(place, text)
    return "replaced"


def _agrees(place: Path) -> bool:
    from songsmith.agent.views.terminal import is_interactive

    return is_interactive() and typer.confirm(f"{place} is different. Replace it?", default=False)


def _write(place: Path, text: str) -> None:
    from songsmith.agent.files import make_folder

    make_folder(place.parent)
    write_whole(place, text)
