"""SVOX Pico, an optional clearer voice for six languages (package py-nanotts)."""

import functools
import importlib.util
import subprocess
import sys

import numpy as np
import soxr
from numpy.typing import NDArray

from songsmith.engine.sketch.phonetics.espeak import Speech
from songsmith.engine.sketch.phonetics.heard_pitch import heard_pitch
from songsmith.engine.sketch.phonetics.onsets import refine_onsets
from songsmith.engine.sketch.phonetics.phoneme_alignment import align_phonemes
from songsmith.engine.sketch.phonetics.said import speak_said
from songsmith.engine.sketch.phonetics.syllables import split_syllables
from songsmith.engine.sketch.voices.presence import SCALE, brighten, presence_taps
from songsmith.engine.sketch.voices.speaking_voice import NamedVoice, Spoken
from songsmith.lyrics.speech.said import respelled

__all__ = ["PICO_VOICES", "VOICES", "has_pico", "speak_pico"]

PICO_VOICES = {
    "pico-en-us": ("en-US", "en-us"),
    "pico-en-gb": ("en-GB", "en"),
    "pico-de": ("de-DE", "de"),
    "pico-es": ("es-ES", "es"),
    "pico-fr": ("fr-FR", "fr"),
    "pico-it": ("it-IT", "it"),
}
"""Our name of each voice: Pico's name, and the espeak voice that guides the alignment."""

_PICO_RATE_HZ = 16_000
_RATE_HZ = 22_050
_SPEED = 0.8
_GUIDE_RATE_WPM = 120
_CLEAR_HZ = 7300.0
_PITCHES = (52, 69)


@functools.cache
def has_pico() -> bool:
    """Whether the package that holds the voices is installed."""
    return importlib.util.find_spec("py_nanotts") is not None


def speak_pico(text: str, name: str) -> Speech:
    """`text` spoken by the Pico voice `name`, with phonemes and words as espeak would speak them."""
    guide = speak_said(text, PICO_VOICES[name][1], rate_wpm=_GUIDE_RATE_WPM)
    samples = brighten(_synthesise(respelled(text), name), _taps(name))
    pitch_hz = heard_pitch(samples, _RATE_HZ)
    phonemes = align_phonemes(guide, samples, _RATE_HZ, pitch_hz)
    return Speech(samples, _RATE_HZ, phonemes, guide.words, _CLEAR_HZ, pitch_hz)


@functools.cache
def _taps(name: str) -> NDArray[np.float64]:
    return presence_taps(_synthesise(SCALE, name), _RATE_HZ, clear_hz=_CLEAR_HZ)


_PROGRAM = (
    "import sys, py_nanotts\n"
    "pcm = py_nanotts.NanoTTS().speak(sys.argv[1], voice=sys.argv[2], speed=float(sys.argv[3]))\n"
    "sys.stdout.buffer.write(pcm)"
)


def _synthesise(text: str, name: str) -> NDArray[np.float64]:
    """Speech from a process of its own: the engine keeps state, and its third text would sound otherwise."""
    arguments = [text, PICO_VOICES[name][0], str(_SPEED)]
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        check=True,
    )
    samples = np.frombuffer(done.stdout, dtype=np.int16).astype(np.float64) / 32768
    return np.asarray(soxr.resample(samples, _PICO_RATE_HZ, _RATE_HZ, quality="HQ"))


def _speak(name: str, text: str) -> Spoken | None:
    speech = refine_onsets(speak_pico(text, name))
    return speech, split_syllables(speech, text)


VOICES = tuple(
    NamedVoice(
        name=name,
        language=language,
        register="high",
        pitches=_PITCHES,
        description=f"{pico}, SVOX Pico",
        install="pip install py-nanotts",
        is_installed=has_pico,
        speaker=functools.partial(_speak, name),
    )
    for name, (pico, language) in PICO_VOICES.items()
)
