"""From words to stamps: every line on a bar, with a slot it can be sung in."""

from collections.abc import Collection

from songsmith.lyrics.lyric import Draft, Lyrics

__all__ = ["natural_duration_s", "retime", "stamp_draft"]


def stamp_draft(
    draft: Draft,
    *,
    duration_s: float | None,
    bpm: float = 90.0,
    beats_per_bar: int = 4,
    intro_s: float | None = None,
) -> Lyrics:
    """The draft with a stamp on every line, each on a bar."""
    raise NotImplementedError


def natural_duration_s(
    lyrics: Lyrics | Draft,
    *,
    bpm: float = 90.0,
    beats_per_bar: int = 4,
    intro_s: float | None = None,
) -> float:
    """Length of a song in which every line has the time it wants."""
    raise NotImplementedError


def retime(
    lyrics: Lyrics,
    *,
    duration_s: float,
    bpm: float,
    beats_per_bar: int = 4,
    keep: Collection[int] = (),
) -> Lyrics:
    """The lyric with new stamps on the bars; lines whose number is in `keep` hold theirs."""
    raise NotImplementedError
