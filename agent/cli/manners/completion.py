"""What the shell offers when Tab is pressed: songs, takes, versions, voices, styles and other names.

Offering must never disturb the line that is being typed: whatever can't be read offers nothing, and nothing is
written. Each function gives (value, what it is).
"""

import contextlib
import os
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from songsmith.errors import SongsmithError

if TYPE_CHECKING:
    from songsmith.agent.song.song_file import SongFile

__all__ = ["offers_for"]

Offer = tuple[str, str]
Offered = list[Offer]
_MANIFEST = re.compile(r"t\d+\.json")
_MOST_FILES = 200


def _quietly(offers: Callable[[typer.Context, str], Iterable[Offer]]) -> Callable[..., Offered]:
    """Those of `offers` that begin with what was typed; none where something can't be read."""

    def offered(ctx: typer.Context, incomplete: str) -> Offered:
        try:
            found = [*offers(ctx, incomplete)]
        except (SongsmithError, OSError, ValueError, ImportError):
            return []
        typed = incomplete.casefold()
        return [(_word(value), what) for value, what in found if value.casefold().startswith(typed)]

    offered.__doc__ = offers.__doc__
    return offered


def _word(value: str) -> str:
    """`value` as the shell takes it: bash alone puts it on the line as it stands."""
    is_bash = os.environ.get("_SONGSMITH_COMPLETE", "").endswith("bash")
    return value.replace(" ", "\\ ").replace("&", "\\&") if is_bash else value


def _songs(ctx: typer.Context, typed: str) -> Iterator[Offer]:
    """Songs by name, and by the path that was begun."""
    from songsmith.agent.settings.settings import load_settings

    for path in sorted(load_settings(None, {}).out.glob("*/song.json")):
        yield path.parent.name, _title(path.parent)
    if os.sep in typed:
        for path in sorted(Path(typed).parent.glob("*/song.json")):
            yield str(path.parent), _title(path.parent)


def _songs_or_files(ctx: typer.Context, typed: str) -> Iterator[Offer]:
    """Songs, and the files and folders that the path begun leads to."""
    yield from _songs(ctx, "")
    folder = Path(typed) if typed.endswith(os.sep) else Path(typed).parent
    for path in sorted(folder.glob("*"))[:_MOST_FILES]:
        yield f"{path}{os.sep if path.is_dir() else ''}", ""


def _takes(ctx: typer.Context, typed: str) -> Iterator[Offer]:
    folder = _folder(ctx)
    for path in sorted((folder / "takes").glob("t*.json")) if folder else ():
        if _MANIFEST.fullmatch(path.name):
            yield path.stem, ""


def _versions(ctx: typer.Context, typed: str) -> Iterator[Offer]:
    folder = _folder(ctx)
    for version in _file(folder).versions if folder else ():
        yield f"v{version.number}", version.made_by


def _branches(ctx: typer.Context, typed: str) -> Iterator[Offer]:
    folder = _folder(ctx)
    if folder:
        yield from ((name, "branch") for name in _file(folder).state.tips)
        yield from _versions(ctx, typed)


def _voices(ctx: typer.Context, typed: str) -> Iterator[Offer]:
    from songsmith.engine.sketch.voices.voices import voice_names

    yield "list", "print all voices"
    voices = voice_names(str(ctx.params.get("language") or ""))
    for voice in sorted(voices, key=lambda voice: not voice.is_natural):
        yield voice.name, voice.description


def _styles(ctx: typer.Context, typed: str) -> Iterator[Offer]:
    from songsmith.engine.sketch.style.genre import genre, genre_names

    yield from ((name, f"{genre(name).bpm[1]} bpm") for name in genre_names())


def _engines(ctx: typer.Context, typed: str) -> Iterator[Offer]:
    from songsmith.engine.engine import engine_card, engine_names

    yield "auto", "the best one that is ready"
    yield from ((name, engine_card(name).title) for name in engine_names())


def _parts(ctx: typer.Context, typed: str) -> Iterator[Offer]:
    from songsmith.engine.engine import all_parts

    for engine, parts in all_parts().items():
        if parts:
            yield engine, "all that the engine needs"
        yield from ((part.name, part.title) for part in parts)


def _exports(ctx: typer.Context, typed: str) -> Iterator[Offer]:
    from songsmith.agent.export.formats import FORMATS

    yield from ((name, "") for name in FORMATS)


def _settings(ctx: typer.Context, typed: str) -> Iterator[Offer]:
    from songsmith.agent.settings.settings import Settings

    tables = ("profiles", "engines")
    for name, field in Settings.model_fields.items():
        if name not in tables:
            yield name, field.description or ""


def _values(ctx: typer.Context, typed: str) -> Iterator[Offer]:
    from songsmith.agent.llm.profiles import PROFILES

    if ctx.params.get("key") == "profile":
        yield from ((name, profile.base_url or "") for name, profile in PROFILES.items())
    if ctx.params.get("key") == "engine":
        yield from _engines(ctx, typed)


def _checks(ctx: typer.Context, typed: str) -> Iterator[Offer]:
    from songsmith.agent.doctor.examine import NAMES

    yield from ((name, "") for name in NAMES)


def _folder(ctx: typer.Context) -> Path | None:
    """The song that the command line names so far; before an option's value it is still among the rest."""
    from songsmith.agent.studio.opening import find_song

    named = (ctx.params.get("song"), ctx.params.get("source"), *ctx.args)
    return next(filter(None, (find_song(str(name)) for name in named if name)), None)


def _title(folder: Path) -> str:
    """The title of a song, "" where it can't be read."""
    with contextlib.suppress(SongsmithError, ValueError):
        return _file(folder).title
    return ""


def _file(folder: Path) -> "SongFile":
    """What song.json says; the song is not opened, which would tidy its folder."""
    from songsmith.agent.files import read_text
    from songsmith.agent.song.file_names import file_in
    from songsmith.agent.song.song_file import SongFile

    return SongFile.model_validate_json(read_text(file_in(folder, "song.json")))


_OFFERS: dict[str, Callable[[typer.Context, str], Iterable[Offer]]] = {
    "song": _songs,
    "take": _takes,
    "source": _songs_or_files,
    "voice": _voices,
    "style": _styles,
    "style text": _styles,
    "engine": _engines,
    "engines show name": _engines,
    "models pull parts": _parts,
    "models verify parts": _parts,
    "models rm parts": _parts,
    "export formats": _exports,
    "diff before": _versions,
    "diff after": _versions,
    "branch name": _branches,
    "config set key": _settings,
    "config unset key": _settings,
    "config set value": _values,
    "doctor only": _checks,
}
"""By the name of a parameter, or by its command and its name where that means other things elsewhere."""


def offers_for(command: str, parameter: str) -> Callable[..., Offered] | None:
    """What Tab offers for a parameter of `command` ("models pull"), None if nothing."""
    offers = _OFFERS.get(f"{command} {parameter}") or _OFFERS.get(parameter)
    return _quietly(offers) if offers else None
