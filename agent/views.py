"""What people see: lyrics as a table, faults, takes, versions, diffs, progress. Rich, and never markup
from outside: every word of a lyric, path or reply goes through `Text`.
"""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as ProgressBar
from rich.table import Table
from rich.text import Text

from songsmith.agent.results import Changes, Exported, History, TakeList
from songsmith.agent.words import clock
from songsmith.engine.engine import Progress
from songsmith.lyrics.check import LineReport, Report, singability, singability_level
from songsmith.lyrics.fault import Fault
from songsmith.lyrics.lyric import Lyrics

if TYPE_CHECKING:
    from songsmith.agent.listening import Mended
    from songsmith.engine.listen import Hearing

__all__ = ["Terminal", "printable"]

_COLOURS = {"error": "red", "warning": "yellow", "note": "dim"}
_UNSUNG = ("past-end", "nothing-to-sing", "unsupported-script")
_BAR = "▇"
_FILE_WIDTH = 120  # columns of a table in a file, which has no width of its own


def printable(text: str) -> str:
    """`text` with control characters shown instead of obeyed, so that no reply can drive the terminal."""
    return "".join(
        character
        if character in "\n\t" or (character.isprintable())
        else f"\\x{ord(character):02x}"
        if ord(character) < 256
        else f"\\u{ord(character):04x}"
        for character in text
    )


