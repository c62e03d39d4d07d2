"""Whether words fit their stamps: faults by line, which of two lyrics is better, and retiming as a last resort."""

from collections.abc import Collection, Mapping

from songsmith.agent.writers.tempo import Pulse
from songsmith.lyrics.check import Report, check_lyrics
from songsmith.lyrics.fault import Fault
from songsmith.lyrics.lyric import Lyrics
from songsmith.lyrics.repair import repair_lyrics
from songsmith.lyrics.speech.language_guess import guess_language
from songsmith.lyrics.timing import retime

__all__ = ["faults_by_line", "is_better", "language_of_lyrics", "retimed"]


def faults_by_line(
    report: Report, only: Collection[int] | None = None
) -> Mapping[int, list[Fault]]:
    """Errors and warnings of lines (those of `only`), by line number."""
    found: dict[int, list[Fault]] = {}
    for fault in report.faults:
        is_wanted = only is None or fault.line in only
        if fault.line and is_wanted and fault.severity != "note":
            found.setdefault(fault.line, []).append(fault)
    return dict(sorted(found.items()))


def is_better(
    new: Lyrics, old: Lyrics, duration_s: float, only: Collection[int] | None = None
) -> bool:
    """Whether `new` has fewer errors than `old`, or as many and fewer warnings."""
    return _badness(new, duration_s, only) < _badness(old, duration_s, only)


def retimed(lyrics: Lyrics, duration_s: float, pulse: Pulse) -> tuple[Lyrics, list[str]]:
    """The lyric with better stamps if there are any, and a remark about what was moved.

    The safe repairs come first; then lines at fault are set anew between the good ones, then all of them.
    """
    best = lyrics
    for candidate in _candidates(lyrics, duration_s, pulse):
        if is_better(candidate, best, duration_s):
            best = candidate
    if best == lyrics:
        return lyrics, []
    pairs = zip(lyrics.lines, best.lines, strict=False)
    moved = [n for n, (old, new) in enumerate(pairs, start=1) if old != new]
    named = ", ".join(map(str, moved)) if len(moved) < len(best.lines) else "all"
    return best, [f"lines that did not fit their time were set anew (lines: {named})"]


def language_of_lyrics(lyrics: Lyrics, asked: str = "") -> str:
    """The language of a lyric: as asked, as its tag says, else as its words tell."""
    return asked or lyrics.language or guess_language("\n".join(line.text for line in lyrics.lines))


def _candidates(lyrics: Lyrics, duration_s: float, pulse: Pulse) -> list[Lyrics]:
    if not faults_by_line(check_lyrics(lyrics, duration_s=duration_s)):
        return []
    repaired, _ = repair_lyrics(lyrics, duration_s=duration_s)
    bad = faults_by_line(check_lyrics(repaired, duration_s=duration_s))
    if not bad:
        return [repaired]
    good = [number for number in range(1, len(repaired.lines) + 1) if number not in bad]
    around = [n for n in good if not {n - 1, n + 1} & set(bad)]
    keeps: list[list[int]] = [good, around, []]
    return [
        repaired,
        *(
            retime(
                repaired,
                duration_s=duration_s,
                bpm=pulse.bpm,
                beats_per_bar=pulse.beats_per_bar,
                keep=keep,
            )
            for keep in keeps
        ),
    ]


def _badness(
    lyrics: Lyrics, duration_s: float, only: Collection[int] | None = None
) -> tuple[int, int]:
    faults = check_lyrics(lyrics, duration_s=duration_s).faults
    severities = [fault.severity for fault in faults if only is None or fault.line in only]
    return severities.count("error"), severities.count("warning")
