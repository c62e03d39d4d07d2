"""What doctor finds, drawn: a mark, what was found, and below it the step that mends it."""

from rich.console import Console
from rich.text import Text

from songsmith.agent.doctor.finding import Diagnosis, Finding, State
from songsmith.agent.views.word_wrap import print_under, printable

__all__ = ["Findings", "draw_diagnosis", "summary"]

_MARKS: dict[State, tuple[str, str]] = {
    "ok": ("✓", "green"),
    "warn": ("!", "yellow"),
    "fail": ("✗", "red"),
}
_NAME_COLUMNS = 16


class Findings:
    """Draws findings as they come, a heading wherever another area begins."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._area = ""

    def add(self, finding: Finding) -> None:
        if finding.area != self._area:
            self._area = finding.area
            self._console.print(Text(finding.area, style="bold"))
        mark, colour = _MARKS[finding.state]
        head = Text.assemble((f"  {mark} ", colour), f"{printable(finding.name):<{_NAME_COLUMNS}} ")
        print_under(self._console, head, Text(printable(finding.found)))
        if finding.mend and finding.state != "ok":
            under = Text(f"{'':<{_NAME_COLUMNS + 3}}→ ")
            print_under(self._console, under, Text(printable(finding.mend), style=colour))


def draw_diagnosis(console: Console, diagnosis: Diagnosis) -> None:
    """All findings, then how many of each kind."""
    drawn = Findings(console)
    for finding in diagnosis.findings:
        drawn.add(finding)
    console.print(summary(diagnosis))


def summary(diagnosis: Diagnosis) -> Text:
    """ "19 ✓ · 4 ! could be better · nothing is broken"."""
    warned, failed = diagnosis.count("warn"), diagnosis.count("fail")
    parts = [f"{diagnosis.count('ok')} ✓"]
    if warned:
        parts.append(f"{warned} ! would make songs better, or easier to make")
    if failed:
        parts.append(f"{failed} ✗ broken")
    else:
        parts.append("nothing is broken")
    if any(finding.fix for finding in diagnosis.findings):
        parts.append("`songsmith doctor --fix` repairs some of it")
    return Text("\n" + " · ".join(parts))
