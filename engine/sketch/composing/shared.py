"""Words that come back: lines, and runs of words inside lines, that are sung to the tune they had before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from songsmith.engine.sketch.composing.phrases import tune_kind
from songsmith.engine.sketch.phonetics.syllables import Syllable
from songsmith.engine.sketch.score import Score, SungLine

__all__ = ["Run", "find_runs", "tune_key"]

_SHORTEST_RUN = 3


@dataclass(frozen=True)
class Run:
    """`length` syllables of a line from `at` on, sung as those of line `source` from `source_at` on."""

    source: int
    source_at: int
    at: int
    length: int


def tune_key(line: SungLine, score: Score) -> tuple[str, int]:
    """Lines with the same key have the same words in parts of the same kind, and one tune."""
    kind = score.parts[line.part].kind if 0 <= line.part < len(score.parts) else "verse"
    return tune_kind(kind), line.same_as or line.line


def find_runs(score: Score, syllables: Mapping[int, Sequence[Syllable]]) -> dict[int, Run]:
    """For each line whose words are new to its kind of part, the longest run of words it shares there with an
    earlier one: of two words and three syllables at least."""
    earlier: dict[str, dict[int, Sequence[Syllable]]] = {}
    seen: set[tuple[str, int]] = set()
    runs: dict[int, Run] = {}
    for line in score.lines:
        key = tune_key(line, score)
        own = syllables.get(line.line, ())
        if key in seen or not own:
            continue
        seen.add(key)
        others = earlier.setdefault(key[0], {})
        found = [run for number, other in others.items() if (run := _longest(number, other, own))]
        if found:
            runs[line.line] = max(found, key=lambda run: run.length)
        others[line.line] = own
    return runs


def _longest(number: int, other: Sequence[Syllable], own: Sequence[Syllable]) -> Run | None:
    best: Run | None = None
    for at, syllable in enumerate(own):
        for source_at in range(len(other) if syllable.starts_word else 0):
            length = _common(other[source_at:], own[at:])
            if length >= _SHORTEST_RUN and (best is None or length > best.length):
                best = Run(number, source_at, at, length)
    return best


def _common(one: Sequence[Syllable], other: Sequence[Syllable]) -> int:
    """How many syllables both begin with in common, up to the end of a word; 0 if that is but one word."""
    whole, words = 0, 0
    for place, (a, b) in enumerate(zip(one, other, strict=False)):
        if a.text.casefold() != b.text.casefold() or a.starts_word != b.starts_word:
            break
        words += b.starts_word
        ends = [place + 1 == len(line) or line[place + 1].starts_word for line in (one, other)]
        whole = place + 1 if all(ends) else whole
    return whole if words > 1 else 0
