import struct

import numpy as np
import pytest

from songsmith.engine.engine import EngineError
from songsmith.engine.sketch.band.sf2 import load_soundfont
from songsmith.engine.sketch.band.synth import soundfont


@pytest.fixture(scope="module")
def bank():
    return soundfont()


@pytest.mark.parametrize("program", [0, 24, 33, 48, 66])
def test_every_key_of_an_instrument_has_a_sample_near_its_pitch(bank, program):
    for key in range(40, 80, 7):
        (region, *_) = bank.regions(program, is_drum=False, key=key, velocity=90)
        assert region.keys[0] <= key <= region.keys[1]
        assert region.velocities[0] <= 90 <= region.velocities[1]
        assert abs(region.root - key) <= 36
        assert 0 <= region.start < region.end <= len(bank.samples)
        assert region.start <= region.loop_start <= region.loop_end <= region.end
        assert 0 < region.gain <= 1 and 0 <= region.sustain <= 1


def test_a_drum_kit_has_other_samples_for_other_keys(bank):
    kick, snare = (bank.regions(0, is_drum=True, key=key, velocity=100)[0] for key in (36, 38))
    assert kick.start != snare.start
    assert np.abs(bank.samples[kick.start : kick.end]).max() > 0


def test_what_no_instrument_has_is_silence(bank):
    assert bank.regions(0, is_drum=True, key=0, velocity=100) == []


@pytest.mark.parametrize(
    "raw", [b"", b"RIFF", b"RIFF" + struct.pack("<I", 4) + b"WAVE", b"not a bank at all"]
)
def test_a_file_that_is_no_bank_is_one_clear_line(tmp_path, raw):
    path = tmp_path / "bank.sf2"
    path.write_bytes(raw)
    with pytest.raises(EngineError, match=r"bank\.sf2"):
        load_soundfont(path)
