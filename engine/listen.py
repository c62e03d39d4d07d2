"""What was sung? A take is transcribed and compared with its lyrics, line by line."""

from dataclasses import dataclass
from typing import Literal

from songsmith.errors import SongsmithError

__all__ = ["HeardLine", "Hearing", "ListenError", "Verdict"]

Verdict = Literal["sung", "partly", "missing"]


class ListenError(SongsmithError):
    """No ears installed, or nothing to hear."""


@dataclass(frozen=True)
class HeardLine:
    """One lyric line as it was heard. `recall` is the share of its words that was; `timing_error_s` how much
    later than its stamp its first word came."""

    line: int
    text: str
    start_s: float
    verdict: Verdict
    is_repeated: bool
    recall: float
    heard: str
    heard_start_s: float | None
    timing_error_s: float | None


@dataclass(frozen=True)
class Hearing:
    """A whole take as it was heard, by which model, and what was measured of its sound."""

    lines: tuple[HeardLine, ...]
    word_error_rate: float
    heard: str
    model: str
    language: str
    lufs: float
    true_peak_dbtp: float
    clipped_samples: int
    silent_s: float
    style_similarity: float | None = None

    @property
    def summary(self) -> str:
        """ "21 of 22 lines clear"."""
        clear = sum(line.verdict == "sung" for line in self.lines)
        return f"{clear} of {len(self.lines)} lines clear"
