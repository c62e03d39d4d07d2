"""A line sung by Kokoro's network: the mouth moves as it would in speech, in the tune's time, and the voice that the
network gives it is on the tune's pitch.

The way is that of the WORLD singer, but what is read along the line's stretches are the mouth's movements inside the
network, not spectra of a finished sound. So nothing has to be taken apart, and nothing sounds taken apart.
"""

import functools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from songsmith.engine.sketch.kokoro.network import (
    LATE_FRAMES,
    MOVE_S,
    MOVES_PER_FRAME,
    RATE_HZ,
    Prosody,
    give_voice,
    move_mouth,
    predict_prosody,
)
from songsmith.engine.sketch.kokoro.reading import Script
from songsmith.engine.sketch.kokoro.speakers import speaker_style
from songsmith.engine.sketch.phonetics.espeak import Phoneme
from songsmith.engine.sketch.phonetics.syllables import Syllable
from songsmith.engine.sketch.score import Note
from songsmith.engine.sketch.singing import pitch as curves
from songsmith.engine.sketch.singing.breath import Breath, breath_before
from songsmith.engine.sketch.singing.levels import levelled
from songsmith.engine.sketch.singing.phrasing import phrased
from songsmith.engine.sketch.singing.places import spoken_places
from songsmith.engine.sketch.singing.retime import Stretch, retime_line
from songsmith.engine.sketch.singing.shifted import shift_voice
from songsmith.engine.sketch.singing.tasks import SungAudio, Way
from songsmith.engine.sketch.smoothing import fade_in
from songsmith.engine.sketch.voices.speaking import Utterance

__all__ = ["harmony_of", "sing_with_network"]

_VOICED_HZ = 20.0  # the network writes 5 to 12 where there is no voice
_UNVOICED_HZ = 8.0
_LEAD_S, _TAIL_S = 0.1, 0.15
_FADE_S = 0.012
_VOWEL_ENTRY_S = 0.03  # a vowel that begins at once is heard as a consonant and a vowel

FloatArray = NDArray[np.float64]


def sing_with_network(way: Way, utterance: Utterance, script: Script) -> SungAudio:
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


def harmony_of(led: Way, audio: SungAudio, way: Way) -> SungAudio:
    """The sound of a lead, which sang `led`, on the harmony's notes."""
    times: FloatArray = audio.start_s + curves.FRAME_S * np.arange(
        len(audio.pitch_hz), dtype=np.float64
    )
    ratio = curves.pitch_curve(way.notes, times, seed=way.seed)
    ratio /= curves.pitch_curve(led.notes, times, seed=led.seed)
    samples = shift_voice(audio.samples, audio.rate_hz, ratio, audio.pitch_hz)
    return replace(audio, samples=samples, pitch_hz=audio.pitch_hz * ratio)


@dataclass(frozen=True)
class _Line:
    """All that is sung, with the first note at 0 s."""

    script: Script
    sounds: tuple[Phoneme, ...]
    syllables: tuple[Syllable, ...]
    notes: tuple[Note, ...]


@functools.lru_cache(maxsize=128)
def _sing(line: _Line, earliest_s: float, seed: int) -> SungAudio:
    style = speaker_style(line.script.speaker)
    spoken = _spoken(line.script)
    spans = curves.syllable_spans(line.notes, len(line.syllables))
    if line.script.is_filled:
        spans = phrased(spans, line.syllables)
    stretches = retime_line(line.syllables, spans, rate_hz=RATE_HZ, earliest_s=earliest_s)
    start_s = stretches[0].start_s - _LEAD_S
    count = int(np.ceil((stretches[-1].end_s + _TAIL_S - start_s) / MOVE_S))
    moments_s: FloatArray = start_s + MOVE_S * (np.arange(count, dtype=np.float64) + 0.5)
    places = spoken_places(stretches, moments_s, len(spoken.pitch), is_filled=line.script.is_filled)
    asked = _pitch(line, spans, moments_s, seed)
    moves = _read(move_mouth(_on_tune(spoken, places, asked), style), places)
    is_voiced = _nearest(spoken.pitch, places) > _VOICED_HZ
    pitch = np.where(is_voiced, asked, _UNVOICED_HZ)
    samples = give_voice(moves, pitch.astype(np.float32), style).astype(np.float64)
    samples = _faded(samples, entry_s=0.0 if line.syllables[0].onset else _VOWEL_ENTRY_S)
    samples = levelled(samples, RATE_HZ, start_s, stretches, line.notes)
    audio = SungAudio(samples, RATE_HZ, start_s, _fine(np.where(is_voiced, asked, 0.0)))
    for breath in _breaths(stretches, earliest_s, seed):
        audio = _with_breath(audio, breath)
    return audio


