"""The band's instruments as sound: each played, put into its own range, at the level of its kind, at its place."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from songsmith.engine.engine import Audio
from songsmith.engine.loudness import FRAME, PIECE, gated_lufs, power_frames
from songsmith.engine.sketch.band.band import DRUM_NOTES, Track
from songsmith.engine.sketch.band.expression import expression
from songsmith.engine.sketch.band.sf2 import SoundFont
from songsmith.engine.sketch.band.stops import rises
from songsmith.engine.sketch.band.synth import play_notes
from songsmith.engine.sketch.filters import equalise, high_pass, pan_gains, peak, shelf, swell
from songsmith.engine.sketch.mixing.chains import bussed
from songsmith.engine.sketch.mixing.effects import THEREMIN, crackle, play_theremin, pump, riser
from songsmith.engine.sketch.mixing.gains import Gains
from songsmith.engine.sketch.mixing.sheen import sheen
from songsmith.engine.sketch.score import Score
from songsmith.engine.sketch.style.genre import Genre
from songsmith.engine.sketch.style.mix_style import MixStyle
from songsmith.engine.units import SAMPLE_RATE_HZ, sample_at

__all__ = ["BandSound", "add", "level_of", "render_tracks"]

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
    """The band as it is played, `total` (2, samples), what it sends to the reverb (mono), the gains its$
    instruments got, and its stems (2, samples), where they are kept. The mix works in these arrays."""

    total: Audio
    send: NDArray[np.float32]
    tracks_db: dict[str, float]
    stems: dict[str, Audio] | None = None

    def mixes(self, stem: str) -> list[Audio]:
        """What an instrument of `stem` is added to."""
        if self.stems is None:
            return [self.total]
        if stem not in self.stems:
            self.stems[stem] = np.zeros_like(self.total)
        return [self.total, self.stems[stem]]


def render_tracks(
    score: Score,
    tracks: Sequence[Track],
    bank: SoundFont,
    band: Genre,
    *,
    seed: int,
    given: Gains,
    samples: int | None = None,
    keeps_stems: bool = False,
) -> BandSound:
    """Sound of all tracks, each at the level of its kind, over the score's length or its first `samples`."""
    samples = sample_at(score.duration_s) if samples is None else samples
    total, send = (np.zeros(shape, dtype=np.float32) for shape in ((2, samples), samples))
    sound = BandSound(total, send, dict(given.tracks_db), {} if keeps_stems else None)
    breath = _breath(tracks, band.pump_db, samples)
    for number, track in enumerate(tracks):
        if not track.notes:
            continue
        audio = _played(track, bank, samples)
        if track.swell_db:
            swell(audio, _expressed(track, samples), FRAME)
        _tone(audio, track, band.brightness_db)
        key = f"{number} {track.name}"
        if track.is_drum:
            _add_sheen(audio, track, band.mix.sheen_db, sound.tracks_db, f"{key} metal", seed)
        if key not in sound.tracks_db:
            gain_db = min(_wanted_db(track, band.mix) - level_of(audio), _MOST_GAIN_DB)
            sound.tracks_db[key] = round(gain_db, 3)
        audio *= np.float32(10 ** (sound.tracks_db[key] / 20))
        bussed(audio, track.stem, band.mix)
        if breath is not None and not track.is_drum:
            audio *= breath
        for row in audio:
            add(send, row, track.room / len(audio))
        for mix in sound.mixes(track.stem):
            _place(mix, audio, track, _SPREAD_S[number % len(_SPREAD_S)])
    for effect in _effects(score, band, samples, seed):
        for mix in sound.mixes("drums"):
            np.add(mix, effect, out=mix)
    return sound


def _breath(tracks: Sequence[Track], pump_db: float, samples: int) -> NDArray[np.float32] | None:
    """How everything but the drums ducks at the kicks, where the style does that."""
    kicks = [
        n.start_s for t in tracks if t.is_drum for n in t.notes if n.pitch == DRUM_NOTES["kick"]
    ]
    return pump(kicks, pump_db, samples) if pump_db and kicks else None


