"""Speech turned into singing: the spectral envelopes of the speech, in new time, on new pitch.

WORLD (Morise et al. 2016) splits a voice into pitch, spectral envelope and aperiodicity. Envelopes are
read along the line's stretches (interpolated as logarithms, so that formants move instead of fading),
the pitch is the melody's, with a singer's glides and vibrato. Voiceless consonants have no pitch and
suffer most from a vocoder, so they are the speech's own samples.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from songsmith.engine.sketch.phonetics.espeak import Speech
from songsmith.engine.sketch.phonetics.heard_pitch import audible, heard_pitch
from songsmith.engine.sketch.phonetics.sounds import closure_s, consonant_gain, sound_kind
from songsmith.engine.sketch.phonetics.syllables import Syllable
from songsmith.engine.sketch.score import Note
from songsmith.engine.sketch.singing.pitch import FRAME_S, pitch_curve, syllable_spans, tone_turns
from songsmith.engine.sketch.singing.retime import Stretch, retime_line
from songsmith.engine.sketch.singing.tasks import SungAudio
from songsmith.engine.sketch.singing.timbre import drift, fill_top, quick_levels
from songsmith.engine.sketch.smoothing import fade_in

__all__ = ["FRAME_S", "Analysis", "analyse", "sing_line"]

_SILENCE = 1e-12
_FFT_SIZE = 1024
_RAW_FADE_S = 0.004
_RELEASE_S = 0.07
_CLOSING_S = 0.02
_TURN_S = 0.06
FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Analysis:
    """What WORLD heard of `speech`, one frame each 5 ms: `log_envelope` and `aperiodicity` (frames, bins),
    and `is_voiced` (frames,)."""

    speech: Speech
    log_envelope: FloatArray
    aperiodicity: FloatArray
    is_voiced: NDArray[np.bool_]


def analyse(speech: Speech) -> Analysis:
    """Envelope, aperiodicity and voicing of `speech`."""
    import pyworld

    samples, rate_hz = audible(speech.samples), speech.rate_hz
    found = speech.pitch_hz
    if found is None:
        found = heard_pitch(speech.samples, rate_hz)
    pitch = _voiced_pitch(speech, found)
    is_voiced = pitch > 0
    times: FloatArray = FRAME_S * np.arange(len(pitch), dtype=np.float64)
    open_share = _open_share(speech, is_voiced)
    # CheapTrick looks at three periods. Near consonants, where a spectrum changes fast, half of that tells more; what
    # is lower than its floor it would take for voiceless.
    floor_hz = 1.01 * pyworld.get_cheaptrick_f0_floor(rate_hz, _FFT_SIZE)
    looked_at = np.where(is_voiced, np.maximum(pitch * (2 - open_share), floor_hz), 0.0)
    envelope = pyworld.cheaptrick(samples, looked_at, times, rate_hz, fft_size=_FFT_SIZE)
    aperiodicity = _aperiodicity(speech, is_voiced, envelope.shape[1])
    log_envelope = np.log(envelope + _SILENCE)
    filled = fill_top(log_envelope, rate_hz, speech.clear_hz)
    log_envelope += open_share[:, None] * (filled - log_envelope)
    quick = quick_levels(speech.samples, rate_hz, len(log_envelope), FRAME_S)
    log_envelope += (quick * _share_of_consonants(speech, len(quick)))[:, None]
    return Analysis(speech, log_envelope, aperiodicity, is_voiced)


def sing_line(
    analysis: Analysis,
    syllables: Sequence[Syllable],
    notes: Sequence[Note],
    *,
    earliest_s: float,
    detune_cents: float = 0.0,
    voiceless_gain: float = 1.0,
    seed: int = 0,
) -> SungAudio:
    """`syllables` of the analysed speech sung on `notes` (one or more for each syllable, in order)."""
    import pyworld

    rate_hz = analysis.speech.rate_hz
    spans = syllable_spans(notes, len(syllables))
    stretches = retime_line(syllables, spans, rate_hz=rate_hz, earliest_s=earliest_s)
    start_s = float(np.floor(stretches[0].start_s / FRAME_S) - 2) * FRAME_S
    count = int(np.ceil((stretches[-1].end_s - start_s) / FRAME_S)) + 4
    times: FloatArray = start_s + FRAME_S * np.arange(count, dtype=np.float64)
    source, is_sung, gains = _source_frames(analysis, stretches, syllables, times)
    log_envelope, aperiodicity, is_voiced = _read(analysis, source, is_sung)
    log_envelope += 2 * np.log(gains * _releases(stretches, times))[:, None]
    log_envelope += drift(count, log_envelope.shape[1], FRAME_S, seed=seed)
    pitch = pitch_curve(notes, times, seed=seed) * 2 ** (detune_cents / 1200)
    pitch *= 2 ** (tone_turns(syllables, spans, times) / 12)
    pitch[~is_voiced] = 0.0
    samples = pyworld.synthesize(pitch, np.exp(log_envelope), aperiodicity, rate_hz, 1000 * FRAME_S)
    _add_voiceless(samples, analysis, stretches, voiceless_gain * gains, start_s)
    return SungAudio(samples, rate_hz, start_s, pitch)


def _voiced_pitch(speech: Speech, found: FloatArray) -> FloatArray:
    """`found` without holes in vowels and sonorants, and without pitch in voiceless consonants."""
    pitch = found.copy()
    known = np.flatnonzero(found > 0)
    if len(known) == 0:
        return pitch
    filled = np.interp(np.arange(len(found)), known, found[known])
    for sound in speech.phonemes:
        first, last = _frames(sound.start, sound.end, speech.rate_hz)
        kind = sound_kind(sound.symbol)
        if kind in ("voiceless", "pause"):
            pitch[first:last] = 0.0
        elif kind in ("nucleus", "sonorant"):
            voiced = np.flatnonzero(found[first:last] > 0)
            # A vowel after a plosive begins with its breath; from its first period on it is voiced.
            begin = first + (int(voiced[0]) if len(voiced) else 0)
            pitch[begin:last] = filled[begin:last]
    return pitch


def _aperiodicity(speech: Speech, is_voiced: NDArray[np.bool_], bins: int) -> FloatArray:
    """Share of noise in each bin, by kind of sound: a little above 4 kHz in vowels, most in "z"."""
    frequency = np.linspace(0, speech.rate_hz / 2, bins)
    vowel_db = np.interp(frequency, [0, 1000, 4000, 8000, 11025], [-60, -45, -20, -9, -5])
    buzz_db = np.interp(frequency, [0, 800, 2500, 11025], [-30, -14, -3, 0])
    aperiodicity = np.ones((len(is_voiced), bins))
    for sound in speech.phonemes:
        first, last = _frames(sound.start, sound.end, speech.rate_hz)
        kind = sound_kind(sound.symbol)
        aperiodicity[first:last] = 10 ** (
            (buzz_db if kind == "voiced fricative" else vowel_db) / 20
        )
    aperiodicity[~is_voiced] = 1.0
    return aperiodicity


def _open_share(speech: Speech, is_voiced: NDArray[np.bool_]) -> FloatArray:
    """0..1 for each frame: 1 in the middle of vowels, where the voice alone is heard. Near its ends a vowel
    tells of its neighbours, and nasals and liquids are known by what they lack on top."""
    share = np.zeros(len(is_voiced))
    for sound in speech.phonemes:
        if sound_kind(sound.symbol) == "nucleus":
            first, last = _frames(sound.start, sound.end, speech.rate_hz)
            inside = np.arange(last - first)
            edge = np.minimum(inside, inside[::-1]) * FRAME_S
            share[first:last] = np.clip(edge / _TURN_S, 0, 1)[: len(share) - first]
    return share * is_voiced


def _share_of_consonants(speech: Speech, frames: int) -> FloatArray:
    """1 in voiced consonants, 0 elsewhere, with a frame's slope between, shape (frames,)."""
    share = np.zeros(frames)
    for sound in speech.phonemes:
        if sound_kind(sound.symbol) in ("sonorant", "voiced stop", "voiced fricative"):
            first, last = _frames(sound.start, sound.end, speech.rate_hz)
            share[first:last] = 1.0
    return np.convolve(share, np.ones(3) / 3, "same")


