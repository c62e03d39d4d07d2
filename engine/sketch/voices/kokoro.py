"""Mandarin spoken by Kokoro's Japanese speakers, for the quick singer: the network speaks, WORLD makes song of it.

The network is run by onnxruntime, which is also asked how long every sound lasts.
"""

import functools
import importlib
import threading
from collections.abc import Sequence
from typing import Any

import numpy as np
import soxr
from numpy.typing import NDArray

from songsmith.engine.sketch.kokoro.mandarin import initial_symbols, rime_symbols, sayable
from songsmith.engine.sketch.kokoro.package import (
    INSTALL,
    has_kokoro,
    package_data,
    published_network,
    symbol_numbers,
)
from songsmith.engine.sketch.phonetics.espeak import Speech
from songsmith.engine.sketch.phonetics.pinyin_sounds import (
    SpokenSyllable,
    pinyin_parts,
    read_pinyin,
    spoken_line,
)
from songsmith.engine.sketch.phonetics.syllables import Syllable
from songsmith.engine.sketch.voices.model_bytes import told_output
from songsmith.engine.sketch.voices.speaking_voice import LOW_REGISTER, NamedVoice

__all__ = ["VOICES", "speak_kokoro"]

_SPEAKERS = {"kokoro": "jf_gongitsune", "kokoro-low": "jm_kumo"}
_DURATIONS = "/encoder/Clip_output_0"
_MODEL_RATE_HZ = 24_000
_FRAME = 600
_LATE = _FRAME  # measured: sounds come a frame before the network's times
_RATE_HZ = 22_050
_SPEED = 0.8
_PAUSE = ","
_HIGH_PITCHES = (53, 70)

_lock = threading.Lock()


def speak_kokoro(text: str, voice: str) -> tuple[Speech, tuple[Syllable, ...]]:
    """Speech and syllables, one for each character, of Chinese `text` by the voice called `voice`."""
    characters, pinyin = read_pinyin(text, sayable)
    samples, syllables = _synthesise(pinyin, _SPEAKERS[voice]) if pinyin else (np.zeros(0), [])
    return spoken_line(characters, pinyin, syllables, samples, _RATE_HZ)


def _synthesise(
    pinyin: Sequence[str], speaker: str
) -> tuple[NDArray[np.float64], list[SpokenSyllable]]:
    """Samples, and the syllables at the times that the network gave them."""
    numbers = symbol_numbers()
    tokens = [0]
    spans: list[tuple[str, str, int, int, int, bool]] = []
    pauses = True
    for reading in pinyin:
        if not reading:
            tokens.append(numbers[_PAUSE])
            pauses = True
            continue
        initial, final = pinyin_parts(reading)
        onset = [numbers[symbol] for symbol in initial_symbols(initial)]
        rime = [numbers[symbol] for symbol in rime_symbols(final, reading[-1])]
        first = len(tokens)
        tokens += [*onset, *rime]
        spans.append((initial, final, first, first + len(onset), len(tokens), pauses))
        pauses = False
    styles = _styles(speaker)
    style = styles[min(len(tokens), len(styles)) - 1]
    inputs = {
        "tokens": np.array([[*tokens, 0]], dtype=np.int64),
        "style": style.reshape(1, -1).astype(np.float32),
        "speed": np.array([_SPEED], dtype=np.float32),
    }
    with _lock:
        network = _network()
    sound, durations = network.run(None, inputs)
    ends = np.cumsum([0, *durations.ravel()]) * _FRAME - _LATE
    bounds = np.maximum(ends, 0) * _RATE_HZ // _MODEL_RATE_HZ
    samples = soxr.resample(
        np.asarray(sound, dtype=np.float64).ravel(), _MODEL_RATE_HZ, _RATE_HZ, "HQ"
    )
    at = [int(bound) for bound in bounds]
    return samples, [
        SpokenSyllable(initial, final, at[first], at[vowel], at[end], follows_pause)
        for initial, final, first, vowel, end, follows_pause in spans
    ]


@functools.cache
def _network() -> Any:
    """The network, which gives the durations of its tokens beside the sound."""
    onnxruntime = importlib.import_module("onnxruntime")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1  # the order of sums must not hang on the number of cores
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(
        published_network() + told_output(_DURATIONS), options, providers=["CPUExecutionProvider"]
    )


@functools.cache
def _styles(speaker: str) -> NDArray[np.float32]:
    """The styles of one of the package's own speakers, one for each number of tokens."""
    with np.load(package_data("voices_ja.npz")) as styles:
        return np.asarray(styles[speaker])


def _voice(name: str, register: str, ranks: dict[str, int]) -> NamedVoice:
    return NamedVoice(
        name=name,
        language="cmn",
        register=register,
        pitches=LOW_REGISTER if register == "low" else _HIGH_PITCHES,
        description="Chinese (Mandarin), Kokoro, clear, slow to speak",
        install=INSTALL,
        is_installed=has_kokoro,
        speaker=functools.partial(speak_kokoro, voice=name),
        ranks=ranks,
    )


VOICES = (
    _voice("kokoro-low", "low", {"": 2, "low": 1}),
    _voice("kokoro", "high", {"high": 2}),
)
