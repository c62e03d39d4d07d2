"""An index of all songs of a folder: one HTML file with a cover for each, which leads to the song's page."""

import os
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from html import escape
from importlib.resources import files
from pathlib import Path
from string import Template
from urllib.parse import quote

from songsmith.agent.export.cover import cover_of
from songsmith.agent.files import write_whole
from songsmith.agent.page.build import PageError, write_page
from songsmith.agent.phrases import clock
from songsmith.agent.song.songbook import Song
from songsmith.errors import SongsmithError

__all__ = ["Gallery", "write_gallery"]

_NAME = "index.html"


@dataclass(frozen=True)
class Gallery:
    """The index that was written, the songs on it, and those left out with the reason."""

    file: Path
    songs: tuple[str, ...]
    left_out: tuple[tuple[str, str], ...] = ()


def write_gallery(
    folder: Path, out: Path | None = None, *, on_song: Callable[[str], None] = lambda name: None
) -> Gallery:
    """Write the index of the songs in `folder` to `out` (its index.html), and the page of each song that has none or an
    old one; `on_song` is told each name.

    A song without a take, or that can't be opened, is left out with the reason. Raises `PageError` where there is none.
    """
    file = out or folder / _NAME
    cards: list[str] = []
    shown: list[str] = []
    left_out: list[tuple[str, str]] = []
    for path in sorted(folder.glob("*/song.json"), key=lambda path: path.parent.name.casefold()):
        name = path.parent.name
        on_song(name)
        try:
            song = Song.open(path.parent)
            page = _current_page(song)
            cards.append(_card(song, page, file.parent))
            shown.append(name)
        except SongsmithError as error:
            left_out.append((name, str(error)))
    if not shown:
        raise PageError(
            "there is no song with a take to show here",
            where=str(folder),
            hint='make one: songsmith make "…"',
        )
    write_whole(file, _document(folder.resolve().name or "Songs", cards))
    return Gallery(file, tuple(shown), tuple(left_out))


def _current_page(song: Song) -> Path:
    """The song's page, written anew where something of the song is newer."""
    page = song.folder / "page.html"
    made_of = (song.folder / "song.json", *(song.folder / "takes").glob("*.json"))
    is_current = page.is_file() and all(
        path.stat().st_mtime <= page.stat().st_mtime for path in made_of if path.exists()
    )
    return page if is_current and song.picked else write_page(song).file


def _card(song: Song, page: Path, start: Path) -> str:
    manifest = song.manifest(song.picked)
    picture = b64encode(cover_of(manifest).svg().encode()).decode()
    address = quote(os.path.relpath(page.resolve(), start.resolve()).replace(os.sep, "/"))
    title = escape(song.title or song.folder.name)
    facts = " · ".join(filter(None, (clock(manifest.duration_s), song.version.style[:80])))
    return (
        f'<li><a href="{address}"><img src="data:image/svg+xml;base64,{picture}" alt="" width="300" height="300">'
        f'<div><h2 dir="auto">{title}</h2><p dir="auto">{escape(facts)}</p></div></a></li>'
    )


def _document(title: str, cards: list[str]) -> str:
    style = _resource("gallery.css")
    count = "1 song" if len(cards) == 1 else f"{len(cards)} songs"
    return Template(_resource("gallery.html")).substitute(
        title=escape(title),
        style=style,
        style_hash=f"sha256-{b64encode(sha256(style.encode()).digest()).decode()}",
        count=count,
        cards="\n".join(cards),
    )


def _resource(name: str) -> str:
    return (files("songsmith.agent.page") / name).read_text(encoding="utf-8")