class Terminal:
    """An audience that is a person at a terminal, or a plain file; also draws the values verbs return."""

    def __init__(
        self, *, to_stderr: bool = False, plain: bool = False, file: IO[str] | None = None
    ) -> None:
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
        self._at_line_start = True

    # --- while a verb works

    def text(self, piece: str) -> None:
        """Words as they are written."""
        if piece:
            self.console.print(Text(printable(piece), style="dim"), end="")
            self._at_line_start = piece.endswith("\n")

    def say(self, piece: str) -> None:
        """The model's own words as they come."""
        if piece:
            self.console.print(Text(printable(piece)), end="")
            self._at_line_start = piece.endswith("\n")

    def note(self, line: str) -> None:
        self.end_text()
        self._print_under("  ", line, "dim")

    def progress(self, progress: Progress) -> None:
        """Draw a step; a terminal sees a bar, a file one line a stage."""
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
                TextColumn("{task.completed:.0f}/{task.total:.0f}"),
                TimeRemainingColumn(),
                console=self.console,
                transient=True,
            )
            self._bar.start()
        if stage != self._stage:
            for task in self._bar.task_ids:
                self._bar.remove_task(task)
            self._bar.add_task(Text(stage).plain.replace("[", "("), total=progress.total)
            self._stage = stage
        self._bar.update(self._bar.task_ids[-1], completed=progress.done, total=progress.total)

    def end_progress(self) -> None:
        if self._bar is not None:
            self._bar.stop()
        self._bar, self._stage = None, ""

    def end_text(self) -> None:
        """Begin a new line if streamed words left the last one open."""
        if not self._at_line_start:
            self.console.print()
            self._at_line_start = True

    # --- what verbs return

    def fact(self, name: str, value: str) -> None:
        """One line of "name  value"."""
        self.end_text()
        self._print_under(f"  {name:<8} ", value)

    def _print_under(self, head: str, value: str, style: str = "") -> None:
        """`head` and `value` as one line; a terminal too narrow for it sees whole words, in one column."""
        text = Text(printable(value), style=style)
        width = max(20, self.console.width - len(head))
        lines = text.wrap(self.console, width) if self.console.is_terminal else [text]
        for number, line in enumerate(lines):
            lead = head if number == 0 else " " * len(head)
            line.rstrip()
            self.console.print(Text(lead, style=style).append_text(line))

    def help_row(self, usage: str, what: str) -> None:
        self.console.print(Text(f"  {usage:<28} {what}"))

    def confirm(self, question: str) -> bool:
        """A yes-or-no question; only a clear yes is one."""
        self.end_text()
        answer = self.console.input(Text(f"  {printable(question)} [y/N] "))
        return answer.strip().casefold() in ("y", "yes", "ja", "是", "好")

    def error(self, message: str) -> None:
        """One red line."""
        self.end_progress()
        self.end_text()
        self._print_under(f"  {'error':<8} ", message, "red")

    def lyrics(self, lyrics: Lyrics, report: Report) -> None:
        """The song as a table: section, stamp, words, singability."""
        rates = [line.tokens_per_s for line in report.lines]
        mean = sum(rates) / len(rates) if rates else 0.0
        count = len(lyrics.lines)
        self.console.print()
        head = Text(f"  {printable(lyrics.title) or 'untitled'}", style="bold")
        lines = "1 line" if count == 1 else f"{count} lines"
        head.append(
            f"   {clock(report.duration_s)} · {lines} · {mean:.1f} phonemes/s", style="dim not bold"
        )
        self.console.print(head)
        table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
        for column in ("", "section", "number", "stamp", "words", "bar", "verdict"):
            table.add_column(column, no_wrap=column != "words", overflow="fold")
        reports = iter(report.lines)
        number = 0
        for section in lyrics.sections:
            for index, line in enumerate(section.lines):
                number += 1
                self._add_row(
                    table, section.label if index == 0 else "", number, line.text, next(reports)
                )
        self.console.print(table)

    def _add_row(
        self, table: Table, label: str, number: int, words: str, report: LineReport
    ) -> None:
        rate = report.tokens_per_s
        verdict, level = singability(rate), singability_level(rate)
        is_unsung = any(fault.code in _UNSUNG for fault in report.faults)
        worst = min(
            (fault.severity for fault in report.faults), key=list(_COLOURS).index, default=""
        )
        colour = _COLOURS.get(worst, "green" if verdict == "fits" else "yellow")
        bar = Text(_BAR * level, style=colour).append("▁" * (8 - level), style="dim")
        table.add_row(
            "",
            Text(printable(label).lower(), style="dim"),
            Text(f"{number:>2}", style="dim"),
            Text(clock(report.start_s), style="cyan"),
            Text(printable(words)),
            bar,
            Text("not sung" if is_unsung else verdict, style=colour),
        )

    def faults(self, faults: Sequence[Fault], *, with_notes: bool = False) -> None:
        """Faults in the order of the lines; notes are advice and only counted, unless asked for."""
        notes = [fault for fault in faults if fault.severity == "note"]
        if notes and not with_notes:
            count = "1 note" if len(notes) == 1 else f"{len(notes)} notes"
            self.note(f"{count} on how it sings: check shows them")
        for fault in faults if with_notes else [f for f in faults if f not in notes]:
            self._print_under(f"  {fault.severity:<8} ", str(fault), _COLOURS[fault.severity])

    def diff(self, lines: Sequence[str]) -> None:
        """Changed lines in green and red."""
        colours = {"+": "green", "-": "red"}
        for line in lines:
            self.console.print(Text(f"  {printable(line)}", style=colours.get(line[:1], "dim")))

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
                f"{mark} {manifest.take}",
                clock(manifest.duration_s),
                manifest.engine,
                f"seed {manifest.seed}",
                loud,
            ]
            if manifest.parent:
                facts.append(f"only {result.differs[manifest.take]} differs from {manifest.parent}")
            if manifest.hearing:
                facts.append(str(manifest.hearing.get("summary", "listened to")))
            self.console.print(Text("  " + " · ".join(facts)))

    def history(self, history: History) -> None:
        tips = {number: name for name, number in history.tips.items()}
        for version in history.versions:
            mark = "●" if version.number == history.current else " "
            branch = f"  [{tips[version.number]}]" if version.number in tips else ""
            came = f" ← v{version.parent}" if version.parent != version.number - 1 else ""
            takes = f"  {', '.join(version.takes)}" if version.takes else ""
            self.console.print(
                Text(
                    f"  {mark} v{version.number}  {printable(version.made_by)}{came}{takes}{branch}"
                )
            )

    def hearing(self, result: "Hearing") -> None:
        """What was sung, line by line."""
        from songsmith.agent.listening_view import draw_hearing

        draw_hearing(self.console, result)

    def mended(self, result: "Mended") -> None:
        """What singing again improved."""
        from songsmith.agent.listening_view import draw_mended

        draw_mended(self.console, result)

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
