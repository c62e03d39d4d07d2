"""From the words of a song to takes in its folder: engine, seeds, request, manifest, replay."""

import hashlib
import platform
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as package_version
from pathlib import Path
from typing import Any

from songsmith import __version__
from songsmith.agent.files import make_folder, write_new
from songsmith.agent.settings.settings import Settings
from songsmith.agent.song.file_names import file_in
from songsmith.agent.song.option_files import check_option_files, option_files
from songsmith.agent.song.song_file import TakeManifest, Version, now
from songsmith.agent.song.songbook import Song
from songsmith.agent.song.sung_words import words_sung
from songsmith.agent.studio.engine_options import typed_options
from songsmith.agent.studio.engine_states import Engines
from songsmith.engine.engine import (
    Engine,
    EngineError,
    Forecast,
    Progress,
    RenderRequest,
    Span,
    Take,
    engine_card,
)
from songsmith.engine.memory import hand_back_memory
from songsmith.engine.requests import check_duration
from songsmith.lyrics.lyric import Lyrics
from songsmith.lyrics.reading.lrc import format_lrc, parse_lyrics

__all__ = [
    "Engines",
    "RenderWish",
    "Replay",
    "load_take",
    "options_of",
    "render_takes",
    "replay_take",
    "save_take",
    "sound_sha256",
]

_MOST_TAKES = 64
_MOST_SEED = 2**63 - 1


@dataclass(frozen=True)
class RenderWish:
    """How a person wants a render: by which engine ("" = the best there is), how many takes (0 = as many
    as the settings say, 1 without), which seed for the first (None = a new one), which of the engine's own
    options, which formats beside FLAC."""

    engine: str = ""
    takes: int = 0
    seed: int | None = None
    options: Mapping[str, object] = field(default_factory=dict)
    formats: tuple[str, ...] = ()

    def check(self) -> None:
        """Raise for a number of takes, a seed or a format that can't be."""
        from songsmith.engine.audio import FORMATS, AudioError

        self.seeds()
        for name in self.formats:
            if name not in FORMATS:
                raise AudioError(
                    f"there is no sound format {name!r}", hint=f"choose {', '.join(FORMATS)}"
                )

    def seeds(self) -> tuple[int, ...]:
        """One seed a take: the given one and those after it."""
        if not 0 <= self.takes <= _MOST_TAKES:
            raise EngineError(
                f"{self.takes} takes can't be made at once", hint=f"ask for 1 to {_MOST_TAKES}"
            )
        if self.seed is not None and not 0 <= self.seed <= _MOST_SEED - self.takes:
            raise EngineError(f"the seed {self.seed} is out of range", hint="give 0 to 2^63 - 65")
        first = secrets.randbelow(2**31) if self.seed is None else self.seed
        return tuple(first + index for index in range(self.takes or 1))


def build_request(
    engine: Engine,
    lyrics: Lyrics,
    style: str,
    duration_s: float,
    wish: RenderWish,
    *,
    spans: Sequence[Span] = (),
    parent: Take | None = None,
) -> tuple[RenderRequest, Forecast]:
    """The request for a wish and what it would do; raises what the engine would refuse."""
    check_duration(engine.card, duration_s)
    request = RenderRequest(
        lyrics=lyrics,
        style=style,
        duration_s=duration_s,
        seeds=wish.seeds(),
        spans=tuple(spans),
        parent=parent,
        options=wish.options,
    )
    return request, engine.forecast(request)


def render_takes(
    song: Song,
    engine: Engine,
    request: RenderRequest,
    made_by: str,
    *,
    parent: str = "",
    formats: Sequence[str] = (),
    on_progress: Callable[[Progress], None],
) -> list[TakeManifest]:
    """Render and keep each take as soon as it is done; one undo takes all takes of one call back."""
    manifests: list[TakeManifest] = []
    version: Version | None = None
    try:
        for take in engine.render(request, on_progress):
            manifest = save_take(song, take, request, parent=parent, formats=formats)
            manifests.append(manifest)
            version = song.add_version(
                f"{made_by} → {', '.join(m.take for m in manifests)}",
                new_takes=[manifest.take],
                picked=manifest.take if version is None else None,
                continues=version,
            )
    finally:
        hand_back_memory()
    return manifests


