"""The commands that change, compare and hand out a song that is there."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from songsmith.agent.cli.flags import (
    DurationOption,
    JsonOption,
    SongArgument,
    TakeOption,
    WriterOption,
    with_wish,
)
from songsmith.agent.cli.make import read_words, show_rendered, terminal

if TYPE_CHECKING:
    from songsmith.agent.studio.rendering import RenderWish
    from songsmith.agent.studio.studio import Studio
    from songsmith.agent.views.terminal import Terminal
    from songsmith.engine.engine import Span

LinesOption = Annotated[
    str, typer.Option("--lines", metavar="N-M", help="Lines, e.g. 7, 7-9 or 2,5-6.")
]
SectionOption = Annotated[str, typer.Option("--section", help='e.g. "chorus 2".')]


def add_to(app: typer.Typer) -> None:
    for command in (
        revise,
        edit,
        retime,
        style,
        fix,
        takes,
        pick,
        undo,
        redo,
        versions,
        diff,
        branch,
        play,
        export,
        replay,
        chat,
    ):
        app.command()(command)


def find_song(text: str) -> Path | None:
    """The folder of the song a person means by a path or a name, None if there is none."""
    from songsmith.agent.settings.settings import load_settings

    for folder in (Path(text), load_settings(None, {}).out / text):
        if (folder / "song.json").is_file():
            return folder
    return None


def open_studio(text: str, screen: "Terminal") -> "Studio":
    """The song a person means, opened; takes that a killed render left are mentioned."""
    from songsmith.agent.settings.settings import load_settings
    from songsmith.agent.song.songbook import Song, SongError
    from songsmith.agent.studio.studio import Studio

    folder = find_song(text)
    if folder is None:
        out = load_settings(None, {}).out
        known = sorted(path.parent.name for path in out.glob("*/song.json"))
        raise SongError(
            f"there is no song {text!r}",
            hint=f"the songs in {out}/ are {', '.join(known)}"
            if known
            else 'make one: songsmith make "…"',
        )
    song = Song.open(folder)
    for take in song.stray_takes():
        screen.note(
            f"takes/{take}.flac was finished by a render that was cut off; it is in no version"
        )
    return Studio(song, settings=load_settings(folder, {}), audience=screen)


def answer(as_json: bool, result: object, studio: "Studio") -> None:
    """The one JSON object of a command."""
    from songsmith.agent.views.documents import document, to_json

    if as_json:
        typer.echo(to_json(document(result, studio.song)))


def chat(
    song: Annotated[str, typer.Argument(metavar="SONG", help="A song to go on with.")] = "",
    plain: Annotated[bool, typer.Option("--plain", help="Plain lines in and out.")] = False,
) -> None:
    """Talk about a song and change it."""
    from songsmith.agent.chat.loop import Chat
    from songsmith.agent.song.songbook import SongError

    folder = find_song(song) if song else None
    if song and folder is None:
        raise SongError(f"there is no song {song!r}", hint="leave the name out to begin a new one")
    Chat(folder, is_plain=plain).run()


def revise(
    song: SongArgument,
    instruction: Annotated[str, typer.Argument(help='What to change: "make it bitter".')],
    lines: LinesOption = "",
    section: SectionOption = "",
    writer: WriterOption = "",
    as_json: JsonOption = False,
) -> None:
    """Rewrite some lines; all others and all stamps stay."""
    with terminal(as_json) as screen:
        studio = open_studio(song, screen)
        if not lines and not section:
            raise typer.BadParameter("say which: --lines 5-8 or --section 'verse 2'")
        numbers = studio.lines_named(lines or section)
        written = studio.revise(numbers, instruction, writer=writer)
        screen.diff(written.changes)
        screen.faults(written.report.faults)
    answer(as_json, written, studio)


def edit(
    song: SongArgument,
    source: Annotated[str, typer.Argument(metavar="FILE", help="New words; - reads stdin.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Take over words you wrote; without FILE in your editor."""
    with terminal(as_json) as screen:
        studio = open_studio(song, screen)
        parsed = read_words(source) if source else edited_words(studio)
        written = studio.edit(parsed)
        screen.diff(written.changes)
        screen.faults(written.report.faults)
    answer(as_json, written, studio)


def edited_words(studio: "Studio") -> Any:
    """The song's words after the person changed them in $EDITOR."""
    import click

    from songsmith.agent.studio.studio import StudioError
    from songsmith.agent.views.terminal import is_interactive
    from songsmith.lyrics.reading.lrc import format_lrc, parse_lyrics

    if not (is_interactive() or os.environ.get("VISUAL") or os.environ.get("EDITOR")):
        raise StudioError("there is no terminal to edit in", hint="give a file, or - for stdin")
    try:
        text = click.edit(format_lrc(studio.song.lyrics), extension=".lrc")
    except Exception as error:
        if not hasattr(error, "format_message"):
            raise
        raise StudioError("the editor failed", hint="set EDITOR to one that works") from error
    if text is None:
        raise StudioError("nothing was changed in the editor")
    return parse_lyrics(text)


def retime(
    song: SongArgument,
    length: DurationOption = None,
    bpm: Annotated[float, typer.Option("--bpm", help="Beats a minute.", min=30, max=300)] = 90.0,
    keep: Annotated[
        str, typer.Option("--keep", metavar="N-M", help="Lines whose stamps stay.")
    ] = "",
    as_json: JsonOption = False,
) -> None:
    """New stamps on the bar grid."""
    with terminal(as_json) as screen:
        studio = open_studio(song, screen)
        kept = studio.lines_named(keep) if keep else []
        written = studio.retime(duration_s=length, bpm=bpm, keep=kept)
        screen.lyrics(written.lyrics, written.report)
        screen.faults(written.report.faults)
    answer(as_json, written, studio)


