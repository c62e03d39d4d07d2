"""What every command has without saying so itself: examples below its help, names that Tab completes, --quiet and
--verbose behind it."""

import functools
import inspect
from collections.abc import Callable
from pathlib import Path
from types import NoneType
from typing import Annotated, Any, get_args

import typer
from rich.markup import escape
from typer.models import ArgumentInfo, ParameterInfo

from songsmith.agent.cli.manners import loudness
from songsmith.agent.cli.manners.completion import offers_for
from songsmith.agent.cli.manners.examples import EXAMPLES

__all__ = ["QuietOption", "VerboseOption", "give_manners"]

_VALUE_NAMES: dict[object, str] = {bool: "", str: "TEXT", int: "N", float: "NUMBER", Path: "PATH"}

QuietOption = Annotated[
    bool,
    typer.Option(
        "--quiet", "-q", metavar="", help="Print results and errors alone; anywhere on the line."
    ),
]
VerboseOption = Annotated[
    bool,
    typer.Option(
        "--verbose", metavar="", help="Tell on stderr what happens; anywhere on the line."
    ),
]
_HIDDEN = {
    "quiet": Annotated[bool, typer.Option("--quiet", "-q", hidden=True)],
    "verbose": Annotated[bool, typer.Option("--verbose", hidden=True)],
}


def give_manners(app: typer.Typer, prefix: str = "") -> None:
    """Give them to all commands of `app` and of its groups."""
    for command in app.registered_commands:
        assert command.callback is not None
        name = prefix + (command.name or command.callback.__name__.replace("_", "-"))
        _tidy(command.callback, name)
        command.epilog = _epilog(name)
        command.callback = _with_loudness(command.callback)
    for group in app.registered_groups:
        assert group.typer_instance is not None
        group.typer_instance.info.epilog = _epilog(f"{prefix}{group.name}")
        give_manners(group.typer_instance, f"{prefix}{group.name} ")


def _tidy(callback: Callable[..., Any], command: str) -> None:
    """Give parameters what Tab offers for them, and values a name in the help where they have none of their own."""
    for name, parameter in inspect.signature(callback).parameters.items():
        kind, *facts = get_args(parameter.annotation) or (None,)
        for fact in facts:
            if not isinstance(fact, ParameterInfo):
                continue
            fact.autocompletion = fact.autocompletion or offers_for(command, name)
            if fact.metavar is None:
                fact.metavar = name.upper() if isinstance(fact, ArgumentInfo) else _value_name(kind)


def _value_name(kind: object) -> str | None:
    """What stands for the value of an option; "" for a flag, None for a choice, which shows itself."""
    kinds = [each for each in get_args(kind) or (kind,) if each is not NoneType]
    return _VALUE_NAMES.get(kinds[0]) if len(kinds) == 1 else None


def _epilog(command: str) -> str | None:
    """The examples of a command, each on a line of its own."""
    lines = [f"  songsmith {command} {example}".rstrip() for example in EXAMPLES.get(command, ())]
    return "\n".join(["[bold]Examples[/bold]", *map(escape, lines)]) if lines else None


def _with_loudness(callback: Callable[..., Any]) -> Callable[..., Any]:
    """`callback`, which also takes --quiet and --verbose."""

    @functools.wraps(callback)
    def loud(*, quiet: bool = False, verbose: bool = False, **values: Any) -> Any:
        loudness.be(quiet=quiet, verbose=verbose)
        return callback(**values)

    signature = inspect.signature(callback)
    more = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=False, annotation=flag)
        for name, flag in _HIDDEN.items()
    ]
    own = [p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in signature.parameters.values()]
    loud.__signature__ = signature.replace(parameters=[*own, *more])  # type: ignore[attr-defined]
    loud.__annotations__ = {p.name: p.annotation for p in [*own, *more]}
    return loud
