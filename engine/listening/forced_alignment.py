"""Which moment of a song is which sound of its words, when the words are known: forced alignment.

The lines are one chain of sounds with pauses between them. Dynamic programming over (sound, moment) finds the ends of
all of them at once, by how well each moment fits the sound and how usual it is that a sound lasts so long: vowels are
held, consonants are soon over, syllables of a song are about equally long. Each line is looked for around where the
ears heard it, and each of its words but the first about where they heard that begin.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from songsmith.engine.listening.sound_models import SoundModels
from songsmith.engine.listening.spoken_lines import SpokenWord
from songsmith.engine.listening.voice_features import FRAMES_PER_S, FloatArray

__all__ = ["Link", "Placed", "chain_of", "place_chain", "sound_at", "usual_vowel_frames"]

_VOWEL_FRAMES, _CONSONANT_FRAMES = 28, 6
"""What sounds usually last."""
_USUAL_VOWELS = (15.0, 50.0)
"""Between these, whatever was found."""
_VOWEL_SPREAD, _CONSONANT_SPREAD = 0.6, 0.6
"""How far from that they are, half of them, as a ratio's logarithm."""
_SHORTEST_VOWEL, _SHORTEST_CONSONANT = 5, 2
_LONGEST_VOWEL, _LONGEST_LAST, _LONGEST_CONSONANT = 250, 600, 40
_LENGTH_WEIGHT = 12.0
"""What the length of a sound counts for against how its moments sound."""
_NO_PAUSE = -0.6
_PAUSE = -2.3
"""Log probability of a moment without singing, where the voice odds are even."""
_BEFORE_S, _AFTER_S, _LONGEST_S = 1.2, 1.5, 10.0
"""How far around where the ears heard it a line is looked for, and how long it may be."""
_HEARD_LATE_S, _HEARD_SPREAD_S = 0.05, 0.12
"""How much later than its vowel a word is heard to begin, and how far from that, half of them."""
_HEARD_WEIGHT, _MOST_AWAY = 20.0, 4.5
"""What that distance counts for, and from where on (in squares) it counts no more: the ears may be mistaken."""
_NEVER = -1e12


@dataclass(frozen=True)
class Link:
    """A sound of the chain, or a pause (`sound` -1): the numbers of its sound, line and word, and the frames (from,
    until) between which it may lie. `expected` is the frame at which the ears heard its word begin."""

    sound: int
    line: int
    word: int
    is_vowel: bool
    is_last_vowel: bool
    earliest: int
    latest: int
    expected: float | None = None


@dataclass(frozen=True)
class Placed:
    """A link and the frames `[start, end)` that it takes."""

    link: Link
    start: int
    end: int


def chain_of(
    lines: Sequence[Sequence[SpokenWord]],
    symbols: Sequence[str],
    places_s: Sequence[float],
    frames: int,
    starts_s: Sequence[Mapping[int, float]] = (),
) -> list[Link]:
    """The chain of `lines`, in the order in which they are sung, each heard at about its place; `starts_s` are the
    moments at which words of each line were heard to begin, by their number in it."""
    number_of = {symbol: number for number, symbol in enumerate(symbols)}
    chain = [Link(-1, -1, -1, False, False, 0, frames)]
    windows = _windows(places_s, frames)
    heard_s = starts_s or [{}] * len(lines)
    for line, (words, window, heard) in enumerate(zip(lines, windows, heard_s, strict=True)):
        sounds = [(word, sound) for word, spoken in enumerate(words) for sound in spoken.sounds]
        vowels = [k for k, (_, sound) in enumerate(sounds) if sound.is_vowel]
        last = max(vowels, default=-1)
        first_of = {sounds[k][0]: k for k in reversed(vowels)}
        expected = {first_of[word]: _frame_of(at) for word, at in heard.items() if word in first_of}
        chain += [
            Link(
                number_of[sound.symbol],
                line,
                word,
                sound.is_vowel,
                place == last,
                *window,
                expected.get(place),
            )
            for place, (word, sound) in enumerate(sounds)
        ]
        chain.append(Link(-1, -1, -1, False, False, 0, frames))
    return chain


def _frame_of(heard_s: float) -> float:
    """Where the first vowel of a word begins that was heard to begin then."""
    return (heard_s - _HEARD_LATE_S) * FRAMES_PER_S


def _windows(places_s: Sequence[float], frames: int) -> Iterator[tuple[int, int]]:
    """First and last frame of each line."""
    ends_s = [*places_s[1:], frames / FRAMES_PER_S]
    for place_s, end_s in zip(places_s, ends_s, strict=True):
        last_s = min(end_s, place_s + _LONGEST_S) + _AFTER_S
        first = int(max(0.0, place_s - _BEFORE_S) * FRAMES_PER_S)
        yield first, min(frames, int(last_s * FRAMES_PER_S))


