"""The network in three parts, so that durations and pitch can be ours: a singer's.

The published graph goes from symbols to sound. It is cut where it has decided how long every symbol lasts, and where
it has decided on pitch and energy; each part is run by onnxruntime, one line at a time on one core.
"""

import functools
import importlib
import threading
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from songsmith.engine.sketch.kokoro.float_form import with_float_products
from songsmith.engine.sketch.kokoro.package import published_network

__all__ = [
    "FRAME",
    "FRAME_S",
    "LATE_FRAMES",
    "PITCHES_PER_FRAME",
    "RATE_HZ",
    "Features",
    "decode",
    "decoder_model",
    "natural_frames",
    "predict_features",
]

RATE_HZ = 24_000
FRAME = 600  # samples for each frame of the durations
FRAME_S = FRAME / RATE_HZ
PITCHES_PER_FRAME = 2
LATE_FRAMES = (
    1  # measured: sounds, their pitch and energy come so much before the times of their tokens
)

_DURATIONS = "/encoder/Clip_output_0"
_TEXT = "/encoder/MatMul_1_output_0"
_PITCH = "/encoder/F0_proj/Conv_output_0"
_ENERGY = "/encoder/N_proj/Conv_output_0"

FloatArray = NDArray[np.float32]
Features = tuple[FloatArray, FloatArray, FloatArray]
"""What the decoder sings from: text (1, 512, frames), pitch in Hz and energy as a logarithm (1, 1, 2 * frames)."""

_PARTS = {
    "durations": (("tokens", "style", "speed"), (_DURATIONS,)),
    "features": (("tokens", "style", _DURATIONS), (_TEXT, _PITCH, _ENERGY)),
    "decoder": ((_TEXT, _PITCH, _ENERGY, "style"), ("audio",)),
}
_lock = threading.Lock()


def natural_frames(tokens: Sequence[int], style: FloatArray) -> NDArray[np.int64]:
    """How many frames each of `tokens` lasts when they are spoken."""
    with _lock:
        run = _part("durations")
    (frames,) = run(
        {"tokens": _row(tokens), "style": style[None], "speed": np.ones(1, dtype=np.float32)}
    )
    return np.asarray(frames).ravel().astype(np.int64)


def predict_features(
    tokens: Sequence[int], style: FloatArray, frames: Sequence[int] | NDArray[np.int64]
) -> Features:
    """What the network would do with `tokens` that last `frames`, each at least one."""
    with _lock:
        run = _part("features")
    lengths = np.asarray(frames, dtype=np.float32)[None]
    text, pitch, energy = run({"tokens": _row(tokens), "style": style[None], _DURATIONS: lengths})
    return text, pitch, energy


def decode(features: Features, style: FloatArray) -> FloatArray:
    """The sound of `features`, mono at `RATE_HZ`, `FRAME` samples for each frame."""
    with _lock:
        run = _part("decoder")
    text, pitch, energy = features
    (sound,) = run({_TEXT: text, _PITCH: pitch, _ENERGY: energy, "style": style[None]})
    return np.asarray(sound).ravel()


def _row(tokens: Sequence[int]) -> NDArray[np.int64]:
    return np.asarray(tokens, dtype=np.int64)[None]


_Run = Callable[[dict[str, Any]], list[FloatArray]]


@functools.cache
def _part(name: str) -> _Run:
    """A part of the network, ready to run."""
    onnxruntime = importlib.import_module("onnxruntime")
    model = decoder_model() if name == "decoder" else _cut(*_PARTS[name])
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1  # lines are sung side by side instead
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    return functools.partial(session.run, None)


def decoder_model() -> Any:
    """The decoder as an ONNX model that rounds nothing on the way."""
    return with_float_products(_cut(*_PARTS["decoder"]))


def _cut(inputs: Sequence[str], outputs: Sequence[str]) -> Any:
    """The part of the published graph between the tensors `inputs` and `outputs`."""
    import onnx

    model = onnx.load_from_string(published_network())
    known = {each.name for each in (*model.graph.input, *model.graph.output)}
    model.graph.value_info.extend(
        onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None)
        for name in (*inputs, *outputs)
        if name not in known
    )
    return onnx.utils.Extractor(model).extract_model(list(inputs), list(outputs))
