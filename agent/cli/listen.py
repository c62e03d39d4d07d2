"""The commands that listen: listen, align, mend."""

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
from songsmith.agent.cli.frame import answer, do_with_song, need_reached, read_words, terminal
from songsmith.agent.files import is_file, is_there

if TYPE_CHECKING:
    from songsmith.agent.views.terminal import Terminal
    from songsmith.engine.listening.listen import Hearing
    from songsmith.lyrics.lyric import Draft, Lyrics

SourceArgument = Annotated[
    str, typer.Argument(metavar="SONG|FILE", help="A song, a take's file, or any sound file.")
]
LyricsOption = Annotated[
    str, typer.Option("--lyrics", metavar="FILE", help="The words, for a sound file.")
]


def add_to(app: typer.Typer) -> None:
    for command in (listen, align, mend):
        app.command(rich_help_panel="Sing it again, compare, choose")(command)


def listen(
    source: SourceArgument,
    lyrics: LyricsOption = "",
    take: TakeOption = "",
    model: EarsOption = "",
    download: DownloadOption = False,
    language: LanguageOption = "",
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            "-o",
            metavar="FILE",
            help="LRC file for the times that words without stamps were found at.",
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Hear what was sung, line by line."""
    from songsmith.agent.studio.opening import open_studio
    from songsmith.agent.views.show import show

    song = None
    with terminal(as_json) as screen:
        path, home = Path(source), _song_of(source, lyrics)
        if home is None:
            words = read_words(_lyrics_for(path, lyrics)).lyrics
            hearing = _listen_to_file(path, words, model, language, download)
        else:
            name = path.name.split(".")[0] if is_file(path) else take
            studio = open_studio(str(home), screen)
            song = studio.song
            hearing = studio.listen(name, model=model, language=language, allowed=download)
        show(screen, hearing)
        if home is None:
            _keep_times(screen, words, hearing, out, _lyrics_for(path, lyrics))
    answer(as_json, hearing, song)


def align(
    source: SourceArgument,
    lyrics: LyricsOption = "",
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", "-o", metavar="FILE", help="Write the words with these times as LRC."
        ),
    ] = None,
    take: TakeOption = "",
    model: EarsOption = "",
    download: DownloadOption = False,
    language: LanguageOption = "",
    as_json: JsonOption = False,
) -> None:
    """Find out when each line and word is really sung."""
    from songsmith.agent.files import write_whole
    from songsmith.agent.settings.settings import load_settings
    from songsmith.agent.studio.listening import EarsWish, align_file
    from songsmith.agent.studio.opening import open_studio
    from songsmith.agent.views.show import show
    from songsmith.lyrics.reading.lrc import format_lrc

    song = None
    with terminal(as_json) as screen:
        path, home = Path(source), _song_of(source, lyrics)
        if home is None:
            words = read_words(_lyrics_for(path, lyrics)).lyrics
            wish = EarsWish(model, language, download)
            aligned = align_file(path, words, load_settings(None, {}), wish)
        else:
            studio = open_studio(str(home), screen)
            song, name = studio.song, path.name.split(".")[0] if is_file(path) else take
            aligned = studio.align(name, model=model, language=language, allowed=download)
        show(screen, aligned)
        if out:
            write_whole(out, format_lrc(aligned.lyrics))
            screen.fact("lyrics", str(out))
    answer(as_json, aligned, song)


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
    """Listen, and sing again only the lines that were not understood.

    The exit code is 5 if lines are still heard below --until-sung (0.7 if it is not given) afterwards.
    """
    mended = do_with_song(
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
    need_reached(mended)


def _song_of(source: str, lyrics: str) -> Path | None:
    """The song that is meant, or whose take's file it is; None for a sound file by itself."""
    path = Path(source)
    home = path.resolve().parent.parent if is_file(path) and not lyrics else path
    is_folder = is_there(path) and path.is_dir()
    is_sound = (lyrics or is_file(path) or path.suffix) and not is_folder
    return None if is_sound and not is_file(home / "song.json") else home


def _lyrics_for(path: Path, lyrics: str) -> str:
    """The file with the words of a sound file: the named one, or the LRC file of the same name."""
    from songsmith.engine.listening.listen import ListenError

    if not is_file(path):
        raise ListenError(
            "there is no such song or sound file", where=str(path), hint="check its name"
        )
    beside = path.with_suffix(".lrc")
    if not lyrics and not is_file(beside):
        raise ListenError(
            "there are no lyrics to compare the sound with",
            where=str(path),
            hint="give them with --lyrics song.lrc",
        )
    return lyrics or str(beside)


def _keep_times(
    screen: "Terminal", words: "Lyrics | Draft", hearing: "Hearing", out: Path | None, source: str
) -> None:
    """Words that had no stamps as LRC with the times that were found, in `out` or beside them."""
    from songsmith.agent.files import write_whole
    from songsmith.agent.writers.stamping import stamped
    from songsmith.lyrics.lyric import Draft
    from songsmith.lyrics.reading.lrc import format_lrc

    times = hearing.times
    if not isinstance(words, Draft) or times is None or not any(t.is_heard for t in times.lines):
        return
    path = out or Path(source).with_suffix(".lrc")
    if out is None and (source == "-" or path.exists()):
        screen.note("the lines' times were found; -o song.lrc keeps them")
        return
    write_whole(path, format_lrc(times.placed(stamped(words, None)[0])))
    screen.fact("lyrics", str(path))


def _listen_to_file(
    path: Path, given: "Lyrics | Draft", model: str, language: str, download: bool
) -> "Hearing":
    """A sound file against these words."""
    from songsmith.agent.settings.settings import load_settings
    from songsmith.agent.studio.listening import EarsWish, ears_for, language_of
    from songsmith.agent.writers.stamping import stamped
    from songsmith.engine.audio import load_audio
    from songsmith.engine.listening.listen import listen as hear
    from songsmith.engine.units import SAMPLE_RATE_HZ
    from songsmith.lyrics.lyric import Lyrics

    audio = load_audio(path)
    words, _ = stamped(given, audio.shape[1] / SAMPLE_RATE_HZ)
    language = language or language_of(words)
    ears = ears_for(load_settings(None, {}), language, EarsWish(model, language, download))
    return hear(audio, words, ears=ears, language=language, has_stamps=isinstance(given, Lyrics))
