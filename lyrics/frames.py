"""Tokens -> latent frames: which token the model is given in which frame.

A line is laid from the frame of its stamp, one token per frame, and ends with a period. The weights
were trained so; where the published tool drops the last line of a short song, it is kept here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from songsmith.lyrics.rates import FRAME_RATE_HZ, SAMPLE_RATE_HZ, SAMPLES_PER_FRAME, frame_at
from songsmith.lyrics.speech.phonemes import PhonemeLine
from songsmith.lyrics.speech.vocabulary import COMMA, FILLER, PERIOD

__all__ = [
    "BASE_FRAMES",
    "FRAME_RATE_HZ",
    "FULL_FRAMES",
    "LaidLine",
    "Layout",
    "Variant",
    "end_frame_of",
    "frame_at",
    "lay_out",
    "longest_s",
    "variant_for",
]

BASE_FRAMES = 2_048
FULL_FRAMES = 6_144

Variant = Literal["base", "full"]
_MAX_FRAMES: dict[Variant, int] = {"base": BASE_FRAMES, "full": FULL_FRAMES}
_BASE_SECONDS = 95
"""The length that the base model is asked for by: it then sings all of its 2,048 frames, 95.1 s."""


@dataclass(frozen=True)
class LaidLine:
    """One line in the layout. Frames are latent frames from the start of the song.

    `tokens` are all of the line's, the final period included, inner periods turned to commas. The line was
    asked for at `asked_frame`, and stands in `[first_frame, end_frame)`; `cut_tokens` of it are past the end.
    A line that is not sung has no frames of its own and `cut_tokens` counts all of its tokens.
    """

    line: int
    tokens: tuple[int, ...]
    asked_frame: int
    first_frame: int
    end_frame: int
    is_sung: bool
    cut_tokens: int

    @property
    def frames(self) -> int:
        """Frames that it fills, one for each token that is laid."""
        return self.end_frame - self.first_frame


@dataclass(frozen=True)
class Layout:
    """The token of every frame, shape (max_frames,), 0 where there is none, and where each line went.

    Nothing is laid in or past `end_frame`, the song's end.
    """

    tokens: tuple[int, ...]
    lines: tuple[LaidLine, ...]
    end_frame: int
    max_frames: int


def longest_s(variant: Variant) -> float:
    """The longest song of this variant, in whole tenths of a second: 95.1 and 285.3 s."""
    return _MAX_FRAMES[variant] * SAMPLES_PER_FRAME * 10 // SAMPLE_RATE_HZ / 10


def variant_for(duration_s: float) -> Variant:
    """The variant that sings a song of this length."""
    return "base" if duration_s <= longest_s("base") else "full"


def end_frame_of(duration_s: float, variant: Variant) -> int:
    """First frame after a song of this length. The base model's 95 s are all of its frames."""
    if variant == "base" and duration_s >= _BASE_SECONDS:
        return BASE_FRAMES
    return max(0, min(frame_at(duration_s), _MAX_FRAMES[variant]))


def lay_out(
    starts_s: Sequence[float],
    lines: Sequence[PhonemeLine],
    *,
    duration_s: float,
    variant: Variant,
) -> Layout:
    """Lay lines one after the other, in the order given, each at its stamp or where the one before ended.

    A line without tokens takes no frames. Lines past the end are not sung. A line that reaches over the end
    is cut, but for the last one of a base song: that is sung whole or not at all, since the base model
    was trained without it.
    """
    end_frame = end_frame_of(duration_s, variant)
    frames = [FILLER] * _MAX_FRAMES[variant]
    whole_only = _last_in_time(starts_s, lines, end_frame) if variant == "base" else None
    laid = []
    free_frame = 0
    for number, (start_s, line) in enumerate(zip(starts_s, lines, strict=True), start=1):
        placed = _placed(number, start_s, line, free_frame, end_frame)
        if placed.cut_tokens and number == whole_only:
            placed = _placed(number, start_s, line, free_frame, 0)
        frames[placed.first_frame : placed.end_frame] = placed.tokens[: placed.frames]
        free_frame = placed.end_frame if placed.is_sung else free_frame
        laid.append(placed)
    return Layout(tuple(frames), tuple(laid), end_frame, _MAX_FRAMES[variant])


def _last_in_time(
    starts_s: Sequence[float], lines: Sequence[PhonemeLine], end_frame: int
) -> int | None:
    """1-based number of the last line with something to sing that starts before the end."""
    stamped = enumerate(zip(starts_s, lines, strict=True), start=1)
    in_time = [n for n, (start_s, line) in stamped if line.tokens and _asked(start_s) < end_frame]
    return in_time[-1] if in_time else None


def _asked(start_s: float) -> int:
    return frame_at(max(0.0, start_s))


def _placed(
    number: int, start_s: float, line: PhonemeLine, free_frame: int, end_frame: int
) -> LaidLine:
    """One line at its stamp or after the line before it, cut at `end_frame`."""
    tokens = tuple(COMMA if token == PERIOD else token for token in line.tokens)
    tokens = (*tokens, PERIOD) if tokens else ()
    asked_frame = _asked(start_s)
    first_frame = max(asked_frame, free_frame)
    laid = min(len(tokens), max(0, end_frame - first_frame))
    return LaidLine(
        line=number,
        tokens=tokens,
        asked_frame=asked_frame,
        first_frame=first_frame,
        end_frame=first_frame + laid,
        is_sung=laid > 0,
        cut_tokens=len(tokens) - laid,
    )
