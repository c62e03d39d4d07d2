"""A lyric as people see it: sections, stamps, words and how each line sings; on a narrow terminal only the
stamps, the words and what is wrong with them."""

from rich.console import Console
from rich.table import Table
from rich.text import Text

from songsmith.agent.phrases import clock, stamp
from songsmith.agent.views.word_wrap import print_under, printable
from songsmith.lyrics.check import LineReport, Report, singability, singability_level
from songsmith.lyrics.lyric import Lyrics

__all__ = ["SEVERITY_COLOURS", "draw_lyrics"]

SEVERITY_COLOURS = {"error": "red", "warning": "yellow", "note": "dim"}
"""Worst first."""
_UNSUNG = ("past-end", "nothing-to-sing", "unsupported-script")
_BAR = "▇"
_NARROW = 72
"""Columns below which sections have a row of their own and bars are left out."""


def draw_lyrics(console: Console, lyrics: Lyrics, report: Report) -> None:
    """The title with its figures, and one row a line."""
    console.print()
    print_under(console, *_heading(lyrics, report))
    is_narrow = console.width < _NARROW
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    columns = ("", "number", "stamp", "words", "verdict")
    for column in columns if is_narrow else ("", "section", *columns[1:4], "bar", "verdict"):
        table.add_column(column, no_wrap=column != "words", overflow="fold")
    lines = iter(report.lines)
    for section in lyrics.sections:
        label = Text(printable(section.label).lower(), style="dim")
        if is_narrow and label:
            table.add_row("", "", "", label)
        for _ in section.lines:
            number, stamp, words, bar, verdict = _cells(next(lines))
            if is_narrow:
                table.add_row("", number, stamp, words, "" if verdict.plain == "fits" else verdict)
            else:
                table.add_row("", label, number, stamp, words, bar, verdict)
            label = Text()
    console.print(table)


def _heading(lyrics: Lyrics, report: Report) -> tuple[Text, Text]:
    rates = [line.tokens_per_s for line in report.lines]
    mean = sum(rates) / len(rates) if rates else 0.0
    lines = "1 line" if len(rates) == 1 else f"{len(rates)} lines"
    return (
        Text(f"  {printable(lyrics.title) or 'untitled'}   ", style="bold"),
        Text(f"{clock(report.duration_s)} · {lines} · {mean:.1f} phonemes/s", style="dim"),
    )


def _cells(line: LineReport) -> tuple[Text, Text, Text, Text, Text]:
    """Number, stamp, words, bar and verdict of a line."""
    rate = line.tokens_per_s
    verdict, level = singability(rate), singability_level(rate)
    is_unsung = any(fault.code in _UNSUNG for fault in line.faults)
    severities = [fault.severity for fault in line.faults]
    worst = min(severities, key=list(SEVERITY_COLOURS).index, default="")
    colour = SEVERITY_COLOURS.get(worst, "green" if verdict == "fits" else "yellow")
    return (
        Text(f"{line.line:>2}", style="dim"),
        Text(stamp(line.start_s), style="cyan"),
        Text(printable(line.text)),
        Text(_BAR * level, style=colour).append("▁" * (8 - level), style="dim"),
        Text("not sung" if is_unsung else verdict, style=colour),
    )
