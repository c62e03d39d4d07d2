"""From lyrics, style and length to the score: bars that carry the lines, parts, chords, slots.

A line always starts on its stamp even where no beat could be bent to it.
"""

import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from songsmith.engine.engine import EngineError
from songsmith.engine.sketch.composing.backing import lay_backing
from songsmith.engine.sketch.composing.chords import lay_chords
from songsmith.engine.sketch.composing.tempo import Meter, fit_tempo, lay_bars
from songsmith.engine.sketch.harmony import MODES, key_of_chords, parse_chord
from songsmith.engine.sketch.score import BACKING_VOICE, Bar, KeyLift, Score, SongPart, SungLine
from songsmith.engine.sketch.style.style import SketchStyle
from songsmith.lyrics.backing import lead_words
from songsmith.lyrics.lyric import LyricLine, Lyrics, Section
from songsmith.lyrics.speech.han import HAN
from songsmith.lyrics.speech.japanese import count_morae, is_japanese
from songsmith.lyrics.speech.said import respelled, said

__all__ = ["count_syllables", "is_sung", "make_score", "slots"]

MIN_SLOT_S = 0.2
MAX_SYLLABLES_PER_S = 14.0
_BREATH_S = 0.18
_UNHURRIED_S = 5.0
_LONG_TAIL_BARS = 9  # after the last line; what is longer is an interlude before the outro
_HELD_BEATS = 2.0
_TAIL_S = 0.35  # the last line is over this long before the song is
_ENERGY = {
    "intro": -0.15,
    "verse": -0.08,
    "pre-chorus": 0.05,
    "chorus": 0.22,
    "post-chorus": 0.15,
    "bridge": 0.0,
    "interlude": 0.08,
    "outro": -0.18,
}
_VOWELS = re.compile(
    r"[aeiouyàáâäæãåāèéêëēîïíīôöòóœøōõûüùúūÿąęěıő]+|[аеёиоуыэюяіїє]|[αεηιουωάέήίόύώ]", re.IGNORECASE
)
_IDEOGRAPH = re.compile(f"[{HAN}\uac00-\ud7a3]")


def is_sung(line: LyricLine) -> bool:
    """Whether there is anything to sing in a line: letters or digits, not signs alone."""
    return any(character.isalnum() for character in line.text)


def count_syllables(text: str) -> int:
    """About how many syllables `text` has: vowel groups, morae of Japanese, one per hanzi or hangul."""
    if is_japanese(text):
        return count_morae(text)
    words = re.findall(r"[^\W_]+(?:['’][^\W_]+)*", _IDEOGRAPH.sub(" ", text))
    spoken = 0
    for word in words:
        groups = len(_VOWELS.findall(word))
        # A final silent e, as in "home", but not in "the" or "table".
        silent = groups > 1 and re.search(r"[^aeioul]e$", word, re.IGNORECASE) is not None
        spoken += max(groups - silent, 1)
    return spoken + len(_IDEOGRAPH.findall(text))


@dataclass(frozen=True)
class _Stretch:
    """A part before its bars are known: when its first line starts (None: no line)."""

    kind: str
    label: str
    first_s: float
    end_s: float


def make_score(
    lyrics: Lyrics, style: SketchStyle, duration_s: float, *, seed: int, sings: bool = True
) -> Score:
    """The score of a song of exactly `duration_s`. `seed` chooses key, tempo of an instrumental and changes.

    Raises `EngineError` for a line that starts after the end, or in no time.
    """
    # One seed is not one key and one progression in every style.
    rng = np.random.default_rng([seed, 11, zlib.crc32("/".join(style.names).encode())])
    lines = [line for line in lyrics.lines if is_sung(line)] if sings else []
    _check_lines(lyrics.lines, lines, duration_s)
    tonic, mode = _choose_key(lyrics, style, rng)
    meter = Meter.named(style.time)
    stamps = sorted({line.start_s for line in lines})
    bars, bpm = _bars(stamps, style, meter, duration_s, rng)
    parts = _parts(lyrics, bars, style, duration_s) if lines else _free_form(bars, style)
    bars = _with_parts(bars, parts)
    draft = Score(
        duration_s=duration_s,
        bpm=bpm,
        beats_per_bar=meter.beats,
        tonic=tonic,
        mode=mode,
        scale=tuple((tonic + step) % 12 for step in MODES[mode]),
        bars=bars,
        chords=(),
        parts=parts,
        meter=meter.name,
    )
    draft = replace(draft, lines=slots(lyrics, draft) if sings else ())
    draft = replace(draft, lifts=_lifts(draft, lyrics, style, seed))
    return replace(draft, chords=lay_chords(draft, lyrics, style, rng))