def save_take(
    song: Song, take: Take, request: RenderRequest, *, parent: str, formats: Sequence[str] = ()
) -> TakeManifest:
    """Write a take under a number of its own: its sound, attachments and stems, its manifest last."""
    name = song.claim_take()
    try:
        return _save_as(name, song, take, request, parent, formats)
    finally:
        song.release_take(name)


def _save_as(
    name: str,
    song: Song,
    take: Take,
    request: RenderRequest,
    parent: str,
    formats: Sequence[str],
) -> TakeManifest:
    from songsmith.engine.audio import encoded, measure_loudness, quantise

    folder = song.folder / "takes"
    audio = quantise(take.audio)
    words = _sung(song, request, parent) or format_lrc(request.lyrics)
    tags = _tags(song, take, request.style, words)
    for format_name in dict.fromkeys(("flac", *formats)):
        write_new(folder / f"{name}.{format_name}", encoded(audio, format_name, tags=tags))
    for stem, sound in take.stems.items():
        make_folder(folder / f"{name}.stems")
        write_new(folder / f"{name}.stems" / f"{stem}.flac", encoded(sound, "flac"))
    for attachment, data in take.attachments.items():
        write_new(folder / f"{name}.{attachment}", data)
    loudness = measure_loudness(audio)
    is_sound = loudness.lufs > float("-inf")
    manifest = TakeManifest(
        take=name,
        file=f"{name}.flac",
        engine=take.engine,
        seed=take.seed,
        lyrics=format_lrc(request.lyrics),
        sung=_sung(song, request, parent),
        style=request.style,
        duration_s=request.duration_s,
        options=dict(request.options),
        option_files=option_files(request.options),
        spans=tuple((span.start_s, span.end_s) for span in request.spans),
        parent=parent,
        details=dict(take.details),
        attachments=tuple(take.attachments),
        lufs=round(loudness.lufs, 2) if is_sound else None,
        true_peak_dbtp=round(loudness.true_peak_dbtp, 2) if is_sound else None,
        samples_sha256=sha256_of(audio.tobytes()),
        made_at=now(),
        made_with={**_versions(), **song.version.written},
    )
    song.add_manifest(manifest)
    return manifest


def _tags(song: Song, take: Take, style: str, words: str) -> dict[str, str]:
    return {
        "title": song.title,
        "artist": dict(lyrics_in(words).tags).get("ar") or "songsmith",
        "comment": f"{take.engine}, seed {take.seed}, {style}",
        "lyrics": words,
    }


def _sung(song: Song, request: RenderRequest, parent: str) -> str:
    """The words that a take sings in which only spans of `parent` were sung again, as LRC; "" for a whole one."""
    if not (parent and request.spans):
        return ""
    before = lyrics_in(song.manifest(parent).words)
    return format_lrc(words_sung(before, request.lyrics, request.spans))


def lyrics_in(lrc: str) -> Lyrics:
    """The words of a manifest."""
    words = parse_lyrics(lrc, as_written=True).lyrics
    return words if isinstance(words, Lyrics) else Lyrics()


def load_take(song: Song, name: str) -> Take:
    """A take from the song folder, with its sound and small attachments, without its stems."""
    from songsmith.engine.audio import load_audio

    manifest = song.manifest(name)
    folder = song.folder / "takes"
    return Take(
        audio=load_audio(song.sound_of(name)),
        seed=manifest.seed,
        engine=manifest.engine,
        details=manifest.details,
        attachments={
            attachment: path.read_bytes()
            for attachment in manifest.attachments
            if (path := file_in(folder, f"{name}.{attachment}")).is_file()
        },
    )


@dataclass(frozen=True)
class Replay:
    """A take made again: whether its samples are the same, and the largest difference if not. With `is_swapped`
    the take's file no longer holds the sound it was saved with; one that was gone is `restored` if it is the same."""

    take: str
    is_same: bool
    largest_difference: float
    is_swapped: bool = False
    restored: Path | None = None


