"""The commands that change, compare and hand out a song that is there."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from songsmith.agent.cli.exit_codes import ExitCode
from songsmith.agent.cli.flags import (
    DurationOption,
    JsonOption,
    SongArgument,
    TakeOption,
    WriterOption,
    with_wish,
)
from songsmith.agent.cli.frame import answer, do_with_song, read_words, terminal
from songsmith.agent.export.formats import FORMATS

if TYPE_CHECKING:
    from songsmith.agent.studio.rendering import RenderWish
    from songsmith.agent.studio.studio import Studio
    from songsmith.engine.engine import Span

LinesOption = Annotated[
    str, typer.Option("--lines", metavar="N-M", help="Lines, e.g. 7, 7-9 or 2,5-6.")
]
SectionOption = Annotated[str, typer.Option("--section", help='e.g. "chorus 2".')]


def add_to(app: typer.Typer) -> None:
    panels = {
        "Change its words and style": (revise, choose, rhyme, edit, retime, style),
        "Sing it again, compare, choose": (fix, takes, pick, play, replay),
        "Go back and forth": (versions, undo, redo, diff, branch),
        "Hand it out": (export, page, open_page, gallery),
    }
    for panel, commands in panels.items():
        for command in commands:
            name = "open" if command is open_page else None
            app.command(name, rich_help_panel=panel)(command)


def revise(
    song: SongArgument,
    instruction: Annotated[str, typer.Argument(help='What to change: "make it bitter".')],
    lines: LinesOption = "",
    section: SectionOption = "",
    options: Annotated[
        int, typer.Option("--options", metavar="N", help="Offer N wordings instead.", min=0, max=8)
    ] = 0,
    writer: WriterOption = "",
    as_json: JsonOption = False,
) -> None:
    """Rewrite some lines; all others and all stamps stay. With --options, `songsmith choose` takes one of several."""
    if not lines and not section:
        raise typer.BadParameter("say which: --lines 5-8 or --section 'verse 2'")
    if options:
        _offer(song, lines or section, instruction, options, writer, as_json)
        return
    do_with_song(
        song,
        as_json,
        lambda studio: studio.revise(
            studio.lines_named(lines or section), instruction, writer=writer
        ),
    )


def _offer(song: str, where: str, instruction: str, count: int, writer: str, as_json: bool) -> None:
    """Show several wordings; at a terminal one is picked by its number at once."""
    from songsmith.agent.views.terminal import is_interactive

    offered = do_with_song(
        song,
        as_json,
        lambda studio: studio.offer(studio.lines_named(where), instruction, count, writer=writer),
    )
    if as_json or not is_interactive() or not offered.wordings:
        return
    number = typer.prompt(f"Which one? 1 to {len(offered.wordings)}, 0 for none", type=int)
    if number:
        do_with_song(song, as_json, lambda studio: studio.choose(number))


def choose(
    song: SongArgument,
    number: Annotated[int, typer.Argument(metavar="N", help="The number of a wording.")],
    as_json: JsonOption = False,
) -> None:
    """Take one of the wordings that `revise --options` offered."""
    do_with_song(song, as_json, lambda studio: studio.choose(number))


def rhyme(
    word: Annotated[str, typer.Argument(metavar="WORD", help="A word or a line; Chinese too.")],
    syllables: Annotated[
        int | None, typer.Option("--syllables", metavar="N", help="Only words of N syllables.")
    ] = None,
    metre: Annotated[
        str, typer.Option("--metre", help="Only this metre: x/ or da-DUM; 平仄 in Chinese.")
    ] = "",
    as_json: JsonOption = False,
) -> None:
    """Words that rhyme, without an LLM."""
    from songsmith.agent.views.show import show
    from songsmith.agent.writers.rhymes import find_rhymes

    with terminal(as_json) as screen:
        found = find_rhymes(word, syllables=syllables, metre=metre)
        show(screen, found)
    answer(as_json, found)


def edit(
    song: SongArgument,
    source: Annotated[str, typer.Argument(metavar="FILE", help="New words; - reads stdin.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Take over words you wrote; without FILE in your editor."""
    from songsmith.agent.chat.editor import edited_words

    do_with_song(
        song,
        as_json,
        lambda studio: studio.edit(read_words(source) if source else edited_words(studio)),
    )


