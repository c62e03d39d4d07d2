"""Reads a SoundFont 2 bank: which sample sounds for a program, key and velocity, and how it is shaped.

The SoundFont 2.04 specification, sections 5 to 8: generators of the instrument zone replace the defaults,
those of the preset zone are added. Modulators and LFOs are left to the player.
"""

import struct
from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from songsmith.engine.engine import EngineError

__all__ = ["Region", "SoundFont", "load_soundfont"]

_START, _END, _LOOP_START, _LOOP_END = 0, 1, 2, 3
_START_COARSE, _END_COARSE, _LOOP_START_COARSE, _LOOP_END_COARSE = 4, 12, 45, 50
_FILTER_CENTS, _PAN = 8, 17
_ATTACK, _HOLD, _DECAY, _SUSTAIN, _RELEASE = 34, 35, 36, 37, 38
_INSTRUMENT, _KEYS, _VELOCITIES, _ATTENUATION = 41, 43, 44, 48
_COARSE, _FINE, _SAMPLE, _SAMPLE_MODES, _SCALE, _ROOT = 51, 52, 53, 54, 56, 58
_DEFAULTS = {_FILTER_CENTS: 13_500, _SCALE: 100, _ROOT: -1}
_DEFAULTS |= {_ATTACK: -12_000, _HOLD: -12_000, _DECAY: -12_000, _RELEASE: -12_000}
_RANGES = (_KEYS, _VELOCITIES)
_NOT_IN_PRESETS = (_START, _END, _LOOP_START, _LOOP_END, _SAMPLE, _SAMPLE_MODES, _ROOT)


@dataclass(frozen=True)
class Region:
    """One sample as one zone plays it. Times in seconds, `sustain` and `gain` as linear amplitudes.

    `start`, `end`, `loop_start`, `loop_end` index `SoundFont.samples`; `pan` is -1 (left) to 1.
    """

    keys: tuple[int, int]
    velocities: tuple[int, int]
    start: int
    end: int
    loop_start: int
    loop_end: int
    is_looped: bool
    rate_hz: int
    root: int
    tune_cents: float
    scale_cents: float
    pan: float
    gain: float
    filter_hz: float
    attack_s: float
    hold_s: float
    decay_s: float
    sustain: float
    release_s: float


@dataclass(frozen=True)
class SoundFont:
    """`samples` are float32 in [-1, 1); `presets` maps (bank, program) to its regions."""

    samples: NDArray[np.float32]
    presets: dict[tuple[int, int], tuple[Region, ...]]

    def regions(self, program: int, *, is_drum: bool, key: int, velocity: int) -> list[Region]:
        """What sounds for one key; programs or kits the bank lacks fall back to the first of their kind."""
        bank = 128 if is_drum else 0
        preset = self.presets.get((bank, program)) or self.presets.get((bank, 0), ())
        return [
            r
            for r in preset
            if r.keys[0] <= key <= r.keys[1] and r.velocities[0] <= velocity <= r.velocities[1]
        ]


def load_soundfont(path: Path) -> SoundFont:
    """The bank in `path`. Raises `EngineError` if it can't be read as one."""
    try:
        chunks = _riff_chunks(path.read_bytes())
        samples = np.frombuffer(chunks["smpl"], dtype="<i2").astype(np.float32) / np.float32(32_768)
        return SoundFont(samples, _presets(chunks))
    except (OSError, KeyError, struct.error) as error:
        raise EngineError(
            f"can't be read as a SoundFont ({error})",
            where=str(path),
            hint="install pretty_midi again, which brings it",
        ) from error


def _riff_chunks(raw: bytes) -> dict[str, bytes]:
    chunks: dict[str, bytes] = {}
    position = 12
    while position + 8 <= len(raw):
        name, size = raw[position : position + 4].decode("latin-1"), _u32(raw, position + 4)
        if name == "LIST":
            position += 12
            continue
        chunks[name] = raw[position + 8 : position + 8 + size]
        position += 8 + size + size % 2
    return chunks


def _u32(raw: bytes, offset: int) -> int:
    return int(struct.unpack_from("<I", raw, offset)[0])


Zone = dict[int, int]


def _zones(bags: list[tuple[int, int]], generators: list[tuple[int, int]]) -> list[Zone]:
    """Generators of every bag but the last, which only ends the list."""
    return [dict(generators[bags[i][0] : bags[i + 1][0]]) for i in range(len(bags) - 1)]


