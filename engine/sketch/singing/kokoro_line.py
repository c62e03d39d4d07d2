"""A line sung by Kokoro's decoder: the tune's durations and pitch are given to the network, which makes the sound.

Nothing is spoken first and nothing is stretched. What is voiced, how loud each sound is and how vowels go over into
consonants the network decides; when and on which pitch, the tune.
"""

import functools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from songsmith.engine.sketch.kokoro.network import (
    FRAME,
    FRAME_S,
    LATE_FRAMES,
    PITCHES_PER_FRAME,
    RATE_HZ,
    Features,
    decode,
    predict_features,
)
from songsmith.engine.sketch.kokoro.reading import Script
from songsmith.engine.sketch.kokoro.speakers import speaker_style
from songsmith.engine.sketch.phonetics.espeak import Phoneme
from songsmith.engine.sketch.phonetics.syllables import Syllable
from songsmith.engine.sketch.score import Note
from songsmith.engine.sketch.singing import pitch as curves
from songsmith.engine.sketch.singing.retime import retime_line
from songsmith.engine.sketch.singing.shifted import shift_voice
from songsmith.engine.sketch.singing.spoken_course import heard_early, speech_along
from songsmith.engine.sketch.singing.tasks import SungAudio, Task, Way
from songsmith.engine.sketch.singing.token_frames import TokenFrames, lay_tokens
from songsmith.engine.sketch.voices.speaking import Utterance

__all__ = ["sing_ways"]

_LATE_S = LATE_FRAMES * FRAME_S
_STEP_S = FRAME_S / PITCHES_PER_FRAME
_VOICED_HZ = 20.0  # the network writes 5 to 12 where there is no voice
_UNVOICED_HZ = 8.0
_FADE_S = 0.012
_VOWEL_RMS = 0.14

FloatArray = NDArray[np.float64]


def sing_ways(task: Task, script: Script) -> Iterator[tuple[Way, SungAudio]]:
    """Every way of `task`. The network sings what is new; the same notes again are the same samples, and a harmony is
    made of its lead."""
    lead: tuple[Way, SungAudio] | None = None
    for way in task.ways:
        if lead and way.stem == "harmony":
            yield way, _harmony(lead, way)
            continue
        audio = _sung(way, task.utterance, script)
        lead = (way, audio)
        yield way, audio


def _sung(way: Way, utterance: Utterance, script: Script) -> SungAudio:
    """`way` sung at its place in the song, out of the cache if these notes were sung before."""
    first_s = way.notes[0].start_s
    notes = tuple(
        replace(
            note,
            start_s=round(note.start_s - first_s, 6),
            end_s=round(note.end_s - first_s, 6),
            line=0,
        )
        for note in way.notes
    )
    line = _Line(script, utterance.speech.phonemes, utterance.syllables, notes)
    audio = _sing(line, round(way.earliest_s - first_s, 6), way.seed)
    return replace(audio, start_s=audio.start_s + first_s)


@dataclass(frozen=True)
class _Line:
    """All that is sung, with the first note at 0 s."""

    script: Script
    sounds: tuple[Phoneme, ...]
    syllables: tuple[Syllable, ...]
    notes: tuple[Note, ...]


@functools.lru_cache(maxsize=128)
def _sing(line: _Line, earliest_s: float, seed: int) -> SungAudio:
    spans = curves.syllable_spans(line.notes, len(line.syllables))
    stretches = retime_line(line.syllables, spans, rate_hz=RATE_HZ, earliest_s=earliest_s)
    vowels = [syllable.nucleus for syllable in line.syllables]
    laid = lay_tokens(line.script, line.sounds, vowels, stretches)
    style = speaker_style(line.script.speaker)
    text, _, _ = predict_features(line.script.tokens, style, laid.frames)
    spoken_hz, energy = speech_along(line.script, laid.frames)
    start_s = laid.start_s + _LATE_S
    moments_s: FloatArray = start_s + _STEP_S * (np.arange(len(energy), dtype=np.float64) + 0.5)
    asked = _pitch(line, spans, moments_s, seed)
    is_voiced = spoken_hz > _VOICED_HZ
    is_voiced |= heard_early(np.repeat(laid.is_voiced, laid.frames * PITCHES_PER_FRAME))
    given = np.where(is_voiced, asked, np.minimum(spoken_hz, _UNVOICED_HZ))
    samples = _levelled(_decoded(text, given, energy, style), laid)
    return SungAudio(samples, RATE_HZ, start_s, _fine(np.where(is_voiced, asked, 0.0)))


def _decoded(text: Any, pitch: FloatArray, energy: FloatArray, style: Any) -> FloatArray:
    shape = (1, 1, len(pitch))
    features: Features = (
        text,
        pitch.astype(np.float32).reshape(shape),
        energy.astype(np.float32).reshape(shape),
    )
    return decode(features, style).astype(np.float64)


def _harmony(lead: tuple[Way, SungAudio], way: Way) -> SungAudio:
    """The lead's sound on the harmony's notes."""
    led, audio = lead
    times: FloatArray = audio.start_s + curves.FRAME_S * np.arange(
        len(audio.pitch_hz), dtype=np.float64
    )
    ratio = curves.pitch_curve(way.notes, times, seed=way.seed)
    ratio /= curves.pitch_curve(led.notes, times, seed=led.seed)
    samples = shift_voice(audio.samples, audio.rate_hz, ratio, audio.pitch_hz)
    return replace(audio, samples=samples, pitch_hz=audio.pitch_hz * ratio)


def _pitch(
    line: _Line, spans: Sequence[tuple[float, float]], moments_s: FloatArray, seed: int
) -> FloatArray:
    """The pitch in Hz that is asked for at each of the network's moments."""
    count = round((moments_s[-1] - moments_s[0]) / curves.FRAME_S) + 2
    fine_s: FloatArray = moments_s[0] + curves.FRAME_S * np.arange(count, dtype=np.float64)
    fine = curves.pitch_curve(line.notes, fine_s, seed=seed)
    fine *= 2 ** (curves.tone_turns(line.syllables, spans, fine_s) / 12)
    return np.asarray(np.interp(moments_s, fine_s, fine))


def _fine(pitch: FloatArray) -> FloatArray:
    """The network's pitch as one value each `curves.FRAME_S`; no value lies between voice and none."""
    at = np.arange(int(len(pitch) * _STEP_S / curves.FRAME_S)) * curves.FRAME_S / _STEP_S
    return np.asarray(pitch[np.minimum(at.astype(int), len(pitch) - 1)])


def _levelled(samples: FloatArray, laid: TokenFrames) -> FloatArray:
    """`samples` as loud in their vowels as every singer is, without clicks at the ends."""
    inside = np.repeat(laid.is_vowel, laid.frames * FRAME)[: len(samples)]
    level = np.sqrt(np.mean(samples[: len(inside)][inside] ** 2) + 1e-12)
    fade = round(_FADE_S * RATE_HZ)
    ramp = np.sin(np.linspace(0, np.pi / 2, fade)) ** 2
    out: FloatArray = samples * _VOWEL_RMS / level
    out[:fade] *= ramp
    out[-fade:] *= ramp[::-1]
    return out
