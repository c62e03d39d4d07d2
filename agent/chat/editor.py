"""The words of a song changed in the person's own editor."""

import os

from songsmith.agent.studio.open_song import StudioError
from songsmith.agent.studio.studio import Studio
from songsmith.agent.views.terminal import is_interactive
from songsmith.lyrics.reading.lrc import Parsed, format_lrc, parse_lyrics

__all__ = ["edited_words"]


def edited_words(studio: Studio) -> Parsed:
    """The song's words after the person changed them in $EDITOR. Raises `StudioError` if they did not."""
    import click

    if not (is_interactive() or os.environ.get("VISUAL") or os.environ.get("EDITOR")):
        raise StudioError("there is no terminal to edit in", hint="give a file, or - for stdin")
    try:
        text = click.edit(format_lrc(studio.song.lyrics), extension=".lrc")
    except click.ClickException as error:
        raise StudioError("the editor failed", hint="set EDITOR to one that works") from error
    if text is None:
        raise StudioError("nothing was changed in the editor")
    return parse_lyrics(text, as_written=True)
