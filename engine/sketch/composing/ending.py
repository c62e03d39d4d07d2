"""How the last line of a song closes: where its last note begins, so that it can be held."""

from songsmith.engine.sketch.score import Score

__all__ = ["closing_s"]

_HELD_BEATS = 2.0
_EARLIEST_SHARE = 0.42
_WORDS_SHARE = 0.66
"""Share of the line's slot after which its words are usually sung."""


def closing_s(score: Score) -> float | None:
    """When the last note of the last line is to begin: on the bar or half bar nearest to the end of its words that
    leaves it two beats; None where the slot has no such place."""
    if not score.lines or not score.bars:
        return None
    line = max(score.lines, key=lambda line: line.start_s)
    beat_s = 60 / score.bpm
    places = [
        at_s
        for bar in score.bars
        for number, at_s in enumerate(bar.beats_s)
        if number in (0, len(bar.beats_s) // 2)
    ]
    length_s = line.end_s - line.start_s
    usable = [
        at_s
        for at_s in places
        if at_s >= line.start_s + _EARLIEST_SHARE * length_s
        and at_s + _HELD_BEATS * beat_s + 0.3 <= line.end_s
    ]
    wished_s = line.start_s + _WORDS_SHARE * length_s
    return min(usable, key=lambda at_s: abs(at_s - wished_s)) if usable else None
