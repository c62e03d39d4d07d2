import numpy as np
import pyloudnorm
import pytest
import soxr

from songsmith.engine.loudness import gated_lufs, power_frames, true_peak_db
from songsmith.engine.units import SAMPLE_RATE_HZ


def tone(frequency_hz, level=0.3, length_s=3.0):
    time_s = np.arange(int(length_s * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
    return np.stack([np.sin(2 * np.pi * frequency_hz * time_s)] * 2).astype(np.float32) * level


def reference(audio):
    return pyloudnorm.Meter(SAMPLE_RATE_HZ).integrated_loudness(audio.T.astype(np.float64))


@pytest.mark.parametrize("frequency_hz", [30, 100, 997, 3_000, 12_000])
def test_tones_are_as_loud_as_the_reference_meter_says(frequency_hz):
    sound = tone(frequency_hz)

    assert gated_lufs(power_frames(sound)) == pytest.approx(reference(sound), abs=0.01)


def test_quiet_stretches_are_gated_as_by_the_reference_meter():
    noise = (np.random.default_rng(1).standard_normal((2, 6 * SAMPLE_RATE_HZ)) * 0.05).astype("f4")
    noise[:, 3 * SAMPLE_RATE_HZ :] *= 0.02

    assert gated_lufs(power_frames(noise)) == pytest.approx(reference(noise), abs=0.02)


def test_silence_and_a_few_samples_are_measured_too():
    assert gated_lufs(power_frames(np.zeros((2, 100), np.float32))) == float("-inf")
    assert true_peak_db(np.zeros((2, 100), np.float32)) == float("-inf")
    assert np.isfinite(true_peak_db(np.ones((2, 3), np.float32)))


@pytest.mark.parametrize("frequency_hz", [997, 11_025, 15_000])
def test_peaks_between_samples_are_found(frequency_hz):
    sound = tone(frequency_hz, length_s=1.0) * np.float32(0.01)
    sound[:, 20_000:21_000] *= 1 + 89 * np.hanning(1_000).astype(np.float32)

    whole = max(np.abs(soxr.resample(channel, 1, 4)).max() for channel in sound)
    assert true_peak_db(sound) == pytest.approx(20 * np.log10(whole), abs=0.05)


def test_the_peak_of_noise_is_that_of_the_whole_wave_and_no_piece_is_left_out():
    noise = np.random.default_rng(2).standard_normal((2, 120_000))
    noise = soxr.resample(noise.T, 22_050, SAMPLE_RATE_HZ).T.astype(np.float32)
    for at in (0, noise.shape[1] // 2, noise.shape[1] - 2_000):
        sound = noise.copy()
        sound[1, at : at + 2_000] *= 4

        whole = max(np.abs(soxr.resample(channel, 1, 4)).max() for channel in sound)
        assert true_peak_db(sound) == pytest.approx(20 * np.log10(whole), abs=0.05)
