import numpy as np
import pytest

from songsmith.engine.sketch.phonetics.espeak import speak
from songsmith.engine.sketch.voices.presence import SCALE, brighten, presence_taps

RATE_HZ = 22_050


def band_db(samples, low_hz, high_hz):
    power = np.abs(np.fft.rfft(samples)) ** 2
    frequency = np.fft.rfftfreq(len(samples), 1 / RATE_HZ)
    inside = (frequency >= low_hz) & (frequency < high_hz)
    return 10 * np.log10(power[inside].sum() / power.sum())


def test_a_dull_voice_gets_back_what_it_lacks():
    from scipy.signal import butter, sosfiltfilt

    clear = speak(SCALE, "es").samples
    dull = sosfiltfilt(butter(1, 1500, "lowpass", fs=RATE_HZ, output="sos"), clear)
    mended = brighten(dull, presence_taps(dull, RATE_HZ, clear_hz=7300.0))
    assert band_db(dull, 2200, 4000) < band_db(clear, 2200, 4000) - 8
    assert band_db(mended, 2200, 4000) == pytest.approx(band_db(clear, 2200, 4000), abs=3)


def test_a_click_stays_in_its_place():
    click = np.zeros(2000)
    click[700] = 1.0
    mended = brighten(click, presence_taps(speak(SCALE, "es+f3").samples, RATE_HZ, clear_hz=9e3))
    assert len(mended) == len(click) and np.abs(mended).argmax() == 700


def test_silence_and_short_sounds_pass():
    taps = presence_taps(np.zeros(4000), RATE_HZ, clear_hz=7300.0)
    assert np.all(np.isfinite(taps))
    assert len(brighten(np.zeros(10), taps)) == 10
