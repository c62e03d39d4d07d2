"""A singer rests where a phrase ends, and nowhere else."""

import pytest

from songsmith.engine.sketch.phonetics.espeak import Phoneme
from songsmith.engine.sketch.phonetics.syllables import Syllable
from songsmith.engine.sketch.singing.phrasing import phrased


def syllable(*, ends_phrase):
    return Syllable("la", 1, (), Phoneme("a", 0, 1), (), ends_phrase=ends_phrase)


def test_a_phrase_inside_a_line_ends_before_its_note_does():
    syllables = [syllable(ends_phrase=ends) for ends in (False, True, True, True)]
    spans = phrased([(0.0, 0.5), (0.5, 1.0), (1.0, 3.0), (3.0, 4.0)], syllables)
    assert spans[0] == (0.0, 0.5) and spans[3] == (3.0, 4.0)
    assert spans[1] == pytest.approx((0.5, 0.8)) and spans[2] == pytest.approx((1.0, 2.64))


def test_a_rest_that_is_written_is_not_made_longer():
    syllables = [syllable(ends_phrase=True), syllable(ends_phrase=True)]
    assert phrased([(0.0, 0.4), (1.0, 2.0)], syllables) == [(0.0, 0.4), (1.0, 2.0)]
