"""How many of the network's frames each token of a sung line lasts.

The sounds of the line have their times in the song already. What remains is to part a sound's time among its tokens
and to put every boundary on the network's grid of 25 ms, the beginnings of vowels first: they are what is heard as
the beat.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from songsmith.engine.sketch.kokoro.network import FRAME_S, RATE_HZ
from songsmith.engine.sketch.kokoro.reading import Script
from songsmith.engine.sketch.kokoro.symbols import STRESS_MARKS
from songsmith.engine.sketch.phonetics.espeak import Phoneme
from songsmith.engine.sketch.phonetics.sounds import sound_kind
from songsmith.engine.sketch.singing.retime import Stretch

__all__ = ["TokenFrames", "lay_tokens"]

_LEAD_FRAMES, _TAIL_FRAMES = 6, 8
_GLIDES = "jwɥ"
_CLOSE_VOWELS = "iɪuʊyʏɯ"
_MARKS = (*STRESS_MARKS, *"ː\u0303→↗↓↘ ")  # what is no sound of its own


@dataclass(frozen=True)
class TokenFrames:
    """`frames` for each token, the first beginning at `start_s` of the song, and whether each `is_vowel`, part of a
    syllable's nucleus, or `is_voiced`, part of a sound that is never without voice."""

    frames: NDArray[np.int64]
    start_s: float
    is_vowel: NDArray[np.bool_]
    is_voiced: NDArray[np.bool_]


def lay_tokens(
    script: Script,
    sounds: Sequence[Phoneme],
    vowels: Sequence[Phoneme],
    stretches: Sequence[Stretch],
) -> TokenFrames:
    """Frames for the tokens of `script`, whose `sounds` (as spoken) are sung along `stretches`. `vowels` are the
    nuclei among them, in order; the first of them begins exactly on the grid."""
    spans = _sung_spans(sounds, stretches)
    ends_s, pinned = _wanted_ends(script, spans, {vowel.start for vowel in vowels}, sounds)
    origin_s = _first_vowel_s(spans, vowels, sounds)
    ends = _on_grid([(end_s - origin_s) / FRAME_S for end_s in ends_s], pinned)
    first = ends[0] - _LEAD_FRAMES
    frames = np.diff(np.array([first, *ends]))
    kinds = ["" if owner < 0 else sound_kind(sounds[owner].symbol) for owner in script.owners]
    is_letter = np.array([letter not in _MARKS for letter in script.letters])
    is_vowel = is_letter & np.array([kind == "nucleus" for kind in kinds])
    is_voiced = is_vowel | is_letter & np.array([kind == "sonorant" for kind in kinds])
    return TokenFrames(frames, origin_s + first * FRAME_S, is_vowel, is_voiced)


def _sung_spans(
    sounds: Sequence[Phoneme], stretches: Sequence[Stretch]
) -> dict[int, tuple[float, float]]:
    """When each sound (by its place) begins and ends in the song; those that are not sung are not there."""
    places = {sound.start: place for place, sound in enumerate(sounds) if sound.end > sound.start}
    starts = np.array(sorted(places))
    spans: dict[int, tuple[float, float]] = {}
    for stretch in stretches:
        middle = (stretch.source_start_s + stretch.source_end_s) / 2 * RATE_HZ
        place = places[int(starts[np.searchsorted(starts, middle, side="right") - 1])]
        begin_s, end_s = spans.get(place, (stretch.start_s, stretch.end_s))
        spans[place] = (min(begin_s, stretch.start_s), max(end_s, stretch.end_s))
    return spans


def _wanted_ends(
    script: Script,
    spans: dict[int, tuple[float, float]],
    vowel_starts: set[int],
    sounds: Sequence[Phoneme],
) -> tuple[list[float], list[bool]]:
    """When each token should end, and whether that is where a vowel begins."""
    ends_s = [0.0] * len(script.tokens)
    pinned = [False] * len(script.tokens)
    token = 0
    while token < len(script.tokens):
        owner = script.owners[token]
        group = token
        while group < len(script.tokens) and script.owners[group] == owner:
            group += 1
        if owner in spans:
            begin_s, end_s = spans[owner]
            lengths = _parted(
                script.letters[token:group], script.frames[token:group], end_s - begin_s
            )
            ends_s[token:group] = list(begin_s + np.cumsum(lengths))
            if token and sounds[owner].start in vowel_starts:
                pinned[token - 1] = True
        else:
            until_s = min((spans[o][0] for o in script.owners[group:] if o in spans), default=None)
            since_s = ends_s[token - 1] if token else None
            ends_s[token:group] = _filled(since_s, until_s, group - token)
        token = group
    return ends_s, pinned


def _filled(since_s: float | None, until_s: float | None, count: int) -> list[float]:
    """Ends of `count` tokens that make no sound of their own: the first of a pause takes most of it."""
    if until_s is None:
        assert since_s is not None
        return [since_s + _TAIL_FRAMES * FRAME_S * (n + 1) / count for n in range(count)]
    if since_s is None:
        return [until_s - FRAME_S * (count - 1 - n) for n in range(count)]
    return [max(since_s, until_s - FRAME_S * (count - 1 - n)) for n in range(count)]


def _parted(letters: Sequence[str], frames: Sequence[int], length_s: float) -> list[float]:
    """The time of one sound parted among its symbols. Where there is more of it than in speech (`frames`), the vowel
    that is held takes the rest; the mark before it, its glides and the space after it stay as short as spoken."""
    spoken_s = [count * FRAME_S for count in frames]
    if length_s <= sum(spoken_s):
        return [one_s * length_s / sum(spoken_s) for one_s in spoken_s]
    spoken_s[_carrier(letters)] += length_s - sum(spoken_s)
    return spoken_s


def _carrier(letters: Sequence[str]) -> int:
    """The symbol that is held: the most open vowel, else the first letter that is no glide."""
    plain = [place for place, letter in enumerate(letters) if letter not in _MARKS]
    full = [place for place in plain if letters[place] not in _GLIDES]
    open_ones = [place for place in full if letters[place] not in _CLOSE_VOWELS]
    return (open_ones or full or plain or [0])[0]


def _first_vowel_s(
    spans: dict[int, tuple[float, float]], vowels: Sequence[Phoneme], sounds: Sequence[Phoneme]
) -> float:
    starts = {sound.start: place for place, sound in enumerate(sounds) if sound.end > sound.start}
    return spans[starts[vowels[0].start]][0]


def _on_grid(ends: Sequence[float], pinned: Sequence[bool]) -> list[int]:
    """Whole frames nearest to `ends`, each at least one after the one before. Those that are `pinned` are kept
    exact, what lies before them gives way."""
    placed: list[int] = []
    first = 0
    for stop in [place for place, is_pinned in enumerate(pinned) if is_pinned] + [len(ends) - 1]:
        if stop < first:
            continue
        least = placed[-1] if placed else -10_000
        latest = max(round(ends[stop]), least + stop - first + 1)
        for place in range(first, stop + 1):
            earliest = placed[-1] + 1 if placed else -10_000
            placed.append(min(max(round(ends[place]), earliest), latest - (stop - place)))
        first = stop + 1
    return placed
