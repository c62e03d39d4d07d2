"""espeak-ng by ctypes: speech samples together with the exact time of every phoneme.

The library keeps global state that outlives `espeak_Terminate` (flutter, pitch phase), so the same text
spoken twice differs. Each call therefore loads a private copy of the library afresh and unloads it again
(about 2 ms): a text always gives the same samples, whatever was spoken before. The private copy also
keeps it apart from phonemizer, which loads copies of its own.
"""

import atexit
import contextlib
import ctypes
import functools
import re
import shutil
import signal
import sys
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from songsmith.engine.engine import EngineError
from songsmith.lyrics.speech.espeak_files import espeak_data, espeak_library

__all__ = ["EspeakVoice", "Phoneme", "Speech", "list_espeak_voices", "speak"]

_SYNCHRONOUS = 2
_PHONEME_EVENTS, _PHONEME_IPA, _DONT_EXIT = 0x1, 0x2, 0x8000
_CHARS_UTF8, _PHONEMES = 1, 0x100
_RATE, _PITCH, _RANGE = 1, 3, 4
_WORD_EVENT, _PHONEME_EVENT = 1, 7

_NOISE_SEED = 1
_lock = threading.Lock()


@dataclass(frozen=True)
class Phoneme:
    """A sound from `start` to `end` (samples). `symbol` is IPA without stress marks, "" for a pause.

    `stress` is 0, 1 (secondary) or 2 (primary); `word` counts the words of the text from 0.
    """

    symbol: str
    start: int
    end: int
    stress: int = 0
    word: int = 0


@dataclass(frozen=True)
class Speech:
    """Spoken text: mono float64 `samples` at `rate_hz`, and its phonemes, one after the other.

    `words` are the `(start, end)` character positions in the text that `Phoneme.word` points to; up to
    `clear_hz` the vowels' spectrum is as a throat would make it. `pitch_hz` is what `heard_pitch` finds in
    the samples, where somebody has looked.
    """

    samples: NDArray[np.float64]
    rate_hz: int
    phonemes: tuple[Phoneme, ...]
    words: tuple[tuple[int, int], ...]
    clear_hz: float = 4000.0
    pitch_hz: NDArray[np.float64] | None = None


@dataclass(frozen=True)
class EspeakVoice:
    """A language espeak-ng speaks: its tag ("en-us"), English name and the file name that selects it."""

    language: str
    name: str
    file: str


class _EventId(ctypes.Union):
    _fields_ = (("number", ctypes.c_int), ("name", ctypes.c_char_p), ("string", ctypes.c_char * 8))


class _Event(ctypes.Structure):
    _fields_ = (
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", _EventId),
    )


class _VoiceRecord(ctypes.Structure):
    _fields_ = (
        ("name", ctypes.c_char_p),
        ("languages", ctypes.c_char_p),
        ("identifier", ctypes.c_char_p),
        ("gender", ctypes.c_ubyte),
        ("age", ctypes.c_ubyte),
        ("variant", ctypes.c_ubyte),
        ("xx1", ctypes.c_ubyte),
        ("score", ctypes.c_int),
        ("spare", ctypes.c_void_p),
    )


_SynthCallback = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event)
)


def speak(
    text: str,
    voice: str,
    *,
    rate_wpm: int = 120,
    pitch: int = 50,
    pitch_range: int = 20,
    is_spelled: bool = False,
) -> Speech:
    """`text` spoken by espeak `voice` ("en-us", "cmn", "en-us+f3"); with `is_spelled`, what stands in
    [[ ]] is espeak's own phoneme mnemonics. Raises `EngineError` for an unknown voice."""
    with _lock, _Library() as library:
        if library.api.espeak_SetVoiceByName(voice.encode()) != 0:
            raise EngineError(f"espeak-ng has no voice {voice!r}", hint="see the list of voices")
        for parameter, value in ((_RATE, rate_wpm), (_PITCH, pitch), (_RANGE, pitch_range)):
            library.api.espeak_SetParameter(parameter, value, 0)
        return library.synthesise(text, _CHARS_UTF8 | (_PHONEMES if is_spelled else 0))


@functools.cache
def list_espeak_voices() -> tuple[EspeakVoice, ...]:
    """All languages espeak-ng speaks, in the order it lists them; some files are voices without words."""
    with _lock, _Library() as library:
        library.api.espeak_ListVoices.restype = ctypes.POINTER(ctypes.POINTER(_VoiceRecord))
        records = library.api.espeak_ListVoices(None)
        voices = []
        index = 0
        while records[index]:
            record = records[index].contents
            # The first byte of a language is its priority.
            language = record.languages[1:].decode("ascii", "replace").lower()
            file = record.identifier.decode().rpartition("/")[2].lower()
            if _has_dictionary(record.identifier.decode()):
                voices.append(EspeakVoice(language, record.name.decode().strip(), file))
            index += 1
    return tuple(voices)


