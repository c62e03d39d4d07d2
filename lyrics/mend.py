"""The mends that are safe to make without asking."""

from songsmith.lyrics.fault import Fault
from songsmith.lyrics.lyric import Lyrics

__all__ = ["mend_lyrics"]


def mend_lyrics(lyrics: Lyrics, *, duration_s: float) -> tuple[Lyrics, tuple[Fault, ...]]:
    """The lyric with its safe mends made, and a note of each; mending again changes nothing."""
    raise NotImplementedError
