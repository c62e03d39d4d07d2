"""The commands that make something of words: make, write, render."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from songsmith.agent.cli.flags import (
    BarOption,
    DurationOption,
    EarsOption,
    FromOption,
    JsonOption,
    LanguageOption,
    OnlyOption,
    PartOption,
    RoundsOption,
    SingAllOption,
    WriterOption,
    YesOption,
    with_wish,
)
from songsmith.agent.cli.frame import answer, need_reached, read_prompt, read_words, terminal

if TYPE_CHECKING:
    from songsmith.agent.settings.settings import Settings
    from songsmith.agent.studio.rendering import RenderWish
    from songsmith.agent.views.terminal import Terminal
    from songsmith.agent.writers.brief import Brief
    from songsmith.lyrics.check import Report
    from songsmith.lyrics.reading.lrc import Parsed

StyleOption = Annotated[
    str,
    typer.Option("--style", "-s", help='e.g. "jazzy nightclub, 92 bpm".', rich_help_panel="Song"),
]
TitleOption = Annotated[
    str, typer.Option("--title", help="Title of the song.", rich_help_panel="Song")
]


def add_to(app: typer.Typer) -> None:
    from songsmith.agent.cli.check import check

    for command in (make, write, check, render):
        app.command(rich_help_panel="Make a song")(command)


@with_wish
def make(
    prompt: Annotated[
        str,
        typer.Argument(help='What the song is about: "jazzy nightclub love song"; - reads stdin.'),
    ] = "",
    style: StyleOption = "",
    title: TitleOption = "",
    length: DurationOption = None,
    lyrics: Annotated[
        str | None,
        typer.Option(
            "--lyrics",
            metavar="FILE",
            help="Sing these words; - reads stdin.",
            rich_help_panel="Words",
        ),
    ] = None,
    language: LanguageOption = "",
    only: OnlyOption = "",
    sing_all: SingAllOption = False,
    span: PartOption = "",
    from_section: FromOption = "",
    writer: WriterOption = "",
    until_sung: BarOption = None,
    max_rounds: RoundsOption = None,
    model: EarsOption = "",
    download: Annotated[bool, typer.Option("--download", hidden=True)] = False,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", "-o", help="Where the song's folder goes (songs).", rich_help_panel="Output"
        ),
    ] = None,
    as_json: JsonOption = False,
    yes: YesOption = False,
    *,
    wish: "RenderWish",
) -> None:
    """Write, check and sing a song."""
    from songsmith.agent.settings.settings import load_settings
    from songsmith.agent.studio.make import SongWish, brief_for, make_song
    from songsmith.agent.views.show import show

    settings = load_settings(None, {"out": out})
    if prompt == lyrics == "-":
        raise typer.BadParameter("stdin can be the prompt or the lyrics, not both")
    parsed = None
    if lyrics is not None:
        parsed = read_words(
            lyrics, only=only, sing_all=sing_all, span=span, from_section=from_section
        )
    elif span or from_section:
        raise typer.BadParameter("--span and --from go with --lyrics")
    if prompt == "-":
        prompt = read_prompt()
    if not prompt.strip() and parsed is None and not wish.options.get("instrumental"):
        raise typer.BadParameter('say what the song is about, e.g. songsmith make "night train"')
    brief = brief_for(
        settings,
        prompt,
        language=language,
        duration_s=length,
        style=style,
        title=title,
        seed=wish.seed,
    )
    with terminal(as_json) as screen:
        made = make_song(
            SongWish(
                brief,
                words=parsed,
                writer=writer,
                render=_with_seed(wish, brief.seed),
                until_sung=until_sung,
                max_rounds=max_rounds,
                listen_model=model,
                may_download=download,
                name=prompt.strip() or _name_of(parsed, lyrics),
            ),
            settings,
            audience=screen,
            on_written=lambda written: None if screen.is_quiet else show(screen, written),
            may_go_on=lambda report: _may_go_on(screen, report, yes, as_json),
        )
        show(screen, made)
    answer(as_json, made)
    need_reached(made.mended)


def write(
    prompt: Annotated[str, typer.Argument(help="What the song is about; - reads stdin.")],
    style: StyleOption = "",
    title: TitleOption = "",
    language: LanguageOption = "",
    length: DurationOption = None,
    seed: Annotated[
        int | None,
        typer.Option("--seed", help="A number; the offline writer writes the same song for it."),
    ] = None,
    writer: WriterOption = "",
    song: Annotated[
        str, typer.Option("--song", metavar="SONG", help="New words for this song.")
    ] = "",
    show_prompt: Annotated[
        bool,
        typer.Option(
            "--show-prompt", help="Print what would be sent to the LLM, and send nothing."
        ),
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Write lyrics and print them as LRC."""
    from songsmith.agent.settings.settings import load_settings
    from songsmith.agent.studio.make import brief_for
    from songsmith.agent.views.documents import plain, report_document, to_json
    from songsmith.agent.writers.choice import choose_writer
    from songsmith.agent.writers.stamping import DEFAULT_DURATION_S
    from songsmith.lyrics.check import check_lyrics
    from songsmith.lyrics.reading.lrc import format_lrc

    text = read_prompt() if prompt == "-" else prompt
    if not text.strip():
        raise typer.BadParameter("say what the song is about")
    settings = load_settings(None, {})
    brief = brief_for(
        settings,
        text,
        language=language,
        duration_s=length or settings.length_s or DEFAULT_DURATION_S,
        style=style,
        title=title,
        seed=seed,
    )
    if show_prompt:
        _show_prompt(brief, settings, as_json)
        return
    with terminal(True) as screen:
        if song:
            _write_into(song, brief, writer, screen, as_json)
            return
        author, why = choose_writer(settings, writer, on_event=screen.note)
        screen.fact("writer", f"{author.name} ({why})")
        # At a terminal the words appear once, as the LRC below; into a file or a pipe they are seen as they come.
        is_seen = sys.stdout.isatty() and not as_json
        result = author.write(brief, (lambda _: None) if is_seen else screen.text)
        report = check_lyrics(result.lyrics, duration_s=brief.duration_s or DEFAULT_DURATION_S)
        for note in result.notes:
            screen.note(note)
        screen.faults(report.faults)
    lrc = format_lrc(result.lyrics)
    if as_json:
        facts = {
            "title": result.lyrics.title,
            "writer": author.name,
            "writer_why": why,
            "style": result.style,
            "notes": result.notes,
            "lrc": lrc,
        }
        typer.echo(to_json(plain({**facts, **report_document(report)})))
    else:
        typer.echo(lrc, nl=not lrc.endswith("\n"))


