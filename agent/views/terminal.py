"""What people see: lyrics as a table, faults, takes, versions, diffs, progress. Rich, and never markup
from outside: every word of a lyric, path or reply goes through `Text`.
"""

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, ProgressColumn, Task, TextColumn
from rich.progress import Progress as ProgressBar
from rich.text import Text

from songsmith.agent.phrases import clock, lines_of
from songsmith.agent.studio.results import Changes, Exported, History, TakeList
from songsmith.agent.views.lyrics import SEVERITY_COLOURS, draw_lyrics
from songsmith.agent.views.quiet_keys import QuietKeys
from songsmith.agent.views.word_wrap import Flow, print_under, printable
from songsmith.engine.engine import Progress
from songsmith.lyrics.check import Report
from songsmith.lyrics.fault import HOW_IT_WAS_READ, Fault
from songsmith.lyrics.lyric import Lyrics

if TYPE_CHECKING:
    from songsmith.agent.studio.rendering import Replay

__all__ = ["Terminal"]

_MOST_SHOWN = 2_000
"""Characters of an error that are shown; what a person typed into it may be longer."""
_STYLE_WIDTH = 40
_FILE_WIDTH = 120  # columns of a table in a file, which has no width of its own


class _Steps(ProgressColumn):
    """ "3/14 · 0:12 left"; nothing for a stage of one step."""

    def render(self, task: Task) -> Text:
        if task.total is None:
            return Text("")
        left = task.time_remaining
        eta = "" if left is None else f" · {clock(round(left))} left"
        return Text(f"{task.completed:.0f}/{task.total:.0f}{eta}")


