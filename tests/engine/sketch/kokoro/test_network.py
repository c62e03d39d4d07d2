"""The network in parts gives what it gives whole, and its float form what the weights say."""

import importlib

import numpy as np
import pytest

from songsmith.engine.sketch.kokoro import network
from songsmith.engine.sketch.kokoro.package import (
    has_kokoro,
    package_data,
    published_network,
    symbol_numbers,
)
from songsmith.engine.sketch.kokoro.speakers import LANGUAGES, speaker_style

pytestmark = pytest.mark.skipif(not has_kokoro(), reason="the optional voice is not installed")

TOKENS = (0, *(symbol_numbers()[letter] for letter in "mˈun"), 0) if has_kokoro() else ()


@pytest.fixture(scope="module")
def style():
    return speaker_style("am_michael")


def test_the_parts_before_the_decoder_give_what_the_whole_network_gives(style):
    whole = session(
        network._cut(["tokens", "style", "speed"], [*WHOLE, "audio"]).SerializeToString()
    )
    given = {
        "tokens": np.array([TOKENS]),
        "style": style[None],
        "speed": np.ones(1, dtype=np.float32),
    }
    frames, text, pitch, energy, sound = whole.run(None, given)
    own = network.natural_frames(TOKENS, style)
    assert own.tolist() == frames.ravel().tolist()
    features = network.predict_features(TOKENS, style, own)
    for mine, theirs in zip(features, (text, pitch, energy), strict=True):
        np.testing.assert_array_equal(mine, theirs)
    mine = network.decode(features, style)
    assert len(mine) == len(sound) == own.sum() * network.FRAME
    # The published decoder rounds its sound to eight bits, ours does not; they are the same but for that noise.
    assert np.corrcoef(mine, sound.ravel())[0, 1] > 0.8


def test_durations_and_pitch_are_obeyed(style):
    frames = [4, 2, 1, 40, 4, 4]
    text, pitch, energy = network.predict_features(TOKENS, style, frames)
    assert text.shape == (1, 512, 55) and pitch.shape == energy.shape == (1, 1, 110)
    pitch[:] = 150.0
    sound = network.decode((text, pitch, energy), style).astype(np.float64)
    held = sound[20 * network.FRAME : 40 * network.FRAME]
    spectrum = np.abs(np.fft.rfft(held * np.hanning(len(held))))
    peaks_hz = np.fft.rfftfreq(len(held), 1 / network.RATE_HZ)[spectrum > 0.3 * spectrum.max()]
    assert np.abs(peaks_hz / 150 - np.rint(peaks_hz / 150)).max() < 0.05


def test_no_quantised_product_is_left_in_the_decoder():
    kinds = {node.op_type for node in network.decoder_model().graph.node}
    assert not {"ConvInteger", "MatMulInteger", "DynamicQuantizeLinear"} & kinds


def test_every_speaker_is_a_style_of_a_known_language():
    assert speaker_style("zf_xiaobei").shape == (256,)
    assert set(LANGUAGES) == set("abefhijpz")
    assert package_data("vocab.json").is_file() and len(published_network()) > 90_000_000


WHOLE = (
    "/encoder/Clip_output_0",
    "/encoder/MatMul_1_output_0",
    "/encoder/F0_proj/Conv_output_0",
    "/encoder/N_proj/Conv_output_0",
)


def session(model: bytes):
    onnxruntime = importlib.import_module("onnxruntime")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
