"""Talks that are picked up again: the last one, or the one of an id."""

from pathlib import Path

from songsmith.agent.chat.talk import TALK_FILE
from songsmith.agent.settings.settings import load_settings
from songsmith.agent.song.songbook import SongError
from songsmith.agent.studio.opening import find_song

__all__ = ["last_song", "song_id", "song_of_talk"]


def song_id(folder: Path) -> str:
    """The id of the song in `folder` and of the talk about it: its name below the songs folder, elsewhere its path."""
    folder = folder.resolve()
    return folder.name if folder.parent == load_settings(None, {}).out.resolve() else str(folder)


def song_of_talk(id: str) -> Path:
    """The song of the talk with this id. Raises `SongError` if there is no song, or nothing was said about it yet."""
    folder = find_song(id)
    if folder is None:
        raise SongError(f"there is no talk {id!r}", hint="its id is what chat --json printed")
    if not (folder / TALK_FILE).is_file():
        raise SongError(
            "nothing was said about this song yet",
            where=str(folder),
            hint="leave --resume out and name the song: songsmith chat SONG",
        )
    return folder


def last_song() -> Path:
    """The song in the songs folder that was changed or talked about last. Raises `SongError` if there is none."""
    out = load_settings(None, {}).out
    songs = [path.parent for path in out.glob("*/song.json")]
    if not songs:
        raise SongError(f"there is no song in {out}/ to go on with", hint="say what yours is about")
    return max(songs, key=_touched_ns)


def _touched_ns(folder: Path) -> int:
    """When a song or the talk about it was changed last."""
    files = [folder / "song.json", folder / TALK_FILE]
    return max(path.stat().st_mtime_ns for path in files if path.is_file())
