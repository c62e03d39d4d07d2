"""From words to stamps: every line on a bar, in a slot in which it can be sung.

The figures are those of songs that singing models learnt from: 4 to 7 model tokens a second, a new
line every 1.2 to 7.9 s, some bars before the first line and between sections. Where the words are many
for the time, slots shrink in steps: first the breaks, then to half bars, to beats, and last to
half beats; `check` says what that does to the singing. Sections always begin on a bar, as long as there is
time for any grid at all.
"""

import math
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, chain, pairwise

from songsmith.lyrics.lyric import NOTHING_BESIDE, Draft, DraftSection, LyricLine, Lyrics, Section
from songsmith.lyrics.pace import EASY_PER_S, expected_tokens
from songsmith.lyrics.speech.language_guess import guess_language
from songsmith.lyrics.speech.said import said

__all__ = ["natural_duration_s", "retime", "stamp_draft"]

_MAX_GAP_S = 7.9  # between two lines of a section; more and singers fill it with repeats
_SPARSE_PER_S = 2.2
_INTRO_S, _LONGEST_INTRO_S = 9.0, 18.0
_ENDING_S, _LONGEST_ENDING_S = 4.0, 10.0
_LONGEST_BREAK_S = 20.0


@dataclass(frozen=True)
class _Need:
    """What a line asks for: its tokens, and the rests before it."""

    tokens: int
    opens_section: bool = False
    follows_interlude: bool = False


@dataclass(frozen=True)
class _Level:
    """How tightly lines are set: slots are multiples of `bars` bars (0: of nothing) at up to
    `ceiling_per_s` tokens a second; an even level gives the lines of a section the same slot."""

    bars: float
    ceiling_per_s: float
    is_even: bool = False
    is_tight: bool = False


_NATURAL = _Level(1, 7.0, is_even=True)
_LEVELS = (
    _Level(1, 4.5, is_even=True),
    _NATURAL,
    _Level(1, 7.0, is_even=True, is_tight=True),
    _Level(1, 8.0, is_even=True, is_tight=True),
    _Level(1, 9.2, is_even=True, is_tight=True),
    _Level(1, 7.5, is_tight=True),
    _Level(1, 8.5, is_tight=True),
    _Level(0.5, 7.0, is_even=True),
    _Level(0.5, 7.0, is_tight=True),
    _Level(0.5, 8.0, is_tight=True),
    _Level(0.25, 8.0, is_tight=True),
    _Level(0.25, 9.5, is_tight=True),
    _Level(0.25, 11.0, is_tight=True),
)


@dataclass(frozen=True)
class _Stretch:
    """The time some lines have: a whole song, or what begins or ends with a line that stays.

    An anchored stretch begins with such a line, at `from_s`; only a song has an intro and an ending.
    """

    bar_s: float
    beats_per_bar: int
    from_s: float = 0.0
    until_s: float = math.inf
    is_anchored: bool = False
    has_ending: bool = True
    intro_s: float | None = None

    @property
    def room_s(self) -> float:
        return self.until_s - self.from_s

    def unit_s(self, bars: float) -> float:
        """About `bars` of a bar: whole beats, however many a bar has."""
        beats = float(self.beats_per_bar * bars)
        return self.bar_s / self.beats_per_bar * (beats if beats.is_integer() else 1)


@dataclass
class _Plan:
    """Seconds of the rest before each line and of its slot, and of the ending."""

    rests_s: list[float]
    slots_s: list[float]
    ending_s: float

    @property
    def total_s(self) -> float:
        return sum(self.rests_s) + sum(self.slots_s) + self.ending_s

    def starts_s(self, from_s: float) -> list[float]:
        spans = chain.from_iterable(zip(self.rests_s, self.slots_s, strict=True))
        return list(accumulate(spans, initial=from_s))[1::2]


