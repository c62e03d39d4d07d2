"""How loud each moment is of a line that the network sang.

The network is as loud as somebody who speaks: some syllables are swallowed. A singer carries every note, and gives a
little more to those that are accented or high.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from songsmith.engine.sketch.phonetics.sounds import sound_kind
from songsmith.engine.sketch.score import Note
from songsmith.engine.sketch.singing.retime import Stretch
from songsmith.engine.sketch.smoothing import running_mean

__all__ = ["levelled"]

_VOWEL_RMS = 0.14
_SILENCE = 1e-6
_EVENING = 0.4  # of the difference between a syllable and the line, in dB
_MOST_DB = 6.0
_ACCENT_DB = 0.06  # for each step of a note's velocity
_RISE_DB = 0.12  # for each semitone
_TURN_S = 0.04

FloatArray = NDArray[np.float64]


def levelled(
    samples: FloatArray,
    rate_hz: int,
    start_s: float,
    stretches: Sequence[Stretch],
    notes: Sequence[Note],
) -> FloatArray:
    """`samples`, the first of them at `start_s`, with syllables more alike than in speech, accents where `notes` have
    them, and vowels as loud as every singer's. `stretches` are the sounds of the line."""
    owners = np.full(len(samples), -1)
    is_vowel = np.zeros(len(samples), dtype=bool)
    for stretch in stretches:
        first, last = (
            int(np.clip((s - start_s) * rate_hz, 0, len(samples)))
            for s in (stretch.start_s, stretch.end_s)
        )
        owners[first:last] = stretch.syllable
        is_vowel[first:last] = sound_kind(stretch.symbol) == "nucleus"
    gains_db = _gains_db(samples, owners, is_vowel, notes)
    course = np.append(gains_db, 0.0)[owners]
    width = round(_TURN_S * rate_hz)
    smooth_db = running_mean(np.pad(course, width, mode="edge"), width)[width:-width]
    out: FloatArray = samples * 10 ** (smooth_db / 20)
    return out * _VOWEL_RMS / _rms(out[is_vowel])


def _gains_db(
    samples: FloatArray,
    owners: NDArray[np.int_],
    is_vowel: NDArray[np.bool_],
    notes: Sequence[Note],
) -> FloatArray:
    """The gain of each syllable in dB."""
    first_notes = {note.syllable: note for note in reversed(notes)}
    sung = [first_notes[syllable] for syllable in range(owners.max() + 1)]
    levels = np.array(
        [
            20 * np.log10(_rms(samples[is_vowel & (owners == place)]) + _SILENCE)
            for place in range(len(sung))
        ]
    )
    even = np.clip(_EVENING * (np.median(levels) - levels), -_MOST_DB, _MOST_DB)
    accents = np.array([note.velocity for note in sung], dtype=np.float64)
    pitches = np.array([note.pitch for note in sung], dtype=np.float64)
    return np.asarray(
        even + _ACCENT_DB * (accents - accents.mean()) + _RISE_DB * (pitches - pitches.mean())
    )


def _rms(samples: FloatArray) -> float:
    return float(np.sqrt(np.mean(samples**2) + _SILENCE**2)) if len(samples) else _SILENCE
