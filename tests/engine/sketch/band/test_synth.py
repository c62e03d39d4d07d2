"""How notes are played with the SoundFont, by what is heard."""

import numpy as np
import pytest

from songsmith.engine.sketch.band.synth import play_notes, soundfont
from songsmith.engine.sketch.score import Note
from songsmith.engine.units import SAMPLE_RATE_HZ

GUITAR, BASS = 30, 33


def played(touch, program, pitch=45):
    note = Note(0.0, 0.5, pitch, 100, touch=touch)
    return play_notes(soundfont(), [note], SAMPLE_RATE_HZ, program=program).mean(axis=0)


def power(sound, first_s, last_s):
    return float(np.mean(sound[int(first_s * SAMPLE_RATE_HZ) : int(last_s * SAMPLE_RATE_HZ)] ** 2))


def brightness(sound):
    """Share of power above 2 kHz."""
    spectrum = np.abs(np.fft.rfft(sound)) ** 2
    return spectrum[np.fft.rfftfreq(len(sound), 1 / SAMPLE_RATE_HZ) > 2_000].sum() / spectrum.sum()


def pitch_hz(sound, first_s, last_s):
    """The strongest partial below 200 Hz."""
    piece = sound[int(first_s * SAMPLE_RATE_HZ) : int(last_s * SAMPLE_RATE_HZ)]
    spectrum = np.abs(np.fft.rfft(piece * np.hanning(len(piece)), 1 << 18))
    low, high = (int(hz * (1 << 18) / SAMPLE_RATE_HZ) for hz in (60, 200))
    return (low + spectrum[low:high].argmax()) * SAMPLE_RATE_HZ / (1 << 18)


def test_a_string_under_the_palm_is_dull_and_gone_at_once():
    plain, muted = played("", GUITAR), played("muted", GUITAR)

    assert brightness(muted) < 0.5 * brightness(plain)
    assert power(muted, 0.3, 0.45) < 0.01 * power(muted, 0.0, 0.15)
    assert power(plain, 0.3, 0.45) > 0.1 * power(plain, 0.0, 0.15)


def test_a_slide_comes_from_below_and_arrives():
    plain, slid = played("", BASS), played("slid", BASS)

    assert pitch_hz(slid, 0.0, 0.06) < 0.95 * pitch_hz(plain, 0.0, 0.06)
    assert pitch_hz(slid, 0.25, 0.45) == pytest.approx(pitch_hz(plain, 0.25, 0.45), rel=0.01)
