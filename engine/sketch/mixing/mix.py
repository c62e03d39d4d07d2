"""The mix: the band behind the voice, room, echoes, parts at their levels, -14 LUFS and a true peak below -1 dBTP.

Every stem leaves the mix with all its gains on it, the limiter's too, so that the stems' sum is the mix.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pedalboard import Chain

from songsmith.engine.audio import quantise
from songsmith.engine.cores import side_by_side
from songsmith.engine.engine import Audio
from songsmith.engine.loudness import FRAME, filtered_pieces, gated_lufs, power_frames
from songsmith.engine.sketch.filters import curve_pieces, peak, swell
from songsmith.engine.sketch.mixing.ambience import echoes, reverb
from songsmith.engine.sketch.mixing.chains import glue, loudest_db
from songsmith.engine.sketch.mixing.gains import Gains
from songsmith.engine.sketch.mixing.limiter import STEP
from songsmith.engine.sketch.mixing.master import mastered, part_levels, song_curve
from songsmith.engine.sketch.mixing.singers import presence_of, treated
from songsmith.engine.sketch.mixing.tracks import BandSound
from songsmith.engine.sketch.score import Score
from songsmith.engine.sketch.style.genre import Genre
from songsmith.engine.sketch.style.mix_style import MixStyle

__all__ = ["Mix", "mix_song"]

_DUCK_DB = 3.0
_CLEAR_DB = 10.0  # how far 1-5.5 kHz of the band goes down under the voice
_CLEAR_HZ, _CLEAR_Q = 2_345, 0.93
_HUSH_HZ, _HUSH_Q = 5_800, 0.8  # where consonants are; the air of the cymbals above it stays
_SUNG_LUFS = -40.0  # where somebody is heard to sing
_MOST_BAND_DB = 9.0


@dataclass(frozen=True)
class Mix:
    """`audio` (2, samples) quantised; `stems` sum to it, to rounding."""

    audio: Audio
    stems: Mapping[str, Audio]
    gains: Gains


def mix_song(
    score: Score, band: BandSound, voices: Mapping[str, Audio], genre: Genre, *, given: Gains
) -> Mix:
    """The finished song. `voices` are the singers' stems, "lead" (1, samples) and, if there is any, "harmony"
    (2, samples). Voices and band are worked on in place and used up; the mix has stems where the band has."""
    total, style = band.total, genre.mix
    singers = treated(voices, style, given.voice_db)
    sung = singers.sound
    presence = presence_of(singers.frames) if sung else None
    _make_room(total, presence, style.hush_db)
    frames = power_frames(total)
    loud_db = loudest_db(frames) if given.loudest_db is None else given.loudest_db
    held = glue(frames, style.glue_db, loud_db)
    frames *= held**2
    band_db = given.band_db
    if band_db is None:
        band_db = _behind(frames, singers.frames, style.voice_lu) if sung else 0.0
    behind = np.float32(10 ** (band_db / 20))
    held *= behind
    swell(total, held, FRAME)
    # The room blooms when the voice pauses, and leaves its words dry.
    band.send[:] *= behind
    ambience = reverb(band.send, sung, genre.room_s)
    _make_room(ambience, presence, style.hush_db)
    _add_echoes(ambience, sung, score, style)
    for audio in (*sung.values(), ambience):
        total += audio
    frames = power_frames(total)
    parts_db = given.parts_db or part_levels(frames, score, style.parts)
    curve = song_curve(parts_db, score, total.shape[1])
    swell(total, curve, FRAME)
    frames *= ((curve[:-1] + curve[1:]) / 2)[: len(frames)].astype(np.float64) ** 2
    master_db, master = mastered(total, frames, given.master_db)
    for audio in (band.stems or {}).values():
        _make_room(audio, presence, style.hush_db)
        swell(audio, held, FRAME)
    stems = {} if band.stems is None else {**band.stems, **sung, "ambience": ambience}
    for name, audio in stems.items():
        swell(audio, curve, FRAME)
        swell(audio, master, STEP)
        stems[name] = np.broadcast_to(audio, total.shape)
    gains = Gains(singers.gain_db, parts_db, round(master_db, 4), band.tracks_db, band_db, loud_db)
    return Mix(quantise(total, out=total), stems, gains)


def _add_echoes(ambience: Audio, sung: Mapping[str, Audio], score: Score, style: MixStyle) -> None:
    thrown = echoes(sung["vocal"], score, style) if sung else None
    if thrown is not None:
        ambience += thrown


def _behind(band: NDArray[np.float64], voice: NDArray[np.float64], voice_lu: float) -> float:
    """Decibels that put a band with these `power_frames` `voice_lu` below the lead, whose these are, where somebody
    sings."""
    is_sung = voice > 10 ** ((_SUNG_LUFS + 0.691) / 10)
    apart = gated_lufs(voice[is_sung]) - gated_lufs(band[is_sung])
    if not np.isfinite(apart):
        return 0.0
    return round(float(np.clip(apart - voice_lu, -_MOST_BAND_DB, _MOST_BAND_DB)), 3)


def _make_room(audio: Audio, presence: NDArray[np.float32] | None, hush_db: float) -> None:
    """Put the band under a voice, in place: a little softer, clearly so between 1 and 5.5 kHz, and by `hush_db`
    about 5.8 kHz; as it is where nobody sings."""
    if presence is None:
        return
    ducked = np.exp(np.float32(-_DUCK_DB / 20 * np.log(10)) * presence)

    def clear(row: NDArray[np.float32]) -> None:
        room = Chain([peak(_CLEAR_HZ, -_CLEAR_DB, _CLEAR_Q), peak(_HUSH_HZ, -hush_db, _HUSH_Q)])
        cleared = filtered_pieces(row, room)
        here = curve_pieces(presence, FRAME, len(row))
        for (first, piece), (_, share) in zip(cleared, here, strict=True):
            own = row[first : first + len(piece)]
            own += (piece - own) * share
        swell(row[None], ducked, FRAME)

    side_by_side(clear, audio)
