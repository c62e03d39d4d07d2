"""What was heard of a take, as values: line by line, and of its sound as a whole."""

from dataclasses import dataclass, field
from typing import Literal

from songsmith.engine.listening.drift import Drift
from songsmith.engine.times import SungTimes

__all__ = ["SUNG", "HeardLine", "HeardWordMark", "Hearing", "Verdict"]

SUNG = 0.7
"""Word recall from which a line is sung."""

Verdict = Literal["sung", "partly", "missing"]


@dataclass(frozen=True)
class HeardWordMark:
    """A word of the lyric and how well it was heard, 0 (not at all) to 1."""

    text: str
    likeness: float


@dataclass(frozen=True)
class HeardLine:
    """One lyric line as it was heard. `recall` is the share of its words that was, near misses counting as
    much as they sound alike; `timing_error_s` how much later than its stamp it began, the drift of the whole take
    aside, None where its beginning was not heard. A repeated line was heard once more from `again_start_s` to
    `again_end_s`."""

    line: int
    text: str
    start_s: float
    verdict: Verdict
    is_repeated: bool
    recall: float
    heard: str
    heard_start_s: float | None
    timing_error_s: float | None
    is_misplaced: bool = False
    words: tuple[HeardWordMark, ...] = ()
    again_start_s: float | None = None
    again_end_s: float | None = None

    @property
    def is_clear(self) -> bool:
        """Sung, once, and where it belongs."""
        return self.verdict == "sung" and not self.is_repeated and not self.is_misplaced

    @property
    def worth(self) -> float:
        """Recall as ranking sees it: nothing at the wrong place, half of it if sung twice; clear is `SUNG` or more."""
        if self.is_misplaced:
            return 0.0
        return self.recall / 2 if self.is_repeated else self.recall


@dataclass(frozen=True)
class Hearing:
    """A whole take as it was heard, by which model, and what was measured of its sound.

    `heard` is the whole transcript, `word_error_rate` its distance from the lyrics in words (in Chinese
    characters); words that sound the same are the same word. `extra` are words heard that no line has. `drift` is
    there where the whole take runs beside its stamps; its lines are looked for where it puts them. `times` are when its
    lines and words are sung, to a few hundredths of a second.
    """

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
    extra: tuple[str, ...] = ()
    drift: Drift | None = None
    times: SungTimes | None = field(default=None, repr=False)

    @property
    def summary(self) -> str:
        """ "21 of 22 lines clear"."""
        clear = sum(line.is_clear for line in self.lines)
        return f"{clear} of {len(self.lines)} lines clear"

    def below(self, bar: float) -> tuple[HeardLine, ...]:
        """The lines worth less than `bar`; below `SUNG` are exactly those that are not clear."""
        return tuple(line for line in self.lines if line.worth < bar)

    @property
    def missing(self) -> tuple[int, ...]:
        """Numbers of the lines that were not heard."""
        return tuple(line.line for line in self.lines if line.verdict == "missing")

    @property
    def misplaced(self) -> tuple[int, ...]:
        """Numbers of the lines heard at another place than their own."""
        return tuple(line.line for line in self.lines if line.is_misplaced)

    @property
    def repeated(self) -> tuple[int, ...]:
        """Numbers of the lines heard once more than written."""
        return tuple(line.line for line in self.lines if line.is_repeated)

    @property
    def worth(self) -> float:
        """Mean worth of the lines; 1 without lines."""
        return sum(line.worth for line in self.lines) / len(self.lines) if self.lines else 1.0

    @property
    def recall(self) -> float:
        """Mean recall of the lines, those at a wrong place counting nothing; 1 without lines."""
        found = [0.0 if line.is_misplaced else line.recall for line in self.lines]
        return sum(found) / len(found) if found else 1.0