def _breaths(stretches: Sequence[Stretch], earliest_s: float, seed: int) -> Iterator[Breath]:
    """The breaths before the line and in those of its rests that leave time for one."""
    ends_s = (earliest_s, *(stretch.end_s for stretch in stretches[:-1]))
    for end_s, stretch in zip(ends_s, stretches, strict=True):
        if breath := breath_before(stretch.start_s, end_s, RATE_HZ, seed=seed):
            yield breath


def _with_breath(audio: SungAudio, breath: Breath) -> SungAudio:
    """`audio` with a breath; one before it begins it earlier, by whole frames of its pitch."""
    frames = max(0, int(np.ceil((audio.start_s - breath.start_s) / curves.FRAME_S)))
    samples = np.pad(audio.samples, (round(frames * curves.FRAME_S * audio.rate_hz), 0))
    start_s = audio.start_s - frames * curves.FRAME_S
    first = round((breath.start_s - start_s) * audio.rate_hz)
    samples[first : first + len(breath.samples)] += breath.samples
    return replace(
        audio, samples=samples, start_s=start_s, pitch_hz=np.pad(audio.pitch_hz, (frames, 0))
    )


@functools.lru_cache(maxsize=512)
def _spoken(script: Script) -> Prosody:
    """The line as it would be spoken; some speakers would hum before it."""
    spoken = predict_prosody(script.tokens, speaker_style(script.speaker), script.frames)
    silent = MOVES_PER_FRAME * max(script.frames[0] - LATE_FRAMES, 0)
    spoken.pitch[:silent] = _UNVOICED_HZ
    return spoken


def _on_tune(spoken: Prosody, places: FloatArray, asked: FloatArray) -> Prosody:
    """The line as it would be spoken, but on the pitches that its sounds will be sung on."""
    order = np.argsort(places, kind="stable")
    sung = np.interp(np.arange(len(spoken.pitch)) + 0.5, places[order], asked[order])
    pitch = np.where(spoken.pitch > _VOICED_HZ, sung, spoken.pitch)
    return replace(spoken, pitch=pitch.astype(np.float32))


def _read(moves: NDArray[np.float32], places: FloatArray) -> NDArray[np.float32]:
    """The mouth at fractional places of speech, (512, moments)."""
    at = np.clip(places - 0.5, 0, moves.shape[1] - 1)
    low = np.floor(at).astype(int)
    high = np.minimum(low + 1, moves.shape[1] - 1)
    share = (at - low).astype(np.float32)
    return np.asarray(moves[:, low] * (1 - share) + moves[:, high] * share)


def _nearest(course: NDArray[np.float32], places: FloatArray) -> NDArray[np.float32]:
    return np.asarray(course[np.clip(places.astype(int), 0, len(course) - 1)])


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
    at = np.arange(int(len(pitch) * MOVE_S / curves.FRAME_S)) * curves.FRAME_S / MOVE_S
    return np.asarray(pitch[np.minimum(at.astype(int), len(pitch) - 1)])


def _faded(samples: FloatArray, *, entry_s: float) -> FloatArray:
    """`samples` with soft ends, silent until the first sound, as the network begins with a click; that sound comes in
    over `entry_s`."""
    fade, entry = round(_FADE_S * RATE_HZ), round((_FADE_S + entry_s) * RATE_HZ)
    first = round((_LEAD_S - _FADE_S) * RATE_HZ)
    out: FloatArray = samples.copy()
    out[:first] = 0.0
    out[first : first + entry] *= fade_in(entry)
    out[-fade:] *= fade_in(fade)[::-1]
    return out
