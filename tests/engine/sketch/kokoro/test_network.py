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


def test_the_parts_give_what_the_whole_network_gives(style):
    published = network.read_network()
    whole = session(network.cut_network(published, ("tokens", "style", "speed"), (*WHOLE, "audio")))
    given = {
        "tokens": np.array([TOKENS]),
        "style": style[None],
        "speed": np.ones(1, dtype=np.float32),
    }
    frames, text, pitch, energy, sound = whole.run(None, given)
    own = network.natural_frames(TOKENS, style, speed=1.0)
    assert own.tolist() == frames.ravel().tolist()
    prosody = network.predict_prosody(TOKENS, style, own.tolist())
    np.testing.assert_array_equal(prosody.text, text)
    np.testing.assert_array_equal(prosody.pitch, pitch.ravel())
    np.testing.assert_array_equal(prosody.energy, energy.ravel())
    moves = network.move_mouth(prosody, style)
    assert moves.shape == (512, network.MOVES_PER_FRAME * own.sum())
    mine = network.give_voice(moves, prosody.pitch, style)
    assert len(mine) == len(sound) == own.sum() * network.FRAME
    # The published decoder rounds its sound to eight bits, ours does not; they are the same but for that noise.
    assert np.corrcoef(mine, sound.ravel())[0, 1] > 0.8


def test_a_vowel_is_held_as_long_as_it_is_asked_for_on_the_pitch_that_is_asked_for(style):
    prosody = network.predict_prosody(TOKENS, style, [8, 4, 6, 8, 4, 8])
    moves = network.move_mouth(prosody, style)
    vowel = moves[:, 30:31]
    held = np.concatenate([moves[:, :30], vowel.repeat(80, axis=1), moves[:, 31:]], axis=1)
    pitch = np.full(held.shape[1], 150.0, dtype=np.float32)
    sound = network.give_voice(held, pitch, style).astype(np.float64)
    middle = sound[50 * MOVE : 100 * MOVE]
    spectrum = np.abs(np.fft.rfft(middle * np.hanning(len(middle))))
    peaks_hz = np.fft.rfftfreq(len(middle), 1 / network.RATE_HZ)[spectrum > 0.3 * spectrum.max()]
    assert np.abs(peaks_hz / 150 - np.rint(peaks_hz / 150)).max() < 0.05
    levels = [np.sqrt(np.mean(part**2)) for part in np.array_split(middle, 5)]
    assert min(levels) > 0.5 * max(levels)


def test_no_quantised_product_is_left_where_it_would_be_heard():
    models = dict(network.part_models())
    for part in ("mouth", "voice"):
        kinds = {node.op_type for node in models[part].graph.node}
        assert "Conv" in kinds
        assert not {"ConvInteger", "MatMulInteger", "DynamicQuantizeLinear"} & kinds


def test_every_speaker_is_a_style_of_a_known_language():
    assert speaker_style("zf_xiaobei").shape == (256,)
    assert set(LANGUAGES) == set("abefhijpz")
    assert package_data("vocab.json").is_file() and len(published_network()) > 90_000_000


MOVE = round(network.MOVE_S * network.RATE_HZ)
WHOLE = (
    "/encoder/Clip_output_0",
    "/encoder/MatMul_1_output_0",
    "/encoder/F0_proj/Conv_output_0",
    "/encoder/N_proj/Conv_output_0",
)


def session(model):
    onnxruntime = importlib.import_module("onnxruntime")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
