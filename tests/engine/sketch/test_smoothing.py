import numpy as np
import pytest
from scipy import ndimage

from songsmith.engine.sketch.smoothing import bell_mean, running_mean, running_minimum

VALUES = np.random.default_rng(3).random(2_000)


@pytest.mark.parametrize("width", [1, 2, 7, 441, 2_500])
def test_a_running_mean_is_scipys_with_zeros_around(width):
    wanted = ndimage.uniform_filter1d(VALUES, width, mode="constant")
    assert running_mean(VALUES, width) == pytest.approx(wanted, abs=1e-12)


def test_a_running_mean_of_a_curve_below_zero_is_its_own():
    assert running_mean(VALUES - 10, 3)[1:-1] == pytest.approx(running_mean(VALUES, 3)[1:-1] - 10)


def test_a_running_mean_of_silence_after_a_bang_is_never_negative():
    assert running_mean(np.array([1e9, *VALUES * 1e-9]), 3).min() >= 0


@pytest.mark.parametrize("width", [1, 3, 5, 23, 133])
def test_a_running_minimum_is_scipys(width):
    values = VALUES.astype(np.float32)
    wanted = ndimage.minimum_filter1d(values, width, mode="nearest")
    assert np.array_equal(running_minimum(values, width), wanted)


@pytest.mark.parametrize("sigma", [0.6, 3.0, 27.6])
def test_a_mean_under_a_bell_is_scipys(sigma):
    wanted = ndimage.gaussian_filter1d(VALUES, sigma, mode="nearest")
    assert bell_mean(VALUES, sigma) == pytest.approx(wanted, abs=1e-12)