def style(
    song: SongArgument,
    text: Annotated[str, typer.Argument(help='e.g. "bossa nova, soft"')],
    as_json: JsonOption = False,
) -> None:
    """Change the style of further takes."""
    with terminal(as_json) as screen:
        studio = open_studio(song, screen)
        version = studio.style(text)
        screen.fact("style", version.style)
    answer(as_json, version, studio)


@with_wish
def fix(
    song: SongArgument,
    span: Annotated[
        list[str] | None,
        typer.Option("--span", metavar="TIME-TIME", help="e.g. 0:42-0:55; may be repeated."),
    ] = None,
    lines: LinesOption = "",
    section: SectionOption = "",
    length: DurationOption = None,
    take: TakeOption = "",
    as_json: JsonOption = False,
    *,
    wish: "RenderWish",
) -> None:
    """Sing again only what you point at; the rest stays bit for bit."""
    with terminal(as_json) as screen:
        studio = open_studio(song, screen)
        if not (span or lines or section or length):
            raise typer.BadParameter(
                "say what: --span 0:42-0:55, --lines 7-9, --section 'chorus 2', or a longer --length"
            )
        spans = pointed_spans(studio, span or [], lines, section)
        rendered = studio.fix(spans, wish, take=studio.take_named(take), duration_s=length)
        show_rendered(screen, rendered, studio.song)
    answer(as_json, rendered, studio)


def pointed_spans(studio: "Studio", times: list[str], lines: str, section: str) -> "list[Span]":
    """Spans of the flags --span, --lines and --section together."""
    from songsmith.agent.studio.spans import parse_span, span_of_lines

    spans = [parse_span(text) for text in times]
    for text in filter(None, (lines, section)):
        spans += span_of_lines(studio.song.lyrics, studio.lines_named(text), studio.duration_s)
    return spans


def takes(song: SongArgument, as_json: JsonOption = False) -> None:
    """List the takes of a song."""
    with terminal(as_json) as screen:
        studio = open_studio(song, screen)
        result = studio.takes()
        if not as_json:
            screen.takes(result)
    answer(as_json, result, studio)


def pick(
    song: SongArgument,
    take: Annotated[str, typer.Argument(help="e.g. t002 or 2")],
    as_json: JsonOption = False,
) -> None:
    """Choose the take that counts."""
    with terminal(as_json) as screen:
        studio = open_studio(song, screen)
        version = studio.pick(take)
        screen.fact("picked", version.picked)
    answer(as_json, version, studio)


def undo(song: SongArgument, as_json: JsonOption = False) -> None:
    """Take the last change back."""
    with terminal(as_json) as screen:
        studio = open_studio(song, screen)
        undone = studio.song.version.made_by
        version = studio.undo()
        screen.fact("undone", f"{undone}; the song is at v{version.number}")
    answer(as_json, version, studio)


def redo(song: SongArgument, as_json: JsonOption = False) -> None:
    """Take the last undo back."""
    with terminal(as_json) as screen:
        studio = open_studio(song, screen)
        version = studio.redo()
        screen.fact("redone", f"{version.made_by}; the song is at v{version.number}")
    answer(as_json, version, studio)


def versions(song: SongArgument, as_json: JsonOption = False) -> None:
    """List all versions of a song."""
    with terminal(as_json) as screen:
        studio = open_studio(song, screen)
        history = studio.versions()
        if not as_json:
            screen.history(history)
    answer(as_json, history, studio)


def diff(
    song: SongArgument,
    before: Annotated[str, typer.Argument(help="e.g. v2; the version before, if not given.")] = "",
    after: Annotated[str, typer.Argument(help="e.g. v3; the present one, if not given.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Show what changed between two versions."""
    with terminal(as_json) as screen:
        studio = open_studio(song, screen)
        changes = studio.diff(before, after)
        if not as_json:
            screen.changes(changes)
    answer(as_json, changes, studio)


def branch(
    song: SongArgument,
    name: Annotated[str, typer.Argument(help="A name, or a version such as v3.")],
    as_json: JsonOption = False,
) -> None:
    """Go on from another version, or start a branch here."""
    with terminal(as_json) as screen:
        studio = open_studio(song, screen)
        version = studio.branch(name)
        screen.fact("branch", f"{name}, at v{version.number}")
    answer(as_json, version, studio)


def play(song: SongArgument, take: TakeOption = "", as_json: JsonOption = False) -> None:
    """Play a take."""
    with terminal(as_json) as screen:
        studio = open_studio(song, screen)
        name = studio.take_named(take)
        screen.fact("playing", f"{name}; Ctrl-C stops")
        path = studio.play(name)
    answer(as_json, {"take": name, "file": path}, studio)


def export(
    song: SongArgument,
    formats: Annotated[
        list[str] | None,
        typer.Option("--format", metavar="NAME", help="flac, wav, mp3, ogg; may be repeated."),
    ] = None,
    take: TakeOption = "",
    as_json: JsonOption = False,
) -> None:
    """Copy a take out: sound, LRC, subtitles and what else it has."""
    with terminal(as_json) as screen:
        studio = open_studio(song, screen)
        exported = studio.export(formats or [studio.settings.format], take=take)
        screen.exported(exported)
    answer(as_json, exported, studio)


def replay(
    song: SongArgument,
    take: Annotated[str, typer.Argument(help="e.g. t002 or 2; the picked one, if not given.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Make a take again from its manifest and compare the samples."""
    with terminal(as_json) as screen:
        studio = open_studio(song, screen)
        result = studio.replay(take)
        screen.end_progress()
        screen.replayed(result)
    answer(as_json, result, studio)
    if not result.is_same:
        raise typer.Exit(1)