def options_of(manifest: TakeManifest) -> dict[str, Any]:
    """The options of a take, with the voice that sang it: another may be the first choice by now.

    Raises `SongError` where one names a file that is not the one the take was made with.
    """
    check_option_files(manifest)
    options = dict(manifest.options)
    vocals = manifest.details.get("vocals")
    if not options.get("voice") and isinstance(vocals, Mapping) and vocals.get("voice"):
        options["voice"] = vocals["voice"]
    return options


def request_of(
    song: Song, manifest: TakeManifest, more_options: Mapping[str, object] | None = None
) -> RenderRequest:
    """The request that makes a take again from its manifest alone, with `more_options`."""
    parsed = parse_lyrics(manifest.lyrics, as_written=True).lyrics
    return RenderRequest(
        lyrics=parsed if isinstance(parsed, Lyrics) else Lyrics(title=song.title),
        style=manifest.style,
        duration_s=manifest.duration_s,
        seeds=(manifest.seed,),
        spans=tuple(Span(start_s, end_s) for start_s, end_s in manifest.spans),
        parent=load_take(song, manifest.parent) if manifest.parent else None,
        options={**options_of(manifest), **(more_options or {})},
    )


def replay_take(
    song: Song, engines: Engines, name: str, *, on_progress: Callable[[Progress], None]
) -> Replay:
    """Make take `name` again from its manifest alone and compare the samples; a file that is gone is written again."""
    import numpy as np

    from songsmith.engine.audio import load_audio, quantise

    manifest = song.manifest(name)
    engine, _ = engines.choose(manifest.engine, "")
    request = request_of(song, manifest)
    take = next(iter(engine.render(request, on_progress)))
    again = quantise(take.audio)
    if not song.audio_path(name).is_file():
        return _restored(song, manifest, replace(take, audio=again))
    kept = load_audio(song.audio_path(name))
    is_swapped = manifest.samples_sha256 not in ("", sha256_of(quantise(kept).tobytes()))
    if again.shape != kept.shape:
        return Replay(name, False, float("inf"), is_swapped=is_swapped)
    difference = float(np.abs(again - kept).max(initial=0.0))
    return Replay(name, bool(np.array_equal(again, kept)), difference, is_swapped=is_swapped)


def _restored(song: Song, manifest: TakeManifest, again: Take) -> Replay:
    """The file of a take that is gone, written again if these are the samples that its manifest tells of."""
    from songsmith.engine.audio import encoded

    if sha256_of(again.audio.tobytes()) != manifest.samples_sha256:
        return Replay(manifest.take, False, float("inf"))
    path = song.audio_path(manifest.take)
    tags = _tags(song, again, manifest.style, manifest.words)
    write_new(path, encoded(again.audio, "flac", tags=tags))
    return Replay(manifest.take, True, 0.0, restored=path)


def sound_sha256(path: Path) -> str:
    """The hash of a sound file's samples, as a manifest holds it."""
    from songsmith.engine.audio import load_audio, quantise

    return sha256_of(quantise(load_audio(path)).tobytes())


def sha256_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _versions() -> dict[str, str]:
    """Versions that a take's samples may depend on."""
    packages = ("numpy", "scipy", "torch", "pyworld-prebuilt", "pretty_midi", "pedalboard", "soxr")
    return {
        "songsmith": __version__,
        "python": platform.python_version(),
        "machine": platform.platform(),
        **{name: _version(name) for name in packages if _version(name)},
    }


def _version(package: str) -> str:
    """Version of an installed package, "" for one that is not: torch is an extra."""
    try:
        return package_version(package)
    except PackageNotFoundError:
        return ""


def filled(wish: RenderWish, settings: Settings, engine: str) -> RenderWish:
    """`wish` with what it leaves open taken from the settings."""
    options: dict[str, object] = dict(settings.engines.get(engine, {}))
    if settings.voice and "voice" in engine_card(engine).options.model_fields:
        options.setdefault("voice", settings.voice)
    options = typed_options(engine_card(engine), options | dict(wish.options))
    return replace(
        wish,
        takes=wish.takes or settings.takes,
        seed=settings.seed if wish.seed is None else wish.seed,
        formats=wish.formats or (settings.format,),
        options=options,
    )
