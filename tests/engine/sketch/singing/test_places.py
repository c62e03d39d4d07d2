"""The mouth follows the speech in the tune's time, lets a phrase's last sound go, and is shut in rests."""

import numpy as np

from songsmith.engine.sketch.kokoro.network import MOVE_S
from songsmith.engine.sketch.singing.places import spoken_places
from songsmith.engine.sketch.singing.retime import Stretch

# Two phrases with something between them in the speech that is not sung.
STRETCHES = (Stretch(1.0, 2.0, 0.5, 0.7, 0, "a"), Stretch(2.5, 3.0, 1.5, 1.75, 1, "o"))


def places_s(*moments_s):
    return spoken_places(STRETCHES, np.array(moments_s), 400, is_filled=True) * MOVE_S


def test_a_stretch_is_read_from_its_start_to_its_end():
    assert np.allclose(places_s(1.0, 1.5, 2.75), (0.5, 0.6, 1.625))


def test_a_last_sound_goes_on_as_it_is_spoken_and_then_all_is_silent():
    assert np.allclose(places_s(2.05, 3.05), (0.75, 1.8))
    assert np.all(places_s(2.1, 2.4, 3.2) < 0.05)


def test_where_nothing_is_left_out_between_two_sounds_nothing_sounds_in_a_rest():
    near = (STRETCHES[0], Stretch(2.5, 3.0, 0.7, 0.9, 1, "o"))
    assert spoken_places(near, np.array([2.05]), 400, is_filled=True)[0] * MOVE_S < 0.05


def test_without_a_filler_a_line_dies_away_as_it_is_spoken():
    places = spoken_places(STRETCHES, np.array([2.05, 3.14]), 400, is_filled=False) * MOVE_S
    assert places[0] < 0.05 and np.isclose(places[1], 1.89)
