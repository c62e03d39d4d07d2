"""Which chord sounds when: the genre's progressions over the parts, and the player's own symbols above the words."""

from collections.abc import Sequence

import numpy as np

from songsmith.engine.sketch.harmony import chord, parse_chord, roman, uses_flats
from songsmith.engine.sketch.score import Bar, ChordSpan, Harmony, Score
from songsmith.engine.sketch.style.style import SketchStyle
from songsmith.lyrics.lyric import LyricLine, Lyrics

__all__ = ["lay_chords", "marked_chords"]

_LIKE = {
    "intro": "verse",
    "pre-chorus": "bridge",
    "post-chorus": "chorus",
    "interlude": "chorus",
    "outro": "verse",
}


def lay_chords(
    score: Score, lyrics: Lyrics, style: SketchStyle, rng: np.random.Generator
) -> tuple[ChordSpan, ...]:
    """Chords of the whole song, without gaps. Symbols in the lyrics win where they stand and hold until
    the next symbol or the end of the part."""
    progressions = _choose_progressions(score, style, rng)
    marked = marked_chords(score, lyrics)
    own = _own_loop(marked)
    spans: list[ChordSpan] = []
    for index, bar in enumerate(score.bars):
        in_part = index - next(i for i, b in enumerate(score.bars) if b.part == bar.part)
        kind = score.parts[bar.part].kind
        loop = progressions.get(_LIKE.get(kind, kind), progressions["verse"])
        harmonies = [own[in_part % len(own)]] if own else list(loop[in_part % len(loop)])
        if index == len(score.bars) - 1:
            harmonies = [_home(score, progressions, own)]
        spans += _share_bar(bar, harmonies)
    return _overlay(spans, marked, score)


def _choose_progressions(
    score: Score, style: SketchStyle, rng: np.random.Generator
) -> dict[str, list[tuple[Harmony, ...]]]:
    """Per kind of part, the chords of each bar of its loop."""
    family = "minor" if score.mode in ("minor", "dorian", "pentatonic minor") else "major"
    books = style.genre.progressions
    book = books.get(family) or next(iter(books.values()))
    chosen = {}
    for kind in ("verse", "chorus", "bridge"):
        choices = _that_fit(book.get(kind) or book["verse"], _bars_of(kind, score))
        bars = str(choices[int(rng.integers(len(choices)))]).split()
        chosen[kind] = [
            tuple(roman(numeral, score.tonic, score.mode) for numeral in bar.split(","))
            for bar in bars
        ]
    return chosen


def _bars_of(kind: str, score: Score) -> int:
    """How many bars the first part of a kind has, 0 if there is none."""
    first = next((i for i, part in enumerate(score.parts) if part.kind == kind), None)
    return sum(bar.part == first for bar in score.bars)


def _that_fit(choices: Sequence[str], bars: int) -> Sequence[str]:
    """Progressions that come round nearest to the end of a part of that many bars: a blues of twelve would
    miss its turn in eight. All of them, if all are longer."""
    left = {c: bars % len(c.split()) for c in choices if len(c.split()) <= bars}
    return [choice for choice, over in left.items() if over == min(left.values())] or choices


def _home(
    score: Score, progressions: dict[str, list[tuple[Harmony, ...]]], own: Sequence[Harmony]
) -> Harmony:
    """The last chord: the tonic as the song has sounded it, else a plain one."""
    heard = [*own, *(h for loop in progressions.values() for bar in loop for h in bar)]
    for harmony in heard:
        if harmony.root == score.tonic and harmony.bass == score.tonic:
            return harmony
    third = "m" if (score.tonic + 3) % 12 in score.scale else ""
    return chord(score.tonic, third, flats=uses_flats(score.tonic, score.mode))


def _share_bar(bar: Bar, harmonies: Sequence[Harmony]) -> list[ChordSpan]:
    """Chords that share a bar, changing on beats."""
    starts = [bar.beats_s[i * len(bar.beats_s) // len(harmonies)] for i in range(len(harmonies))]
    if len(set(starts)) < len(starts):  # a pickup bar holds no two chords
        return [ChordSpan(bar.start_s, bar.end_s, harmonies[0])]
    return [
        ChordSpan(start_s, end_s, harmony)
        for start_s, end_s, harmony in zip(starts, [*starts[1:], bar.end_s], harmonies, strict=True)
    ]


def marked_chords(score: Score, lyrics: Lyrics) -> list[tuple[float, Harmony]]:
    """(time, chord) of every symbol over the words, on the beat nearest to its syllable, ascending."""
    by_number = dict(enumerate(lyrics.lines, start=1))
    marked: dict[float, Harmony] = {}
    for sung in score.lines:
        line = by_number[sung.line]
        for symbol in line.chords:
            harmony = parse_chord(symbol.symbol)
            if harmony:
                share = _share_before(line, symbol.offset)
                time_s = sung.start_s + share * (sung.end_s - sung.start_s)
                marked[_nearest_beat(time_s, score)] = harmony
    return sorted(marked.items())


def _share_before(line: LyricLine, offset: int) -> float:
    """Share of the line sung before character `offset`, by its letters."""
    letters = [character.isalnum() for character in line.text]
    return sum(letters[:offset]) / max(sum(letters), 1)


def _nearest_beat(time_s: float, score: Score) -> float:
    starts = [beat_s for bar in score.bars for beat_s in bar.beats_s]
    return min(starts, key=lambda beat_s: abs(beat_s - time_s))


def _own_loop(marked: Sequence[tuple[float, Harmony]]) -> list[Harmony]:
    """The first four different chords in a row of those marked: what the band plays where none is."""
    loop: list[Harmony] = []
    for _, harmony in marked:
        if not loop or harmony != loop[-1]:
            loop.append(harmony)
    return loop[:4]


def _overlay(
    spans: list[ChordSpan], marked: Sequence[tuple[float, Harmony]], score: Score
) -> tuple[ChordSpan, ...]:
    """Marked chords over the laid ones; each holds to the next mark or the end of its part."""
    for place, (time_s, harmony) in enumerate(marked):
        part_end_s = next((p.end_s for p in score.parts if time_s < p.end_s), score.duration_s)
        next_s = marked[place + 1][0] if place + 1 < len(marked) else part_end_s
        end_s = min(part_end_s, next_s)
        kept: list[ChordSpan] = []
        for span in spans:
            if span.end_s <= time_s or span.start_s >= end_s:
                kept.append(span)
                continue
            if span.start_s < time_s:
                kept.append(ChordSpan(span.start_s, time_s, span.harmony))
            if span.end_s > end_s:
                kept.append(ChordSpan(end_s, span.end_s, span.harmony))
        spans = sorted([*kept, ChordSpan(time_s, end_s, harmony)], key=lambda s: s.start_s)
    return tuple(spans)
