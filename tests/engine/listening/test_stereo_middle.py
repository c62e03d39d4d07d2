import numpy as np
import pytest
from scipy.signal import istft, stft

from songsmith.engine.listening.stereo_middle import middle_of
from songsmith.engine.units import SAMPLE_RATE_HZ

TIME_S = np.arange(7 * SAMPLE_RATE_HZ + 321) / SAMPLE_RATE_HZ


def tone(hz: float) -> np.ndarray:
    return (0.2 * np.sin(2 * np.pi * hz * TIME_S)).astype(np.float32)


def level(sound: np.ndarray, hz: float) -> float:
    """Amplitude of one tone in `sound`, away from its ends."""
    inner = slice(SAMPLE_RATE_HZ, -SAMPLE_RATE_HZ)
    turns = np.exp(-2j * np.pi * hz * TIME_S[inner])
    return float(2 * abs(np.mean(sound[inner] * turns)))


def test_what_both_channels_share_is_kept_and_what_one_has_alone_is_not():
    sides, low, voice = tone(2000), tone(60), tone(440)
    middle = middle_of(np.stack([voice + low + sides, voice + low - sides]), highest_hz=8000)
    assert middle.shape == TIME_S.shape
    assert level(middle, 440) == pytest.approx(0.2, rel=1e-3)
    assert level(middle, 60) == pytest.approx(0.02, rel=1e-2)
    assert level(middle, 2000) < 1e-4


def test_nothing_is_kept_above_what_is_asked_for():
    voice = tone(440) + tone(9000)
    middle = middle_of(np.stack([voice, voice]), highest_hz=8000)
    assert level(middle, 9000) < 1e-4
    assert level(middle_of(np.stack([voice, voice]), highest_hz=12_000), 9000) > 0.19


def test_block_by_block_it_is_the_same_as_all_at_once():
    left, right = np.random.default_rng(3).normal(0, 0.1, (2, len(TIME_S))).astype(np.float32)
    audio = np.stack([tone(440) + left, tone(440) + 0.5 * left + 0.5 * right])
    _, _, (left, right) = stft(audio, SAMPLE_RATE_HZ, nperseg=4096, noverlap=3072)
    power = np.abs(left) ** 2 + np.abs(right) ** 2 + 1e-9
    kept = np.clip((2 * np.real(left * np.conj(right)) / power - 0.6) / 0.35, 0, 1)
    kept[np.arange(2049) * SAMPLE_RATE_HZ / 4096 < 120] *= 0.1
    _, whole = istft((left + right) / 2 * kept, SAMPLE_RATE_HZ, nperseg=4096, noverlap=3072)
    inner = slice(4096, -4096)
    middle = middle_of(audio, highest_hz=SAMPLE_RATE_HZ / 2)
    np.testing.assert_allclose(middle[inner], whole[: len(middle)][inner], atol=1e-5)


def test_a_sound_shorter_than_a_frame_has_a_middle_too():
    short = np.full((2, 100), 0.1, np.float32)
    assert middle_of(short, highest_hz=8000).shape == (100,)
    assert not middle_of(np.zeros((2, 5000), np.float32), highest_hz=8000).any()
