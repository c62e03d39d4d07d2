"""What the command line can do, read from the app itself: for other agents, and for the skill they are given."""

import dataclasses
import inspect
import types
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Union, get_args, get_origin

import typer
from typer.models import ArgumentInfo, OptionInfo

from songsmith import __version__
from songsmith.agent.cli.exit_codes import MEANINGS

__all__ = ["Command", "Parameter", "app_facts", "commands_of"]

_KINDS: dict[object, str] = {bool: "flag", int: "integer", float: "number", Path: "path"}


@dataclasses.dataclass(frozen=True)
class Parameter:
    """An argument (without `flags`) or an option of a command."""

    name: str
    flags: tuple[str, ...]
    kind: str
    is_required: bool
    is_list: bool
    default: object
    choices: tuple[str, ...]
    metavar: str
    least: float | None
    most: float | None
    what: str


@dataclasses.dataclass(frozen=True)
class Command:
    """A command by its whole name ("models pull"), what it does in a line, and all that may follow it."""

    name: str
    what: str
    parameters: tuple[Parameter, ...]


def app_facts(app: typer.Typer) -> dict[str, Any]:
    """All that another agent needs to know of songsmith, as one JSON object."""
    from songsmith.agent.chat.one_turn import TurnReport
    from songsmith.agent.chat.telling import TalkEvent
    from songsmith.agent.export.formats import FORMATS
    from songsmith.agent.operations.table import OPERATIONS
    from songsmith.agent.settings.settings import Settings
    from songsmith.agent.settings.wishes import FILES
    from songsmith.engine.engine import engine_names

    return {
        "name": "songsmith",
        "version": __version__,
        "what": app.info.help,
        "options": [_said(parameter) for parameter in _group_parameters(app)],
        "commands": [_said(command) for command in commands_of(app)],
        "verbs": {
            name: {
                "what": operation.description,
                "changes": operation.effect,
                "is_heavy": operation.is_heavy,
                "arguments": operation.schema,
            }
            for name, operation in OPERATIONS.items()
        },
        "exit_codes": {str(int(code)): meaning for code, meaning in MEANINGS.items()},
        "formats": {
            name: {"kind": form.kind, "ending": form.ending, "what": form.what}
            for name, form in FORMATS.items()
        },
        "engines": list(engine_names()),
        "settings": {
            name: {"what": field.description, "environment": f"SONGSMITH_{name.upper()}"}
            for name, field in Settings.model_fields.items()
        },
        "standing_wishes": list(FILES),
        "chat_events": {
            kind.__name__.lower(): [field.name for field in dataclasses.fields(kind)]
            for kind in get_args(TalkEvent)
        },
        "chat_report": list(TurnReport("").as_json()),
    }


def commands_of(app: typer.Typer, group: str = "") -> Iterator[Command]:
    """Every command that is not hidden, those of groups under the group's name."""
    for info in app.registered_commands:
        if info.hidden or info.callback is None:
            continue
        name = info.name or info.callback.__name__.replace("_", "-")
        what = inspect.getdoc(info.callback) or ""
        yield Command(f"{group} {name}".strip(), what, tuple(_parameters(info.callback)))
    for below in app.registered_groups:
        if below.typer_instance is None or below.hidden:
            continue
        name = f"{group} {below.name}".strip()
        if below.typer_instance.info.invoke_without_command is True:
            what = str(below.short_help)
            yield Command(name, what, tuple(_group_parameters(below.typer_instance)))
        yield from commands_of(below.typer_instance, name)


def _group_parameters(app: typer.Typer) -> Iterator[Parameter]:
    """What may follow the name of the program or of a group itself."""
    callback = app.registered_callback.callback if app.registered_callback else None
    return _parameters(callback) if callback else iter(())


def _said(value: Command | Parameter) -> dict[str, Any]:
    """A command or a parameter as JSON, without what says nothing: no default, no bounds, no flags."""
    told: dict[str, Any] = {
        field.name: getattr(value, field.name) for field in dataclasses.fields(value)
    }
    if isinstance(value, Command):
        told["parameters"] = [_said(parameter) for parameter in value.parameters]
    return {name: item for name, item in told.items() if item not in ("", None, False, ())}


def _parameters(callback: Any) -> Iterator[Parameter]:
    """The parameters that typer makes of a function's signature."""
    for parameter in inspect.signature(callback).parameters.values():
        if get_origin(parameter.annotation) is not Annotated:
            continue
        annotation, *told = get_args(parameter.annotation)
        info = next(i for i in told if isinstance(i, OptionInfo | ArgumentInfo))
        if not info.hidden:
            yield _parameter(parameter, annotation, info)


def _parameter(
    parameter: inspect.Parameter, annotation: Any, info: OptionInfo | ArgumentInfo
) -> Parameter:
    kind, is_list = _kind_of(annotation)
    is_required = parameter.default is inspect.Parameter.empty
    return Parameter(
        name=parameter.name.replace("_", "-"),
        flags=_flags(parameter.name, info),
        kind="text" if info.parser else kind,
        is_required=is_required,
        is_list=is_list,
        default=None if is_required else _plain_default(parameter.default),
        choices=_choices(annotation),
        metavar=str(info.metavar or ""),
        least=info.min,
        most=info.max,
        what=info.help or "",
    )


def _flags(name: str, info: OptionInfo | ArgumentInfo) -> tuple[str, ...]:
    """How an option is written, () for an argument."""
    if isinstance(info, ArgumentInfo):
        return ()
    # Inside Annotated typer takes the first flag for a default, and puts that right itself.
    told = (info.default, *(info.param_decls or ()))
    flags = tuple(flag for flag in told if isinstance(flag, str) and flag.startswith("-"))
    return flags or (f"--{name.replace('_', '-')}",)


def _kind_of(annotation: Any) -> tuple[str, bool]:
    """The kind of a value, and whether there may be several."""
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin in (Union, types.UnionType):
        return _kind_of(next(kind for kind in inner if kind is not type(None)))
    if origin is list:
        return _kind_of(inner[0])[0], True
    return _KINDS.get(annotation, "text"), False


def _choices(annotation: Any) -> tuple[str, ...]:
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return tuple(str(choice.value) for choice in annotation)
    return ()


def _plain_default(value: object) -> object:
    return value.value if isinstance(value, Enum) else value