def _frames(start: int, end: int, rate_hz: int) -> tuple[int, int]:
    """The analysis frames of the samples `[start, end)`."""
    step = rate_hz * FRAME_S
    return round(start / step), round(end / step)


def _source_frames(
    analysis: Analysis,
    stretches: Sequence[Stretch],
    syllables: Sequence[Syllable],
    times: FloatArray,
) -> tuple[FloatArray, NDArray[np.bool_], FloatArray]:
    """For each sung frame the frame of the speech it is read from, whether WORLD sings it, and its gain."""
    source = np.zeros(len(times))
    is_sung = np.zeros(len(times), dtype=bool)
    gains = np.ones(len(times))
    levels = _levels(analysis, syllables)
    for stretch in stretches:
        inside = (times >= stretch.start_s) & (times < stretch.end_s)
        if not inside.any():
            continue
        gains[inside] = levels[stretch.syllable]
        if sound_kind(stretch.symbol) == "voiceless":
            continue
        share = (times[inside] - stretch.start_s) / (stretch.end_s - stretch.start_s)
        span_s = stretch.source_end_s - stretch.source_start_s
        source[inside] = (stretch.source_start_s + share * span_s) / FRAME_S
        is_sung[inside] = True
    gains = np.exp(np.convolve(np.pad(np.log(gains), 4, "edge"), np.ones(9) / 9, "valid"))
    return source, is_sung, gains