def _lifts(score: Score, lyrics: Lyrics, style: SketchStyle, seed: int) -> tuple[KeyLift, ...]:
    """The last chorus a step higher, where the style likes that and nobody wrote key or chords."""
    choruses = [part for part in score.parts if part.kind == "chorus"]
    has_chords = any(line.chords for line in lyrics.lines)
    if len(choruses) < 2 or not score.lines or style.tonic is not None or has_chords:
        return ()
    rng = np.random.default_rng([seed, 12, zlib.crc32("/".join(style.names).encode())])
    weights = style.genre.tune.key_lifts
    shares = np.array(list(weights.values()))
    semitones = int(rng.choice(list(weights), p=shares / shares.sum()))
    return (KeyLift(choruses[-1].start_s, semitones),) if semitones else ()


def _check_lines(every: Sequence[LyricLine], sung: Sequence[LyricLine], duration_s: float) -> None:
    numbers = {id(line): number for number, line in enumerate(every, start=1)}
    for line in sung:
        if line.start_s > duration_s - MIN_SLOT_S:
            raise EngineError(
                f"line {numbers[id(line)]} starts at {line.start_s:.2f} s, the song ends at {duration_s:.2f} s",
                hint="make the song longer, or start the line earlier",
            )
    ordered = sorted(sung, key=lambda line: line.start_s)
    for line, after in pairwise(ordered):
        gap_s = after.start_s - line.start_s
        if gap_s < MIN_SLOT_S:
            raise EngineError(
                f"line {numbers[id(after)]} starts {gap_s:.2f} s after line {numbers[id(line)]}: "
                "no time to sing it",
                hint=f"keep stamps at least {MIN_SLOT_S:g} s apart",
            )
        _check_density(line, gap_s, numbers[id(line)])
    if ordered:
        room_s = duration_s - ordered[-1].start_s
        _check_density(ordered[-1], room_s, numbers[id(ordered[-1])])


def _check_density(line: LyricLine, slot_s: float, number: int) -> None:
    syllables = count_syllables(respelled(said(line)))
    if syllables > 3 and syllables / slot_s > MAX_SYLLABLES_PER_S:
        raise EngineError(
            f"line {number} has about {syllables} syllables for {slot_s:.1f} s, "
            f"{syllables / slot_s:.0f} a second",
            hint=f"no voice can sing more than {MAX_SYLLABLES_PER_S:.0f} a second; split or shorten the line",
        )


def _choose_key(lyrics: Lyrics, style: SketchStyle, rng: np.random.Generator) -> tuple[int, str]:
    """The key asked for, else that of the chords over the words, else one the genre likes."""
    band = style.genre
    tonic = int(rng.choice(band.tonics))
    names, weights = list(band.modes), np.array(list(band.modes.values()), dtype=float)
    mode = str(rng.choice(names, p=weights / weights.sum()))
    symbols = [chord.symbol for line in lyrics.lines for chord in line.chords]
    given = [harmony for harmony in map(parse_chord, symbols) if harmony]
    if style.tonic is not None:
        return style.tonic, _mode_of_genre(style.mode, names)
    if given:
        return key_of_chords(given)
    return tonic, _mode_of_genre(style.mode, names) if style.mode else mode


def _mode_of_genre(wanted: str, names: Sequence[str]) -> str:
    """The genre's own colour of "major" or "minor": pentatonic for Chinese music, blues for blues."""
    if wanted in names or wanted not in ("major", "minor"):
        return wanted or names[0]
    coloured = [name for name in names if wanted in name]
    if coloured:
        return coloured[0]
    return "blues" if "blues" in names else wanted


