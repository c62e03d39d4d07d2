"""The command line: one command a verb, and the only place that catches errors.

Every command prints for people on stdout, or with `--json` one JSON object on stdout and everything else
on stderr. `exit_codes` says how it ends.
"""

import contextlib
import os
import re
import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from songsmith.agent.cli.exit_codes import ExitCode
from songsmith.agent.cli.manners import loudness
from songsmith.agent.cli.manners.commands import QuietOption, VerboseOption, give_manners
from songsmith.agent.files import is_there
from songsmith.agent.phrases import plain_refusal
from songsmith.errors import SongsmithError

app = typer.Typer(
    name="songsmith",
    help="Turns a sentence into a song, and a conversation into a better one.",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
    add_completion=True,
    rich_markup_mode="rich",
)

_MOST_SHOWN = 2_000  # characters of an error; what was typed into it may be longer


def _show_version(value: bool) -> None:
    if value:
        from songsmith.agent.cli.manners.versions import versions_text

        typer.echo(versions_text())
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool,
        typer.Option(
            "--version",
            callback=_show_version,
            is_eager=True,
            metavar="",
            help="Print the versions of songsmith and of what its songs depend on.",
        ),
    ] = False,
    quiet: QuietOption = False,
    verbose: VerboseOption = False,
) -> None:
    loudness.be(quiet=quiet, verbose=verbose)


def main(arguments: list[str] | None = None) -> NoReturn:
    """Run the command line (that of the process, if none is given); mistakes become one red line."""
    _open_closed_streams()
    _ignore_impossible_width()
    _speak_utf8()
    loudness.reset()
    try:
        code = app(_readable(arguments), standalone_mode=False)
        if code == ExitCode.INTERRUPTED:  # what typer makes of Ctrl-C
            _say_interrupted()
        sys.stdout.flush()
    except SongsmithError as error:
        _say_error(f"{error}{_way_out(error)}")
        code = ExitCode.AT_FAULT
    except (KeyboardInterrupt, typer.Abort):
        _say_interrupted()
        code = ExitCode.INTERRUPTED
    except BrokenPipeError:
        _drop_output()
        code = ExitCode.PIPE_CLOSED
    except SystemExit as end:  # click makes one of a broken pipe
        is_cut = isinstance(end.__context__, BrokenPipeError)
        code = ExitCode.PIPE_CLOSED if is_cut else end.code
    except OSError as error:
        _say_error(
            f"{error.filename or 'what is printed'}: {(error.strerror or str(error)).lower()};"
            " check the place it goes to and the space there"
        )
        _drop_output()
        code = ExitCode.AT_FAULT
    except Exception as error:
        code = _usage_code(error)
    sys.exit(code if isinstance(code, int) else 0)


def _open_closed_streams() -> None:
    """Streams that the caller closed (`<&-`) say nothing and swallow everything."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            handle = os.open(os.devnull, os.O_RDONLY if mode == "r" else os.O_WRONLY)
            setattr(sys, name, os.fdopen(handle, mode, encoding="utf-8"))


def _ignore_impossible_width() -> None:
    """A terminal of no columns would be shown nothing: it counts as one whose width is not known."""
    for name in ("COLUMNS", "LINES"):
        if name in os.environ and not re.fullmatch(r"0*[1-9]\d{0,4}", os.environ[name]):
            del os.environ[name]


def _readable(arguments: list[str] | None) -> list[str]:
    """The arguments, as UTF-8 where the console's encoding left bytes unread."""
    return [
        argument if argument.isascii() or is_there(Path(argument)) else _as_text(argument)
        for argument in (sys.argv[1:] if arguments is None else arguments)
    ]


def _as_text(argument: str) -> str:
    try:
        return os.fsencode(argument).decode("utf-8")
    except UnicodeError as error:
        shown = argument.encode("utf-8", "replace").decode()
        raise SongsmithError(
            f"{shown!r} is in an encoding that can't be read here",
            hint="set the terminal to UTF-8, or put the words into a file and give - and < FILE",
        ) from error


def _usage_code(error: Exception) -> int:
    """Click's own usage errors, one red line and exit 2; everything else is a bug and shows itself."""
    exit_code = getattr(error, "exit_code", None)
    if exit_code is None or not hasattr(error, "format_message"):
        raise error
    command = getattr(getattr(error, "ctx", None), "command_path", "songsmith")
    message = plain_refusal(error.format_message()).removeprefix("Invalid value: ").rstrip(".")
    message = re.sub(r"^Invalid value for '([^']+)'", r"\1", message)
    if message:  # without one, a group has explained itself
        _say_error(f"{message} (see {command} --help)")
    return int(exit_code)


def _way_out(error: SongsmithError) -> str:
    """Where an LLM failed there is still the writer that needs none."""
    from songsmith.agent.llm.errors import LlmError

    return ", or use --writer offline" if isinstance(error, LlmError) else ""


def _drop_output() -> None:
    """Nothing more can be printed, so that Python does not try again, and complain, when it ends."""
    with contextlib.suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _say_interrupted() -> None:
    _say_error("interrupted; what was finished is kept")


def _say_error(line: str) -> None:
    from rich.console import Console
    from rich.text import Text

    shown = line if len(line) <= _MOST_SHOWN else f"{line[:_MOST_SHOWN]}…"
    Console(stderr=True, soft_wrap=True, highlight=False).print(Text(shown, style="red"))


def _speak_utf8() -> None:
    """Lyrics are UTF-8 on every system, whatever the console was set to."""
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(
                encoding="utf-8", errors="replace" if stream is not sys.stdin else "strict"
            )


def _mount() -> None:
    """Add the commands; their modules import nothing heavy."""
    from songsmith.agent.cli import (
        agents,
        batch,
        chat,
        config,
        engines,
        listen,
        make,
        mcp,
        models,
        song,
    )
    from songsmith.agent.cli.doctor import doctor

    make.add_to(app)
    batch.add_to(app)
    chat.add_to(app)
    song.add_to(app)
    listen.add_to(app)
    mcp.add_to(app)
    app.command(rich_help_panel="Set up")(doctor)
    for name, group, what in (
        ("config", config.app, "Show and change settings."),
        ("engines", engines.app, "Who can sing here, and their options."),
        ("models", models.app, "Fetch, list and check the engines' weights."),
    ):
        app.add_typer(group, name=name, short_help=what, rich_help_panel="Set up")
    agents.add_to(app)
    give_manners(app)


_mount()
