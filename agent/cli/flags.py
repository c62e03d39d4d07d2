"""Flags that several commands share, declared once.

`with_wish` gives a command all flags of a render (engine, takes, seed, format, and the engines' own) and
hands it one `RenderWish`; typer reads them from the signature it leaves behind.
"""

import functools
import inspect
from collections.abc import Callable
from typing import Annotated, Any, TypeVar

import typer

from songsmith.errors import SongsmithError

__all__ = [
    "BarOption",
    "DownloadOption",
    "DurationOption",
    "EarsOption",
    "FromOption",
    "JsonOption",
    "LanguageOption",
    "OnlyOption",
    "PartOption",
    "RoundsOption",
    "SingAllOption",
    "SongArgument",
    "TakeOption",
    "WriterOption",
    "YesOption",
    "as_seconds",
    "with_wish",
]

Result = TypeVar("Result")


def as_seconds(text: str) -> float:
    """Seconds of what a person wrote as a time; a mistake there is wrong usage."""
    from songsmith.agent.studio.spans import parse_duration

    if isinstance(text, float):
        return text
    try:
        length_s = parse_duration(text)
    except SongsmithError as error:
        raise typer.BadParameter(str(error)) from error
    if length_s <= 0:
        raise typer.BadParameter(f"{text!r} is not a length; write seconds or minutes:seconds")
    return length_s


SongArgument = Annotated[
    str,
    typer.Argument(metavar="SONG", help="Folder of a song, or its name below the songs folder."),
]
JsonOption = Annotated[
    bool,
    typer.Option(
        "--json",
        help="One JSON object on stdout, everything else on stderr.",
        rich_help_panel="More",
    ),
]
OnlyOption = Annotated[
    str,
    typer.Option(
        "--only",
        metavar="CODE",
        help="Of two languages, the one to sing.",
        rich_help_panel="Words",
    ),
]
SingAllOption = Annotated[
    bool,
    typer.Option(
        "--sing-all",
        help="Sing credits and adverts too.",
        rich_help_panel="Words",
    ),
]
PartOption = Annotated[
    str,
    typer.Option(
        "--span",
        metavar="START-END",
        help="Of a file, only its lines from 0:30-3:10.",
        rich_help_panel="Words",
    ),
]
FromOption = Annotated[
    str,
    typer.Option(
        "--from",
        metavar="SECTION",
        help='Of a file, only what comes from "verse 2" on.',
        rich_help_panel="Words",
    ),
]
YesOption = Annotated[
    bool, typer.Option("--yes", "-y", help="Go on without asking.", rich_help_panel="More")
]
LanguageOption = Annotated[
    str,
    typer.Option(
        "--language",
        "-l",
        metavar="CODE",
        help="Language of the lyrics: en, zh, …",
        rich_help_panel="Words",
    ),
]
DurationOption = Annotated[
    float | None,
    typer.Option(
        "--length",
        metavar="TIME",
        parser=as_seconds,
        help="Length: 95, 95s or 1:35.",
        rich_help_panel="Song",
    ),
]
WriterOption = Annotated[
    str, typer.Option("--writer", help="Who writes: auto, llm or offline.", rich_help_panel="Words")
]
BarOption = Annotated[
    float | None,
    typer.Option(
        "--until-sung",
        metavar="SHARE",
        min=0.0,
        max=1.0,
        help="Words heard in every line, e.g. 0.85; else exit 5.",
        rich_help_panel="Sound",
    ),
]
RoundsOption = Annotated[
    int | None,
    typer.Option(
        "--max-rounds",
        metavar="N",
        min=1,
        max=20,
        help="Rounds of singing again (3).",
        rich_help_panel="Sound",
    ),
]
EarsOption = Annotated[
    str,
    typer.Option(
        "--model",
        metavar="NAME|PATH",
        help="Transcription model that listens, e.g. base.",
        rich_help_panel="Sound",
    ),
]
DownloadOption = Annotated[
    bool,
    typer.Option("--download", help="Fetch that model if it is not here.", rich_help_panel="Sound"),
]
TakeOption = Annotated[str, typer.Option("--take", metavar="TAKE", help="A take, e.g. t002 or 2.")]

SOUND, OUTPUT, MORE = "Sound", "Output", "More"
"""Panels of `--help`."""


def _flag(*names: str, panel: str = SOUND, **facts: Any) -> typer.models.OptionInfo:
    option: typer.models.OptionInfo = typer.Option(*names, rich_help_panel=panel, **facts)
    return option