def _show_prompt(brief: "Brief", settings: "Settings", as_json: bool) -> None:
    """The messages of the first request, as they would be sent."""
    from songsmith.agent.views.documents import to_json
    from songsmith.agent.writers.choice import first_messages

    messages = first_messages(settings, brief)
    if as_json:
        rows = [{"role": message.role, "content": message.text} for message in messages]
        typer.echo(to_json({"messages": rows}))
        return
    for message in messages:
        typer.echo(f"--- {message.role}\n{message.text}\n")


def _write_into(song: str, brief: "Brief", writer: str, screen: "Terminal", as_json: bool) -> None:
    """New words for a song that is there."""
    from songsmith.agent.studio.opening import open_studio
    from songsmith.agent.views.documents import document, to_json
    from songsmith.agent.views.show import show
    from songsmith.lyrics.reading.lrc import format_lrc

    studio = open_studio(song, screen)
    written = studio.write(brief, writer=writer)
    show(screen, written)
    text = to_json(document(written, studio.song)) if as_json else format_lrc(written.lyrics)
    typer.echo(text, nl=as_json)


@with_wish
def render(
    source: Annotated[
        str, typer.Argument(metavar="FILE|SONG", help="A lyrics file, a song, or -.")
    ],
    style: StyleOption = "",
    language: LanguageOption = "",
    only: OnlyOption = "",
    sing_all: SingAllOption = False,
    span: PartOption = "",
    from_section: FromOption = "",
    length: DurationOption = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Sound file to write, e.g. song.flac.")
    ] = None,
    as_json: JsonOption = False,
    yes: YesOption = False,
    *,
    wish: "RenderWish",
) -> None:
    """Sing lyrics: into a sound file, or as new takes of a song."""
    from songsmith.agent.studio.one_file import render_file, unused_file
    from songsmith.agent.studio.opening import is_song, open_studio
    from songsmith.agent.views.documents import document, to_json
    from songsmith.agent.views.show import show

    with terminal(as_json) as screen:
        if is_song(source):
            if out or language or length or span or from_section:
                raise typer.BadParameter(
                    "--out, --language, --length, --span and --from go with a lyrics file; the takes of a song"
                    " lie in its folder (songsmith export copies one out) and are as long as the song"
                )
            studio = open_studio(source, screen)
            if style:
                studio.style(style)
            rendered = studio.render(wish)
            show(screen, rendered, studio.song)
            result = document(rendered, studio.song)
        else:
            parsed = read_words(
                source, only=only, sing_all=sing_all, span=span, from_section=from_section
            )
            result = render_file(
                parsed,
                style,
                language,
                length,
                wish,
                out or unused_file("song" if source == "-" else Path(source).stem, wish.formats),
                audience=screen,
                may_go_on=lambda report: _may_go_on(screen, report, yes, as_json),
            )
            for take in result["takes"]:
                screen.fact("sound", f"{take['file']}  seed {take['seed']}")
    if as_json:
        typer.echo(to_json(result))


def _name_of(parsed: "Parsed | None", source: str | None) -> str:
    """What a song of somebody's words is called: their title, else the name of their file."""
    if parsed and parsed.lyrics.title:
        return parsed.lyrics.title
    return Path(source).stem if source and source != "-" else ""


def _with_seed(wish: "RenderWish", seed: int) -> "RenderWish":
    from dataclasses import replace

    return replace(wish, seed=seed)


def _may_go_on(screen: "Terminal", report: "Report", yes: bool, as_json: bool) -> bool:
    """Ask whether to sing in spite of lines that can't be sung as written."""
    from songsmith.agent.views.terminal import is_interactive

    if yes:
        return True
    if as_json or not is_interactive():
        return False
    screen.end_progress()
    return typer.confirm("Sing it all the same?", default=False)
