"""The room around everybody, and the echoes that the ends of sections are thrown into."""

from collections.abc import Iterator, Mapping
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from pedalboard import Reverb

from songsmith.engine.cores import side_by_side
from songsmith.engine.engine import Audio
from songsmith.engine.loudness import PIECE
from songsmith.engine.sketch.filters import equalise, high_pass, low_pass, pan_gains, shelf
from songsmith.engine.sketch.mixing.tracks import add
from songsmith.engine.sketch.score import Score, SungLine
from songsmith.engine.sketch.style.mix_style import MixStyle
from songsmith.engine.units import SAMPLE_RATE_HZ, sample_at

__all__ = ["echoes", "reverb"]

_SENDS = {"vocal": 0.15, "harmony": 0.25}
_SEND_LATE_S = 0.02
_RING = 6 * SAMPLE_RATE_HZ  # samples after which no room is heard any more
_THROWN_S = 0.55
_THROW_RAMP_S = 0.06
_PAUSE_S = 1.2
_REPEATS, _FEEDBACK_DB = 4, -6.0
_ECHO_PAN = 0.6


def reverb(send: NDArray[np.float32], sung: Mapping[str, Audio], room_s: float) -> Audio:
    """Reverberation alone, (2, samples), of the band's `send` (mono), which is used up, and the voices, which come a
    little late, so that their words stay dry; `room_s` is about its length. Both halves are filled side by side, the
    second from a while before its start."""
    for name, audio in sung.items():
        for row in audio:
            add(send, row, _SENDS[name] / len(audio), _SEND_LATE_S)
    equalise(send[None], high_pass(220), shelf(6_000, -2.0), out=send[None])
    wet = np.empty((2, len(send)), dtype=np.float32)

    def fill(half: slice) -> None:
        for first, piece in _hall(send[: half.stop], room_s, max(0, half.start - _RING)):
            kept = max(half.start - first, 0)
            wet[:, first + kept : first + piece.shape[1]] = piece[:, kept:]

    middle = len(send) // 2
    side_by_side(fill, (slice(0, middle), slice(middle, len(send))))
    return wet


def _hall(send: NDArray[np.float32], room_s: float, start: int) -> Iterator[tuple[int, Audio]]:
    """Reverberation alone of `send` from the sample `start` on, in pieces, each with the sample at which it begins."""
    size = float(np.clip(0.25 + 0.16 * room_s, 0.3, 0.9))
    hall = Reverb(room_size=size, damping=0.45, wet_level=0.5, dry_level=0.0, width=1.0)
    for first in range(start, len(send), PIECE):
        both = np.stack([send[first : first + PIECE]] * 2)
        yield first, hall(both, SAMPLE_RATE_HZ, buffer_size=PIECE, reset=False)


def echoes(vocal: Audio, score: Score, style: MixStyle) -> Audio | None:
    """The last syllable of every section again and again, left and right by turns, in time with the song, (2, samples);
    None where the style throws nothing."""
    if not style.echo_beats:
        return None
    samples = vocal.shape[1]
    sound = np.zeros((2, samples), dtype=np.float32)
    delay = sample_at(style.echo_beats * 60 / score.bpm)
    for line in _thrown(score):
        first = max(0, sample_at(line.end_s - _THROWN_S))
        last = min(samples, sample_at(line.end_s + 0.1))
        if last - first > 2 * sample_at(_THROW_RAMP_S):
            _repeat(sound, _softened(vocal[0, first:last]), first, delay, style.echo_db)
    return sound


def _thrown(score: Score) -> Iterator[SungLine]:
    """Lines that end a part and have a pause after them, and the last one."""
    for line, after in pairwise(score.lines):
        if line.part != after.part and after.start_s - line.end_s > _PAUSE_S:
            yield line
    yield from score.lines[-1:]


def _softened(piece: NDArray[np.float32]) -> NDArray[np.float32]:
    """As an old delay would have it: without lows and highs, and without a click at its ends."""
    ramp = np.linspace(0, 1, sample_at(_THROW_RAMP_S), dtype=np.float32)
    piece = piece.copy()
    piece[: len(ramp)] *= ramp
    piece[-len(ramp) :] *= ramp[::-1]
    return np.asarray(equalise(piece[None], high_pass(350), low_pass(4_000))[0])


def _repeat(
    sound: Audio, piece: NDArray[np.float32], first: int, delay: int, level_db: float
) -> None:
    """Add the repeats of `piece`, which was sung at `first`, each softer than the one before, in place."""
    for number in range(1, _REPEATS + 1):
        start = first + number * delay
        heard = piece[: max(0, sound.shape[1] - start)]
        gain = np.float32(10 ** ((level_db + (number - 1) * _FEEDBACK_DB) / 20))
        side = _ECHO_PAN if number % 2 else -_ECHO_PAN
        sound[:, start : start + len(heard)] += pan_gains(side) * heard * gain
