"""The command `check`: all faults of a lyrics file, of stdin or of a song, and the safe ones repaired."""

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from songsmith.agent.cli.exit_codes import ExitCode
from songsmith.agent.cli.flags import DurationOption, JsonOption, OnlyOption, SingAllOption
from songsmith.agent.cli.frame import answer, read_words, terminal
from songsmith.agent.files import is_file

if TYPE_CHECKING:
    from songsmith.agent.studio.results import Checked
    from songsmith.agent.studio.studio import Studio
    from songsmith.agent.views.terminal import Terminal
    from songsmith.lyrics.check import Variant
    from songsmith.lyrics.fault import Fault
    from songsmith.lyrics.reading.lrc import Parsed

__all__ = ["check"]


def check(
    source: Annotated[
        str, typer.Argument(metavar="FILE|SONG", help="A lyrics file, a song, or - for stdin.")
    ],
    length: DurationOption = None,
    variant: Annotated[
        str, typer.Option("--variant", help="Model of DiffRhythm: base (95 s) or full (285 s).")
    ] = "",
    engine: Annotated[
        str, typer.Option("--engine", help="Who is to sing, as `songsmith engines` names them.")
    ] = "",
    repair: Annotated[
        bool,
        typer.Option("--repair", "--mend", help="Put right what is safe and show the changes."),
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            "-o",
            metavar="FILE",
            help="Where the repaired words go; without it FILE itself, kept as FILE.orig, FILE.orig-2, …",
        ),
    ] = None,
    only: OnlyOption = "",
    sing_all: SingAllOption = False,
    frames: Annotated[
        bool, typer.Option("--frames", help="With --json: DiffRhythm's token for each frame too.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Find every fault of a lyric at once, for the engine that would sing it."""
    from songsmith.agent.studio.opening import is_song, open_studio
    from songsmith.agent.views.show import show
    from songsmith.engine.engine import engine_names

    if engine and engine not in engine_names():
        raise typer.BadParameter(f"--engine is one of {', '.join(engine_names())}")
    if variant not in ("", "base", "full"):
        raise typer.BadParameter("--variant is base or full")
    engine = engine or ("diffrhythm" if frames else "")
    if out and not repair:
        raise typer.BadParameter("--out goes with --repair")
    to_stdout = repair and source == "-" and out is None and not as_json
    with terminal(as_json or to_stdout) as screen:
        song = None
        unread: tuple[Fault, ...] = ()
        if is_song(source):
            studio = open_studio(source, screen)
            song = studio.song
            checked = _check_song(studio, length, _variant(variant), engine, repair)
        else:
            parsed = read_words(source, only=only, sing_all=sing_all)
            checked, unread = _check_words(
                parsed, screen, length, _variant(variant), engine, repair
            )
        show(screen, checked)
        if repair:
            _refuse_loss(source, checked, unread)
            _keep_repaired(source, out, checked, to_stdout=to_stdout)
    answer(as_json, checked, song, **({"frames": checked.report.frames} if frames else {}))
    if checked.report.has_errors:
        raise typer.Exit(ExitCode.AT_FAULT)


def _check_song(
    studio: "Studio",
    length_s: float | None,
    variant: "Variant | None",
    engine: str,
    repair: bool,
) -> "Checked":
    """A song's words; repaired ones are its next version. Another length or variant is only looked at."""
    from songsmith.agent.writers.stamping import check_for

    checked = studio.check(repair=repair, engine=engine)
    if length_s is None and variant is None:
        return checked
    length_s = length_s or studio.duration_s
    report = check_for(checked.engine, checked.lyrics, duration_s=length_s, variant=variant)
    return replace(checked, report=report)


def _check_words(
    parsed: "Parsed",
    screen: "Terminal",
    length_s: float | None,
    variant: "Variant | None",
    engine: str,
    repair: bool,
) -> "tuple[Checked, tuple[Fault, ...]]":
    """The words of a file or of stdin, and what of them could not be read; plain ones get stamps first."""
    from songsmith.agent.song.diff import diff_lyrics
    from songsmith.agent.studio.one_file import check_words
    from songsmith.agent.writers.stamping import stamped
    from songsmith.lyrics.lyric import Draft
    from songsmith.lyrics.repair import repair_lyrics

    before, duration_s = stamped(parsed.lyrics, length_s)
    if isinstance(parsed.lyrics, Draft) and before.lines:
        screen.note("no stamps in there: these are computed")
    lyrics, faults = before, parsed.faults
    repaired: tuple[Fault, ...] = ()
    unread = tuple(fault for fault in parsed.faults if fault.severity == "error")
    if repair:
        lyrics, repaired = repair_lyrics(before, duration_s=duration_s)
        # Reading repairs what it can; a line that could not be read is still lost in the new file.
        faults = unread
    checked = check_words(
        lyrics, duration_s=duration_s, engine=engine, variant=variant, parse_faults=faults
    )
    return replace(checked, repaired=repaired, changes=diff_lyrics(before, lyrics)), unread


def _variant(text: str) -> "Variant | None":
    return "base" if text == "base" else "full" if text == "full" else None


def _refuse_loss(source: str, checked: "Checked", unread: "tuple[Fault, ...]") -> None:
    """Words that could not be read would be missing from the repaired ones: then nothing is written."""
    from songsmith.lyrics.reading.lrc import LrcError

    if unread:
        raise LrcError(
            f"nothing was written, since words would be lost: {unread[0].message}",
            where=f"{source}:{unread[0].source_line}" if unread[0].source_line else source,
            hint=unread[0].hint or "correct that line by hand, then repair the rest",
        )
    if not checked.lyrics.lines:
        raise LrcError(
            "nothing was written: no words to sing were found",
            where=source,
            hint="give a lyrics file, e.g. LRC, SRT or plain text",
        )


def _keep_repaired(source: str, out: Path | None, checked: "Checked", *, to_stdout: bool) -> None:
    """Repaired words go to --out, else to the file they came from (its old self kept), else to stdout."""
    from songsmith.agent.files import write_whole
    from songsmith.lyrics.reading.lrc import format_lrc

    lrc = format_lrc(checked.lyrics)
    if out is not None:
        write_whole(out, lrc)
    elif to_stdout:
        sys.stdout.write(lrc)
    elif is_file(Path(source)) and Path(source).read_bytes() != lrc.encode():
        _keep_as_it_was(Path(source))
        write_whole(Path(source).resolve(), lrc)


def _keep_as_it_was(path: Path) -> None:
    """A copy of `path` beside it, under the first free name: song.lrc.orig, song.lrc.orig-2, …"""
    from songsmith.agent.files import write_new

    number = 1
    while (
        kept := path.with_name(f"{path.name}.orig" + (f"-{number}" if number > 1 else ""))
    ).exists():
        number += 1
    write_new(kept, path.read_bytes())
