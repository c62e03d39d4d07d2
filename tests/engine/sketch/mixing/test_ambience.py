"""The room sounds the same though its halves are filled side by side."""

import numpy as np
import pytest

from songsmith.engine.sketch.mixing.ambience import reverb
from songsmith.engine.units import SAMPLE_RATE_HZ


@pytest.mark.parametrize("room_s", [0.5, 4.0])
def test_nothing_is_heard_of_the_place_where_two_halves_of_the_room_meet(room_s):
    send = np.zeros(20 * SAMPLE_RATE_HZ, dtype=np.float32)
    send[::SAMPLE_RATE_HZ] = 1.0  # a stroke each second: the middle is in the ring of ten of them
    longer = np.concatenate([send, np.zeros(20 * SAMPLE_RATE_HZ, dtype=np.float32)])
    halves = reverb(send.copy(), {}, room_s)
    whole = reverb(longer, {}, room_s)[:, : len(send)]  # all of it in the first half
    assert np.abs(whole).max() > 0.001
    assert np.abs(halves - whole).max() < 1e-4 * np.abs(whole).max()
