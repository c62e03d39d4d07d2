"""All faults of a lyric at once, before any sound is made, and the frames that would be sung."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

from songsmith.lyrics.fault import Fault
from songsmith.lyrics.lyric import Lyrics

__all__ = [
    "LineReport",
    "Report",
    "Singability",
    "Singer",
    "Variant",
    "check_lyrics",
    "report_json",
    "singability",
    "singability_level",
]

Variant = Literal["base", "full"]
Singer = Literal["diffrhythm", "sketch"]
Singability = Literal["sparse", "fits", "busy", "too fast"]


@dataclass(frozen=True)
class LineReport:
    """One line with its slot `[start_s, end_s)`, its phonemes and model tokens, and what is wrong with it.

    `tokens` are without the final period; `first_frame` is where the first of them is laid, -1 if the
    line is not sung.
    """

    line: int
    source_line: int
    start_s: float
    end_s: float
    text: str
    phonemes: tuple[str, ...]
    tokens: tuple[int, ...]
    first_frame: int
    tokens_per_s: float
    faults: tuple[Fault, ...]


@dataclass(frozen=True)
class Report:
    """What would be sung, and all faults: those of lines and those of the song. `frames` has one token a
    frame for the whole song, 0 where nothing is sung."""

    lines: tuple[LineReport, ...]
    faults: tuple[Fault, ...]
    frames: tuple[int, ...]
    duration_s: float
    variant: Variant

    @property
    def has_errors(self) -> bool:
        """Whether anything can't be sung as written."""
        return any(fault.severity == "error" for fault in self.faults)


def check_lyrics(
    lyrics: Lyrics,
    *,
    duration_s: float,
    variant: Variant | None = None,
    parse_faults: Sequence[Fault] = (),
    language: str = "",
    for_engine: Singer = "diffrhythm",
    languages: Collection[str] | None = None,
) -> Report:
    """Everything that is wrong with the lyric for a song of `duration_s`, sung by `for_engine`.

    `languages` are those the singer knows, empty for any; None takes the engine's usual ones.
    `parse_faults` are passed on, so that the report has everything.
    """
    raise NotImplementedError


def report_json(report: Report) -> dict[str, object]:
    """The report as JSON values."""
    raise NotImplementedError


def singability(tokens_per_s: float) -> Singability:
    """How a line of so many model tokens a second sings."""
    if tokens_per_s > 11:
        return "too fast"
    if tokens_per_s > 8:
        return "busy"
    return "fits" if tokens_per_s >= 2 else "sparse"


def singability_level(tokens_per_s: float) -> int:
    """How full a line is, 0 to 8, for a bar of eight blocks."""
    return max(0, min(8, round(tokens_per_s)))
