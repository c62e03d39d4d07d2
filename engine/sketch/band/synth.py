"""Plays notes with a SoundFont bank: one call per instrument, whole notes at a time in numpy.

Every pitch is resampled once per song at the length of its longest note; a note is then a slice of it
under an envelope. That makes a band many times faster than a sample-by-sample player, and exact.
"""

import importlib.util
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from songsmith.engine.engine import Audio, EngineError
from songsmith.engine.sketch.band.loops import Mono, Unroll, unrolled, unrolled_metal
from songsmith.engine.sketch.band.sf2 import Region, SoundFont, load_soundfont
from songsmith.engine.sketch.filters import equalise, low_pass
from songsmith.engine.sketch.score import Note, Touch
from songsmith.engine.units import SAMPLE_RATE_HZ

__all__ = ["play_notes", "soundfont"]

_MAX_RELEASE_S = 1.5
_CUT_FADE = 220  # 5 ms, where a wave is cut or ends on its own
_MIN_RELEASE_S = 0.015  # shorter ones click
_SLOWEST_DRUM_S = 5.0  # a ride that falls more slowly is one long hiss
_SLIDE_CENTS, _SLIDE_S = 200.0, 0.07
_STROKE = 3_087  # 70 ms, the beginning of a sample that a joined note does without
_JOIN_FADE = 1_764  # 40 ms
_MUTED_HZ, _MUTED_FALL_S, _MUTED_WAVE_S = 1_500.0, 0.07, 0.45


@lru_cache(maxsize=1)
def soundfont() -> SoundFont:
    """The General MIDI bank that pretty_midi ships (TimGM6mb); its code is not imported."""
    spec = importlib.util.find_spec("pretty_midi")
    if spec is None or spec.origin is None:
        raise EngineError(
            "the band has no instruments: pretty_midi, whose SoundFont it plays, is not installed",
            hint="pip install pretty_midi",
        )
    return load_soundfont(Path(spec.origin).with_name("TimGM6mb.sf2"))


def play_notes(
    bank: SoundFont,
    notes: Sequence[Note],
    samples: int,
    *,
    program: int,
    is_drum: bool = False,
    vibrato_cents: float = 0.0,
    is_mono: bool = False,
) -> Audio:
    """`notes` as sound, shape (2, samples) or, with `is_mono`, (1, samples), its mean; tails that pass the end are cut
    with a short fade.

    `vibrato_cents` sways notes longer than 0.35 s at 5.3 Hz.
    """
    sound = np.zeros((1 if is_mono else 2, samples), dtype=np.float32)
    waves = _Waves(bank, notes, is_drum=is_drum)
    for note in notes:
        for region in bank.regions(
            program, is_drum=is_drum, key=note.pitch, velocity=note.velocity
        ):
            length_s = note.end_s - note.start_s
            sway = vibrato_cents if length_s > 0.35 else 0.0
            wave = waves.wave(region, note.pitch, note.touch, sway)
            _add_note(sound, note, region, wave, waves.shape(region), is_drum)
    return sound


class _Waves:
    """Resampled waves of one instrument and the shapes of its notes, each made once."""

    def __init__(self, bank: SoundFont, notes: Sequence[Note], *, is_drum: bool) -> None:
        self._bank = bank
        self._unroll = unrolled_metal if is_drum else unrolled
        self._slowest_s = _SLOWEST_DRUM_S if is_drum else np.inf
        self._made: dict[tuple[int, int, Touch, bool], Mono] = {}
        self._speeds: dict[tuple[Touch, float], NDArray[np.float64] | None] = {}
        self._shapes: dict[int, _Shape] = {}
        self._length_s: dict[tuple[int, Touch], float] = {}
        for note in notes:
            length_s = note.end_s - note.start_s + _MAX_RELEASE_S
            kind = note.pitch, _read_as(note.touch)
            self._length_s[kind] = max(length_s, self._length_s.get(kind, 0.0))
        self._longest = round(max(self._length_s.values(), default=0.0) * SAMPLE_RATE_HZ) + 1

    def wave(self, region: Region, pitch: int, touch: Touch, vibrato_cents: float) -> Mono:
        touch = _read_as(touch)
        key = (id(region), pitch, touch, vibrato_cents > 0)
        if key not in self._made:
            length_s = _MUTED_WAVE_S if touch == "muted" else self._length_s[pitch, touch]
            length = round(length_s * SAMPLE_RATE_HZ)
            speed = self._speed(touch, vibrato_cents)
            wave = _resampled(self._bank.samples, region, pitch, length, speed, self._unroll)
            self._made[key] = _muted(wave) if touch == "muted" else wave
        return self._made[key]

    def _speed(self, touch: Touch, vibrato_cents: float) -> NDArray[np.float64] | None:
        """Speed factors of the longest note that is played so."""
        if (touch, vibrato_cents) not in self._speeds:
            speed = _speed(self._longest, touch, vibrato_cents)
            self._speeds[touch, vibrato_cents] = speed
        return self._speeds[touch, vibrato_cents]

    def shape(self, region: Region) -> "_Shape":
        """How loud a note of a region is, for notes as long as the longest here."""
        if id(region) not in self._shapes:
            decay_s = min(region.decay_s, self._slowest_s)
            self._shapes[id(region)] = _Shape.of(region, self._longest, decay_s)
        return self._shapes[id(region)]


def _read_as(touch: Touch) -> Touch:
    """The touch whose wave a note is cut from: a joined note is a plain one without its beginning."""
    return "" if touch == "joined" else touch