def _presets(chunks: dict[str, bytes]) -> dict[tuple[int, int], tuple[Region, ...]]:
    headers = [
        (name, preset, bank, bag)
        for name, preset, bank, bag, *_ in struct.iter_unpack("<20sHHHIII", chunks["phdr"])
    ]
    preset_zones = _zones(_pairs(chunks["pbag"]), _pairs(chunks["pgen"]))
    instruments = list(struct.iter_unpack("<20sH", chunks["inst"]))
    instrument_zones = _zones(_pairs(chunks["ibag"]), _pairs(chunks["igen"]))
    samples = list(struct.iter_unpack("<20sIIIIIBbHH", chunks["shdr"]))
    found: dict[tuple[int, int], tuple[Region, ...]] = {}
    for (_, program, bank, first), (_, _, _, last) in pairwise(headers):
        regions: list[Region] = []
        for outer in _with_globals(preset_zones[first:last], _INSTRUMENT):
            start, end = (instruments[outer[_INSTRUMENT] + i][1] for i in (0, 1))
            for inner in _with_globals(instrument_zones[start:end], _SAMPLE):
                regions += _region(outer, inner, samples[inner[_SAMPLE]])
        found[bank, program] = tuple(regions)
    return found


def _pairs(raw: bytes) -> list[tuple[int, int]]:
    return [(a, b) for a, b in struct.iter_unpack("<HH", raw)]


def _with_globals(zones: list[Zone], terminal: int) -> list[Zone]:
    """Zones that end in `terminal`, with the generators of the global zone before them as defaults."""
    common: Zone = {}
    if zones and terminal not in zones[0]:
        common = zones[0]
    return [{**common, **zone} for zone in zones if terminal in zone]


def _signed(value: int) -> int:
    return value - 65_536 if value >= 32_768 else value


def _span(value: int | None) -> tuple[int, int]:
    return (0, 127) if value is None else (value & 0xFF, value >> 8)


def _region(outer: Zone, inner: Zone, header: tuple[object, ...]) -> list[Region]:
    """The region of a preset zone and an instrument zone, none if their ranges don't meet."""
    amounts: defaultdict[int, int] = defaultdict(int, _DEFAULTS)
    amounts.update({k: _signed(v) for k, v in inner.items() if k not in _RANGES})
    for generator, value in outer.items():
        if generator not in _RANGES and generator not in _NOT_IN_PRESETS:
            amounts[generator] += _signed(value)
    keys = _meet(_span(outer.get(_KEYS)), _span(inner.get(_KEYS)))
    velocities = _meet(_span(outer.get(_VELOCITIES)), _span(inner.get(_VELOCITIES)))
    if not keys or not velocities:
        return []
    _, start, end, loop_start, loop_end, rate_hz, root, cents, *_ = header
    assert isinstance(start, int) and isinstance(end, int) and isinstance(rate_hz, int)
    assert isinstance(loop_start, int) and isinstance(loop_end, int)
    assert isinstance(root, int) and isinstance(cents, int)
    return [
        Region(
            keys=keys,
            velocities=velocities,
            start=start + amounts[_START] + 32_768 * amounts[_START_COARSE],
            end=end + amounts[_END] + 32_768 * amounts[_END_COARSE],
            loop_start=loop_start + amounts[_LOOP_START] + 32_768 * amounts[_LOOP_START_COARSE],
            loop_end=loop_end + amounts[_LOOP_END] + 32_768 * amounts[_LOOP_END_COARSE],
            is_looped=amounts[_SAMPLE_MODES] in (1, 3) and loop_end > loop_start,
            rate_hz=rate_hz,
            root=amounts[_ROOT] if amounts[_ROOT] >= 0 else root,
            tune_cents=amounts[_FINE] + 100 * amounts[_COARSE] + cents,
            scale_cents=amounts[_SCALE],
            pan=min(max(amounts[_PAN] / 500, -1.0), 1.0),
            # Banks are made by ear on players that halve this generator; 0.4 is theirs.
            gain=10 ** (-0.4 * max(amounts[_ATTENUATION], 0) / 200),
            filter_hz=440 * 2 ** ((amounts[_FILTER_CENTS] - 6_900) / 1_200),
            attack_s=2 ** (amounts[_ATTACK] / 1_200),
            hold_s=2 ** (amounts[_HOLD] / 1_200),
            decay_s=2 ** (amounts[_DECAY] / 1_200),
            sustain=10 ** (-max(amounts[_SUSTAIN], 0) / 200),
            release_s=2 ** (amounts[_RELEASE] / 1_200),
        )
    ]


def _meet(a: tuple[int, int], b: tuple[int, int]) -> tuple[int, int] | None:
    low, high = max(a[0], b[0]), min(a[1], b[1])
    return (low, high) if low <= high else None
