"""What a singer can do, as far as words are concerned: each engine says it of itself, and `check` goes by it."""

from dataclasses import dataclass

from songsmith.lyrics.frames import longest_s

__all__ = ["FRAMES", "SingingLimits"]


@dataclass(frozen=True)
class SingingLimits:
    """`languages` are the codes it sings, empty for any; lengths are those of whole songs.

    One that `takes_stamps` begins each line at its stamp; one that doesn't places the lines itself, so that
    stamps are only a wish, and what counts is how much there is to sing: at most `syllables_per_s` over a section
    and `lines_per_min` over the song (0: no limit). One that `lays_frames` gives each sound a latent frame,
    as `lyrics.frames` says.
    """

    languages: tuple[str, ...] = ()
    min_duration_s: float = 0.0
    max_duration_s: float = 600.0
    takes_stamps: bool = True
    lays_frames: bool = False
    syllables_per_s: float = 0.0
    lines_per_min: float = 0.0


FRAMES = SingingLimits(languages=("en", "zh"), max_duration_s=longest_s("full"), lays_frames=True)
"""The strictest there are, so that what fits them can be sung by all: words laid in frames, English and Chinese."""
