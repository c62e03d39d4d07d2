"""SVOX Pico, an optional clearer voice for six languages (package py-nanotts)."""

import functools
import importlib
import importlib.util

import numpy as np
import soxr

from songsmith.engine.sketch.align import align_phonemes
from songsmith.engine.sketch.espeak import Speech, speak

__all__ = ["PICO_VOICES", "has_pico", "speak_pico"]

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


@functools.cache
def has_pico() -> bool:
    """Whether the package that holds the voices is installed."""
    return importlib.util.find_spec("py_nanotts") is not None


def speak_pico(text: str, name: str) -> Speech:
    """`text` spoken by the Pico voice `name`, with phonemes and words as espeak would speak them."""
    py_nanotts = importlib.import_module("py_nanotts")
    pico, guide_voice = PICO_VOICES[name]
    guide = speak(text, guide_voice, rate_wpm=_GUIDE_RATE_WPM)
    pcm = py_nanotts.NanoTTS().speak(text, voice=pico, speed=_SPEED)
    samples = np.frombuffer(pcm, dtype=np.int16).astype(np.float64) / 32768
    samples = soxr.resample(samples, _PICO_RATE_HZ, _RATE_HZ, quality="HQ")
    phonemes = align_phonemes(guide, samples, _RATE_HZ)
    return Speech(samples, _RATE_HZ, phonemes, guide.words, clear_hz=7300.0)