def stamp_draft(
    draft: Draft,
    *,
    duration_s: float | None,
    bpm: float = 90.0,
    beats_per_bar: int = 4,
    intro_s: float | None = None,
) -> Lyrics:
    """The draft with a stamp on every line: on bars, or on parts of bars where time is short.

    Without `duration_s` every line takes the time it wants (`natural_duration_s`). `intro_s` is where the
    first line is wanted; it goes to the nearest bar. Stamps always rise and stay within the song.
    """
    sections = tuple(Section(part.label, tuple(_unstamped(part))) for part in draft.sections)
    lyrics = Lyrics(draft.title, draft.language, sections, draft.tags)
    until_s = math.inf if duration_s is None else duration_s
    stretch = _Stretch(_bar_s(bpm, beats_per_bar), beats_per_bar, until_s=until_s, intro_s=intro_s)
    starts_s = _starts_s(_needs(lyrics), stretch)
    lines = [_at(line, start_s) for line, start_s in zip(lyrics.lines, starts_s, strict=True)]
    return lyrics.with_lines(lines)


def natural_duration_s(
    lyrics: Lyrics | Draft,
    *,
    bpm: float = 90.0,
    beats_per_bar: int = 4,
    intro_s: float | None = None,
) -> float:
    """Length of a song in which every line has the time it wants: for a lyric, after its last stamp."""
    if isinstance(lyrics, Lyrics) and lyrics.lines:
        language = _language(lyrics)
        ends_s = [
            line.start_s
            + max(line.hold_s or 0.0, expected_tokens(said(line), language) / EASY_PER_S)
            for line in lyrics.lines
        ]
        return round(max(ends_s) + _ENDING_S, 2)
    stretch = _Stretch(_bar_s(bpm, beats_per_bar), beats_per_bar, intro_s=intro_s)
    return round(_plan(_needs(lyrics), stretch, _NATURAL).total_s, 2)


def retime(
    lyrics: Lyrics,
    *,
    duration_s: float,
    bpm: float,
    beats_per_bar: int = 4,
    keep: Collection[int] = (),
) -> Lyrics:
    """The lyric with new stamps on the bars; lines whose number (from 1) is in `keep` hold theirs.

    Holds and word stamps of the lines that move are dropped, since they belong to the old times.
    """
    lines, needs = lyrics.lines, _needs(lyrics)
    fixed = [index for index in range(len(lines)) if index + 1 in keep]
    moved: list[LyricLine] = []
    for first, end in zip([0, *fixed], [*fixed, len(lines)], strict=True):
        is_anchored = first in fixed
        stretch = _Stretch(
            _bar_s(bpm, beats_per_bar),
            beats_per_bar,
            from_s=lines[first].start_s if is_anchored else 0.0,
            until_s=lines[end].start_s if end < len(lines) else duration_s,
            is_anchored=is_anchored,
            has_ending=end == len(lines),
        )
        starts_s = _starts_s(needs[first:end], stretch)
        moved += [_at(line, at_s) for line, at_s in zip(lines[first:end], starts_s, strict=True)]
    return lyrics.with_lines(moved)


def _bar_s(bpm: float, beats_per_bar: int) -> float:
    return beats_per_bar * 60.0 / bpm


def _unstamped(part: DraftSection) -> Iterator[LyricLine]:
    for index, text in enumerate(part.lines):
        chords = part.chords[index] if index < len(part.chords) else ()
        source_line = part.source_lines[index] if index < len(part.source_lines) else 0
        beside = part.beside[index] if index < len(part.beside) else NOTHING_BESIDE
        yield LyricLine(0.0, text, chords, source_line=source_line, beside=beside)


def _at(line: LyricLine, start_s: float) -> LyricLine:
    if round(start_s, 3) == line.start_s:
        return line
    return replace(line, start_s=start_s, word_stamps=(), hold_s=None)


def _texts(section: Section | DraftSection) -> list[str]:
    if isinstance(section, Section):
        return [line.text for line in section.lines]
    return list(section.lines)


