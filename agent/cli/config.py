"""`songsmith config`: show every setting with its origin, set and unset those of the user's file."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from songsmith.errors import SongsmithError

if TYPE_CHECKING:
    from songsmith.agent.settings.settings import Settings

__all__ = ["app"]

app = typer.Typer(
    name="config",
    help="Settings: flags > environment > songsmith.toml in the song > your own file.",
    no_args_is_help=True,
    rich_markup_mode="rich",
)

_SECRET, _ADDRESS = "api_key", "base_url"


@app.command(short_help="Print each setting and where it came from.")
def show(
    song: Annotated[
        Path | None, typer.Option("--song", help="The settings that hold in this song's folder.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """Print each setting with where its value came from; keys are never shown."""
    import json

    from songsmith.agent.settings.settings import load_settings

    settings = load_settings(song, {})
    rows = _rows(settings)
    if as_json:
        facts = {key: {"value": value, "origin": origin} for key, value, origin in rows}
        typer.echo(json.dumps({"settings": facts, "llm": _llm(settings)}, ensure_ascii=False))
        return
    widths = [max(len(row[column]) for row in rows) for column in (0, 1)]
    for key, value, origin in rows:
        typer.echo(f"{key:{widths[0]}}  {value:{min(widths[1], 40)}}  {origin}")
    typer.echo(f"\nLLM: {_llm(settings)}")


@app.command(name="set", short_help="Put a setting into your own file.")
def set_(
    key: Annotated[str, typer.Argument(help="e.g. model, engine, profiles.ollama.model, api_key")],
    value: Annotated[str | None, typer.Argument(help="A key is asked for instead.")] = None,
) -> None:
    """Put a setting into your own file. `config set api_key` asks for the key without showing it."""
    from songsmith.agent.settings.config_file import key_place, set_value
    from songsmith.agent.settings.settings import load_settings, user_config_file

    if key.split(".")[-1] == _SECRET:
        value = _asked_key(value)
        key = key_place(load_settings(None, {})) if key == _SECRET else key
    if value is None:
        raise typer.BadParameter(f"give {key} a value", param_hint="VALUE")
    set_value(user_config_file(), key, value)
    shown = "stored" if key.endswith(_SECRET) else _shown(key.rpartition(".")[2], value)
    typer.echo(f"{key}: {shown} ({user_config_file()})", err=True)


@app.command()
def unset(key: Annotated[str, typer.Argument(help="The setting, or a whole profile.")]) -> None:
    """Take a setting out of your own file."""
    from songsmith.agent.settings.config_file import unset_value
    from songsmith.agent.settings.settings import user_config_file

    was_there = unset_value(user_config_file(), key)
    state = "removed from" if was_there else "was not set in"
    typer.echo(f"{key}: {state} {user_config_file()}", err=True)


@app.command()
def path() -> None:
    """Print where your own settings file is."""
    from songsmith.agent.settings.settings import user_config_file

    typer.echo(str(user_config_file()))


def _rows(settings: "Settings") -> list[tuple[str, str, str]]:
    """Every setting as (key, value, origin), plain ones first."""
    from songsmith.agent.settings.settings import Settings

    plain = [key for key in Settings.model_fields if key not in ("profiles", "engines")]
    rows = [(key, _shown(key, getattr(settings, key)), settings.origin(key)) for key in plain]
    for key in sorted(key for key in settings.origins if "." in key):
        table, name, field = key.split(".", 2)
        values = getattr(settings, table)[name]
        value = values[field] if isinstance(values, dict) else getattr(values, field)
        rows.append((key, _shown(field, value), settings.origin(key)))
    return rows


def _shown(key: str, value: object) -> str:
    if value is None or value == "":
        return "-"
    if key == _ADDRESS and isinstance(value, str):
        from songsmith.agent.llm.profiles import shown_url

        hidden = (
            " (a password or query in it is not shown)"
            if shown_url(value) != value.rstrip("/")
            else ""
        )
        return shown_url(value) + hidden
    return "(set, not shown)" if key == _SECRET else str(value)


def _llm(settings: "Settings") -> str:
    """The endpoint these settings choose, in one line."""
    from songsmith.agent.settings.settings import endpoint

    try:
        chosen = endpoint(settings)
    except SongsmithError as error:
        return str(error)
    if chosen is None:
        return "none; lyrics are written offline"
    key = "with a key" if chosen.api_key else "without a key"
    return f"{chosen.name}, {key}, from {chosen.origin}"


def _asked_key(value: str | None) -> str:
    """A key typed unseen, or the first line of stdin where nobody types."""
    if value not in (None, "-"):
        raise typer.BadParameter(
            "a key is not given on the command line, where your shell would keep it;"
            " leave it out to be asked, or send it on stdin"
        )
    if value is None and sys.stdin.isatty():
        return str(typer.prompt("Key (not shown)", hide_input=True, err=True))
    return sys.stdin.readline().strip()
