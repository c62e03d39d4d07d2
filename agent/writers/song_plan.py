"""The plan of a song before it has words: its sections, the lines of each, and the syllables of a line.

What can be sung follows from the length and the tempo, so that a model that can neither count nor keep time needs to
do neither: it is asked for the words of one section at a time, and gets their size.
"""

from dataclasses import dataclass
from random import Random

from songsmith.agent.writers.metre import Budget, budget_for
from songsmith.agent.writers.offline.form import PartPlan, form_for
from songsmith.agent.writers.tempo import Pulse

__all__ = ["SectionPlan", "SongPlan", "most_lines", "plan_song"]

_LABELS = {
    "en": {"verse": "Verse", "chorus": "Chorus", "pre": "Pre-Chorus", "bridge": "Bridge", "outro": "Outro"},
    "zh": {"verse": "主歌", "chorus": "副歌", "pre": "预副歌", "bridge": "桥段", "outro": "尾声"},
}  # fmt: skip
_SLOT_S = 3.8
_SHORTEST_S = 2.0
_BARS = (1, 2, 4)
_SHARES = (1.0, 0.85, 0.7, 0.55, 0.4, 0.25, 0.1)
"""How much of the length is filled with words: less where whole bars of this tempo hold less."""
_INTRO_S, _ENDING_S = 4.0, 2.0


@dataclass(frozen=True)
class SectionPlan:
    """A section without words. `number` counts those of its kind; a section that `returns` repeats the first one."""

    kind: str
    number: int
    label: str
    lines: int
    returns: bool = False


@dataclass(frozen=True)
class SongPlan:
    """All sections in order; `budget` is the syllables of a line, `bars` the time it has."""

    language: str
    pulse: Pulse
    duration_s: float
    bars: float
    budget: Budget
    sections: tuple[SectionPlan, ...]


def plan_song(duration_s: float, pulse: Pulse, language: str, seed: int) -> SongPlan:
    """The plan for a song of this length and tempo; the same seed gives the same one."""
    language = language or "en"
    bars = min(_BARS, key=lambda count: abs(count * pulse.bar_s - _SLOT_S))
    form = _form(duration_s, bars * pulse.bar_s, pulse.bar_s, seed)
    totals = [part.kind for part in form]
    sections: list[SectionPlan] = []
    for part in form:
        number = sum(section.kind == part.kind for section in sections) + 1
        is_numbered = part.kind != "chorus" and totals.count(part.kind) > 1
        label = _LABELS[language][part.kind] + (f" {number}" if is_numbered else "")
        returns = part.kind == "chorus" and number > 1
        sections.append(SectionPlan(part.kind, number, label, part.lines, returns))
    budget = budget_for(bars * pulse.bar_s, language)
    return SongPlan(language, pulse, duration_s, bars, budget, tuple(sections))


def _form(duration_s: float, slot_s: float, bar_s: float, seed: int) -> tuple[PartPlan, ...]:
    """The longest form whose lines fit into the length on whole bars."""
    for share in _SHARES:
        form = form_for(duration_s * share, Random(f"{seed}|{duration_s:.3f}"))
        sung_s = sum(part.lines for part in form) * slot_s + (len(form) - 1) * bar_s
        if max(_INTRO_S, bar_s) + sung_s + _ENDING_S <= duration_s:
            break
    return form


def most_lines(duration_s: float) -> int:
    """The most lines that a song of this length can hold."""
    return max(4, round(duration_s / _SHORTEST_S))
