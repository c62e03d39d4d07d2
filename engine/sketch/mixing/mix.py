"""The mix: the band behind the voice, room, echoes, parts at their levels, -14 LUFS and a true peak below -1 dBTP.

Every stem leaves the mix with all its gains on it, the limiter's too, so that the stems' sum is the mix.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from songsmith.engine.audio import quantise
from songsmith.engine.engine import Audio
from songsmith.engine.loudness import FRAME, gated_lufs, power_frames
from songsmith.engine.sketch.filters import equalise, peak, per_sample
from songsmith.engine.sketch.mixing.ambience import echoes, reverb
from songsmith.engine.sketch.mixing.chains import glue
from songsmith.engine.sketch.mixing.gains import Gains
from songsmith.engine.sketch.mixing.master import edges, mastered, part_curve, part_levels
from songsmith.engine.sketch.mixing.singers import presence_of, treated
from songsmith.engine.sketch.mixing.tracks import BandSound
from songsmith.engine.sketch.score import Score
from songsmith.engine.sketch.style.genre import Genre

__all__ = ["Mix", "mix_song"]

_DUCK_DB = 3.0
_CLEAR_DB = 10.0  # how far 1-5.5 kHz of the band goes down under the voice
_CLEAR_HZ, _CLEAR_Q = 2_345, 0.93
_SUNG_LUFS = -40.0  # where somebody is heard to sing
_MOST_BAND_DB = 9.0


@dataclass(frozen=True)
class Mix:
    """`audio` (2, samples) quantised; `stems` sum to it, to rounding."""

    audio: Audio
    stems: Mapping[str, Audio]
    gains: Gains


def mix_song(
    score: Score,
    band: BandSound,
    voices: Mapping[str, NDArray[np.float32]],
    genre: Genre,
    *,
    given: Gains,
    keeps_stems: bool = False,
) -> Mix:
    """The finished song. `voices` are the singers' stems, (samples,) or (2, samples), "lead" first among them."""
    samples, style = len(band.send), genre.mix
    voice_db, sung = treated(voices, style.voice_air_db, given.voice_db)
    presence = presence_of(sung["vocal"]) if sung else None
    total = _make_room(_sum(band.stems, samples), presence)
    frames = power_frames(total)
    glued = glue(frames, style.glue_db)
    held = per_sample(glued, FRAME, samples)
    total *= held
    band_db = given.band_db
    if band_db is None:
        band_db = _behind(frames * glued**2, sung, style.voice_lu)
    behind = np.float32(10 ** (band_db / 20))
    total *= behind
    # The room blooms when the voice pauses, and leaves its words dry.
    ambience = _make_room(reverb(band.send * behind, sung, genre.room_s), presence)
    thrown = echoes(sung["vocal"], score, style) if sung else None
    if thrown is not None:
        ambience += thrown
    for audio in (*sung.values(), ambience):
        total += audio
    frames = power_frames(total)
    parts_db = given.parts_db or part_levels(frames, score, style.parts)
    curve = part_curve(parts_db, score, samples) * edges(score, samples)
    total *= curve
    frames *= curve[FRAME // 2 :: FRAME][: len(frames)].astype(np.float64) ** 2
    master_db, finished, master = mastered(total, frames, given.master_db)
    gains = Gains(voice_db, parts_db, round(master_db, 4), band.tracks_db, band_db)
    stems: dict[str, Audio] = {}
    if keeps_stems:
        curve *= master
        held *= behind * curve
        stems = {name: _make_room(audio, presence) * held for name, audio in band.stems.items()}
        for name, audio in {**sung, "ambience": ambience}.items():
            stems[name] = np.broadcast_to(audio, total.shape) * curve
    return Mix(quantise(finished), stems, gains)


def _sum(stems: Mapping[str, Audio], samples: int) -> Audio:
    total = np.zeros((2, samples), dtype=np.float32)
    for name in sorted(stems):
        total += stems[name]
    return total


def _behind(band: NDArray[np.float64], sung: Mapping[str, Audio], voice_lu: float) -> float:
    """Decibels that put a band with these `power_frames` `voice_lu` below the lead where somebody sings; 0 where nobody
    does."""
    if not sung:
        return 0.0
    voice = 2 * power_frames(sung["vocal"])  # it comes out of both sides
    is_sung = voice > 10 ** ((_SUNG_LUFS + 0.691) / 10)
    apart = gated_lufs(voice[is_sung]) - gated_lufs(band[is_sung])
    if not np.isfinite(apart):
        return 0.0
    return round(float(np.clip(apart - voice_lu, -_MOST_BAND_DB, _MOST_BAND_DB)), 3)


def _make_room(audio: Audio, presence: NDArray[np.float32] | None) -> Audio:
    """The band under a voice: a little softer, and clearly so between 1 and 5.5 kHz; as it is where nobody sings."""
    if presence is None:
        return audio
    cleared = equalise(audio, peak(_CLEAR_HZ, -_CLEAR_DB, _CLEAR_Q))
    cleared -= audio
    cleared *= presence
    cleared += audio
    cleared *= np.exp(np.float32(-_DUCK_DB / 20 * np.log(10)) * presence)
    return cleared
