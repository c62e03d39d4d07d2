"""The pitch that a line is sung on: its notes as a singer goes from one to the next."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from songsmith.engine.sketch.phonetics.heard_pitch import PITCH_STEP_S
from songsmith.engine.sketch.phonetics.syllables import Syllable
from songsmith.engine.sketch.score import Note

__all__ = ["FRAME_S", "pitch_curve", "syllable_spans", "tone_turns"]

FRAME_S = PITCH_STEP_S
"""From one value of a pitch curve to the next."""

# Tone: seconds after the vowel's start, and the semitones there.
_TONE_TURNS = {
    2: ((0.0, 0.2), (-2.4, 0.0)),
    3: ((0.0, 0.09, 0.23), (-1.4, -2.8, 0.0)),
    4: ((0.0, 0.06, 0.23), (2.2, 1.8, 0.0)),
}

FloatArray = NDArray[np.float64]


def syllable_spans(notes: Sequence[Note], count: int) -> list[tuple[float, float]]:
    """Start and end of each syllable; one that is sung on several notes spans them all."""
    spans = []
    for syllable in range(count):
        own = [note for note in notes if note.syllable == syllable]
        spans.append((own[0].start_s, own[-1].end_s))
    return spans


def pitch_curve(notes: Sequence[Note], times: FloatArray, *, seed: int = 0) -> FloatArray:
    """Pitch in Hz at `times`: the notes with portamento, a scoop into the first, vibrato on long ones."""
    random = np.random.default_rng(seed)
    starts = np.array([note.start_s for note in notes])
    pitches = np.array([float(note.pitch) for note in notes])
    # A singer is on the new pitch when its vowel begins, so the step comes a little before.
    index = np.clip(np.searchsorted(starts - 0.035, times, side="right") - 1, 0, None)
    semitones = pitches[index]
    window = np.hanning(15)
    padded = np.pad(semitones, len(window) // 2, mode="edge")
    semitones = np.convolve(padded, window / window.sum(), mode="valid")
    for number, note in enumerate(notes):
        since = times - note.start_s
        length = note.end_s - note.start_s
        if number == 0 or note.start_s - notes[number - 1].end_s > 0.1:
            semitones -= 0.35 * np.exp(-np.clip(since + 0.03, 0, None) / 0.05) * (index == number)
        if length > 0.4:
            rise = np.clip((since - 0.22) / 0.3, 0, 1) * (index == number)
            phase = random.uniform(0, 0.3) + 2 * np.pi * random.uniform(5.2, 5.8) * since
            semitones += 0.28 * rise * np.sin(phase)
    drift = np.interp(times, times[::60], random.normal(0, 0.03, len(times[::60])))
    return np.asarray(440.0 * 2 ** ((semitones + drift - 69) / 12))


def tone_turns(
    syllables: Sequence[Syllable], spans: Sequence[tuple[float, float]], times: FloatArray
) -> FloatArray:
    """Semitones by which Mandarin tones bend the first moments of their notes."""
    turns = np.zeros(len(times))
    for syllable, (start_s, end_s) in zip(syllables, spans, strict=True):
        if syllable.tone in _TONE_TURNS:
            places_s, semitones = _TONE_TURNS[syllable.tone]
            inside = (times >= start_s - 0.03) & (times < end_s)
            turns[inside] = np.interp(times[inside] - start_s, places_s, semitones)
    return turns
