"""The tempo and metre of a song, decided once, before any stamp is laid."""

import re
from collections.abc import Mapping
from typing import NamedTuple

__all__ = ["Pulse", "bpm_of", "pulse_of"]

_FELT_BEATS = {"3/4": 3, "6/8": 2}  # 4 in any other metre


class Pulse(NamedTuple):
    """Beats a minute and beats a bar, as they are felt (6/8 has two). `is_named`: whether a person named the tempo."""

    bpm: float
    beats_per_bar: int
    is_named: bool = False

    @property
    def bar_s(self) -> float:
        return 60 / self.bpm * self.beats_per_bar


def pulse_of(style: str, options: Mapping[str, object] | None = None) -> Pulse:
    """The pulse that the options of a render ("bpm", "time") or a style text name, else the usual one of its music."""
    from songsmith.engine.sketch.style.style import parse_style

    options = options or {}
    understood = parse_style(style)
    beats = _FELT_BEATS.get(str(options.get("time") or understood.time), 4)
    named = _number(options.get("bpm")) or _bpm_in(style) or understood.bpm
    return Pulse(named or understood.bpm_usual, beats, named is not None)


def bpm_of(style: str) -> float:
    """Tempo that a style text names, in beats per minute, else the usual one of its music."""
    return pulse_of(style).bpm


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, (int, float)) and 30 <= value <= 300 else None


def _bpm_in(style: str) -> float | None:
    match = re.search(r"(?<!\d)(\d{2,3}(?:\.\d{1,3})?)\s*(?:bpm|拍)", style[:2_000], re.IGNORECASE)
    return float(match[1]) if match and 40 <= float(match[1]) <= 240 else None
