"""Where a vowel really begins.

espeak counts the glide from a nasal, a liquid or a soft fricative into the vowel as part of the consonant,
so its vowels are marked up to 90 ms late there. A listener hears the vowel begin when the mouth opens:
half-way up the rise of energy between the consonant and the vowel. The glide of a soft consonant (Russian
"мо-ре-м") takes nearly all of the vowel after it; half of it is the vowel's.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from songsmith.engine.sketch.phonetics.bands import band_of
from songsmith.engine.sketch.phonetics.espeak import Phoneme, Speech
from songsmith.engine.sketch.phonetics.sounds import sound_kind
from songsmith.engine.sketch.smoothing import running_mean

__all__ = ["refine_onsets"]

_HOP_S = 0.0025
_WINDOW_S = 0.012
_BAND_HZ = (350.0, 4000.0)
_GLIDE = "ʲ"
_SOFT = ("sonorant", "voiced fricative")
_LEAST_RISE_DB, _MOST_RISE_DB = 2.5, 20.0  # from silence, half of the way up is not heard yet
_BODY_S = 0.04


def refine_onsets(speech: Speech, *, reach_s: float = 0.02, is_rough: bool = False) -> Speech:
    """`speech` with the starts of vowels after soft consonants moved to where they are heard, at most
    `reach_s` after their mark; with `is_rough` marks those after other sounds and pauses, too."""
    sounds = list(speech.phonemes)
    levels: NDArray[np.float64] | None = None
    for index in range(1, len(sounds)):
        before, vowel = sounds[index - 1], sounds[index]
        kind = sound_kind(before.symbol)
        if sound_kind(vowel.symbol) != "nucleus" or (kind not in _SOFT and not is_rough):
            continue
        if before.symbol == _GLIDE:
            onset = (before.start + before.end) // 2
        else:
            if levels is None:
                levels = _band_levels(speech)
            onset = _onset(levels, before, vowel, speech.rate_hz, reach_s)
        sounds[index - 1] = replace(before, end=onset)
        sounds[index] = replace(vowel, start=onset)
    return replace(speech, phonemes=tuple(sounds))


def _band_levels(speech: Speech) -> NDArray[np.float64]:
    """Level (dB) of the band that vowels fill, one value per hop."""
    power = band_of(speech.samples, speech.rate_hz, _BAND_HZ) ** 2
    smooth = running_mean(power, round(_WINDOW_S * speech.rate_hz))
    return np.asarray(10 * np.log10(smooth[:: round(_HOP_S * speech.rate_hz)] + 1e-12))


def _onset(
    levels: NDArray[np.float64], before: Phoneme, vowel: Phoneme, rate_hz: int, reach_s: float
) -> int:
    """First sample of the vowel: where the level last crosses the middle of its rise."""
    hop = round(_HOP_S * rate_hz)
    first = (before.start + (before.end - before.start) // 4) // hop
    mark = vowel.start // hop
    last = min(mark + round(reach_s / _HOP_S), vowel.end // hop, len(levels))
    body_end = mark + round((reach_s + _BODY_S) / _HOP_S)
    body = levels[mark : min(body_end, vowel.end // hop + 1, len(levels))]
    if last - first < 4 or len(body) == 0:
        return vowel.start
    last = first + int(levels[first:last].argmax()) + 1
    high = float(np.median(body))
    low = max(float(levels[first:last].min()), high - _MOST_RISE_DB)
    if high - low < _LEAST_RISE_DB:
        return vowel.start
    below = np.flatnonzero(levels[first:last] < (low + high) / 2)
    if len(below) == 0:
        return vowel.start
    return min(max(before.start + 1, int(first + below[-1] + 1) * hop), vowel.end - 1)
