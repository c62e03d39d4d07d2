import numpy as np
import pytest

from songsmith.engine.sketch.phonetics.bands import band_of


@pytest.mark.parametrize("length", [1, 50, 22_050])
def test_a_band_is_that_of_a_filter_run_both_ways(length):
    from scipy.signal import butter, sosfiltfilt

    noise = np.random.default_rng(3).standard_normal(length)
    sos = butter(2, (350, 4_000), "bandpass", fs=22_050, output="sos")
    both_ways = sosfiltfilt(sos, noise, padtype=None)

    found = band_of(noise, 22_050, (350, 4_000))
    assert found.shape == noise.shape
    if length > 1_000:
        inner = slice(500, -500)
        assert np.corrcoef(found[inner], both_ways[inner])[0, 1] > 0.99