def place_chain(
    chain: Sequence[Link], models: SoundModels, vowel_frames: float = _VOWEL_FRAMES
) -> list[Placed]:
    """The likeliest place of every link, if vowels usually last so long; [] where they don't fit their windows."""
    voice = models.voice_odds / 2
    said = _summed(models.scores() + voice[:, None])
    silent = _summed((_PAUSE - voice)[:, None])[:, 0]
    worth = np.full(len(silent), _NEVER)
    worth[0] = 0.0
    lengths: list[tuple[int, NDArray[np.intp]]] = []
    for link in chain:
        if link.sound < 0:
            worth, length = _after_pause(worth, silent)
            lengths.append((0, length))
        else:
            worth, length = _after_sound(
                _as_heard(worth, link), said[:, link.sound], link, vowel_frames
            )
            lengths.append((link.earliest, length))
    if worth[-1] <= _NEVER / 2:
        return []
    return _traced(chain, lengths, len(silent) - 1)


def usual_vowel_frames(placed: Sequence[Placed]) -> float:
    """How long the vowels of a song usually last: it has a tempo of its own."""
    lengths = [
        place.end - place.start
        for place in placed
        if place.link.is_vowel and not place.link.is_last_vowel
    ]
    return float(np.clip(np.median(lengths or [_VOWEL_FRAMES]), *_USUAL_VOWELS))


def sound_at(placed: Sequence[Placed], frames: int) -> NDArray[np.intp]:
    """The number of the sound (frames,) of each frame, -1 for pauses."""
    found = np.full(frames, -1)
    for place in placed:
        found[place.start : place.end] = place.link.sound
    return found


def _summed(scores: FloatArray) -> FloatArray:
    """Sums of all rows before each (rows + 1)."""
    return np.vstack([np.zeros((1, scores.shape[1])), np.cumsum(scores, axis=0)])


def _after_pause(worth: FloatArray, silent: FloatArray) -> tuple[FloatArray, NDArray[np.intp]]:
    """What it is worth to be at each moment after a pause of any length or none, and the length."""
    gain = worth - silent
    best = np.maximum.accumulate(gain)
    began = np.maximum.accumulate(np.where(gain >= best, np.arange(len(gain)), 0))
    paused = best + silent
    is_direct = worth + _NO_PAUSE > paused
    length = np.where(is_direct, 0, np.arange(len(gain)) - began)
    return np.where(is_direct, worth + _NO_PAUSE, paused), length


def _as_heard(worth: FloatArray, link: Link) -> FloatArray:
    """`worth` less what it costs to begin the sound at another moment than its word was heard to begin at."""
    if link.expected is None:
        return worth
    away = (np.arange(len(worth)) - link.expected) / (_HEARD_SPREAD_S * FRAMES_PER_S)
    return worth - _HEARD_WEIGHT * np.minimum(away**2 / 2, _MOST_AWAY)


def _after_sound(
    worth: FloatArray, said: FloatArray, link: Link, vowel_frames: float
) -> tuple[FloatArray, NDArray[np.intp]]:
    """What it is worth to be at each moment after a sound, and its length there, from the window's first frame on."""
    lengths = _length_scores(link, vowel_frames)
    first, end = link.earliest, link.latest + 1
    gain = (worth - said)[first:end]
    padded = np.concatenate([np.full(len(lengths), _NEVER), gain])
    # Row t, column d of the windows is the gain at t - d; columns run from the longest to 0.
    ways = sliding_window_view(padded, len(lengths))[1 : len(gain) + 1] + lengths[::-1]
    best = ways.argmax(axis=1)
    found = np.full(len(worth), _NEVER)
    found[first:end] = ways[np.arange(len(gain)), best] + said[first:end]
    return np.maximum(found, _NEVER), len(lengths) - 1 - best


def _length_scores(link: Link, vowel_frames: float) -> FloatArray:
    """What lengths of 0, 1, 2, … frames are worth for a sound; the last vowel of a line may be held."""
    usual, spread, shortest, longest = (
        (vowel_frames, _VOWEL_SPREAD, _SHORTEST_VOWEL, _LONGEST_VOWEL)
        if link.is_vowel
        else (_CONSONANT_FRAMES, _CONSONANT_SPREAD, _SHORTEST_CONSONANT, _LONGEST_CONSONANT)
    )
    longest = _LONGEST_LAST if link.is_last_vowel else longest
    frames = np.arange(longest + 1)
    ratio = np.log(np.maximum(frames, 1) / usual) / spread
    if link.is_last_vowel:
        ratio = np.minimum(ratio, 0.0)
    return np.where(frames >= shortest, -_LENGTH_WEIGHT * ratio**2 / 2, _NEVER)


def _traced(
    chain: Sequence[Link], lengths: Sequence[tuple[int, NDArray[np.intp]]], end: int
) -> list[Placed]:
    """The links from the last to the first, each as long as was best where it ends."""
    placed = []
    for link, (first, length) in zip(reversed(chain), reversed(lengths), strict=True):
        start = end - int(length[end - first])
        placed.append(Placed(link, start, end))
        end = start
    return placed[::-1]
