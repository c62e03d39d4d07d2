"""A transcriber for sung words: faster-whisper, its model loaded when first needed and kept.

Nothing of the lyric is ever given to it, and nothing is downloaded unless that was allowed. Its taste for
inventing words over music is held down: one temperature, no text carried over, and words thrown away that loop,
last no time or stand where the sound is silent.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import soxr

from songsmith.engine.engine import Audio
from songsmith.engine.listening.comparable import words_of
from songsmith.engine.listening.ears_models import ListenError, find_model
from songsmith.engine.listening.stereo_middle import middle_of
from songsmith.engine.listening.word_alignment import HeardWord
from songsmith.engine.units import SAMPLE_RATE_HZ

__all__ = ["EARS_RATE_HZ", "Ears", "Heard", "centred", "mixed_down"]

EARS_RATE_HZ = 16_000
_LOOPING = 2.4
"""Compression ratio of a text from which it is a loop, not words (Whisper's own bound)."""
_LONGEST_FIRST_S = 1.2
"""The first word of a segment is said to begin where the pause before it does; this is as long as it may be."""
_SILENT_RMS = 10 ** (-50 / 20)

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Heard:
    """What was recognised: all words in order, and the text as it was written down."""

    words: tuple[HeardWord, ...]
    text: str


class Ears:
    """`model` is a name ("base", "small.en"), a repository, a folder, or "" for the best there is here.

    With `allowed`, a model that is not on this machine is downloaded.
    """

    def __init__(self, model: str = "", *, allowed: bool = False) -> None:
        self.model = model
        self._is_allowed = allowed

    def name(self, language: str) -> str:
        """Name of the model that hears `language`."""
        return find_model(self.model, language, allowed=self._is_allowed).name

    def transcribe(
        self,
        sound: np.ndarray,
        language: str,
        *,
        start_s: float = 0.0,
        repetition_penalty: float = 1.0,
    ) -> Heard:
        """Words of `sound` (samples,), 16 kHz mono, which begins at `start_s` of the take."""
        found = find_model(self.model, language, allowed=self._is_allowed)
        segments, _ = _loaded(found.name, found.path).transcribe(
            sound,
            language=language or None,
            beam_size=5,
            temperature=0.0,
            repetition_penalty=repetition_penalty,
            condition_on_previous_text=False,
            word_timestamps=True,
            vad_filter=False,
        )
        kept = [segment for segment in segments if segment.compression_ratio <= _LOOPING]
        words = tuple(
            word for segment in kept for word in _words(segment, sound, start_s, language)
        )
        return Heard(words, " ".join(segment.text.strip() for segment in kept))


@lru_cache(maxsize=2)
def _loaded(name: str, path: str) -> Any:
    """The model in the folder `path`; two are kept, for songs in two languages."""
    from faster_whisper import WhisperModel

    logger.info("ears: %s from %s", name, path)
    try:
        return WhisperModel(path, device="cpu", compute_type="int8")
    except (RuntimeError, ValueError, OSError) as error:
        raise ListenError(
            f"can't be loaded as a transcription model ({str(error).splitlines()[0]})",
            where=path,
            hint="give the folder of a model converted for faster-whisper",
        ) from error


def mixed_down(audio: Audio) -> np.ndarray:
    """`audio` (2, samples) as 16 kHz mono (samples,)."""
    return _for_ears(audio.mean(axis=0))


def centred(audio: Audio) -> np.ndarray:
    """The middle of the stereo picture of `audio` (2, samples), as 16 kHz mono (samples,)."""
    return _for_ears(middle_of(audio, highest_hz=EARS_RATE_HZ / 2))


def _for_ears(mono: np.ndarray) -> np.ndarray:
    resampled = soxr.resample(np.asarray(mono, dtype=np.float32), SAMPLE_RATE_HZ, EARS_RATE_HZ)
    return np.ascontiguousarray(resampled, dtype=np.float32)


def _words(segment: Any, sound: np.ndarray, start_s: float, language: str) -> Iterator[HeardWord]:
    """Comparable words of a segment; a piece that holds several (Chinese) is parted evenly."""
    for place, piece in enumerate(segment.words or ()):
        end_s = float(piece.end)
        begin_s = float(piece.start)
        if place == 0:
            begin_s = max(begin_s, end_s - _LONGEST_FIRST_S)
        around = sound[
            int(max(0.0, begin_s - 0.2) * EARS_RATE_HZ) : int((end_s + 0.2) * EARS_RATE_HZ)
        ]
        if (
            end_s <= begin_s
            or np.sqrt(np.mean(np.square(around)) if around.size else 0) < _SILENT_RMS
        ):
            continue
        texts = words_of(piece.word, language)
        length_s = (end_s - begin_s) / max(1, len(texts))
        for index, text in enumerate(texts):
            word_s = start_s + begin_s + index * length_s
            yield HeardWord(text, word_s, word_s + length_s)
