"""The song page put together: one HTML file that asks nothing of the network, or one with its sound beside it.

What the page may do is fixed by its content security policy: its own script and style by hash, pictures and
sound that are inside it, nothing else. No player library: the outline is counted here and drawn in a few lines,
and takes that are compared run on one clock, which wavesurfer.js does not have.
"""

import json
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from html import escape
from importlib.resources import files
from pathlib import Path
from string import Template

from songsmith.agent.export.cover import cover_of
from songsmith.agent.files import write_whole
from songsmith.agent.page.content import page_content
from songsmith.agent.page.sound import compressed, most_takes, outline
from songsmith.agent.song.file_names import file_in
from songsmith.agent.song.songbook import Song
from songsmith.errors import SongsmithError

__all__ = ["Page", "PageError", "write_page"]

_MOST_SOUND_BYTES = 5_600_000
"""All takes together; a page of less than 8 MB once they are written in base64."""
_MOST_TAKES = 6


class PageError(SongsmithError):
    """A song of which no page can be made."""


@dataclass(frozen=True)
class Page:
    """A page that was written: its file, the takes on it, those left out, and the sound files beside it."""

    file: Path
    takes: tuple[str, ...]
    left_out: tuple[str, ...] = ()
    beside: tuple[Path, ...] = ()


def write_page(song: Song, out: Path | None = None, *, beside: bool = False) -> Page:
    """Write the page of `song` to `out` (its folder's page.html). With `beside` the sound lies in files next to it.

    Raises `PageError` for a song without a take, and what reading its takes raises.
    """
    if not song.picked:
        raise PageError(
            "this song has no take to play yet",
            where=str(song.folder),
            hint=f"sing it first: songsmith render {song.folder}",
        )
    file = out or file_in(song.folder, "page.html")
    takes, left_out = _chosen_takes(song)
    sounds = _sounds(song, takes)
    content = page_content(song, takes)
    for shown in content["takes"]:
        shown["outline"] = sounds[shown["name"]].outline
    written: tuple[Path, ...] = ()
    embedded = ""
    if beside:
        written = tuple(_write_beside(file, name, sounds[name].data) for name in takes)
        content["files"] = {name: path.name for name, path in zip(takes, written, strict=True)}
    else:
        embedded = "\n".join(
            f'<script type="text/plain" id="sound-{name}">{b64encode(sounds[name].data).decode()}</script>'
            for name in takes
        )
    write_whole(file, _document(song, content, embedded, has_files=beside))
    return Page(file, tuple(takes), tuple(left_out), written)


@dataclass(frozen=True)
class _Sound:
    data: bytes
    outline: str


def _chosen_takes(song: Song) -> tuple[list[str], list[str]]:
    """The takes on the page in their order, the picked one among them, and those without room or a file."""
    longest_s = max(song.manifest(name).duration_s for name in song.takes)
    most = min(_MOST_TAKES, most_takes(longest_s, _MOST_SOUND_BYTES))
    newest = [
        name
        for name in reversed(song.takes)
        if name != song.picked and song.audio_path(name).is_file()
    ]
    shown = {song.picked, *newest[: most - 1]}
    return (
        [name for name in song.takes if name in shown],
        [name for name in song.takes if name not in shown],
    )


def _sounds(song: Song, takes: Sequence[str]) -> dict[str, _Sound]:
    from songsmith.engine.audio import load_audio

    sounds = {}
    for name in takes:
        audio = load_audio(song.sound_of(name))
        data = compressed(audio, most_bytes=_MOST_SOUND_BYTES // len(takes))
        sounds[name] = _Sound(data, outline(audio))
    return sounds


def _write_beside(file: Path, take: str, data: bytes) -> Path:
    path = file.with_name(f"{file.stem}-{take}.mp3")
    write_whole(path, data)
    return path


def _document(song: Song, content: dict[str, object], sounds: str, *, has_files: bool) -> str:
    cover = cover_of(song.manifest(song.picked))
    style = Template(_resource("page.css")).substitute(
        accent_light=cover.accent(dark=False), accent_dark=cover.accent(dark=True)
    )
    script = _resource("page.js")
    return Template(_resource("page.html")).substitute(
        language=escape(str(content["language"]) or "en"),
        title=escape(song.title),
        policy=_policy(style, script, has_files=has_files),
        cover=f"data:image/svg+xml;base64,{b64encode(cover.svg().encode()).decode()}",
        style=style,
        script=script,
        content=_as_data(content),
        sounds=sounds,
    )


def _policy(style: str, script: str, *, has_files: bool) -> str:
    rules = [
        "default-src 'none'",
        f"style-src '{_hash(style)}'",
        f"script-src '{_hash(script)}'",
        "img-src data:",
        *(["media-src 'self' file:"] if has_files else []),
        "base-uri 'none'",
        "form-action 'none'",
    ]
    return "; ".join(rules)


def _hash(text: str) -> str:
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"


def _as_data(content: dict[str, object]) -> str:
    """JSON that can stand inside a script element: no text in it can close the element."""
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _resource(name: str) -> str:
    return (files("songsmith.agent.page") / name).read_text(encoding="utf-8")