def _bars(
    stamps: Sequence[float],
    style: SketchStyle,
    meter: Meter,
    duration_s: float,
    rng: np.random.Generator,
) -> tuple[tuple[Bar, ...], float]:
    low, high = float(style.genre.bpm[0]), float(style.genre.bpm[2])
    usual = style.bpm_usual * float(rng.uniform(0.97, 1.03))
    if style.bpm:
        low = usual = style.bpm
        high = style.bpm
    # An instrumental has one stamp: its first bar.
    grid = fit_tempo(stamps or [0.0], meter, bpm_low=low, bpm_usual=usual, bpm_high=high)
    if style.bpm:
        grid = replace(grid, bpm=style.bpm)
    return lay_bars(grid, meter, duration_s), round(grid.bpm, 2)


def _stretches(lyrics: Lyrics, duration_s: float) -> list[_Stretch]:
    """Sections that are sung, in time; unlabelled ones are choruses if their words return, else verses."""
    sections = [s for s in lyrics.sections if any(is_sung(line) for line in s.lines)]
    sections.sort(key=lambda s: min(line.start_s for line in s.lines if is_sung(line)))
    words = [" ".join(line.text.casefold() for line in s.lines) for s in sections]
    found = []
    for section, text in zip(sections, words, strict=True):
        kind = section.kind or ("chorus" if words.count(text) > 1 else "verse")
        starts = [line.start_s for line in section.lines if is_sung(line)]
        found.append(_Stretch(kind, section.label, min(starts), max(starts)))
    return [
        replace(s, end_s=found[i + 1].first_s if i + 1 < len(found) else duration_s)
        for i, s in enumerate(found)
    ]


def _parts(
    lyrics: Lyrics, bars: Sequence[Bar], style: SketchStyle, duration_s: float
) -> tuple[SongPart, ...]:
    """Intro, sections, interludes where at least two bars are free, and an outro."""
    stamps = sorted(line.start_s for line in lyrics.lines if is_sung(line))
    texts = {line.start_s: respelled(said(line)) for line in lyrics.lines}
    cuts: list[tuple[int, str, str]] = []
    for stretch in _stretches(lyrics, duration_s):
        start = _bar_of(stretch.first_s, bars)
        if not cuts and start > 0:
            cuts.append((0, "intro", ""))
        cuts.append((start, stretch.kind, stretch.label))
        inside = [s for s in stamps if stretch.first_s <= s < stretch.end_s]
        for stamp, after in zip(inside, [*inside[1:], stretch.end_s], strict=True):
            free = _bar_of(stamp + natural_s(texts[stamp], bars[_bar_of(stamp, bars)]), bars) + 1
            back = _bar_of(after, bars) if after < duration_s else len(bars)
            if after >= duration_s and free < back:
                long = back - free > _LONG_TAIL_BARS
                cuts += (
                    [(free, "interlude", ""), (back - 5, "outro", "")]
                    if long
                    else [(free, "outro", "")]
                )
            elif back - free >= 2:
                cuts.append((free, "interlude", ""))
                if after < stretch.end_s:
                    cuts.append((back, stretch.kind, stretch.label))
    return _name_parts(cuts, bars, style)


def natural_s(text: str, bar: Bar) -> float:
    """How long a line is sung where nothing follows: two bars and a tail (in fast songs a little more) at most,
    less for few syllables."""
    bar_s = bar.beat_s * len(bar.beats_s)
    syllables = count_syllables(text)
    longest_s = max(2 * bar_s + bar.beat_s, _UNHURRIED_S)
    return min(longest_s, max(syllables * 0.45 + 0.8, syllables * 0.22))


def _bar_of(time_s: float, bars: Sequence[Bar]) -> int:
    """The bar a line belongs to: the one it starts in, or the next one if it leads into it."""
    for index, bar in enumerate(bars[:-1]):
        if time_s < bar.end_s - 0.03:
            is_upbeat = time_s > bar.start_s + 0.7 * (bar.end_s - bar.start_s)
            return index + 1 if is_upbeat else index
    return len(bars) - 1