# name, type, default, flag: of the wish itself.
_WISH: tuple[tuple[str, Any, Any, typer.models.OptionInfo], ...] = (
    (
        "engine",
        str,
        "",
        _flag("--engine", metavar="NAME", help="Who sings: auto, or one of `songsmith engines`."),
    ),
    (
        "option",
        list[str] | None,
        None,
        _flag(
            "--option",
            metavar="NAME=VALUE",
            help="An engine's option; see `songsmith engines show`.",
        ),
    ),
    ("seed", int | None, None, _flag("--seed", help="A number; the same one gives the same song.")),
    (
        "takes",
        int | None,
        None,
        _flag("--takes", "-n", metavar="N", panel=OUTPUT, help="How many takes (1)."),
    ),
    ("format", str, "", _flag("--format", panel=OUTPUT, help="flac, wav, mp3 or ogg.")),
)
# Engines' options that have a flag of their own: those that several share, and those much used.
_ENGINE_OPTIONS: tuple[tuple[str, Any, typer.models.OptionInfo], ...] = (
    ("instrumental", bool, _flag("--instrumental", help="No words, only music.")),
    ("voice", str, _flag("--voice", help="sketch: a voice, or `list`.")),
    ("key", str, _flag("--key", help='e.g. "F minor" (sketch, ace-step).')),
    ("bpm", float, _flag("--bpm", help="Beats a minute (sketch, ace-step).")),
    ("time", str, _flag("--time", metavar="METRE", help="e.g. 3/4 (sketch, ace-step).")),
    ("stems", bool, _flag("--stems", panel=OUTPUT, help="sketch: vocal, drums, … as files.")),
    ("midi", bool, _flag("--midi", panel=OUTPUT, help="sketch: a MIDI file.")),
    ("chords", bool, _flag("--chords", panel=OUTPUT, help="sketch: a chord sheet.")),
    ("preset", str, _flag("--preset", panel=MORE, help="diffrhythm: exact, fast or draft.")),
    ("device", str, _flag("--device", panel=MORE, help="Where a model runs: cpu, cuda or mps.")),
    (
        "style_audio",
        list[str],
        _flag(
            "--style-audio", metavar="FILE", panel=MORE, help="Take the style from it (not sketch)."
        ),
    ),
    (
        "cover",
        str,
        _flag(
            "--cover",
            metavar="TAKE|FILE",
            panel=MORE,
            help="Sing it anew in the style given (ace-step).",
        ),
    ),
    (
        "cover_strength",
        float,
        _flag("--strength", hidden=True),
    ),
    # Taken as before, but told by `songsmith engines show diffrhythm` alone.
    ("steps", int, _flag("--steps", hidden=True)),
    ("guidance", float, _flag("--guidance", hidden=True)),
    ("sway", float, _flag("--sway", hidden=True)),
    ("dtype", str, _flag("--dtype", hidden=True)),
    ("variant", str, _flag("--variant", hidden=True)),
    ("negative", str, _flag("--negative", hidden=True)),
)


def with_wish(command: Callable[..., Result]) -> Callable[..., Result]:
    """`command` takes a keyword `wish`; what typer sees instead are all flags of a render."""
    own = [p for p in inspect.signature(command).parameters.values() if p.name != "wish"]
    flags = [
        inspect.Parameter(
            name,
            inspect.Parameter.KEYWORD_ONLY,
            default=default,
            annotation=Annotated[kind, option],
        )
        for name, kind, default, option in _WISH
    ] + [
        inspect.Parameter(
            name,
            inspect.Parameter.KEYWORD_ONLY,
            default=False if kind is bool else None,
            annotation=Annotated[kind if kind is bool else kind | None, option],
        )
        for name, kind, option in _ENGINE_OPTIONS
    ]

    @functools.wraps(command)
    def wrapped(**values: Any) -> Result:
        flag_values = {parameter.name: values.pop(parameter.name) for parameter in flags}
        if flag_values["voice"] == "list":
            _list_voices(values.get("language", ""), as_json=values.get("as_json", False))
        return command(**values, wish=_wish(flag_values))

    own = [p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in own]
    wrapped.__signature__ = inspect.Signature([*own, *flags])  # type: ignore[attr-defined]
    wrapped.__annotations__ = {p.name: p.annotation for p in [*own, *flags]}
    return wrapped


def _wish(values: dict[str, Any]) -> Any:
    """The `RenderWish` of the flags; what was not said is left to settings and engines."""
    from songsmith.agent.studio.engine_options import option_words
    from songsmith.agent.studio.rendering import RenderWish
    from songsmith.engine.audio import FORMATS

    if values["format"] and values["format"] not in FORMATS:
        raise typer.BadParameter(f"--format is one of {', '.join(FORMATS)}")
    if values["takes"] == 0:
        raise typer.BadParameter("--takes can't be 0; ask for 1 to 64")
    options = option_words(values["option"] or ()) | {
        name: values[name]
        for name, kind, _ in _ENGINE_OPTIONS
        if values[name] not in (None, False, [], ())
    }
    return RenderWish(
        engine=values["engine"],
        takes=values["takes"] or 0,
        seed=values["seed"],
        options=options,
        formats=(values["format"],) if values["format"] else (),
    )


def _list_voices(language: str, *, as_json: bool) -> None:
    from songsmith.agent.studio.rendering import Engines

    voices = Engines().voices(language)
    if as_json:
        from songsmith.agent.views.documents import plain, to_json

        typer.echo(to_json({"voices": plain(voices)}))
        raise typer.Exit
    for voice in voices:
        star = "★" if voice.is_natural else " "
        installed = "" if voice.is_installed else "  (not installed)"
        facts = f"{voice.language:<6} {voice.register:<5} {voice.description}{installed}"
        typer.echo(f"{star} {voice.name:<24} {facts}")
    typer.echo(
        "\n★ sings most clearly. Any voice: +low or +high after its name. Any Piper voice: the path of its .onnx file,"
        " then #speaker where it has several."
    )
    raise typer.Exit