def _releases(stretches: Sequence[Stretch], times: FloatArray) -> FloatArray:
    """Gain of a voice that dies away before each silence instead of being cut. A last consonant ends sooner:
    it is short itself, and a word without it is another word."""
    gains = np.ones(len(times))
    for stretch, after in zip(stretches, [*stretches[1:], None], strict=True):
        if after is None or after.start_s - stretch.end_s > _RELEASE_S:
            ahead = np.where(times < stretch.end_s, stretch.end_s - times, np.inf)
            is_vowel = sound_kind(stretch.symbol) == "nucleus"
            gains *= np.clip(ahead / (_RELEASE_S if is_vowel else _CLOSING_S), 0.03, 1.0)
    return gains


def _add_voiceless(
    samples: FloatArray,
    analysis: Analysis,
    stretches: Sequence[Stretch],
    gains: FloatArray,
    start_s: float,
) -> None:
    """Lay the speech's own voiceless consonants into `samples`. What is too long for its place loses its
    beginning: of a plosive that is silence, and the burst before the vowel stays whole."""
    speech = analysis.speech
    fade = round(_RAW_FADE_S * speech.rate_hz)
    ramp = fade_in(fade)
    for stretch in stretches:
        if sound_kind(stretch.symbol) != "voiceless":
            continue
        sounding_s = stretch.end_s - stretch.start_s - closure_s(stretch.symbol)
        length = round(sounding_s * speech.rate_hz)
        stop = round(stretch.source_end_s * speech.rate_hz)
        # A fade's length more on both sides overlaps the neighbours, so that nothing sags.
        first = max(stop - length - fade, 0)
        piece = speech.samples[first : stop + fade].copy()
        if length <= 0 or len(piece) < 2 * fade:
            continue
        piece[:fade] *= ramp
        piece[-fade:] *= ramp[::-1]
        frame = min(int((stretch.end_s - start_s) / FRAME_S), len(gains) - 1)
        place = round((stretch.end_s - start_s) * speech.rate_hz) + fade - len(piece)
        begin, end = max(place, 0), min(place + len(piece), len(samples))
        gain = gains[frame] * consonant_gain(stretch.symbol)
        samples[begin:end] += gain * piece[begin - place : end - place]


def _levels(analysis: Analysis, syllables: Sequence[Syllable]) -> FloatArray:
    """Gain per syllable that evens out speech: singers do not swallow unstressed vowels."""
    power = np.exp(analysis.log_envelope).sum(axis=1)
    levels = []
    for syllable in syllables:
        first, last = _frames(syllable.nucleus.start, syllable.nucleus.end, analysis.speech.rate_hz)
        levels.append(np.sqrt(power[first : max(last, first + 1)].mean() + _SILENCE))
    array = np.array(levels)
    return np.asarray(np.clip((np.median(array) / array) ** 0.4, 0.5, 2.0))


def _read(
    analysis: Analysis, source: FloatArray, is_sung: NDArray[np.bool_]
) -> tuple[FloatArray, FloatArray, NDArray[np.bool_]]:
    """Envelope, aperiodicity and voicing at fractional frames of the speech; silence where nothing is sung."""
    last = len(analysis.log_envelope) - 1
    source = np.clip(source, 0, last)
    low = np.floor(source).astype(int)
    high = np.minimum(low + 1, last)
    share = (source - low)[:, None]
    log_envelope = (1 - share) * analysis.log_envelope[low] + share * analysis.log_envelope[high]
    nearest = np.where(share[:, 0] < 0.5, low, high)
    aperiodicity = analysis.aperiodicity[nearest].copy()
    is_voiced = analysis.is_voiced[nearest] & is_sung
    log_envelope[~is_sung] = np.log(_SILENCE)
    aperiodicity[~is_sung] = 1.0
    return log_envelope, aperiodicity, is_voiced
