"""The plan of a tune: for every line a contour, a height, a rhythm cell, and how it ends.

Each kind of part has a form ("a a+1 b a'") and a contour for each of its letters, so that verse 2 is sung to the tune
of verse 1, a motif is taken up higher or lower, and an answer closes what a call left open. A bridge takes contours
and a height that neither verse nor chorus have. Everything random comes from the seed and the genre's name.
"""

import re
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from songsmith.engine.sketch.composing.ending import closing_s
from songsmith.engine.sketch.composing.rhythm import Delivery
from songsmith.engine.sketch.score import Score, SungLine
from songsmith.engine.sketch.style.genre import Genre
from songsmith.engine.sketch.style.tune import Contour, Ornament, TuneStyle, contours

__all__ = ["Phrase", "TunePlan", "draw", "plan_tune", "tune_kind"]

_LIKE = {"post-chorus": "chorus", "intro": "verse", "outro": "verse", "interlude": "verse"}
_STEP_SEMITONES = 1.75
_WOBBLE = 0.75  # scale steps by which a seed bends the points of a contour
_HIGHEST_SEAT = 0.74
_TOKEN = re.compile(r"([a-z])([+-]\d)?(')?")


@dataclass(frozen=True)
class Phrase:
    """How one line is to be shaped: semitones about `centre` (MIDI) at equal distances in time, and its ending."""

    contour: Contour
    centre: float
    delivery: Delivery
    is_answer: bool
    ends_part: bool
    ornament: Ornament
    noise_seed: int


@dataclass(frozen=True)
class TunePlan:
    """Phrases by line; and what they were made from, by kind of part: form, contours and cell."""

    phrases: Mapping[int, Phrase]
    forms: Mapping[str, str]
    contours: Mapping[str, Mapping[str, str]]
    cells: Mapping[str, str]


@dataclass(frozen=True)
class _Manner:
    """What all parts of one kind share."""

    form: str
    names: Mapping[str, str]
    shapes: Mapping[str, Contour]
    centre: float
    delivery: Delivery


def tune_kind(kind: str) -> str:
    """The kind of part whose tune a part of `kind` is sung to."""
    return _LIKE.get(kind, kind)


def plan_tune(
    score: Score, genre: Genre, *, seed: int, register: tuple[int, int], variation: int = 0
) -> TunePlan:
    """The plan for all lines of `score`, for a singer of that register (lowest, highest MIDI pitch). `variation`
    is another way of singing the same plan."""
    tune = genre.tune
    kinds = [tune_kind(part.kind) for part in score.parts]
    manners = _manners(sorted({*kinds, "verse", "chorus"}), genre, seed, register)
    by_part: dict[int, list[SungLine]] = {}
    for line in score.lines:
        by_part.setdefault(line.part, []).append(line)
    phrases: dict[int, Phrase] = {}
    for part, lines in by_part.items():
        kind = kinds[part] if 0 <= part < len(kinds) else "verse"
        for place, line in enumerate(lines):
            phrases[line.line] = _phrase(
                manners[kind], kind, place, len(lines), tune, (seed, variation)
            )
    _close_song(score, phrases)
    return TunePlan(
        phrases,
        {kind: manner.form for kind, manner in manners.items()},
        {kind: manner.names for kind, manner in manners.items()},
        {kind: manner.delivery.cell for kind, manner in manners.items()},
    )


def draw(weights: Mapping[str, float], rng: np.random.Generator) -> str:
    """One of the names, as likely as its weight."""
    names, shares = list(weights), np.array(list(weights.values()), dtype=float)
    return names[int(rng.choice(len(names), p=shares / shares.sum()))]


