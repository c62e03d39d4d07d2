"""Loops of samples: tones go on as they are, cymbals without a beat."""

import numpy as np
import pytest

from songsmith.engine.sketch.band.loops import unrolled, unrolled_metal
from songsmith.engine.sketch.band.synth import soundfont

RIDE, FLOOR_TOM, CRASH, TAMBOURINE = 51, 43, 49, 54


def region_of(key):
    return soundfont().regions(0, is_drum=True, key=key, velocity=90)[0]


def repetition(tape, region):
    """How much the end of a tape is what it was a loop before, 1 for the same."""
    period = region.loop_end - region.loop_start
    here, before = tape[-2 * period : -period], tape[-period:]
    return float(here @ before / (np.linalg.norm(here) * np.linalg.norm(before)))


@pytest.mark.parametrize("key", [RIDE, CRASH, TAMBOURINE])
def test_metal_rings_on_without_repeating_its_loop(key):
    samples, region = soundfont().samples, region_of(key)
    length = 12 * (region.loop_end - region.loop_start)
    looped, ringing = (unroll(samples, region, length) for unroll in (unrolled, unrolled_metal))

    assert repetition(looped, region) == pytest.approx(1, abs=1e-4)
    assert abs(repetition(ringing, region)) < 0.7
    assert len(ringing) >= length
    tail = slice(length // 2, length)
    assert np.std(ringing[tail]) == pytest.approx(np.std(looped[tail]), rel=0.35)


def test_a_ride_hisses_where_its_loop_would_whistle():
    samples, region = soundfont().samples, region_of(RIDE)

    def flatness(unroll):
        sound = unroll(samples, region, 40_000)[10_000:40_000]
        spectrum = np.abs(np.fft.rfft(sound * np.hanning(len(sound)))) ** 2
        heard = spectrum[len(spectrum) // 4 : len(spectrum) // 2]
        return np.exp(np.log(heard + 1e-12).mean()) / heard.mean()

    assert flatness(unrolled_metal) > 5 * flatness(unrolled)


def test_a_tom_keeps_the_wave_that_its_tone_is():
    samples, region = soundfont().samples, region_of(FLOOR_TOM)

    np.testing.assert_array_equal(
        unrolled_metal(samples, region, 30_000), unrolled(samples, region, 30_000)
    )


def test_a_cymbal_is_the_same_every_time():
    samples, region = soundfont().samples, region_of(RIDE)

    np.testing.assert_array_equal(
        unrolled_metal(samples, region, 60_000), unrolled_metal(samples, region, 60_000)
    )