def _wanted_db(track: Track, mix: MixStyle) -> float:
    return _STEM_LUFS[track.stem] + track.level_db + mix.level_db.get(track.stem, 0.0)


def _effects(score: Score, band: Genre, samples: int, seed: int) -> Iterator[Audio]:
    """What nobody plays: noise that rises into a chorus, the crackle of a record."""
    if band.riser_db is not None:
        yield riser(rises(score), band.riser_db, samples, np.random.default_rng([seed, 9]))
    if band.crackle_db is not None:
        yield crackle(samples, band.crackle_db, np.random.default_rng([seed, 5]))


def _place(mix: Audio, audio: Audio, track: Track, spread_s: float) -> None:
    """Add an instrument to a mix: with both its channels in the middle or with its one where it stands, widened by an
    echo that cancels where both channels meet in one."""
    gains = [1.0, 1.0] if len(audio) == 2 else pan_gains(track.pan)[:, 0].tolist()
    for row, gain, own in zip(mix, gains, (audio[0], audio[-1]), strict=True):
        add(row, own, gain)
    share = _SPREAD.get(track.stem, 0.0)
    for own in audio if share else ():
        add(mix[0], own, share / len(audio), spread_s)
        add(mix[1], own, -share / len(audio), spread_s)


def _add_sheen(
    audio: Audio, track: Track, level_db: float, tracks_db: dict[str, float], key: str, seed: int
) -> None:
    """The kit's metal and wires, in place, at the gain that `tracks_db` has for it under `key`, or at one that belongs
    to the whole kit's level, which is then kept there."""
    metal = sheen(track.notes, audio.shape[1], np.random.default_rng([seed, 7]))
    if key not in tracks_db:
        own_db = level_of(metal)
        if not np.isfinite(own_db):
            return
        tracks_db[key] = round(level_of(audio) + _SHEEN_DB + level_db - own_db, 3)
    metal *= np.float32(10 ** (tracks_db[key] / 20))
    audio += metal


def level_of(audio: Audio) -> float:
    """Loudness in LUFS while it sounds, by its middle."""
    middle = audio if len(audio) == 1 else audio.mean(axis=0, keepdims=True)
    return gated_lufs(2 * power_frames(middle))


def add(
    sound: NDArray[np.float32], mono: NDArray[np.float32], gain: float, delay_s: float = 0.0
) -> None:
    """Add `mono` to `sound`, later by `delay_s`, in place."""
    shift = sample_at(delay_s)
    for first in range(shift, len(sound), PIECE):
        piece = sound[first : first + PIECE]
        piece += np.float32(gain) * mono[first - shift :][: len(piece)]


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


def _expressed(track: Track, samples: int) -> NDArray[np.float32]:
    """The gains of a player's swelling and coming down, one every `FRAME` samples."""
    times_s, levels_db = expression(track.notes, track.swell_db)
    at_s = np.arange(samples // FRAME + 2) * FRAME / SAMPLE_RATE_HZ
    return np.asarray(10 ** (np.interp(at_s, times_s, levels_db) / 20), dtype=np.float32)


def _tone(audio: Audio, track: Track, brightness_db: float) -> None:
    """Each kind of instrument in its own range, all but drums and bass with a dip where words are, in place."""
    if track.stem == "bass":
        filters = [high_pass(34), peak(52, -3.0), peak(350, -2.0), peak(850, 3.0)]
    elif track.stem == "drums":
        kick = peak(50, -7.0 if track.program in _ELECTRONIC_KITS else -2.5)
        filters = [high_pass(30), kick, shelf(7_000, brightness_db + 2.5)]
    else:
        low_hz = 90 if track.stem in ("keys", "guitar") else 140
        dip = [] if track.stem == "lead" else [peak(2_800, -3.0, 0.8)]
        filters = [high_pass(low_hz), *dip, shelf(5_000, brightness_db + 1.5)]
    equalise(audio, *filters, out=audio)
