"""A short sung song and ways to damage it, for tests that listen."""

from dataclasses import dataclass
from hashlib import sha256

import numpy as np
import pytest

from songsmith.engine.engine import RenderRequest, load_engine
from songsmith.engine.listening import listen as listening
from songsmith.engine.listening.ears import Ears, Heard, centred
from songsmith.engine.units import sample_at
from songsmith.lyrics.lyric import Lyrics
from songsmith.lyrics.reading.lrc import parse_lyrics

WORDS = """[00:02.00]The harbour lights are burning low
[00:06.00]You left your coat upon the chair
[00:10.00]The morning train is leaving soon
[00:14.00]I hear them whistle to the moon
"""
LENGTH_S = 24.0
HEADROOM = 0.8  # stems are from before the limiter, and can add up to more than full scale


@dataclass
class SungSong:
    """The band and the voices by themselves, each (2, samples); no echo of a voice in the band."""

    lyrics: Lyrics
    band: np.ndarray
    voice: np.ndarray

    @property
    def audio(self):
        return self.with_voice(self.voice)

    def with_voice(self, voice):
        return np.clip(HEADROOM * (self.band + voice), -1, 1).astype(np.float32)

    def line(self, number):
        """Samples of a line's slot, consonants before the stamp along with it."""
        start_s = self.lyrics.lines[number - 1].start_s - 0.2
        return slice(sample_at(start_s), sample_at(start_s + 4.0))


_remembered: dict[tuple[object, ...], Heard | np.ndarray] = {}


def remember_what_is_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let ears find the middle of the same samples, and transcribe them in the same way, only once in this process."""
    transcribe, find_middle = Ears.transcribe, centred

    def remembered(self: Ears, sound: np.ndarray, language: str, **how: float) -> object:
        key = (_hash(sound), self.name(language), language, *sorted(how.items()))
        if key not in _remembered:
            _remembered[key] = transcribe(self, sound, language, **how)
        return _remembered[key]

    def middle(audio: np.ndarray) -> object:
        key = (_hash(audio), "middle")
        if key not in _remembered:
            _remembered[key] = find_middle(audio)
        return _remembered[key]

    monkeypatch.setattr(Ears, "transcribe", remembered)
    monkeypatch.setattr(listening, "centred", middle)


def _hash(sound: np.ndarray) -> bytes:
    return sha256(np.ascontiguousarray(sound).tobytes()).digest()


def sung_song(text=WORDS, style="folk", length_s=LENGTH_S, seed=3) -> SungSong:
    lyrics = parse_lyrics(text).lyrics
    assert isinstance(lyrics, Lyrics)
    request = RenderRequest(lyrics, style, length_s, (seed,), options={"stems": True})
    take = next(iter(load_engine("sketch").render(request, lambda progress: None)))
    sung = {"vocal", "harmony"}
    voices = [sound for name, sound in take.stems.items() if name in sung]
    band = [sound for name, sound in take.stems.items() if name not in sung | {"ambience"}]
    return SungSong(lyrics, np.sum(band, axis=0), np.sum(voices, axis=0))
