"""A sung line is even, with accents, and as loud in its vowels as every line."""

import numpy as np
import pytest

from songsmith.engine.sketch.score import Note
from songsmith.engine.sketch.singing.levels import levelled
from songsmith.engine.sketch.singing.retime import Stretch

RATE_HZ = 24_000


def sung(loudness, velocities):
    """Vowels of half a second, one after the other, at these levels; and how loud each is then."""
    tone = np.sin(2 * np.pi * 150 * np.arange(RATE_HZ // 2) / RATE_HZ)
    samples = np.concatenate([level * tone for level in loudness])
    stretches, notes = [], []
    for place, velocity in enumerate(velocities):
        start_s, end_s = 3 + place / 2, 3.5 + place / 2
        stretches.append(Stretch(start_s, end_s, 0, 1, place, "a"))
        notes.append(Note(start_s, end_s, 50, velocity, 1, place))
    out = levelled(samples, RATE_HZ, 3.0, stretches, notes)
    return out, [float(np.sqrt(np.mean(part**2))) for part in np.split(out, len(loudness))]


def test_swallowed_syllables_are_raised_and_a_line_is_as_loud_as_every_other():
    out, levels = sung([0.4, 0.1, 0.4], [80, 80, 80])
    assert 0.3 < levels[1] / levels[0] < 0.7
    assert np.sqrt(np.mean(out**2)) == pytest.approx(0.14, rel=0.02)


def test_an_accented_note_is_a_little_louder():
    _, levels = sung([0.2, 0.2, 0.2], [78, 94, 78])
    assert 1.05 < levels[1] / levels[0] < 1.25
