"""Words that belong to no song: checked, or sung into a sound file, without a song folder."""

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from songsmith.agent.files import make_folder, write_whole
from songsmith.agent.settings.settings import load_settings
from songsmith.agent.studio.open_song import StudioError
from songsmith.agent.studio.rendering import Engines, RenderWish, build_request, filled, sha256_of
from songsmith.agent.studio.results import Audience, Checked
from songsmith.agent.writers.stamping import check_for, stamped
from songsmith.agent.writers.tempo import pulse_of
from songsmith.engine.engine import Take
from songsmith.lyrics.check import Report, Variant
from songsmith.lyrics.fault import Fault
from songsmith.lyrics.lyric import Lyrics
from songsmith.lyrics.reading.lrc import Parsed, format_lrc
from songsmith.lyrics.speech.language_guess import guess_language

__all__ = ["check_words", "language_of_words", "render_file", "unused_file"]


def unused_file(stem: str, formats: Sequence[str]) -> Path:
    """A sound file here that does not exist yet, for a person who named none."""
    ending = formats[0] if formats else "flac"
    path, number = Path(f"{stem}.{ending}"), 2
    while path.exists():
        path, number = Path(f"{stem}-{number}.{ending}"), number + 1
    return path


def render_file(
    parsed: Parsed,
    style: str,
    language: str,
    duration_s: float | None,
    wish: RenderWish,
    out: Path,
    *,
    audience: Audience,
    may_go_on: Callable[[Report], bool],
) -> dict[str, Any]:
    """Sing `parsed` into `out` (further takes: out-2, out-3, …) and return what was done.

    The ending of `out` is the format, unless the wish names one.
    """
    out = _checked_path(out, wish)
    settings = load_settings(None, {})
    pulse = pulse_of(style or settings.style, wish.options)
    lyrics, length_s = stamped(parsed.lyrics, duration_s, pulse)
    lyrics = replace(lyrics, language=language or lyrics.language)
    engine, why = Engines().choose(wish.engine or settings.engine, lyrics.language)
    report = check_for(engine.name, lyrics, duration_s=length_s, parse_faults=parsed.faults)
    for fault in report.faults:
        audience.note(f"{fault.severity}: {fault}")
    if report.has_errors and not may_go_on(report):
        raise StudioError(
            "not every line can be sung as written",
            hint="repair the lines above (songsmith check --repair), or go on all the same with --yes",
        )
    request, forecast = build_request(
        engine, lyrics, style or settings.style, length_s, filled(wish, settings, engine.name)
    )
    audience.fact("engine", f"{engine.name} ({why})")
    audience.fact("style", forecast.style)
    for note in forecast.notes:
        audience.note(note)
    make_folder(out.parent)
    takes = [
        _write_take(take, _numbered(out, index), lyrics)
        for index, take in enumerate(engine.render(request, audience.progress))
    ]
    return {
        "engine": engine.name,
        "engine_why": why,
        "style_understood": forecast.style,
        "length_s": length_s,
        "notes": list(forecast.notes),
        "faults": [str(fault) for fault in report.faults],
        "takes": takes,
    }


def _checked_path(out: Path, wish: RenderWish) -> Path:
    """Where the sound goes, its ending a format; refused before any time is spent."""
    from songsmith.engine.audio import FORMATS, AudioError

    is_named = out.suffix.lstrip(".").lower() in FORMATS
    if wish.formats and is_named and out.suffix.lower() != f".{wish.formats[0]}":
        raise AudioError(
            f"--format says {wish.formats[0]}, the name says otherwise",
            where=str(out),
            hint="leave one of them out",
        )
    if wish.formats and not is_named:
        out = out.with_name(f"{out.name}.{wish.formats[0]}")
    if out.suffix.lstrip(".").lower() not in FORMATS:
        raise AudioError(
            f"there is no sound format {out.suffix or out.name!r}",
            where=str(out),
            hint=f"end the name in one of {', '.join('.' + f for f in FORMATS)}",
        )
    there = next(folder for folder in out.absolute().parents if folder.exists())
    if not (there.is_dir() and os.access(there, os.W_OK)):
        raise StudioError("nothing can be written here", where=str(there), hint="choose another")
    return out


def _write_take(take: Take, path: Path, lyrics: Lyrics) -> dict[str, Any]:
    from songsmith.engine.audio import measure_loudness, quantise, save_audio

    audio = quantise(take.audio)
    tags = {"title": lyrics.title, "lyrics": format_lrc(lyrics)}
    artist = dict(lyrics.tags).get("ar", "")
    save_audio(path, audio, tags=tags | ({"artist": artist} if artist else {}))
    files = [path]
    for name, data in take.attachments.items():
        files.append(path.with_suffix(Path(name).suffix))
        write_whole(files[-1], data)
    for name, sound in take.stems.items():
        files.append(path.with_name(f"{path.stem}.{name}{path.suffix}"))
        save_audio(files[-1], sound)
    loudness = measure_loudness(audio)
    return {
        "file": str(path),
        "files": [str(file) for file in files],
        "seed": take.seed,
        "duration_s": take.duration_s,
        "lufs": round(loudness.lufs, 2) if loudness.lufs > float("-inf") else None,
        "samples_sha256": sha256_of(audio.tobytes()),
    }


def _numbered(path: Path, index: int) -> Path:
    return path if index == 0 else path.with_name(f"{path.stem}-{index + 1}{path.suffix}")


def check_words(
    lyrics: Lyrics,
    *,
    duration_s: float,
    engine: str = "",
    variant: Variant | None = None,
    parse_faults: Sequence[Fault] = (),
    engines: Engines | None = None,
) -> Checked:
    """All faults of words that belong to no song yet; a variant is one of DiffRhythm's."""
    wanted = engine or ("diffrhythm" if variant else "") or load_settings(None, {}).engine
    language = language_of_words(lyrics)
    name, why = (engines or Engines()).singer(wanted, language)
    report = check_for(
        name, lyrics, duration_s=duration_s, variant=variant, parse_faults=parse_faults
    )
    return Checked(lyrics, report, engine=name, engine_why=why, language=language)


def language_of_words(lyrics: Lyrics) -> str:
    """The language that words are marked with, or that they seem to be in."""
    return lyrics.language or guess_language("\n".join(line.text for line in lyrics.lines))
