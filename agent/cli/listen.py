"""The commands that listen: listen, mend."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from songsmith.agent.cli.flags import (
    BarOption,
    DownloadOption,
    EarsOption,
    JsonOption,
    LanguageOption,
    RoundsOption,
    SongArgument,
    TakeOption,
)
from songsmith.agent.cli.frame import answer, do_with_song, read_words, terminal
from songsmith.agent.files import is_file, is_there

if TYPE_CHECKING:
    from songsmith.engine.listening.listen import Hearing


def add_to(app: typer.Typer) -> None:
    for command in (listen, mend):
        app.command(rich_help_panel="Sing it again, compare, choose")(command)


def listen(
    source: Annotated[
        str, typer.Argument(metavar="SONG|FILE", help="A song, a take's file, or any sound file.")
    ],
    lyrics: Annotated[
        str, typer.Option("--lyrics", metavar="FILE", help="The words, for a sound file.")
    ] = "",
    take: TakeOption = "",
    model: EarsOption = "",
    download: DownloadOption = False,
    language: LanguageOption = "",
    as_json: JsonOption = False,
) -> None:
    """Hear what was sung, line by line."""
    from songsmith.agent.studio.opening import open_studio
    from songsmith.agent.views.show import show

    song = None
    with terminal(as_json) as screen:
        path = Path(source)
        home = path.resolve().parent.parent if is_file(path) and not lyrics else path
        is_sound = (lyrics or is_file(path) or path.suffix) and not (
            is_there(path) and path.is_dir()
        )
        if is_sound and not is_file(home / "song.json"):
            hearing = _listen_to_file(path, lyrics, model, language, download)
        else:
            name = path.name.split(".")[0] if is_file(path) else take
            studio = open_studio(str(home), screen)
            song = studio.song
            hearing = studio.listen(name, model=model, language=language, allowed=download)
        show(screen, hearing)
    answer(as_json, hearing, song)


def mend(
    song: SongArgument,
    until_sung: BarOption = None,
    max_rounds: RoundsOption = None,
    take: TakeOption = "",
    model: EarsOption = "",
    download: DownloadOption = False,
    language: LanguageOption = "",
    as_json: JsonOption = False,
) -> None:
    """Listen, and sing again only the lines that were not understood."""
    do_with_song(
        song,
        as_json,
        lambda studio: studio.mend(
            take,
            until_sung=until_sung,
            max_rounds=max_rounds,
            model=model,
            language=language,
            allowed=download,
        ),
    )


def _listen_to_file(
    path: Path, lyrics: str, model: str, language: str, download: bool
) -> "Hearing":
    """A sound file against words from a file, or against those of an LRC file of the same name."""
    from songsmith.agent.settings.settings import load_settings
    from songsmith.agent.studio.listening import EarsWish, ears_for, language_of
    from songsmith.agent.writers.stamping import stamped
    from songsmith.engine.audio import load_audio
    from songsmith.engine.listening.listen import ListenError
    from songsmith.engine.listening.listen import listen as hear
    from songsmith.engine.units import SAMPLE_RATE_HZ
    from songsmith.lyrics.lyric import Lyrics

    audio = load_audio(path)
    beside = path.with_suffix(".lrc")
    if not lyrics and not is_file(beside):
        raise ListenError(
            "there are no lyrics to compare the sound with",
            where=str(path),
            hint="give them with --lyrics song.lrc",
        )
    given = read_words(lyrics or str(beside)).lyrics
    words, _ = stamped(given, audio.shape[1] / SAMPLE_RATE_HZ)
    language = language or language_of(words)
    ears = ears_for(load_settings(None, {}), language, EarsWish(model, language, download))
    return hear(audio, words, ears=ears, language=language, has_stamps=isinstance(given, Lyrics))
