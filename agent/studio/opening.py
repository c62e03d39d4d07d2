"""Songs by the name a person gives: found, and opened with their verbs."""

from pathlib import Path

from songsmith.agent.files import is_file, is_there
from songsmith.agent.settings.settings import load_settings
from songsmith.agent.song.songbook import Song, SongError
from songsmith.agent.studio.results import Audience
from songsmith.agent.studio.studio import Studio

__all__ = ["find_song", "is_song", "open_studio"]


def find_song(text: str) -> Path | None:
    """The folder of the song a person means by a path or a name, None if there is none."""
    for folder in (Path(text), load_settings(None, {}).out / text):
        if is_file(folder / "song.json"):
            return folder
    return None


def is_song(source: str) -> bool:
    """Whether `source`, which may also be a lyrics file or "-", names a song."""
    return source != "-" and not is_file(Path(source)) and find_song(source) is not None


def open_studio(text: str, audience: Audience) -> Studio:
    """The song a person means, opened; takes that a killed render left are mentioned."""
    folder = find_song(text)
    if folder is None:
        raise _no_song(text)
    song = Song.open(folder)
    for take in song.stray_takes():
        audience.note(
            f"takes/{take}.flac was finished by a render that was cut off; it is in no version"
        )
    return Studio(song, settings=load_settings(folder, {}), audience=audience)


def _no_song(text: str) -> SongError:
    out = load_settings(None, {}).out
    known = sorted(path.parent.name for path in out.glob("*/song.json"))
    hint = f"the songs in {out}/: {', '.join(known)}" if known else ""
    what = f"there is no song {text!r}" if text else "a song's name is empty"
    if text and is_there(Path(text)) and Path(text).is_dir():
        what = f"{text!r} is a folder without a song in it"
    return SongError(what, hint=hint or 'make one: songsmith make "…"')
