"""The network in four parts, so that time and pitch can be a singer's.

The published graph goes from symbols to sound. It is cut where it has decided how long every symbol lasts; where it has
decided on pitch and energy; and where the mouth's movements are worked out, 80 of them a second, and only the voice is
still to come. Each part is run by onnxruntime, one line at a time on one core.
"""

import functools
import importlib
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from songsmith.engine.sketch.kokoro.float_form import with_float_products
from songsmith.engine.sketch.kokoro.package import published_network
from songsmith.engine.sketch.kokoro.quick_form import in_quick_form

__all__ = [
    "FRAME",
    "LATE_FRAMES",
    "MOVES_PER_FRAME",
    "MOVE_S",
    "RATE_HZ",
    "Prosody",
    "cut_network",
    "give_voice",
    "move_mouth",
    "natural_frames",
    "part_models",
    "predict_prosody",
    "read_network",
]

RATE_HZ = 24_000
FRAME = 600  # samples for each frame of the durations
MOVES_PER_FRAME = 2
MOVE_S = FRAME / MOVES_PER_FRAME / RATE_HZ
LATE_FRAMES = 2  # measured: sounds come so much before the times of their tokens

_DURATIONS = "/encoder/Clip_output_0"
_TEXT = "/encoder/MatMul_1_output_0"
_PITCH = "/encoder/F0_proj/Conv_output_0"
_ENERGY = "/encoder/N_proj/Conv_output_0"
_MOVES = "/decoder/decoder/decode.3/Div_4_output_0"

FloatArray = NDArray[np.float32]
_PARTS = {
    "durations": (("tokens", "style", "speed"), (_DURATIONS,)),
    "prosody": (("tokens", "style", _DURATIONS), (_TEXT, _PITCH, _ENERGY)),
    "mouth": ((_TEXT, _PITCH, _ENERGY, "style"), (_MOVES,)),
    "voice": ((_MOVES, _PITCH, "style"), ("audio",)),
}
_FLOAT = ("mouth", "voice")  # the parts whose rounding is heard
_lock = threading.Lock()


@dataclass(frozen=True)
class Prosody:
    """What the network decides on before it moves the mouth: `text` (1, 512, frames), and `pitch` in Hz (5 to 12 where
    there is no voice) and `energy` as a logarithm, one value for each move, (moves,)."""

    text: FloatArray
    pitch: FloatArray
    energy: FloatArray


def natural_frames(tokens: Sequence[int], style: FloatArray, *, speed: float) -> NDArray[np.int64]:
    """How many frames each of `tokens` lasts when they are spoken; `speed` 1 is the speaker's own."""
    given = {"tokens": _row(tokens), "style": style[None], "speed": np.array([speed], np.float32)}
    (frames,) = _part("durations")(given)
    return np.asarray(frames).ravel().astype(np.int64)


def predict_prosody(tokens: Sequence[int], style: FloatArray, frames: Sequence[int]) -> Prosody:
    """How the network would say `tokens` that last `frames`, each at least one."""
    lengths = np.asarray(frames, dtype=np.float32)[None]
    text, pitch, energy = _part("prosody")(
        {"tokens": _row(tokens), "style": style[None], _DURATIONS: lengths}
    )
    return Prosody(text, pitch.ravel(), energy.ravel())


def move_mouth(prosody: Prosody, style: FloatArray) -> FloatArray:
    """The mouth's movements, (512, moves)."""
    (moves,) = _part("mouth")(
        {
            _TEXT: prosody.text,
            _PITCH: prosody.pitch[None, None],
            _ENERGY: prosody.energy[None, None],
            "style": style[None],
        }
    )
    return np.asarray(moves[0])


def give_voice(moves: FloatArray, pitch: FloatArray, style: FloatArray) -> FloatArray:
    """The sound of `moves` on `pitch` (in Hz, below 10 for no voice, one value for each move), mono at `RATE_HZ`."""
    given = {_MOVES: moves[None], _PITCH: pitch[None, None], "style": style[None]}
    (sound,) = _part("voice")(given)
    return np.asarray(sound).ravel()


def _row(tokens: Sequence[int]) -> NDArray[np.int64]:
    return np.asarray(tokens, dtype=np.int64)[None]


_Run = Callable[[dict[str, Any]], list[FloatArray]]


def _part(name: str) -> _Run:
    with _lock:
        return _loaded()[name]


@functools.cache
def _loaded() -> Mapping[str, _Run]:
    """All parts of the network, ready to run. They are read at once, since most of the time goes into the file."""
    onnxruntime = importlib.import_module("onnxruntime")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1  # lines are sung side by side instead
    options.log_severity_level = 3
    ready: dict[str, _Run] = {}
    for name, model in part_models():
        session = onnxruntime.InferenceSession(
            model.SerializeToString(), options, providers=["CPUExecutionProvider"]
        )
        ready[name] = functools.partial(session.run, None)
    return ready


def part_models() -> Iterator[tuple[str, Any]]:
    """The parts as ONNX models: "durations" and "prosody" as they are published, "mouth" and "voice" in floats."""
    whole = read_network()
    for name, cuts in _PARTS.items():
        model = cut_network(whole, *cuts)
        if name in _FLOAT:
            model = with_float_products(model)
        yield name, in_quick_form(model) if name == "voice" else model


def read_network() -> Any:
    """The published network as an ONNX model."""
    import onnx

    return onnx.load_from_string(published_network())


def cut_network(whole: Any, inputs: Sequence[str], outputs: Sequence[str]) -> Any:
    """The part of the network `whole` between the tensors `inputs` and `outputs`."""
    import onnx

    known = {
        each.name for each in (*whole.graph.input, *whole.graph.output, *whole.graph.value_info)
    }
    whole.graph.value_info.extend(
        onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None)
        for name in (*inputs, *outputs)
        if name not in known
    )
    return onnx.utils.Extractor(whole).extract_model(list(inputs), list(outputs))
