"""A batch as people see it: the rows that are bad, a bar over all songs, what failed, the counts at the end."""

from rich.progress import BarColumn, TextColumn
from rich.progress import Progress as ProgressBar
from rich.text import Text

from songsmith.agent.batch.checking import CheckedRows
from songsmith.agent.batch.results import Result
from songsmith.agent.batch.summary import BatchSummary
from songsmith.agent.phrases import clock
from songsmith.agent.views.terminal import Terminal, shown_path
from songsmith.agent.views.word_wrap import printable
from songsmith.engine.speed import format_wait

__all__ = ["BatchScreen", "draw_checked", "draw_summary"]

_MOST_FAULTS = 50


def draw_checked(screen: Terminal, checked: CheckedRows) -> None:
    """How many rows there are, and what is wrong with them."""
    for fault in checked.faults[:_MOST_FAULTS]:
        screen.fact("bad row", str(fault))
    if len(checked.faults) > _MOST_FAULTS:
        screen.note(f"and {len(checked.faults) - _MOST_FAULTS} more faults; --json lists them")
    facts = [f"{checked.rows} rows"]
    facts += [f"{checked.bad_rows} bad"] if checked.bad_rows else []
    facts += [f"{checked.finished} made before"] if checked.finished else []
    screen.fact("jobs", ", ".join([*facts, f"{checked.to_make} to make"]))


def draw_summary(screen: Terminal, summary: BatchSummary) -> None:
    counts = [f"{summary.made} made"]
    counts += [f"{summary.below} of them below until_sung"] if summary.below else []
    counts += [f"{summary.failed} failed"] if summary.failed else []
    counts += [f"{summary.finished_before} made before"] if summary.finished_before else []
    counts += [f"{summary.left} left"] if summary.left else []
    screen.fact("batch", ", ".join(counts))
    if summary.made:
        per_min = 60 * summary.made / max(summary.seconds, 0.001)
        took = f"{clock(round(summary.sound_s))} of sound in {clock(round(summary.seconds))}"
        screen.fact("sung", f"{took}, {per_min:.1f} songs a minute")
    screen.fact("results", shown_path(summary.results))
    if summary.left or summary.failed:
        screen.note("--resume makes what is left and tries what failed again")


class BatchScreen:
    """The progress of a batch: a bar at a terminal, a line for each song in a file."""

    def __init__(self, screen: Terminal, summary: BatchSummary) -> None:
        self._screen, self._summary = screen, summary
        self._bar = ProgressBar(
            TextColumn("  songs    "),
            BarColumn(bar_width=40),
            TextColumn("{task.description}"),
            console=screen.console,
            transient=True,
            disable=not screen.console.is_terminal,
        )
        self._task = self._bar.add_task("", total=summary.rows - summary.finished_before)

    def __enter__(self) -> "BatchScreen":
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def ended(self, result: Result) -> None:
        """Show a job that ended; it is in the summary already."""
        where = f"{self._summary.ended}/{self._total}{self._left}"
        self._bar.update(self._task, completed=self._summary.ended, description=where)
        if not result.is_done:
            tries = f" (tried {result.tries} times)" if result.tries > 1 else ""
            self._screen.fact("failed", f"line {result.line}, {result.id}: {result.error}{tries}")
        elif self._bar.disable:
            song = f"{result.folder} · {result.seconds:.1f} s"
            self._screen.fact("made", f"{where} · {song}")

    def note(self, line: str) -> None:
        self._screen.console.print(Text(f"  {printable(line)}", style="dim"))

    @property
    def _total(self) -> int:
        return self._summary.rows - self._summary.finished_before

    @property
    def _left(self) -> str:
        wait_s = self._summary.wait_s
        failed = f" · {self._summary.failed} failed" if self._summary.failed else ""
        return f" · {format_wait(wait_s)} left{failed}" if wait_s else failed