@dataclass(frozen=True)
class _Shape:
    """`body`: attack, hold, and decay in decibels to the sustain level; `tail`: the release after it."""

    body: Mono
    tail: Mono

    @classmethod
    def of(cls, region: Region, length: int, decay_s: float) -> "_Shape":
        attack = max(1, round(max(region.attack_s, 0.001) * SAMPLE_RATE_HZ))
        top = attack + round(min(region.hold_s, 60) * SAMPLE_RATE_HZ)
        body = np.ones(length, dtype=np.float32)
        if region.sustain < 0.999 and top < length:
            time_s = np.arange(length - top, dtype=np.float32) / SAMPLE_RATE_HZ
            # A full decay is 100 dB in decay_s.
            fall = 10 ** (-5.0 * time_s / max(decay_s, 0.01))
            body[top:] = np.maximum(fall, region.sustain)
        rise = min(attack, length)
        body[:rise] *= np.linspace(0, 1, attack, dtype=np.float32)[:rise]
        release = round(min(max(region.release_s, _MIN_RELEASE_S), _MAX_RELEASE_S) * SAMPLE_RATE_HZ)
        tail = np.arange(release, dtype=np.float32) / release
        return cls(body, np.asarray(np.exp(-5.0 * tail) * (1.0 - tail), dtype=np.float32))


def _resampled(
    samples: NDArray[np.float32],
    region: Region,
    pitch: int,
    length: int,
    speed: NDArray[np.float64] | None,
    unroll: Unroll,
) -> Mono:
    """Up to `length` samples of the region at `pitch`, by cubic interpolation, loop unrolled, filtered; `speed` are
    factors of how fast it is read, for vibrato and slides."""
    cents = (pitch - region.root) * region.scale_cents + region.tune_cents
    step = 2 ** (cents / 1_200) * region.rate_hz / SAMPLE_RATE_HZ
    if not region.is_looped:
        length = min(length, int((region.end - region.start - 2) / step))
    if length <= 0:
        return np.zeros(0, dtype=np.float32)
    position = np.arange(length, dtype=np.float64) * step
    if speed is not None:
        position = np.cumsum(step * speed[:length]) - step * speed[0]
    whole = position.astype(np.int32)
    part = (position - whole).astype(np.float32)
    tape = unroll(samples, region, int(whole[-1]) + 4)
    before, at, after, later = (tape[whole + k] for k in (0, 1, 2, 3))
    # Catmull-Rom: cubic through four neighbours.
    wave = at + 0.5 * part * (
        after
        - before
        + part
        * (2 * before - 5 * at + 4 * after - later + part * (3 * (at - after) + later - before))
    )
    wave = np.asarray(wave * region.gain, dtype=np.float32)
    if region.filter_hz < 16_000:
        wave = equalise(wave[None], low_pass(region.filter_hz))[0]
    return wave


def _speed(length: int, touch: Touch, vibrato_cents: float) -> NDArray[np.float64] | None:
    """Speed factors of a slide from below and of a vibrato that sets in a quarter second late; None for neither."""
    if touch != "slid" and not vibrato_cents:
        return None
    time_s = np.arange(length) / SAMPLE_RATE_HZ
    depth = vibrato_cents * np.clip((time_s - 0.25) / 0.3, 0, 1)
    cents = depth * np.sin(2 * np.pi * 5.3 * time_s)
    if touch == "slid":
        cents -= _SLIDE_CENTS * np.exp(-((time_s / _SLIDE_S) ** 2))
    return np.asarray(2 ** (cents / 1_200))


def _muted(wave: Mono) -> Mono:
    """A string under the palm: dull, and gone at once."""
    time_s = np.arange(len(wave), dtype=np.float32) / SAMPLE_RATE_HZ
    dull = equalise(wave[None], low_pass(_MUTED_HZ))[0]
    return np.asarray(dull * np.exp(-time_s / _MUTED_FALL_S), dtype=np.float32)


def _add_note(
    sound: Audio, note: Note, region: Region, wave: Mono, shape: _Shape, is_drum: bool
) -> None:
    start = round(note.start_s * SAMPLE_RATE_HZ)
    held = max(1, round((note.end_s - note.start_s) * SAMPLE_RATE_HZ))
    is_joined = note.touch == "joined"
    skipped = min(_STROKE, len(wave) // 2) if is_joined else 0
    wave, body = wave[skipped:], shape.body[skipped:]
    if start >= sound.shape[1]:
        return
    if is_drum:
        held = len(wave)  # a drum rings on its own
    length = min(held + len(shape.tail), len(wave), sound.shape[1] - start)
    if length <= 0:
        return
    shaped = wave[:length] * body[:length]
    if is_joined:
        _fade_in(shaped, _JOIN_FADE)
    if held < length:
        shaped[held:] *= shape.tail[: length - held]
    is_cut = start + length >= sound.shape[1] or length == len(wave)
    # A cymbal that loops would stop dead; it dies away instead.
    _fade_out(shaped, length // 2 if is_drum and region.is_looped else _CUT_FADE * is_cut)
    shaped *= np.float32((note.velocity / 127) ** 1.7)
    gains = np.sqrt([1 - region.pan, 1 + region.pan]).astype(np.float32)  # equal in power
    heard, start = shaped[max(0, -start) :], max(0, start)  # it may have begun before
    for row, gain in zip(sound, gains if len(sound) == 2 else [gains.mean()], strict=True):
        row[start : start + len(heard)] += heard * gain


def _fade_in(shaped: Mono, fade: int) -> None:
    """The first `fade` samples up from zero, in place."""
    fade = min(fade, len(shaped))
    shaped[:fade] *= np.linspace(0, 1, fade, dtype=np.float32)


def _fade_out(shaped: Mono, fade: int) -> None:
    """The last `fade` samples down to zero, in place."""
    fade = min(fade, len(shaped))
    if fade:
        shaped[-fade:] *= np.linspace(1, 0, fade, dtype=np.float32)