def _has_dictionary(identifier: str) -> bool:
    """Whether the data hold the dictionary that a voice file ("gmw/af") asks for; without it all is silence."""
    data = espeak_data()
    named = re.search(
        r"^dictionary\s+(\S+)", (data / "lang" / identifier).read_text("utf-8"), re.MULTILINE
    )
    base = identifier.rpartition("/")[2].lower().split("-")[0]
    return (data / f"{named[1] if named else base}_dict").is_file()


@contextlib.contextmanager
def interrupts_held() -> Iterator[None]:
    """Ctrl-C waits until the end: ctypes would print and drop what is raised within a callback."""
    handler = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or not callable(handler):
        yield  # nobody is interrupted here
        return
    held: list[tuple[int, FrameType | None]] = []
    signal.signal(signal.SIGINT, lambda number, frame: held.append((number, frame)))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, handler)
        if held:
            handler(*held[0])


class _Library:
    """The library freshly loaded and initialised; unloaded on exit, so that no state stays."""

    def __enter__(self) -> "_Library":
        try:
            self.api = ctypes.CDLL(str(_private_copy()))
        except OSError as error:
            raise EngineError(
                f"espeak-ng can't be loaded ({error})", hint="reinstall espeakng-loader"
            ) from error
        options = _PHONEME_EVENTS | _PHONEME_IPA | _DONT_EXIT
        data = str(espeak_data()).encode()
        self.rate_hz = self.api.espeak_Initialize(_SYNCHRONOUS, 0, data, options)
        if self.rate_hz <= 0:
            self._unload()
            raise EngineError("espeak-ng can't find its data", hint="reinstall espeakng-loader")
        # It seeds the noise of breathy voices with the time of day.
        self.api.espeak_ng_SetRandSeed(ctypes.c_long(_NOISE_SEED))
        return self

    def __exit__(self, *_: object) -> None:
        self.api.espeak_Terminate()
        self._unload()

    def _unload(self) -> None:
        import _ctypes

        handle = self.api._handle
        del self.api
        if sys.platform == "win32":
            _ctypes.FreeLibrary(handle)
        else:
            _ctypes.dlclose(handle)

    def synthesise(self, text: str, flags: int) -> Speech:
        pieces: list[bytes] = []
        events: list[tuple[int, int, int, int, bytes]] = []

        def collect(wav: Any, count: int, list_: Any) -> int:
            if wav and count > 0:
                pieces.append(ctypes.string_at(wav, 2 * count))
            index = 0
            while list_[index].type:
                event = list_[index]
                name = bytes(event.id.string) if event.type == _PHONEME_EVENT else b""
                events.append((event.type, event.sample, event.text_position, event.length, name))
                index += 1
            return 0

        callback = _SynthCallback(collect)
        self.api.espeak_SetSynthCallback(callback)
        self.api.espeak_Synth.argtypes = [
            ctypes.c_void_p,
            ctypes.c_size_t,
            ctypes.c_uint,
            ctypes.c_int,
            ctypes.c_uint,
            ctypes.c_uint,
            ctypes.POINTER(ctypes.c_uint),
            ctypes.c_void_p,
        ]
        encoded = text.encode("utf-8")
        with interrupts_held():
            self.api.espeak_Synth(encoded, len(encoded) + 1, 0, 1, 0, flags, None, None)
            self.api.espeak_Synchronize()
        samples = np.frombuffer(b"".join(pieces), dtype=np.int16).astype(np.float64) / 32768
        phonemes, words = _phonemes(events, len(samples))
        return Speech(samples, self.rate_hz, phonemes, words)


def _phonemes(
    events: list[tuple[int, int, int, int, bytes]], length: int
) -> tuple[tuple[Phoneme, ...], tuple[tuple[int, int], ...]]:
    """Phonemes and words of espeak's events. A phoneme of no length joins the one that follows it;
    marks of a change of language, "(en)", are no sounds."""
    words: list[tuple[int, int]] = []
    marks: list[tuple[str, int, int]] = []
    for kind, sample, position, word_length, name in events:
        if kind == _WORD_EVENT:
            words.append((position - 1, position - 1 + word_length))
        elif kind == _PHONEME_EVENT:
            symbol = name.split(b"\0")[0].decode("utf-8", "ignore")
            if not symbol.startswith("("):
                marks.append((symbol, sample, max(len(words) - 1, 0)))
    phonemes: list[Phoneme] = []
    carried = ""
    ends = [sample for _, sample, _ in marks[1:]] + [length]
    for (symbol, start, word), end in zip(marks, ends, strict=True):
        if end <= start:
            carried += symbol
            continue
        whole = carried + symbol
        carried = ""
        stress = 2 if "ˈ" in whole else 1 if "ˌ" in whole else 0
        plain = whole.replace("ˈ", "").replace("ˌ", "")
        phonemes.append(Phoneme(plain, start, min(end, length), stress, word))
    return tuple(phonemes), tuple(words)


@functools.cache
def _private_copy() -> Path:
    """A copy of the library that nobody else loads; its folder goes when the process ends."""
    original = espeak_library()
    folder = Path(tempfile.mkdtemp(prefix="songsmith-espeak-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Path(shutil.copy(original, folder / original.name))
