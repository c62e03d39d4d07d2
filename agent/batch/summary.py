"""How a run of a batch went, in numbers."""

from dataclasses import dataclass
from pathlib import Path

from songsmith.agent.batch.results import Result

__all__ = ["BatchSummary"]


@dataclass
class BatchSummary:
    """Counts of one run. `rows` are all there are, of which `finished_before` were made by earlier runs."""

    out: Path
    rows: int
    finished_before: int
    made: int = 0
    failed: int = 0
    below: int = 0
    """Of those made, songs with lines that are still heard below what their job asked for."""
    seconds: float = 0.0
    sound_s: float = 0.0
    """Length of what was made."""
    is_interrupted: bool = False

    @property
    def ended(self) -> int:
        return self.made + self.failed

    @property
    def left(self) -> int:
        """Rows that no run has come to yet, failed ones of this run not among them."""
        return self.rows - self.finished_before - self.ended

    @property
    def results(self) -> Path:
        return self.out / "results.jsonl"

    @property
    def wait_s(self) -> float | None:
        """About how long what is left takes, going by this run so far; None before the first song."""
        return self.seconds / self.ended * self.left if self.ended else None

    def add(self, result: Result, seconds: float) -> None:
        """Count a result that came `seconds` after the start."""
        self.made += result.is_done
        self.failed += not result.is_done
        self.below += bool(result.lines_below)
        self.seconds = seconds
        self.sound_s += (result.length_s or 0.0) * len(result.takes)