def retime(
    song: SongArgument,
    length: DurationOption = None,
    bpm: Annotated[
        float | None,
        typer.Option("--bpm", help="Beats a minute (the song's tempo).", min=30, max=300),
    ] = None,
    keep: Annotated[
        str, typer.Option("--keep", metavar="N-M", help="Lines whose stamps stay.")
    ] = "",
    as_json: JsonOption = False,
) -> None:
    """New stamps on the bars of the song's tempo."""
    do_with_song(
        song,
        as_json,
        lambda studio: studio.retime(
            duration_s=length, bpm=bpm, keep=studio.lines_named(keep) if keep else []
        ),
    )


def style(
    song: SongArgument,
    text: Annotated[str, typer.Argument(help='e.g. "bossa nova, soft"')],
    as_json: JsonOption = False,
) -> None:
    """Change the style of further takes."""
    do_with_song(song, as_json, lambda studio: studio.style(text))


@with_wish
def fix(
    song: SongArgument,
    span: Annotated[
        list[str] | None,
        typer.Option("--span", metavar="TIME-TIME", help="e.g. 0:42-0:55; may be repeated."),
    ] = None,
    lines: LinesOption = "",
    section: SectionOption = "",
    changed: Annotated[
        bool, typer.Option("--changed", help="The lines that the take does not sing yet.")
    ] = False,
    style: Annotated[
        str, typer.Option("--style", "-s", help="Another style than the take's own.")
    ] = "",
    length: DurationOption = None,
    take: TakeOption = "",
    as_json: JsonOption = False,
    *,
    wish: "RenderWish",
) -> None:
    """Sing again only what you point at; the rest stays bit for bit."""
    if not (span or lines or section or changed or length):
        raise typer.BadParameter(
            "say what: --span 0:42-0:55, --lines 7-9, --section 'chorus 2', --changed, or a longer --length"
        )
    do_with_song(
        song,
        as_json,
        lambda studio: studio.fix(
            [
                *pointed_spans(studio, span or [], lines, section, take),
                *(studio.spans_named("changed", take) if changed else ()),
            ],
            wish,
            take=studio.take_named(take),
            duration_s=length,
            style=style,
        ),
    )


def pointed_spans(
    studio: "Studio", times: list[str], lines: str, section: str, take: str = ""
) -> "list[Span]":
    """Spans of the flags --span, --lines and --section together, in a take."""
    from songsmith.agent.studio.spans import parse_span, span_of_lines

    spans = [parse_span(text) for text in times]
    for text in filter(None, (lines, section)):
        lyrics = studio.lyrics_as_sung(take)
        spans += span_of_lines(lyrics, studio.lines_named(text), studio.duration_s)
    return spans


