"""What every command of the command line is framed by: the screen, what is read, the one JSON object."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import typer

from songsmith.agent.cli.exit_codes import ExitCode
from songsmith.agent.cli.manners import loudness

if TYPE_CHECKING:
    from songsmith.agent.song.songbook import Song
    from songsmith.agent.studio.mending import Mended
    from songsmith.agent.studio.studio import Studio
    from songsmith.agent.views.terminal import Terminal
    from songsmith.lyrics.reading.lrc import Parsed

__all__ = ["answer", "do_with_song", "need_reached", "read_prompt", "read_words", "terminal"]

Result = TypeVar("Result")
_MOST_BYTES = 1_000_000
"""Of what is read from stdin: a long song has about 5,000."""


@contextmanager
def terminal(as_json: bool) -> Iterator["Terminal"]:
    """The screen of a command; its progress bar is gone afterwards, whatever happened."""
    from songsmith.agent.views.terminal import Terminal

    screen = Terminal(to_stderr=as_json, quiet=loudness.is_quiet())
    try:
        yield screen
    finally:
        screen.end_progress()
        screen.end_text()


def do_with_song(song: str, as_json: bool, verb: "Callable[[Studio], Result]") -> Result:
    """Open a song, do `verb` with it, show what came of it, and answer in JSON if asked to."""
    from songsmith.agent.studio.opening import open_studio
    from songsmith.agent.views.show import show

    with terminal(as_json) as screen:
        studio = open_studio(song, screen)
        result = verb(studio)
        show(screen, result, studio.song)
    answer(as_json, result, studio.song)
    return result


def answer(as_json: bool, result: object, song: "Song | None" = None, **more: object) -> None:
    """The one JSON object of a command; `more` are further keys of it."""
    if as_json:
        from songsmith.agent.views.documents import document, plain, to_json

        typer.echo(
            to_json(
                {**document(result, song), **{name: plain(value) for name, value in more.items()}}
            )
        )


def need_reached(mended: "Mended | None") -> None:
    """End with a code of its own where lines are still heard below the bar that was asked for."""
    if mended and not mended.is_reached:
        raise typer.Exit(ExitCode.NOT_REACHED)


def read_stdin(what: str) -> str:
    """All of stdin as text of whatever encoding."""
    from songsmith.lyrics.reading.encoding import LrcError, decode_lyrics

    if sys.stdin.isatty():
        typer.echo(f"reading {what} from the keyboard; end with Ctrl-D", err=True)
    data = sys.stdin.buffer.read(_MOST_BYTES + 1)
    if len(data) > _MOST_BYTES:
        raise LrcError(f"{what}: more than {_MOST_BYTES:,} bytes", where="stdin", hint="give less")
    return decode_lyrics(data)


def read_prompt() -> str:
    """The prompt from stdin; there must be one."""
    from songsmith.agent.writers.brief import BriefError

    text = read_stdin("the prompt")
    if not text.strip():
        raise BriefError("is empty", where="stdin", hint="say what the song is about")
    return text


def read_words(
    source: str, *, only: str = "", sing_all: bool = False, span: str = "", from_section: str = ""
) -> "Parsed":
    """Words of a file, or of stdin for "-"; of those in two languages the one in `only`, if it is named.

    Of long ones only the lines of a `span` of time, or those from a section on.
    """
    from songsmith.agent.cli.excerpt import excerpt
    from songsmith.lyrics.reading.bilingual import sung_in
    from songsmith.lyrics.reading.lrc import load_lyrics, parse_lyrics

    if source == "-":
        parsed = parse_lyrics(read_stdin("the lyrics"), sing_all=sing_all)
    else:
        parsed = load_lyrics(Path(source), sing_all=sing_all)
    if only:
        others = tuple(fault for fault in parsed.faults if fault.code != "bilingual")
        parsed = replace(parsed, lyrics=sung_in(parsed.lyrics, only), faults=others)
    if span and from_section:
        raise typer.BadParameter("--span or --from, not both")
    if not span and not from_section:
        return parsed
    return replace(parsed, lyrics=excerpt(parsed.lyrics, span=span, from_section=from_section))
