"""The songs as resources: state, words, takes, hearings, page; to read, never to change. Sound is not among them.

songsmith://guide                            how to work with songsmith
songsmith://songs                            the names of all songs
songsmith://songs/NAME                       a song as it stands, as text
songsmith://songs/NAME/lyrics                its words as LRC
songsmith://songs/NAME/takes                 its takes
songsmith://songs/NAME/takes/t001/hearing    what was heard of a take
songsmith://songs/NAME/page                  its page, without the sound that the page's file holds
"""

import json
import re
from collections.abc import Callable
from urllib.parse import quote, unquote

from mcp_types import Completion, Resource, ResourceTemplate, TextResourceContents

from songsmith.agent.chat.conversation import song_as_text
from songsmith.agent.files import read_text
from songsmith.agent.mcp.shelf import Shelf
from songsmith.agent.song.file_names import file_in
from songsmith.agent.song.songbook import Song
from songsmith.agent.studio.results import Silence
from songsmith.agent.studio.take_list import list_takes
from songsmith.agent.views.documents import document
from songsmith.errors import SongsmithError
from songsmith.lyrics.reading.lrc import format_lrc
from songsmith.prompts import render

__all__ = ["Library", "ResourceError", "song_uri"]

_ROOT = "songsmith://"
_MOST_LISTED = 50
_MOST_COMPLETED = 100
_SOUND = re.compile(r'<script type="text/plain" id="sound-[^"]*">[^<]*</script>\n?')


class ResourceError(SongsmithError):
    """A resource that is not there."""


def song_uri(name: str, part: str = "") -> str:
    """Where a song, or a part of it, can be read."""
    return f"{_ROOT}songs/{quote(name, safe='')}{'/' * bool(part)}{part}"


class Library:
    """What can be read of the songs on a shelf, and the guide for a model that may sing `takes` unasked."""

    def __init__(self, shelf: Shelf, takes: int) -> None:
        self.guide = render("mcp_guide", takes=takes)
        self._shelf = shelf
        self._parts: dict[str, tuple[str, Callable[[Song], str]]] = {
            "lyrics": ("text/plain", lambda song: format_lrc(song.lyrics)),
            "takes": ("application/json", _takes),
            "page": ("text/html", _page),
        }

    def listed(self) -> list[Resource]:
        """The guide, the list of songs, and the songs that were changed last with their parts."""
        fixed = [
            Resource(uri=f"{_ROOT}guide", name="guide", mime_type="text/markdown"),
            Resource(uri=f"{_ROOT}songs", name="songs", mime_type="application/json"),
        ]
        names = self._shelf.names()[:_MOST_LISTED]
        return [*fixed, *(resource for name in names for resource in self._of_song(name))]

    def templates(self) -> list[ResourceTemplate]:
        """How further songs, and what was heard of a take, are named."""
        song = f"{_ROOT}songs/{{song}}"
        parts = {name: kind for name, (kind, _) in self._parts.items()}
        return [
            ResourceTemplate(uri_template=song, name="song", mime_type="text/plain"),
            *(
                ResourceTemplate(uri_template=f"{song}/{name}", name=name, mime_type=kind)
                for name, kind in parts.items()
            ),
            ResourceTemplate(
                uri_template=f"{song}/takes/{{take}}/hearing",
                name="hearing",
                mime_type="application/json",
            ),
        ]

    def completed(self, variable: str, begun: str, song: str) -> Completion:
        """Names of songs, or of a song's takes, that begin so."""
        names: list[str] = []
        if variable == "song":
            names = self._shelf.names()
        elif variable == "take" and song:
            names = list(self._shelf.song(song).takes)
        fitting = [name for name in names if name.startswith(begun)]
        return Completion(values=fitting[:_MOST_COMPLETED], total=len(fitting))

    def read(self, uri: str) -> TextResourceContents:
        """A resource as text. Raises `ResourceError` for one that is not there, and what reading the song raises."""
        if uri.startswith("file:"):
            raise ResourceError("files are not sent", where=uri, hint="open the file itself")
        match uri.removeprefix(_ROOT).split("/") if uri.startswith(_ROOT) else []:
            case ["guide"]:
                return _text(uri, self.guide, "text/markdown")
            case ["songs"]:
                return _text(uri, json.dumps(self._shelf.names(), ensure_ascii=False), _JSON)
            case ["songs", name]:
                return _text(uri, self.state(unquote(name)), "text/plain")
            case ["songs", name, part] if part in self._parts:
                kind, content = self._parts[part]
                return _text(uri, content(self._shelf.song(unquote(name))), kind)
            case ["songs", name, "takes", take, "hearing"]:
                return _text(uri, _hearing(self._shelf.song(unquote(name)), unquote(take)), _JSON)
        raise ResourceError("there is no such resource", where=uri, hint=f"begin with {_ROOT}songs")

    def state(self, name: str) -> str:
        """A song as it stands, for a model to read."""
        self._shelf.song_folder(name)  # a session without a name would have no song, and say so
        return song_as_text(self._shelf.session(name, Silence()))

    def _of_song(self, name: str) -> list[Resource]:
        parts = [
            Resource(uri=song_uri(name, part), name=f"{name}: {part}", mime_type=kind)
            for part, (kind, _) in self._parts.items()
        ]
        return [Resource(uri=song_uri(name), name=name, mime_type="text/plain"), *parts]


_JSON = "application/json"


def _text(uri: str, text: str, kind: str) -> TextResourceContents:
    return TextResourceContents(uri=uri, text=text, mime_type=kind)


def _takes(song: Song) -> str:
    return json.dumps(document(list_takes(song), song), ensure_ascii=False)


def _hearing(song: Song, take: str) -> str:
    if take not in song.takes:
        raise ResourceError(
            f"there is no take {take!r}", hint=f"its takes: {', '.join(song.takes) or 'none yet'}"
        )
    heard = song.hearing(take)
    if heard is None:
        raise ResourceError(f"nobody has listened to {take} yet", hint="call `listen`")
    return json.dumps(heard, ensure_ascii=False)


def _page(song: Song) -> str:
    """The page as it was written last, without its sound."""
    file = file_in(song.folder, "page.html")
    if not file.is_file():
        raise ResourceError("this song has no page yet", hint="call `page`")
    return _SOUND.sub("", read_text(file))
