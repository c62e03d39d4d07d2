"""`songsmith doctor`: what this machine has, what is missing or broken, and how to get it."""

from typing import Annotated

import typer

from songsmith.agent.cli.exit_codes import ExitCode
from songsmith.agent.cli.flags import JsonOption, YesOption
from songsmith.agent.cli.frame import answer, terminal

__all__ = ["doctor"]


def doctor(
    only: Annotated[
        list[str] | None,
        typer.Argument(metavar="NAME", help="Only these: llm, weights, accelerator, …"),
    ] = None,
    fix: Annotated[
        bool, typer.Option("--fix", help="Make the repairs that lose nothing, each after asking.")
    ] = False,
    yes: YesOption = False,
    offline: Annotated[
        bool, typer.Option("--offline", help="Ask nothing of the network, no LLM either.")
    ] = False,
    hashes: Annotated[
        bool, typer.Option("--hash", help="Read all weights whole and compare their hashes.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Find out what is missing or broken on this machine, and how to get it.

    Looks at Python, packages, folders, terminal, settings, the LLM's endpoint (two short requests), espeak-ng, engines,
    voices, weights, ears and players. ✓ is well, ! would make songs better, ✗ is broken; exit 1 if anything is broken.
    """
    from songsmith.agent.doctor.examine import NAMES, examine, repaired, this_machine
    from songsmith.agent.views.diagnosis import Findings, summary

    _refuse_silence(fix, yes, as_json)
    if unknown := [name for name in only or () if name not in NAMES]:
        raise typer.BadParameter(f"there is no check {unknown[0]!r}; they are {', '.join(NAMES)}")
    machine = this_machine(may_ask_network=not offline, hashes_weights=hashes)
    with terminal(as_json) as screen:
        diagnosis = examine(machine, only or (), Findings(screen.console).add)
        if fix:
            drawn = Findings(screen.console)
            diagnosis = repaired(diagnosis, lambda what: yes or _agrees(what), drawn.add)
        screen.console.print(summary(diagnosis))
    answer(as_json, diagnosis)
    if not diagnosis.is_well:
        raise typer.Exit(ExitCode.AT_FAULT)


def _refuse_silence(fix: bool, yes: bool, as_json: bool) -> None:
    """A repair is made only where somebody agreed to it."""
    from songsmith.agent.views.terminal import is_interactive

    if yes and not fix:
        raise typer.BadParameter("--yes goes with --fix")
    if fix and not yes and (as_json or not is_interactive()):
        raise typer.BadParameter(
            "--fix asks before each repair, and nobody can answer here; add --yes"
        )


def _agrees(what: str) -> bool:
    return typer.confirm(f"{what[:1].upper()}{what[1:]}?", default=False, err=True)
