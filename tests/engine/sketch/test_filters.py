import numpy as np
import pytest

from songsmith.engine.sketch.filters import (
    curve_pieces,
    equalise,
    high_pass,
    low_pass,
    per_sample,
    swell,
)
from songsmith.engine.units import SAMPLE_RATE_HZ


def gain_db(frequency_hz, *filters):
    time_s = np.arange(SAMPLE_RATE_HZ) / SAMPLE_RATE_HZ
    tone = np.sin(2 * np.pi * frequency_hz * time_s).astype(np.float32)[None]
    heard = equalise(tone, *filters)[0, SAMPLE_RATE_HZ // 2 :]
    return 10 * np.log10(2 * np.mean(heard**2) + 1e-12)


@pytest.mark.parametrize(("make", "sides"), [(high_pass, (1, -1)), (low_pass, (-1, 1))])
def test_a_pass_is_three_decibels_down_at_its_frequency(make, sides):
    passed, stopped = (1_000 * 4.0**side for side in sides)

    assert gain_db(1_000, make(1_000)) == pytest.approx(-3, abs=0.3)
    assert gain_db(stopped, make(1_000)) < -14
    assert gain_db(passed, make(1_000)) > -1


def test_a_low_pass_near_the_top_stays_stable():
    noise = np.random.default_rng(0).standard_normal((1, SAMPLE_RATE_HZ)).astype(np.float32)

    assert np.abs(equalise(noise, low_pass(21_000))).max() < 10


def test_control_values_are_joined_by_lines():
    line = per_sample(np.array([0.0, 4.0, 0.0], np.float32), 4, 11)

    assert line.tolist() == [0, 1, 2, 3, 4, 3, 2, 1, 0, 0, 0]


@pytest.mark.parametrize("samples", [100, 80 * 441, 80 * 441 + 7, 3 * 80 * 441 - 5])
@pytest.mark.parametrize("more", [0, 2])
def test_a_curve_in_pieces_is_the_whole_one_and_its_last_value_holds_on(samples, more):
    values = np.random.default_rng(1).random(max(samples // 441, 1) + more).astype(np.float32)
    whole = per_sample(values, 441, samples)

    pieces = [curve for _, curve in curve_pieces(values, 441, samples)]
    sound = np.ones((2, samples), np.float32)
    swell(sound, values, 441)

    assert np.array_equal(np.concatenate(pieces), whole)
    assert np.array_equal(sound, np.stack([whole, whole]))