class Terminal:
    """An audience that is a person at a terminal, or a plain file; also draws the values verbs return.

    A quiet one leaves out all that is told while a verb works.
    """

    def __init__(
        self,
        *,
        to_stderr: bool = False,
        plain: bool = False,
        quiet: bool = False,
        file: IO[str] | None = None,
    ) -> None:
        self.is_quiet = quiet
        self._shows_result = False
        self.console = Console(
            stderr=to_stderr,
            file=file,
            highlight=False,
            soft_wrap=True,
            no_color=True if plain else None,
            force_terminal=False if plain else None,
        )
        if not self.console.is_terminal and "COLUMNS" not in os.environ:
            self.console.width = _FILE_WIDTH
        self._bar: ProgressBar | None = None
        self._stage = ""
        self._keys = QuietKeys()
        self._flow, self._flow_style = Flow(), ""
        self._at_line_start = True

    # --- while a verb works

    def text(self, piece: str) -> None:
        """Words as they are written."""
        if not self.is_quiet:
            self._stream(piece, "dim")

    def say(self, piece: str) -> None:
        """The model's own words as they come."""
        self._stream(piece, "")

    def _stream(self, piece: str, style: str) -> None:
        text, self._flow_style = printable(piece), style
        if self.console.is_terminal:
            text = self._flow.feed(text, self.console.width)
        if text:
            self.console.print(Text(text, style=style), end="")
        if piece:
            self._at_line_start = piece.endswith("\n")

    def note(self, line: str) -> None:
        if self.is_quiet:
            return
        self.end_text()
        print_under(self.console, Text("  "), Text(printable(line), style="dim"))

    def progress(self, progress: Progress) -> None:
        """Draw a step; a terminal sees a bar, a file one line a stage."""
        if self.is_quiet:
            return
        take = f" · take {progress.take} of {progress.takes}" if progress.takes > 1 else ""
        stage = f"{progress.stage}{take}"
        if not self.console.is_terminal:
            if stage != self._stage:
                self.fact(progress.stage, take.removeprefix(" · ") or "…")
            self._stage = stage
            return
        if self._bar is None:
            self._bar = ProgressBar(
                TextColumn("  {task.description:<9}"),
                BarColumn(bar_width=40),
                _Steps(),
                console=self.console,
                transient=True,
            )
            self._keys.start()
            self._bar.start()
        if stage != self._stage:
            for task in self._bar.task_ids:
                self._bar.remove_task(task)
            steps = progress.total if progress.total > 1 else None
            label = Text(stage).plain.replace("[", "(")
            self._bar.add_task(label, total=steps, completed=progress.done)
            self._stage = stage
        self._bar.update(self._bar.task_ids[-1], completed=progress.done)

    def end_progress(self) -> None:
        if self._bar is not None:
            self._bar.stop()
            self._keys.stop()
        self._bar, self._stage = None, ""

    def end_text(self) -> None:
        """Begin a new line if streamed words left the last one open."""
        if not self._at_line_start:
            self.console.print(Text(self._flow.end(self.console.width), style=self._flow_style))
            self._at_line_start = True

    # --- what verbs return

    @contextmanager
    def result(self) -> Iterator[None]:
        """While what a verb returned is drawn, which a quiet terminal shows too."""
        self.end_progress()
        self.end_text()
        self._shows_result = True
        try:
            yield
        finally:
            self._shows_result = False

    def fact(self, name: str, value: str) -> None:
        """One line of "name  value"."""
        if self.is_quiet and not self._shows_result:
            return
        self.end_text()
        print_under(self.console, Text(f"  {name:<8} "), Text(printable(value)))

    def help_row(self, usage: str, what: str) -> None:
        print_under(self.console, Text(f"  {usage:<28} "), Text(what))

    def confirm(self, question: str) -> bool:
        """A yes-or-no question; only a clear yes is one."""
        self.end_text()
        answer = self.console.input(Text(f"  {printable(question)} [y/N] "))
        return answer.strip().casefold() in ("y", "yes", "ja", "是", "好")

    def error(self, message: str) -> None:
        """One red line."""
        self.end_progress()
        self.end_text()
        if len(message) > _MOST_SHOWN:
            message = f"{message[:_MOST_SHOWN]}…"
        head, body = Text(f"  {'error':<8} ", style="red"), Text(printable(message), style="red")
        print_under(self.console, head, body)

    def stopped(self) -> None:
        """What a person sees after Ctrl-C, below the "^C" that the terminal itself shows."""
        if self.console.is_terminal:
            self.console.print()
        self.note("stopped; what was finished is kept")

    def lyrics(self, lyrics: Lyrics, report: Report) -> None:
        """The song as a table: section, stamp, words, singability."""
        draw_lyrics(self.console, lyrics, report)

    def faults(self, faults: Sequence[Fault], *, with_notes: bool = False) -> None:
        """Faults in the order of the lines; notes are advice and only counted, unless asked for."""
        told = [fault for fault in faults if fault.code in HOW_IT_WAS_READ]
        notes = [f for f in faults if f.severity == "note" and f not in told]
        if not with_notes:
            for fault in told:
                self.note(str(fault))
        if notes and not with_notes:
            count = "1 note" if len(notes) == 1 else f"{len(notes)} notes"
            self.note(f"{count} on how it sings: check shows them")
        for fault in faults if with_notes else [f for f in faults if f.severity != "note"]:
            colour = SEVERITY_COLOURS[fault.severity]
            head = Text(f"  {fault.severity:<8} ", style=colour)
            print_under(self.console, head, Text(printable(str(fault)), style=colour))

    def diff(self, lines: Sequence[str]) -> None:
        """Changed lines in green and red."""
        colours = {"+": "green", "-": "red"}
        for line in lines:
            colour = colours.get(line[:1], "dim")
            head, body = (
                Text(f"  {line[:1]}", style=colour),
                Text(printable(line[1:]), style=colour),
            )
            print_under(self.console, head, body)

    def changes(self, changes: Changes) -> None:
        self.fact("diff", f"{changes.before} → {changes.after}")
        self.diff(changes.lines or ("  no difference",))

    def takes(self, result: TakeList) -> None:
        if not result.takes:
            self.fact("takes", "none yet")
        for manifest in result.takes:
            mark = "●" if manifest.take == result.picked else " "
            loud = "silent" if manifest.lufs is None else f"{manifest.lufs:.1f} LUFS"
            facts = [
                manifest.take,
                clock(manifest.duration_s),
                manifest.engine,
                f"seed {manifest.seed}",
                loud,
            ]
            if style := manifest.style:
                is_long = len(style) > _STYLE_WIDTH
                facts.append(f"{style[: _STYLE_WIDTH - 1]}…" if is_long else style)
            if manifest.parent:
                facts.append(f"only {result.differs[manifest.take]} differs from {manifest.parent}")
            if result.unsung.get(manifest.take):
                facts.append(f"does not sing {lines_of(result.unsung[manifest.take])} yet")
            if heard := result.hearings.get(manifest.take):
                facts.append(str(heard.get("summary", "listened to")))
            if result.damaged is not None:
                facts.append(result.damaged.get(manifest.take, "verified"))
            print_under(self.console, Text(f"  {mark} "), Text(printable(" · ".join(facts))))

    def history(self, history: History) -> None:
        for version in history.versions:
            mark = "●" if version.number == history.current else " "
            names = [name for name, number in history.tips.items() if number == version.number]
            names.sort(key=lambda name: name != history.branch)
            branch = f"  [{', '.join(names)}]" if names else ""
            came = f" ← v{version.parent}" if version.parent != version.number - 1 else ""
            picked = f" · picked {version.picked}" if version.picked else ""
            facts_of = f"v{version.number}  {printable(version.made_by)}{came}{picked}{branch}"
            print_under(self.console, Text(f"  {mark} "), Text(facts_of))
        if len(history.tips) > 1:
            self.fact("branch", printable(history.branch))

    def replayed(self, result: "Replay") -> None:
        """Whether a take made again has the same samples."""
        if result.restored:
            verdict = f"{shown_path(result.restored)} was gone and is there again, the same samples"
        elif result.is_same:
            verdict = "the same samples"
        elif result.is_swapped:
            verdict = "its file is not the sound that was saved: it was swapped or changed"
        elif result.largest_difference == float("inf"):
            verdict = "not the same, and not comparable with what is kept"
        else:
            verdict = f"not the same: samples differ by up to {result.largest_difference:.2g}"
        self.fact("replay", f"{result.take}: {verdict}")

    def exported(self, result: Exported) -> None:
        names = "  ".join(path.name for path in result.files)
        self.fact("export", f"{shown_path(result.folder)}/  {names}")


def shown_path(path: Path) -> str:
    """`path` as short as it can be read from here."""
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(path)


def is_interactive() -> bool:
    """Whether a person sits at both ends."""
    return sys.stdin.isatty() and sys.stdout.isatty()
