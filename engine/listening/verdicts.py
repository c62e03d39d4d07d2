"""From what was heard of each line to a verdict on it: sung, partly, missing, misplaced, repeated.

A line that is heard at another place than its own is misplaced; one that is heard a second time, where no line
belongs, is repeated. What was heard is nobody's twice.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from songsmith.engine.listening.comparable import words_of
from songsmith.engine.listening.hearing import SUNG, HeardLine, HeardWordMark
from songsmith.engine.listening.word_alignment import (
    HeardWord,
    LineHeard,
    SungWord,
    heard_lines,
)
from songsmith.lyrics.lyric import LyricLine, Lyrics

__all__ = ["judged"]

PARTLY = 0.25
"""Word recall below which a line is missing."""
_ELSEWHERE, _AGAIN = 0.6, 0.6
"""Recall from which words at another place are taken for this line, or for this line once more."""
_FEWEST_AGAIN = 3
_PAUSE_S = 3.0
"""Words of one line stand closer together than this."""
_NOTHING = LineHeard((), ())

Transcript = Sequence[HeardWord]


def judged(
    lyrics: Lyrics,
    best: Mapping[int, LineHeard],
    heard: Transcript,
    transcripts: Sequence[Transcript],
) -> tuple[HeardLine, ...]:
    """All lines with their verdicts. `best` is the best hearing of each, `heard` all words of the take,
    `transcripts` those of second hearings; lines not where they belong are looked for in all of them."""
    away = _misplaced(lyrics, best, (heard, *transcripts))
    placed = {word for line in away.values() for word in line.heard}
    again = _repeated(lyrics, best, _left_over(heard, placed))
    lines = []
    for number, line in enumerate(lyrics.lines, 1):
        found = away.get(number, best.get(number, _NOTHING))
        judgement = _judged(number, line, words_of(line.text, lyrics.language), found)
        if number in away:
            judgement = replace(judgement, is_misplaced=True)
        elif number in again:
            judgement = replace(
                judgement,
                is_repeated=True,
                again_start_s=round(again[number].heard[0].start_s, 2),
                again_end_s=round(again[number].heard[-1].end_s, 2),
            )
        lines.append(judgement)
    return tuple(lines)


def _judged(number: int, line: LyricLine, words: Sequence[str], found: LineHeard) -> HeardLine:
    recall, start_s = round(found.recall, 3), found.start_s
    marks = zip(words, found.likeness, strict=False)
    return HeardLine(
        line=number,
        text=line.text,
        start_s=line.start_s,
        verdict="sung" if recall >= SUNG else "partly" if recall >= PARTLY else "missing",
        is_repeated=False,
        recall=recall,
        heard=found.text,
        heard_start_s=round(found.heard[0].start_s, 2) if found.heard else None,
        timing_error_s=None if start_s is None else round(start_s - line.start_s, 2),
        words=tuple(HeardWordMark(word, round(like, 2)) for word, like in marks),
    )


def _misplaced(
    lyrics: Lyrics, best: Mapping[int, LineHeard], transcripts: Sequence[Transcript]
) -> dict[int, LineHeard]:
    """Lines not heard in their place but at another; of two that could be the same words, the nearer is."""
    known = {word for line in best.values() if line.recall >= SUNG for word in line.heard}
    low = [number for number, line in best.items() if line.recall < SUNG]
    away = {number: _away(number, lyrics, best, transcripts, known) for number in low}

    def distance_s(number: int) -> tuple[float, float]:
        found = away[number]
        stamp_s = lyrics.lines[number - 1].start_s
        return -found.recall, abs(found.heard[0].start_s - stamp_s) if found.heard else 0.0

    placed: dict[int, LineHeard] = {}
    for number in sorted(low, key=distance_s):
        found = away[number]
        if any(word.overlaps(other) for word in found.heard for other in known):
            found = _away(number, lyrics, best, transcripts, known)
        if found.recall >= max(_ELSEWHERE, best[number].recall + 0.2):
            placed[number] = found
            known |= set(found.heard)
    return placed


def _away(
    number: int,
    lyrics: Lyrics,
    best: Mapping[int, LineHeard],
    transcripts: Sequence[Transcript],
    known: Collection[HeardWord],
) -> LineHeard:
    """Where else a line was heard best; words that are as much another line's are not its own."""
    sung = words_of(lyrics.lines[number - 1].text, lyrics.language)
    away = max(
        (_elsewhere(sung, _left_over(words, known)) for words in transcripts),
        key=lambda line: line.recall,
    )
    rivals = (
        line.recall
        for other, line in best.items()
        if other != number and _left_over(line.heard, away.heard) != list(line.heard)
    )
    return away if away.recall > max(rivals, default=0.0) + 0.15 else LineHeard((0.0,), ())


def _repeated(
    lyrics: Lyrics, best: Mapping[int, LineHeard], heard: Transcript
) -> dict[int, LineHeard]:
    """Lines heard in their place, and once more among words that are no line's: how they were heard then."""
    taken = {word for line in best.values() if line.recall >= PARTLY for word in line.heard}
    free = _left_over(heard, taken)
    nearest: dict[HeardWord, tuple[float, int, LineHeard]] = {}
    for number, line in enumerate(lyrics.lines, 1):
        again = _elsewhere(words_of(line.text, lyrics.language), free)
        is_enough = again.recall >= _AGAIN and len(again.likeness) >= _FEWEST_AGAIN
        if is_enough and number in best and best[number].recall >= SUNG / 2:
            first = again.heard[0]
            away_s = abs(first.start_s - line.start_s)
            if first not in nearest or away_s < nearest[first][0]:
                nearest[first] = away_s, number, again
    return {number: again for _, number, again in nearest.values()}


def _elsewhere(sung: Sequence[str], free: Transcript) -> LineHeard:
    """The stretch of the words left over that is most like this line."""
    words = [SungWord(word, 1) for word in sung]
    best = LineHeard(tuple(0.0 for _ in words), ())
    for first in range(len(free)):
        window = _flowing(free[first : first + len(words) + 2])
        if words and len(window) >= max(1, len(words) // 2):
            best = max(best, heard_lines(words, window)[1], key=lambda line: line.recall)
    return best


def _flowing(words: Transcript) -> Transcript:
    """The words up to the first long pause."""
    for place in range(1, len(words)):
        if words[place].start_s - words[place - 1].end_s > _PAUSE_S:
            return words[:place]
    return words


def _left_over(words: Transcript, known: Collection[HeardWord]) -> list[HeardWord]:
    """Words that no line took; any overlap with a taken one counts."""
    return [word for word in words if not any(word.overlaps(other) for other in known)]
