"""The tempo that a style text asks for."""

import re

__all__ = ["bpm_of", "names_tempo"]


def bpm_of(style: str) -> float:
    """Tempo that a style text names, in beats per minute, else the usual one of its music."""
    return _tempo(style)[0]


def names_tempo(style: str) -> bool:
    """Whether a style text names its tempo."""
    return _tempo(style)[1]


def _tempo(style: str) -> tuple[float, bool]:
    """The tempo of a style text, in beats per minute, and whether the text names it."""
    match = re.search(r"(\d{2,3}(?:\.\d+)?)\s*(?:bpm|拍)", style, re.IGNORECASE)
    if match and 40 <= float(match[1]) <= 240:
        return float(match[1]), True

    from songsmith.engine.sketch.style.style import parse_style

    understood = parse_style(style)
    return understood.bpm or understood.bpm_usual, understood.bpm is not None