def _manners(
    kinds: Sequence[str], genre: Genre, seed: int, register: tuple[int, int]
) -> dict[str, _Manner]:
    low, high = register
    tune = genre.tune
    rng = _rng(seed, genre, "song")
    seat = low + float(rng.uniform(*tune.seat)) * (high - low)
    lift, reach = float(rng.uniform(*tune.lift)), float(rng.uniform(*tune.reach))
    goes_up = tune.peak == "bridge" or rng.random() < 0.55
    heights = {
        "chorus": lift,
        "pre-chorus": 0.5 * lift,
        "bridge": 0.8 * lift + 1.5 if goes_up else -1.5,
    }
    highest = low + _HIGHEST_SEAT * (high - low)
    used: set[str] = set()
    manners = {}
    for kind in sorted(kinds, key=lambda kind: kind not in ("verse", "chorus")):
        centre = min(seat + heights.get(kind, 0.0), highest)
        manners[kind] = _manner(kind, genre, centre, reach, used, _rng(seed, genre, kind))
        used |= set(manners[kind].names.values())
    return manners


def _manner(
    kind: str, genre: Genre, centre: float, reach: float, used: set[str], rng: np.random.Generator
) -> _Manner:
    tune, is_chorus = genre.tune, kind == "chorus"
    forms = tune.chorus_forms if is_chorus else tune.verse_forms
    form = forms[int(rng.integers(len(forms)))]
    weights = dict(tune.hooks if is_chorus else tune.verses)
    if kind not in ("verse", "chorus"):  # elsewhere: shapes that the song has not had yet
        weights = {name: 1.0 for name in contours() if name not in used}
    names: dict[str, str] = {}
    shapes: dict[str, Contour] = {}
    for letter in sorted(set(re.findall("[a-z]", form))):
        left = {n: w for n, w in weights.items() if n not in names.values()} or weights
        names[letter] = draw(left, rng)
        bent = np.array(contours()[names[letter]]) + rng.normal(0, _WOBBLE, 6)
        shapes[letter] = tuple(_STEP_SEMITONES * reach * (bent - bent.mean()))
    cells = tune.hook_cells if kind in ("chorus", "bridge") else tune.cells
    delivery = Delivery(
        cell=cells[int(rng.integers(len(cells)))],
        beats_per_cell=3 if genre.time == "3/4" else 4,
        pace=tune.pace * (1.12 if kind == "bridge" else 1.0),
        push=tune.push,
        beats=tune.beats,
        late_s=tune.late_s,
    )
    return _Manner(form, names, shapes, centre, delivery)


def _phrase(
    manner: _Manner, kind: str, place: int, count: int, tune: TuneStyle, seeds: tuple[int, int]
) -> Phrase:
    """The phrase of the line at `place` of `count` in its part."""
    words = manner.form.split()
    is_last = place == count - 1 and count > 1
    word = words[-1] if is_last else words[place % len(words)]
    match = _TOKEN.fullmatch(word)
    assert match is not None
    is_answer = match[3] is not None or is_last
    steps = float(match[2] or 0) + (1.0 if place >= len(words) and not is_last else 0.0)
    rng = np.random.default_rng(
        [zlib.crc32(f"{seeds[0]}/{kind}/{word}".encode()), place // len(words), seeds[1]]
    )
    shape = manner.shapes[match[1]]
    return Phrase(
        contour=_closing(shape) if is_answer else shape,
        centre=manner.centre + _STEP_SEMITONES * steps,
        delivery=manner.delivery,
        is_answer=is_answer,
        ends_part=is_last,
        ornament=draw({str(n): w for n, w in tune.ornaments.items()}, rng),  # type: ignore[arg-type]
        noise_seed=int(rng.integers(2**31)),
    )


def _closing(shape: Contour) -> Contour:
    """The same head with a tail that comes down to rest."""
    rest = min(min(shape) + 1.0, -1.5)
    return (*shape[:4], 0.5 * (shape[4] + rest), rest)


def _close_song(score: Score, phrases: dict[int, Phrase]) -> None:
    """The last line, in place: its last note begins where there are two beats left for it."""
    at_s = closing_s(score)
    if at_s is not None:
        last = max(score.lines, key=lambda line: line.start_s).line
        phrase = phrases[last]
        delivery = replace(phrase.delivery, closing_s=at_s)
        phrases[last] = replace(phrase, delivery=delivery, ends_part=True, ornament="none")


def _rng(seed: int, genre: Genre, name: str) -> np.random.Generator:
    return np.random.default_rng([seed, zlib.crc32(f"{genre.name}/{name}".encode())])
