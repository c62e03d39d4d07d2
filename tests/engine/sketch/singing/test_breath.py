"""A singer breathes before a line where there is room, softly, and the same way each time."""

import numpy as np

from songsmith.engine.sketch.singing.breath import breath_before

RATE_HZ = 24_000


def test_a_breath_ends_before_the_first_sound_and_is_much_softer_than_a_vowel():
    breath = breath_before(5.0, 4.0, RATE_HZ, seed=3)
    assert breath is not None
    end_s = breath.start_s + len(breath.samples) / RATE_HZ
    assert breath.start_s >= 4.0 and 4.9 < end_s < 5.0
    assert np.sqrt(np.mean(breath.samples**2)) < 0.14 / 10
    again = breath_before(5.0, 4.0, RATE_HZ, seed=3)
    assert again is not None and np.array_equal(again.samples, breath.samples)


def test_there_is_no_breath_where_there_is_no_time_for_one():
    assert breath_before(5.0, 4.85, RATE_HZ, seed=3) is None
