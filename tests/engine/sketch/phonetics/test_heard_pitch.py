"""The pitch of a voice: where its fundamental is missing too, and none where nobody speaks."""

import numpy as np
import pytest

from songsmith.engine.sketch.phonetics.heard_pitch import PITCH_STEP_S, heard_pitch
from songsmith.engine.sketch.phonetics.said import speak_said

RATE_HZ = 22_050
TIMES_S = np.arange(RATE_HZ) / RATE_HZ


def harmonics(pitch_hz, lowest_hz=0.0):
    """A voice that glides by an octave's tenth; its harmonics below `lowest_hz` are missing."""
    phase = 2 * np.pi * np.cumsum(pitch_hz * 2 ** (0.1 * TIMES_S)) / RATE_HZ
    numbers = np.arange(1, int(3_000 / pitch_hz))
    return sum(np.cos(n * phase) / n for n in numbers if n * pitch_hz > lowest_hz)


@pytest.mark.parametrize("pitch_hz", [70, 85, 110, 196, 250, 390])
@pytest.mark.parametrize("lowest_hz", [0, 150])
def test_a_voice_is_heard_at_its_pitch_with_and_without_its_fundamental(pitch_hz, lowest_hz):
    heard = heard_pitch(0.3 * harmonics(pitch_hz, lowest_hz), RATE_HZ)[10:-10]
    times_s = PITCH_STEP_S * np.arange(10, 10 + len(heard))
    cents = 1200 * np.log2(heard / (pitch_hz * 2 ** (0.1 * times_s)))
    assert np.abs(cents).max() < 12


@pytest.mark.parametrize("rate_hz", [16_000, 22_050, 24_000])
def test_there_is_a_value_every_5_ms_whatever_the_rate(rate_hz):
    assert len(heard_pitch(np.zeros(rate_hz * 2), rate_hz)) == 401


def test_noise_silence_and_next_to_nothing_have_no_pitch():
    noise = 0.1 * np.random.default_rng(3).standard_normal(RATE_HZ)
    assert np.mean(heard_pitch(noise, RATE_HZ) > 0) < 0.05
    for samples in (RATE_HZ, 30, 0):
        assert not heard_pitch(np.zeros(samples), RATE_HZ).any()


def test_a_voice_sets_in_and_ends_where_it_does():
    voice = 0.3 * harmonics(120)
    voice[: round(0.3 * RATE_HZ)] = voice[round(0.7 * RATE_HZ) :] = 0.0
    voiced = np.flatnonzero(heard_pitch(voice, RATE_HZ)) * PITCH_STEP_S
    assert voiced[0] == pytest.approx(0.3, abs=0.016)
    assert voiced[-1] == pytest.approx(0.7, abs=0.016)


def test_speech_has_a_pitch_in_its_vowels_and_none_in_its_hisses():
    speech = speak_said("so see us", "en", rate_wpm=140)
    heard = heard_pitch(speech.samples, speech.rate_hz)

    def inside(kind):
        spans = [(s.start, s.end) for s in speech.phonemes if s.symbol and s.symbol in kind]
        steps = [np.array([a, b]) / speech.rate_hz / PITCH_STEP_S for a, b in spans]
        return np.concatenate([heard[int(a) + 4 : int(b) - 4] for a, b in steps])

    assert np.mean(inside(["iː", "oʊ"]) > 0) > 0.9
    assert np.mean(inside(["s"]) > 0) < 0.3