def _name_parts(
    cuts: Sequence[tuple[int, str, str]], bars: Sequence[Bar], style: SketchStyle
) -> tuple[SongPart, ...]:
    """Parts from (first bar, kind, label); of several that start in one bar the last counts."""
    chosen = {bar: (kind, label) for bar, kind, label in sorted(cuts, key=lambda cut: cut[0])}
    if 0 not in chosen:
        chosen[0] = ("intro", "")
    starts = sorted(chosen)
    seen: dict[str, int] = {}
    parts = []
    for start, end in zip(starts, [*starts[1:], len(bars)], strict=True):
        kind, label = chosen[start]
        index = seen.get(kind, 0)
        seen[kind] = index + 1
        lift = _ENERGY.get(kind, 0.0) + min(0.06 * index, 0.12)
        energy = min(max(style.energy + lift, 0.05), 1.0)
        end_s = bars[end - 1].end_s
        parts.append(SongPart(kind, label, bars[start].start_s, end_s, round(energy, 3), index))
    return tuple(parts)


def _free_form(bars: Sequence[Bar], style: SketchStyle) -> tuple[SongPart, ...]:
    """Parts of an instrumental: the genre's form in eights (fours where the song is short), and an outro."""
    count = len(bars) - 1
    unit = 8 if count >= 28 else 4 if count >= 10 else 2
    cuts = []
    bar = 0
    kinds = list(style.genre.form)
    for turn in range(count):
        kind = kinds[turn % len(kinds)] if turn else "intro"
        if turn >= len(kinds) and kind == "intro":
            kind = "interlude"
        length = max(unit // 2, 1) if kind == "intro" else unit
        if count - bar < length or bar >= count:
            break
        cuts.append((bar, kind, ""))
        bar += length
    cuts.append((min(bar, count), "outro", ""))
    return _name_parts(cuts, bars, style)


def _with_parts(bars: Sequence[Bar], parts: Sequence[SongPart]) -> tuple[Bar, ...]:
    index = 0
    placed = []
    for bar in bars:
        while index + 1 < len(parts) and bar.start_s >= parts[index + 1].start_s - 1e-6:
            index += 1
        placed.append(replace(bar, part=index))
    return tuple(placed)


def slots(lyrics: Lyrics, score: Score) -> tuple[SungLine, ...]:
    """Every line that can be sung with its slot, in the order of time, on the bars of `score`."""
    numbered = [
        (number, line, _voice(line, section))
        for number, (line, section) in enumerate(
            ((line, section) for section in lyrics.sections for line in section.lines), start=1
        )
        if is_sung(line)
    ]
    numbered.sort(key=lambda item: item[1].start_s)
    first: dict[str, int] = {}
    sung = []
    for place, (number, line, voice) in enumerate(numbered):
        bar = score.bars[_bar_of(line.start_s, score.bars)]
        end_s = line.start_s + natural_s(respelled(said(line)), bar)
        if place + 1 < len(numbered):
            gap_s = numbered[place + 1][1].start_s - line.start_s
            end_s = min(end_s, line.start_s + gap_s - min(_BREATH_S, 0.15 * gap_s))
        else:  # the song's last note is held
            end_s += _HELD_BEATS * 60 / score.bpm
        end_s = min(end_s, max(score.duration_s - _TAIL_S, (line.start_s + score.duration_s) / 2))
        if line.sung_s is not None:
            least_s = max(MIN_SLOT_S, count_syllables(respelled(said(line))) / MAX_SYLLABLES_PER_S)
            end_s = min(end_s, line.start_s + max(line.sung_s, least_s))
        end_s, backing = lay_backing(line, end_s)
        key = re.sub(r"\W+", " ", line.text.casefold()).strip()
        sung.append(
            SungLine(
                line=number,
                text=_lead(line.text),
                start_s=line.start_s,
                end_s=end_s,
                part=_part_at(line.start_s, score),
                voice=voice,
                same_as=first.setdefault(key, number),
                backing=backing,
                said=_lead(said(line)) if line.beside.says else "",
            )
        )
    return tuple(sung)


def _voice(line: LyricLine, section: Section) -> str:
    """Who sings a line: whom it names, or its section; the second voice where all of it stands in brackets."""
    named = line.beside.voice or section.voice
    return named if named or lead_words(line.text) else BACKING_VOICE


def _lead(text: str) -> str:
    """The words of the lead, or all of a line that is nothing but backing words."""
    return lead_words(text) or " ".join(re.sub(r"[()（）]", " ", text).split())


def _part_at(time_s: float, score: Score) -> int:
    """The part of the bar a line belongs to."""
    return score.bars[_bar_of(time_s, score.bars)].part