def _spoken(section: Section | DraftSection) -> list[str]:
    """The lines with the ways to say their words marked."""
    if isinstance(section, Section):
        return list(map(said, section.lines))
    if not section.beside:
        return list(section.lines)
    lines = zip(section.lines, section.beside, strict=True)
    return [said(LyricLine(0, text, beside=beside)) for text, beside in lines]


def _language(words: Lyrics | Draft) -> str:
    """The code of the language that the words are marked with or seem to be in, to count their sounds in it."""
    if words.language:
        return words.language.casefold().replace("_", "-").split("-")[0]
    return guess_language("\n".join(text for part in words.sections for text in _texts(part)))


def _needs(words: Lyrics | Draft) -> list[_Need]:
    needs: list[_Need] = []
    language = _language(words)
    after_interlude = False
    for section in words.sections:
        if not section.lines:
            after_interlude = bool(needs)
        for index, text in enumerate(_spoken(section)):
            is_first = index == 0 and bool(needs)
            needs.append(
                _Need(expected_tokens(text, language), is_first, is_first and after_interlude)
            )
        after_interlude = after_interlude and not section.lines
    return needs


def _starts_s(needs: Sequence[_Need], stretch: _Stretch) -> list[float]:
    """Where the lines start: as the first level says that leaves room for all, else without any grid."""
    if not needs:
        return []
    levels = _LEVELS if stretch.room_s < math.inf else (_NATURAL,)
    for level in levels:
        plan = _plan(needs, stretch, level)
        if plan.total_s <= stretch.room_s + 1e-6:
            if stretch.room_s < math.inf:
                _spread(plan, needs, stretch)
            return plan.starts_s(stretch.from_s)
    return _squeezed(needs, stretch)


def _plan(needs: Sequence[_Need], stretch: _Stretch, level: _Level) -> _Plan:
    """Slots, rests and ending at this level."""
    unit_s = stretch.unit_s(level.bars)
    slots_s = [_slot_s(need.tokens, unit_s, level) for need in needs]
    if level.is_even:
        slots_s = _evened(slots_s, needs)
    rests_s = [_rest_s(need, stretch.bar_s, level) for need in needs]
    if stretch.is_anchored:
        rests_s[0] = 0.0
        if len(needs) > 1:  # the line after the anchor comes back to the grid
            rests_s[1] += -(stretch.from_s + slots_s[0]) % unit_s
    elif needs:
        rests_s[0] = _intro_s(stretch, level)
    _open_on_bars(rests_s, slots_s, needs, stretch)
    ending_s = 0.0
    if stretch.has_ending:
        ending_s = min(2 * stretch.bar_s, _ENDING_S) if not level.is_tight else 0.5
    return _Plan(rests_s, slots_s, ending_s)


def _open_on_bars(
    rests_s: list[float], slots_s: Sequence[float], needs: Sequence[_Need], stretch: _Stretch
) -> None:
    """Lengthen the rest before each section's first line so that it starts on a bar of the song."""
    at_s = stretch.from_s
    for index, need in enumerate(needs):
        at_s += rests_s[index]
        if need.opens_section and (index or not stretch.is_anchored):
            bars = at_s / stretch.bar_s
            missing_s = (math.ceil(bars - 1e-6) - bars) * stretch.bar_s
            rests_s[index] += missing_s
            at_s += missing_s
        at_s += slots_s[index]


def _slot_s(tokens: int, unit_s: float, level: _Level) -> float:
    """The fewest units in which a line is sung at the level's pace; two bars rather than three, where they will do."""
    units = max(1, math.ceil((tokens + 1) / level.ceiling_per_s / unit_s - 1e-9))
    if units == 3 and level.bars == 1 and (tokens + 1) / (2 * unit_s) <= _NATURAL.ceiling_per_s:
        units = 2
    return unit_s * units