def takes(
    song: SongArgument,
    verify: Annotated[
        bool, typer.Option("--verify", help="Compare each sound file with its manifest's hash.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """List the takes of a song."""
    result = do_with_song(song, as_json, lambda studio: studio.takes(verify=verify))
    if result.damaged:
        raise typer.Exit(ExitCode.AT_FAULT)


def pick(
    song: SongArgument,
    take: Annotated[str, typer.Argument(help="e.g. t002 or 2")],
    as_json: JsonOption = False,
) -> None:
    """Choose the take that counts."""
    do_with_song(song, as_json, lambda studio: studio.pick(take))


def undo(song: SongArgument, as_json: JsonOption = False) -> None:
    """Take the last change back."""
    do_with_song(song, as_json, lambda studio: studio.undo())


def redo(song: SongArgument, as_json: JsonOption = False) -> None:
    """Take the last undo back."""
    do_with_song(song, as_json, lambda studio: studio.redo())


def versions(song: SongArgument, as_json: JsonOption = False) -> None:
    """List all versions of a song."""
    do_with_song(song, as_json, lambda studio: studio.versions())


def diff(
    song: SongArgument,
    before: Annotated[str, typer.Argument(help="e.g. v2; the version before, if not given.")] = "",
    after: Annotated[str, typer.Argument(help="e.g. v3; the present one, if not given.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Show what changed between two versions."""
    do_with_song(song, as_json, lambda studio: studio.diff(before, after))


def branch(
    song: SongArgument,
    name: Annotated[str, typer.Argument(help="A name, or a version such as v3.")],
    as_json: JsonOption = False,
) -> None:
    """Go on from another version, or start a branch here."""
    do_with_song(song, as_json, lambda studio: studio.branch(name))


def play(song: SongArgument, take: TakeOption = "", as_json: JsonOption = False) -> None:
    """Play a take."""
    do_with_song(song, as_json, lambda studio: studio.play(take))


def export(
    song: SongArgument,
    formats: Annotated[
        list[str] | None,
        typer.Option("--format", metavar="NAME", help=f"{', '.join(FORMATS)}; may be repeated."),
    ] = None,
    take: TakeOption = "",
    to: Annotated[
        Path | None, typer.Option("--to", metavar="DIR", help="Another folder than the song's.")
    ] = None,
    lufs: Annotated[
        float | None, typer.Option("--lufs", help="Loudness: -14 streaming, -16, -23 broadcast.")
    ] = None,
    bits: Annotated[int, typer.Option("--bits", help="16 or 24, for FLAC and WAV.")] = 24,
    rate: Annotated[int, typer.Option("--rate", metavar="HZ", help="Sample rate.")] = 44_100,
    as_json: JsonOption = False,
) -> None:
    """Hand a take out: sound with tags, words, score, stems, cover, video.

    MIDI, chords, notes and stems are made again from the take's seed if they were not kept with it.
    """
    do_with_song(
        song,
        as_json,
        lambda studio: studio.export(
            formats or [studio.settings.format],
            take=take,
            to=to,
            lufs=lufs,
            bits=bits,
            rate_hz=rate,
        ),
    )


def page(
    song: SongArgument,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", metavar="FILE", help="Where it goes (page.html).")
    ] = None,
    beside: Annotated[
        bool, typer.Option("--beside", help="Sound in files next to it, not inside.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Write one HTML file that plays the takes and shows the words, to send to someone."""
    do_with_song(song, as_json, lambda studio: studio.page(out, beside=beside))


def open_page(song: SongArgument, as_json: JsonOption = False) -> None:
    """Write the song's page and open it in the browser."""
    written = do_with_song(song, as_json, lambda studio: studio.page())
    typer.launch(str(written.file))


def gallery(
    folder: Annotated[
        Path | None, typer.Argument(metavar="DIR", help="Folder of songs (the songs folder).")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", metavar="FILE", help="Where it goes (index.html).")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Write an index page of all songs in a folder, with a page for each."""
    from songsmith.agent.page.gallery import write_gallery
    from songsmith.agent.settings.settings import load_settings
    from songsmith.agent.views.show import show

    with terminal(as_json) as screen:
        made = write_gallery(folder or load_settings(None, {}).out, out, on_song=screen.note)
        show(screen, made)
    answer(as_json, made)


def replay(
    song: SongArgument,
    take: Annotated[str, typer.Argument(help="e.g. t002 or 2; the picked one, if not given.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Make a take again from its manifest; compare the samples, or bring back its file if that is gone."""
    result = do_with_song(song, as_json, lambda studio: studio.replay(take))
    if not result.is_same:
        raise typer.Exit(ExitCode.AT_FAULT)
