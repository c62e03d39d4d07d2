"""What changed from one version of a song to another: words, style, takes, and which of them was picked."""

from songsmith.agent.song.diff import diff_lyrics
from songsmith.agent.song.song_file import Version
from songsmith.agent.song.songbook import Song, SongError
from songsmith.agent.studio.results import Changes

__all__ = ["changes_between"]


def changes_between(song: Song, before: str, after: str) -> Changes:
    """From version `before` ("v2"; "" is the one before `after`) to `after` ("" is the present one)."""
    new = _version(song, after) if after else song.version
    old = _version(song, before) if before else song.version_numbered(new.parent)
    lines = list(diff_lyrics(song.lyrics_of(old), song.lyrics_of(new)))
    for name in ("style", "picked"):
        was, now = getattr(old, name), getattr(new, name)
        if was != now:
            lines += [f"- {name}: {was}"] * bool(was) + [f"+ {name}: {now}"] * bool(now)
    lines += [f"+ take {take}" for take in new.takes if take not in old.takes]
    lines += [f"- take {take}" for take in old.takes if take not in new.takes]
    return Changes(f"v{old.number}", f"v{new.number}", tuple(lines))


def _version(song: Song, text: str) -> Version:
    number = text.strip().casefold().removeprefix("v")
    if not (number.isascii() and number.isdecimal() and len(number) <= 18):
        raise SongError(f"{text[:40]!r} does not name a version", hint="write e.g. v2")
    return song.version_numbered(int(number))
