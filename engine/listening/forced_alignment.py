"""Which moment of a song is which sound of its words, when the words are known: forced alignment by Viterbi's search.

The lines are one chain of sounds with pauses between them. A vowel may be held, a consonant is soon over, and each
line is looked for around where the ears heard it. Twice the models are taught by the path that was found.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from songsmith.engine.listening.sound_models import SoundModels
from songsmith.engine.listening.spoken_lines import SpokenWord
from songsmith.engine.listening.voice_features import FRAMES_PER_S, FloatArray

__all__ = ["Chain", "best_path", "chain_of"]

_VOWEL_FRAMES, _CONSONANT_FRAMES = 12, 2
"""The least that a sound lasts."""
_HOLD_VOWEL, _HOLD_CONSONANT, _HOLD_LAST = -0.15, -0.7, -0.05
"""What it costs, as a log probability, that a sound goes on for one more frame; the last vowel of a line is held."""
_NEXT_SOUND, _NO_PAUSE = -0.3, -0.6
_PAUSE = -2.2
"""Log probability of a moment without singing, where the voice odds are even."""
_BEFORE_S, _AFTER_S, _LONGEST_S = 1.2, 1.5, 10.0
"""How far around where the ears heard it a line is looked for, and how long it may be."""
_NEVER = -1e9


@dataclass(frozen=True, eq=False)
class Chain:
    """States one after the other, pauses and pieces of sounds. Of each: the number of its sound (-1: a pause), of its
    line and word, whether it is of a vowel, begins or ends a sound, and the frames (from, until) it may lie in."""

    sound: NDArray[np.intp]
    line: NDArray[np.intp]
    word: NDArray[np.intp]
    is_vowel: NDArray[np.bool_]
    is_first: NDArray[np.bool_]
    is_last: NDArray[np.bool_]
    is_held: NDArray[np.bool_]
    earliest: NDArray[np.intp]
    latest: NDArray[np.intp]


@dataclass(frozen=True)
class _State:
    sound: int = -1
    line: int = -1
    word: int = -1
    is_vowel: bool = False
    is_first: bool = True
    is_last: bool = True
    is_held: bool = False


def chain_of(
    lines: Sequence[Sequence[SpokenWord]],
    symbols: Sequence[str],
    places_s: Sequence[float],
    frames: int,
) -> Chain:
    """The chain of `lines`, in the order in which they are sung, each heard at about its place."""
    number_of = {symbol: number for number, symbol in enumerate(symbols)}
    states = [_State()]
    for line, words in enumerate(lines):
        sounds = [(word, sound) for word, spoken in enumerate(words) for sound in spoken.sounds]
        last = max((k for k, (_, sound) in enumerate(sounds) if sound.is_vowel), default=-1)
        for place, (word, sound) in enumerate(sounds):
            count = _VOWEL_FRAMES if sound.is_vowel else _CONSONANT_FRAMES
            states += [
                _State(
                    sound=number_of[sound.symbol],
                    line=line,
                    word=word,
                    is_vowel=sound.is_vowel,
                    is_first=piece == 0,
                    is_last=piece == count - 1,
                    is_held=place == last,
                )
                for piece in range(count)
            ]
        states.append(_State())
    earliest, latest = _windows(states, places_s, frames)
    return Chain(
        sound=np.array([state.sound for state in states]),
        line=np.array([state.line for state in states]),
        word=np.array([state.word for state in states]),
        is_vowel=np.array([state.is_vowel for state in states]),
        is_first=np.array([state.is_first for state in states]),
        is_last=np.array([state.is_last for state in states]),
        is_held=np.array([state.is_held for state in states]),
        earliest=earliest,
        latest=latest,
    )


def _windows(
    states: Sequence[_State], places_s: Sequence[float], frames: int
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """First and last frame of each state; both never go back along the chain."""
    ends_s = [*places_s[1:], frames / FRAMES_PER_S]
    first_s = [max(0.0, place_s - _BEFORE_S) for place_s in places_s]
    last_s = [
        min(end_s, place_s + _LONGEST_S) + _AFTER_S
        for place_s, end_s in zip(places_s, ends_s, strict=True)
    ]
    lows, highs, line = [], [], -1
    for state in states:
        line = state.line if state.line >= 0 else line
        lows.append(0.0 if line < 0 else first_s[line])
        is_pause = state.line < 0
        highs.append(frames / FRAMES_PER_S if is_pause else last_s[line])
    earliest = np.maximum.accumulate(np.array(lows) * FRAMES_PER_S).astype(int)
    latest = np.minimum.accumulate((np.array(highs) * FRAMES_PER_S)[::-1])[::-1].astype(int)
    return np.clip(earliest, 0, frames - 1), np.clip(latest, 0, frames)


def best_path(chain: Chain, models: SoundModels) -> NDArray[np.intp]:
    """The state that each frame is in, on the likeliest way through the chain."""
    scores, voice = models.scores(), models.voice_odds / 2
    is_pause = chain.sound < 0
    stay = np.where(chain.is_vowel, _HOLD_VOWEL, _HOLD_CONSONANT)
    stay = np.where(chain.is_held & chain.is_vowel, _HOLD_LAST, stay)
    stay = np.where(is_pause, 0.0, np.where(chain.is_last, stay, _NEVER))
    step = np.where(chain.is_first, _NEXT_SOUND, 0.0)
    skip = np.full(len(is_pause), _NEVER)
    skip[2:][is_pause[1:-1]] = _NO_PAUSE
    worth = np.full(
        len(is_pause) + 2, _NEVER
    )  # two more in front, so that steps need no special case
    backs: list[tuple[int, NDArray[np.int8]]] = []
    first = np.searchsorted(chain.latest, np.arange(len(scores)), side="left")
    beyond = np.searchsorted(chain.earliest, np.arange(len(scores)), side="right")
    for frame in range(len(scores)):
        low, high = min(int(first[frame]), len(is_pause) - 1), int(beyond[frame])
        here = slice(low, high)
        said = scores[frame][chain.sound[here]] + voice[frame]
        fit = np.where(is_pause[here], _PAUSE - voice[frame], said)
        if frame == 0:
            entry, back = np.full(high - low, _NEVER), np.zeros(high - low, np.int8)
            entry[:2] = 0.0
        else:
            ways = np.stack(
                [
                    worth[low + 2 : high + 2] + stay[here],
                    worth[low + 1 : high + 1] + step[here],
                    worth[low:high] + skip[here],
                ]
            )
            back = ways.argmax(axis=0).astype(np.int8)
            entry = ways.max(axis=0)
        worth[:] = _NEVER
        worth[low + 2 : high + 2] = entry + fit
        backs.append((low, back))
    return _traced(backs, worth)


def _traced(backs: Sequence[tuple[int, NDArray[np.int8]]], worth: FloatArray) -> NDArray[np.intp]:
    """The way back from the end of the chain, its last pause or the last sound before it."""
    state = len(worth) - 3
    state -= int(worth[-2] > worth[-1])
    path = np.empty(len(backs), dtype=np.intp)
    for frame in range(len(backs) - 1, -1, -1):
        path[frame] = state
        low, back = backs[frame]
        place = state - low
        state -= int(back[place]) if 0 <= place < len(back) else 0
    return path