def _evened(slots_s: Sequence[float], needs: Sequence[_Need]) -> list[float]:
    """Lines of a section get the slot that most of its longer lines need, unless it is far too long."""
    even: list[float] = []
    bounds = [0, *(i for i, need in enumerate(needs) if need.opens_section and i), len(needs)]
    for first, end in pairwise(bounds):
        own = slots_s[first:end]
        usual_s = sorted(own)[len(own) * 2 // 3] if own else 0.0
        for slot_s, need in zip(own, needs[first:end], strict=True):
            fits = usual_s <= _MAX_GAP_S and need.tokens / usual_s >= _SPARSE_PER_S
            even.append(max(slot_s, usual_s) if fits else slot_s)
    return even


def _rest_s(need: _Need, bar_s: float, level: _Level) -> float:
    if need.follows_interlude:
        return bar_s * (2 if level.is_tight else 4)
    if need.opens_section and not level.is_tight:
        return bar_s * (1 if bar_s >= 2.0 else 2)
    return 0.0


def _intro_s(stretch: _Stretch, level: _Level) -> float:
    """Bars before the first line: those asked for, else about nine seconds, less in a short song."""
    if stretch.intro_s is not None:
        return max(0, round(stretch.intro_s / stretch.bar_s)) * stretch.bar_s
    share = 0.12 if not level.is_tight else 0.085 if level.ceiling_per_s <= 8 else 0.05
    if level.bars < 1 and level.ceiling_per_s > 8:
        share = 0.0
    wanted_s = min(_INTRO_S, stretch.room_s * share)
    return max(1, round(wanted_s / stretch.bar_s)) * stretch.bar_s


def _spread(plan: _Plan, needs: Sequence[_Need], stretch: _Stretch) -> None:
    """Give the whole bars that are left over to breaks, intro and ending, turn by turn."""
    bar_s = stretch.bar_s
    spare = int((stretch.room_s - plan.total_s) / bar_s + 1e-6)
    breaks = [i for i, need in enumerate(needs) if need.opens_section and i] or (
        list(range(4, len(needs) - 1, 4)) if not stretch.is_anchored else []
    )
    may_intro = not stretch.is_anchored and stretch.intro_s is None
    while spare > 0:
        takers = [i for i in breaks if plan.rests_s[i] + bar_s <= _LONGEST_BREAK_S]
        if may_intro and plan.rests_s[0] + bar_s <= _LONGEST_INTRO_S:
            takers.append(0)
        takers.sort(key=lambda i: plan.rests_s[i])
        if stretch.has_ending and plan.ending_s + bar_s <= _LONGEST_ENDING_S:
            plan.ending_s += bar_s
            spare -= 1
        elif not takers:
            return  # the rest of the song is the band's
        for index in takers[:spare]:
            plan.rests_s[index] += bar_s
            spare -= 1


def _squeezed(needs: Sequence[_Need], stretch: _Stretch) -> list[float]:
    """Slots by the number of tokens alone, as fast as the time asks for, on half beats where they have room."""
    room_s = max(0.0, stretch.room_s)
    lead_s = 0.0 if stretch.is_anchored else min(1.0, room_s * 0.05)
    if stretch.intro_s is not None and not stretch.is_anchored:
        lead_s = min(stretch.intro_s, room_s / 2)
    tail_s = min(0.5, room_s * 0.02) if stretch.has_ending else 0.0
    total = sum(need.tokens + 1 for need in needs)
    share_s = max(0.0, room_s - lead_s - tail_s) / total
    laid = accumulate((need.tokens + 1 for need in needs), initial=0)
    starts_s = [
        stretch.from_s + lead_s + before * share_s for before, _ in zip(laid, needs, strict=False)
    ]
    half_beat_s = stretch.bar_s / stretch.beats_per_bar / 2
    snapped_s = [round(start_s / half_beat_s) * half_beat_s for start_s in starts_s]
    if stretch.is_anchored:
        snapped_s[0] = stretch.from_s
    rise = all(after_s - start_s > half_beat_s / 2 for start_s, after_s in pairwise(snapped_s))
    return snapped_s if rise and snapped_s[-1] < stretch.until_s else starts_s
