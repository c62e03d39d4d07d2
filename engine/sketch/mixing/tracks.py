"""The band's instruments as sound: each played, put into its own range, at the level of its kind, at its place."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from songsmith.engine.engine import Audio
from songsmith.engine.loudness import gated_lufs, power_frames
from songsmith.engine.sketch.band.band import DRUM_NOTES, Track
from songsmith.engine.sketch.band.sf2 import SoundFont
from songsmith.engine.sketch.band.stops import rises
from songsmith.engine.sketch.band.synth import play_notes
from songsmith.engine.sketch.filters import equalise, high_pass, pan_gains, peak, shelf
from songsmith.engine.sketch.mixing.chains import bussed
from songsmith.engine.sketch.mixing.effects import THEREMIN, crackle, play_theremin, pump, riser
from songsmith.engine.sketch.mixing.gains import Gains
from songsmith.engine.sketch.mixing.sheen import sheen
from songsmith.engine.sketch.score import Score
from songsmith.engine.sketch.style.genre import Genre
from songsmith.engine.units import sample_at

__all__ = ["BandSound", "late", "level_of", "render_tracks"]

_STEM_LUFS = {
    "drums": -22.0,
    "bass": -22.5,
    "keys": -25.0,
    "guitar": -25.5,
    "strings": -26.5,
    "lead": -22.0,
}
"""Loudness of one instrument while it plays, against the voice at -15.5."""
_WIDE_PAN = 0.12
_ELECTRONIC_KITS = (24, 25)  # their kicks are hardly more than a tone at 50 Hz
_SPREAD = {"keys": 0.4, "guitar": 0.3, "strings": 0.7}
"""Share of an instrument's late echo that goes to the left and, turned round, to the right."""
_SPREAD_S = (0.011, 0.017, 0.013, 0.019)
_MOST_GAIN_DB = 40.0
_SHEEN_DB = -15.0


@dataclass(frozen=True)
class BandSound:
    """Stems of the band (2, samples), what they send to the reverb (mono), and the gains they got."""

    stems: dict[str, Audio]
    send: NDArray[np.float32]
    tracks_db: dict[str, float]


def render_tracks(
    score: Score, tracks: Sequence[Track], bank: SoundFont, band: Genre, *, seed: int, given: Gains
) -> BandSound:
    """Sound of all tracks, each at the level of its kind."""
    samples, mix = sample_at(score.duration_s), band.mix
    sound = BandSound({}, np.zeros(samples, dtype=np.float32), {})
    kicks = [
        n.start_s for t in tracks if t.is_drum for n in t.notes if n.pitch == DRUM_NOTES["kick"]
    ]
    breath = pump(kicks, band.pump_db, samples) if band.pump_db and kicks else None
    for number, track in enumerate(tracks):
        if not track.notes:
            continue
        audio = _tone(_played(track, bank, samples), track, band.brightness_db)
        if track.is_drum:
            _add_sheen(audio, track, mix.sheen_db, np.random.default_rng([seed, 7]))
        key = f"{number} {track.name}"
        gain_db = given.tracks_db.get(key)
        if gain_db is None:
            wanted_db = _STEM_LUFS[track.stem] + track.level_db + mix.level_db.get(track.stem, 0.0)
            gain_db = round(min(wanted_db - level_of(audio), _MOST_GAIN_DB), 3)
        sound.tracks_db[key] = gain_db
        audio *= np.float32(10 ** (gain_db / 20))
        audio = bussed(audio, track.stem, mix)
        if breath is not None and not track.is_drum:
            audio *= breath
        sound.send[:] += audio.mean(axis=0) * np.float32(track.room)
        stem = sound.stems.setdefault(track.stem, np.zeros((2, samples), dtype=np.float32))
        stem += audio if audio.shape[0] == 2 else audio * pan_gains(track.pan)
        _spread(stem, audio, _SPREAD.get(track.stem, 0.0), _SPREAD_S[number % len(_SPREAD_S)])
    if band.riser_db is not None:
        stem = sound.stems.setdefault("drums", np.zeros((2, samples), dtype=np.float32))
        stem += riser(rises(score), band.riser_db, samples, np.random.default_rng([seed, 9]))
    if band.crackle_db is not None:
        stem = sound.stems.setdefault("drums", np.zeros((2, samples), dtype=np.float32))
        stem += crackle(samples, band.crackle_db, np.random.default_rng([seed, 5]))
    return sound


def _add_sheen(audio: Audio, track: Track, level_db: float, rng: np.random.Generator) -> None:
    """The kit's metal and wires, in place, at a level that belongs to the whole kit's."""
    metal = sheen(track.notes, audio.shape[1], rng)
    own_db = level_of(metal)
    if np.isfinite(own_db):
        metal *= np.float32(10 ** ((level_of(audio) + _SHEEN_DB + level_db - own_db) / 20))
        audio += metal


def level_of(audio: Audio) -> float:
    """Loudness in LUFS while it sounds, by its middle."""
    return gated_lufs(2 * power_frames(audio.mean(axis=0, keepdims=True)))


def late(mono: NDArray[np.float32], delay_s: float) -> NDArray[np.float32]:
    """`mono` later by `delay_s`, as long as before."""
    shift = sample_at(delay_s)
    return np.concatenate([np.zeros(shift, dtype=np.float32), mono[:-shift]])


def _played(track: Track, bank: SoundFont, samples: int) -> Audio:
    """The track's sound: two channels where it stands in the middle, one where it is placed aside."""
    if track.program == THEREMIN and not track.is_drum:
        return play_theremin(track.notes, samples)
    return play_notes(
        bank,
        track.notes,
        samples,
        program=track.program,
        is_drum=track.is_drum,
        vibrato_cents=track.vibrato_cents,
        is_mono=not track.is_drum and abs(track.pan) >= _WIDE_PAN,
    )


def _spread(stem: Audio, audio: Audio, share: float, delay_s: float) -> None:
    """Widen an instrument in its stem, in place: what is added cancels where both channels meet in one."""
    if share:
        echo = np.float32(share) * late(audio.mean(axis=0), delay_s)
        stem[0] += echo
        stem[1] -= echo


def _tone(audio: Audio, track: Track, brightness_db: float) -> Audio:
    """Each kind of instrument in its own range, all but drums and bass with a dip where words are."""
    if track.stem == "bass":
        return equalise(audio, high_pass(34), peak(52, -3.0), peak(350, -2.0), peak(850, 3.0))
    if track.stem == "drums":
        kick = peak(50, -7.0 if track.program in _ELECTRONIC_KITS else -2.5)
        return equalise(audio, high_pass(30), kick, shelf(7_000, brightness_db + 2.5))
    low_hz = 90 if track.stem in ("keys", "guitar") else 140
    dip_db = 0.0 if track.stem == "lead" else -3.0
    return equalise(
        audio, high_pass(low_hz), peak(2_800, dip_db, 0.8), shelf(5_000, brightness_db + 1.5)
    )
