"""songsmith turns a sentence into a song, and a conversation into a better one.

    import songsmith
    made = songsmith.make("jazzy nightclub love song", seed=7)
    print(made.folder, made.audio)

Names are loaded when they are first used, so that importing songsmith costs next to nothing.
"""

from typing import TYPE_CHECKING

__version__ = "0.1.0"

__all__ = [
    "Brief",
    "Cancelled",
    "Done",
    "Event",
    "Fact",
    "Listener",
    "Note",
    "Progress",
    "RenderWish",
    "Song",
    "SongsmithError",
    "Studio",
    "Text",
    "TurnLimits",
    "TurnReport",
    "__version__",
    "aio",
    "batch",
    "check",
    "event_document",
    "events",
    "examine",
    "make",
    "open_song",
    "parse_lyrics",
    "render",
    "rhyme",
    "take_turn",
    "write",
]

if TYPE_CHECKING:
    from songsmith import aio
    from songsmith.agent.api import check, examine, make, open_song, render, rhyme, write
    from songsmith.agent.batch.batch import batch
    from songsmith.agent.chat.one_turn import TurnLimits, TurnReport, take_turn
    from songsmith.agent.events import Done, Event, Fact, Listener, Note, Progress, Text
    from songsmith.agent.song.songbook import Song
    from songsmith.agent.studio.rendering import RenderWish
    from songsmith.agent.studio.studio import Studio
    from songsmith.agent.views.documents import event_document
    from songsmith.agent.watching import events
    from songsmith.agent.writers.brief import Brief
    from songsmith.engine.engine import Cancelled
    from songsmith.errors import SongsmithError
    from songsmith.lyrics.reading.lrc import parse_lyrics

_HOMES = {
    "Brief": "songsmith.agent.writers.brief",
    "Cancelled": "songsmith.engine.engine",
    "RenderWish": "songsmith.agent.studio.rendering",
    "Song": "songsmith.agent.song.songbook",
    "SongsmithError": "songsmith.errors",
    "Studio": "songsmith.agent.studio.studio",
    "event_document": "songsmith.agent.views.documents",
    "events": "songsmith.agent.watching",
    "batch": "songsmith.agent.batch.batch",
    "parse_lyrics": "songsmith.lyrics.reading.lrc",
    **dict.fromkeys(("TurnLimits", "TurnReport", "take_turn"), "songsmith.agent.chat.one_turn"),
    **dict.fromkeys(
        ("Done", "Event", "Fact", "Listener", "Note", "Progress", "Text"), "songsmith.agent.events"
    ),
    **dict.fromkeys(
        ("check", "examine", "make", "open_song", "render", "rhyme", "write"), "songsmith.agent.api"
    ),
}


def __getattr__(name: str) -> object:
    from importlib import import_module

    if name == "aio":
        return import_module("songsmith.aio")
    if name not in _HOMES:
        raise AttributeError(f"module 'songsmith' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
