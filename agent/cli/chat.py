"""The command that talks: a session at a terminal, or with --prompt one turn for scripts and other agents."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from songsmith.agent.cli.exit_codes import ExitCode
from songsmith.agent.cli.flags import JsonOption, YesOption, as_seconds
from songsmith.agent.cli.frame import read_prompt, terminal

if TYPE_CHECKING:
    from songsmith.agent.chat.one_turn import TurnLimits, TurnReport
    from songsmith.agent.chat.telling import TalkEvent
    from songsmith.agent.song.songbook import Song

ONE_TURN = "One turn (with --prompt)"


def add_to(app: typer.Typer) -> None:
    app.command(rich_help_panel="Make a song")(chat)


def chat(
    song: Annotated[str, typer.Argument(metavar="SONG", help="A song to go on with.")] = "",
    plain: Annotated[bool, typer.Option("--plain", help="Plain lines in and out.")] = False,
    go_on: Annotated[
        bool, typer.Option("--continue", "-c", help="Go on with the last song.")
    ] = False,
    resume: Annotated[
        str, typer.Option("--resume", metavar="ID", help="Go on with the talk of this id.")
    ] = "",
    prompt: Annotated[
        str,
        typer.Option(
            "--prompt",
            "-p",
            metavar="TEXT",
            help="Do this one thing and end; - reads it from stdin.",
            rich_help_panel=ONE_TURN,
        ),
    ] = "",
    as_json: JsonOption = False,
    as_stream: Annotated[
        bool,
        typer.Option(
            "--stream-json",
            help="Events as JSON lines on stdout while they happen; the last is the report.",
            rich_help_panel=ONE_TURN,
        ),
    ] = False,
    yes: YesOption = False,
    renders: Annotated[
        int | None,
        typer.Option(
            "--renders",
            metavar="N",
            min=0,
            max=64,
            help="Takes it may sing without a yes (2).",
            rich_help_panel=ONE_TURN,
        ),
    ] = None,
    turns: Annotated[
        int | None,
        typer.Option(
            "--max-turns",
            metavar="N",
            min=1,
            max=100,
            help="Rounds of the model and its tools (12).",
            rich_help_panel=ONE_TURN,
        ),
    ] = None,
    time_s: Annotated[
        float | None,
        typer.Option(
            "--max-time",
            metavar="TIME",
            parser=as_seconds,
            help="Time it may take, e.g. 90 or 5:00; a render stops between steps.",
            rich_help_panel=ONE_TURN,
        ),
    ] = None,
    price: Annotated[
        float | None,
        typer.Option(
            "--max-price",
            metavar="PRICE",
            min=0.0,
            help="What the LLM may cost, by the prices that are set.",
            rich_help_panel=ONE_TURN,
        ),
    ] = None,
) -> None:
    """Talk about a song and change it. With --prompt one turn is taken, for scripts and other agents."""
    from songsmith.agent.chat.loop import Chat
    from songsmith.agent.chat.one_turn import TurnLimits

    folder = _folder(song, go_on, resume)
    if prompt:
        limits = TurnLimits(turns, time_s, price, renders, agrees=yes)
        words = read_prompt() if prompt == "-" else prompt
        if not words.strip():
            raise typer.BadParameter("say after --prompt what is to be done")
        _one_turn(words, folder, limits, as_json, as_stream)
        return
    if as_json or as_stream or yes or any(x is not None for x in (renders, turns, time_s, price)):
        raise typer.BadParameter("these flags are for a single turn: add --prompt")
    Chat(folder, is_plain=plain).run()


def _folder(song: str, go_on: bool, resume: str) -> Path | None:
    """The song to talk about, None for a new one."""
    from songsmith.agent.chat.resuming import last_song, song_of_talk
    from songsmith.agent.song.songbook import SongError
    from songsmith.agent.studio.opening import find_song

    if sum(map(bool, (song, go_on, resume))) > 1:
        raise typer.BadParameter("give a SONG, --continue or --resume, not two of them")
    if go_on:
        return last_song()
    if resume:
        return song_of_talk(resume)
    folder = find_song(song) if song else None
    if song and folder is None:
        raise SongError(f"there is no song {song!r}", hint="leave the name out to begin a new one")
    return folder


def _one_turn(
    prompt: str, folder: Path | None, limits: "TurnLimits", as_json: bool, as_stream: bool
) -> None:
    """Take the turn, print what was asked for, and end with the code that says how it went."""
    from songsmith.agent.views.documents import to_json

    if as_stream:
        report = _streamed(prompt, folder, limits)
    else:
        report = _drawn(prompt, folder, limits, to_stderr=as_json)
        if as_json:
            typer.echo(to_json(report.as_json()))
    if report.ended == "error" and report.error:
        raise report.error
    if report.ended == "interrupted":
        raise typer.Exit(ExitCode.INTERRUPTED)
    if report.ended != "done":
        _say_limit(report)
        raise typer.Exit(ExitCode.LIMIT_REACHED)


def _streamed(prompt: str, folder: Path | None, limits: "TurnLimits") -> "TurnReport":
    """Every event is a line of JSON at once; nobody else is told anything."""
    from songsmith.agent.chat.one_turn import take_turn
    from songsmith.agent.views.documents import event_document, to_json

    def tell(event: "TalkEvent", song: "Song | None") -> None:
        typer.echo(to_json(event_document(event, song)))

    report = take_turn(prompt, folder, limits=limits, on_event=tell)
    typer.echo(to_json({"event": "end", **report.as_json()}))
    return report


def _drawn(
    prompt: str, folder: Path | None, limits: "TurnLimits", *, to_stderr: bool
) -> "TurnReport":
    """The turn as a person sees it."""
    from songsmith.agent.chat.one_turn import take_turn
    from songsmith.agent.chat.telling import draw
    from songsmith.agent.views.terminal import shown_path

    with terminal(to_stderr) as screen:
        report = take_turn(
            prompt, folder, limits=limits, on_event=lambda event, song: draw(screen, event, song)
        )
        screen.end_text()
        if report.song:
            screen.fact("kept", shown_path(report.song.folder))
        return report


def _say_limit(report: "TurnReport") -> None:
    """Which limit ended the turn, on stderr."""
    why = str(report.error) if report.error else "the rounds of tools of this turn are used up"
    typer.echo(f"stopped ({report.ended}): {why}", err=True)
