"""A hearing as people see it: a karaoke view, green, amber and red; plain marks where there are no colours."""

from rich.console import Console
from rich.text import Text

from songsmith.agent.phrases import clock, stamp
from songsmith.agent.studio.listening import Aligned
from songsmith.agent.studio.mending import Mended
from songsmith.agent.views.word_wrap import print_under, printable
from songsmith.engine.listening.listen import HeardLine, Hearing

__all__ = ["draw_aligned", "draw_hearing", "draw_mended"]

_COLOURS = {"sung": "green", "partly": "yellow", "missing": "red"}
_MARKS = {"sung": "✓", "partly": "~", "missing": "✗"}
_WELL, _LATE_S = 0.99, 0.5


def draw_hearing(console: Console, hearing: Hearing) -> None:
    """One line a lyric line: its mark, its stamp, its words as they were heard, what is wrong with it."""
    is_plain = console.color_system is None or not console.is_terminal
    stamps = [stamp(line.start_s) for line in hearing.lines]
    width = max(map(len, stamps), default=0)
    for line, start in zip(hearing.lines, stamps, strict=True):
        head = Text("  ").append(_MARKS[line.verdict], style=_COLOURS[line.verdict])
        head.append(f" {line.line:>2} ", style="dim").append(f"{start:<{width}}  ", style="cyan")
        print_under(console, head, _words(line).append(_remarks(line, is_plain), style="dim"))
    _fact(console, "heard", f"{hearing.summary} · {_figures(hearing)}")


def draw_aligned(console: Console, aligned: Aligned) -> None:
    """One line a lyric line: when it begins and ends, and whether it was heard at all."""
    lines = aligned.lyrics.lines
    for line, sung in zip(lines, aligned.times.lines, strict=True):
        mark, colour = ("✓", "green") if sung.is_heard else ("✗", "red")
        head = Text(f"  {mark}", style=colour).append(f" {sung.line:>2} ", style="dim")
        head.append(f"{stamp(line.start_s)} - {stamp(sung.end_s)}  ", style="cyan")
        remark = "" if sung.is_heard else "   not heard; its place is a guess"
        print_under(console, head, Text(printable(line.text)).append(remark, style="dim"))
    times = aligned.times
    who = "the engine's own attention" if times.found_by == "engine" else f"ears {times.model}"
    _fact(console, "aligned", f"{times.summary} · {who}")


def draw_mended(console: Console, mended: Mended) -> None:
    """What became better, what did not and what could be done about it."""
    for line in mended.lines:
        is_done = line.after >= mended.until_sung
        colour = "green" if is_done else "yellow" if line.after > line.before else "red"
        head = Text(f"  {'✓' if is_done else '✗'} {line.line:>2} ", style=colour)
        head.append(f"{line.before:.2f} → {line.after:.2f}  ")
        print_under(console, head, Text(printable(line.text)))
    for suggestion in mended.suggestions:
        _fact(console, "advice", printable(suggestion), "yellow")
    takes = f" · sung again: {', '.join(mended.takes)}" if mended.takes else ""
    _fact(console, "mended", f"{mended.summary} · picked {mended.picked}{takes}")
    _fact(console, "heard", f"{mended.hearing.summary} · {_figures(mended.hearing)}")


def _fact(console: Console, name: str, value: str, style: str = "") -> None:
    print_under(console, Text(f"  {name:<8} ", style=style), Text(value, style=style))


def _words(line: HeardLine) -> Text:
    """The line's words, each in the colour of how it was heard; as written where they don't fit word by word."""
    pieces = line.text.split()
    if len(pieces) != len(line.words):
        return Text(printable(line.text), style=_COLOURS[line.verdict])
    text = Text()
    for place, (piece, word) in enumerate(zip(pieces, line.words, strict=True)):
        style = "green" if word.likeness >= _WELL else "yellow" if word.likeness else "red"
        text.append(" " * bool(place)).append(printable(piece), style=style)
    return text


def _remarks(line: HeardLine, is_plain: bool) -> str:
    said = []
    if line.verdict != "sung" or is_plain:
        said.append(f"{line.verdict} {line.recall:.2f}")
    if line.is_misplaced and line.heard_start_s is not None:
        said.append(f"sung at {clock(line.heard_start_s)}")
    elif line.timing_error_s is not None and abs(line.timing_error_s) > _LATE_S:
        said.append(
            f"{abs(line.timing_error_s):.1f} s {'late' if line.timing_error_s > 0 else 'early'}"
        )
    if line.is_repeated:
        said.append("repeated")
    if line.heard and not line.is_clear:
        said.append(f"heard “{printable(line.heard)}”")
    return "   " + " · ".join(said) if said else ""


def _figures(hearing: Hearing) -> str:
    figures = [
        f"word error rate {hearing.word_error_rate:.2f}",
        f"{hearing.lufs:.1f} LUFS",
        f"peak {hearing.true_peak_dbtp:.1f} dBTP",
    ]
    if hearing.clipped_samples:
        figures.append(f"{hearing.clipped_samples} samples clipped")
    if hearing.drift:
        figures.insert(0, str(hearing.drift))
    if hearing.silent_s >= 1:
        figures.append(f"{hearing.silent_s:.0f} s silent")
    if hearing.style_similarity is not None:
        figures.append(f"style {hearing.style_similarity:.2f}")
    return " · ".join([*figures, f"ears {hearing.model}"])
