"""Which chord sounds when: the genre's progressions over the parts, and the player's own symbols above the words."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from songsmith.engine.sketch.composing.ending import closing_s
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
    numerals = _choose_progressions(score, style, rng)
    leading = rng.random(len(score.parts)) < style.genre.tune.secondary
    marked = marked_chords(score, lyrics)
    own = _own_loop(marked)
    spans: list[ChordSpan] = []
    for index, bar in enumerate(score.bars):
        in_part = index - next(i for i, b in enumerate(score.bars) if b.part == bar.part)
        bars = sum(b.part == bar.part for b in score.bars)
        tonic, kind = score.tonic_at(bar.start_s + 0.01), score.parts[bar.part].kind
        loop = _harmonies(numerals.get(_LIKE.get(kind, kind), numerals["verse"]), tonic, score.mode)
        harmonies = (
            [own[in_part % len(own)]] if own else list(loop[_in_loop(in_part, bars, len(loop))])
        )
        if index == len(score.bars) - 1:
            harmonies = [_home(score, numerals, own, tonic)]
        spans += _share_bar(bar, harmonies)
    if not own:
        spans = _lead_on(spans, score, leading)
        spans = _close(spans, score, style, _home(score, numerals, own, score.tonic_at(1e9)))
    return _overlay(spans, marked, score)


def _harmonies(loop: Sequence[str], tonic: int, mode: str) -> list[tuple[Harmony, ...]]:
    """The chords of each bar of a loop, in a key."""
    return [tuple(roman(numeral, tonic, mode) for numeral in bar.split(",")) for bar in loop]


def _in_loop(in_part: int, bars: int, length: int) -> int:
    """Which bar of a loop is played in a bar of a part: round and round, and where the loop does not come out even,
    its end again, so that a part closes as its progression does."""
    left = bars - in_part
    return length - left if bars > length and left <= bars % length else in_part % length


def _lead_on(
    spans: Sequence[ChordSpan], score: Score, leading: NDArray[np.bool_]
) -> list[ChordSpan]:
    """The last half bar of a part on the dominant of the chord that the next one starts with, where `leading`
    says so and wherever the key is lifted."""
    led = list(spans)
    for index, (bar, after) in enumerate(pairwise(score.bars)):
        is_lift = score.lift_at(after.start_s) != score.lift_at(bar.start_s)
        ends = bar.part != after.part and index > 0 and score.parts[bar.part].kind != "intro"
        if not ends or not (leading[bar.part] or is_lift) or len(bar.beats_s) < 2:
            continue
        target = _sounding_at(led, after.start_s + 0.01)
        goal = score.tonic_at(after.start_s) if is_lift else target.root
        if target.root == _sounding_at(led, bar.end_s - 0.01).root and not is_lift:
            continue
        flats = uses_flats(score.tonic_at(after.start_s), score.mode)
        dominant = chord((goal + 7) % 12, "7", flats=flats)
        half_s = bar.beats_s[len(bar.beats_s) // 2]
        led = _cut_in(led, ChordSpan(half_s, bar.end_s, dominant))
    return led


def _sounding_at(spans: Sequence[ChordSpan], time_s: float) -> Harmony:
    return next((span.harmony for span in spans if span.end_s > time_s), spans[-1].harmony)


def _close(
    spans: list[ChordSpan], score: Score, style: SketchStyle, home: Harmony
) -> list[ChordSpan]:
    """The last line's last note on the tonic chord, to the end of its bar; not where a style ends open."""
    at_s = closing_s(score)
    if at_s is None or style.genre.tune.ending == "open":
        return spans
    end_s = next((bar.end_s for bar in score.bars if bar.end_s > at_s + 1e-6), score.duration_s)
    return _cut_in(spans, ChordSpan(at_s, end_s, home))


def _cut_in(spans: Sequence[ChordSpan], new: ChordSpan) -> list[ChordSpan]:
    """`spans` with `new` in the place of what it covers."""
    kept: list[ChordSpan] = []
    for span in spans:
        if span.end_s <= new.start_s + 1e-6 or span.start_s >= new.end_s - 1e-6:
            kept.append(span)
            continue
        if span.start_s < new.start_s:
            kept.append(ChordSpan(span.start_s, new.start_s, span.harmony))
        if span.end_s > new.end_s:
            kept.append(ChordSpan(new.end_s, span.end_s, span.harmony))
    return sorted([*kept, new], key=lambda span: span.start_s)


def _choose_progressions(
    score: Score, style: SketchStyle, rng: np.random.Generator
) -> dict[str, list[str]]:
    """Per kind of part, the roman numerals of each bar of its loop."""
    family = "minor" if score.mode in ("minor", "dorian", "pentatonic minor") else "major"
    books = style.genre.progressions
    book = books.get(score.mode) or books.get(family) or next(iter(books.values()))
    chosen = {}
    for kind in ("verse", "chorus", "bridge"):
        choices = _that_fit(book.get(kind) or book["verse"], _bars_of(kind, score))
        chosen[kind] = str(choices[int(rng.integers(len(choices)))]).split()
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
    score: Score, progressions: dict[str, list[str]], own: Sequence[Harmony], tonic: int
) -> Harmony:
    """The last chord: the tonic as the song has sounded it, else a plain one."""
    loops = [_harmonies(loop, tonic, score.mode) for loop in progressions.values()]
    heard = [*own, *(h for loop in loops for bar in loop for h in bar)]
    for harmony in heard:
        if harmony.root == tonic and harmony.bass == tonic:
            return harmony
    third = "m" if (score.tonic + 3) % 12 in score.scale else ""
    return chord(tonic, third, flats=uses_flats(tonic, score.mode))


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
        spans = _cut_in(spans, ChordSpan(time_s, end_s, harmony))
    return tuple(spans)
