"""The mix: levels, room for the voice, reverb, even sections, -14 LUFS and a true peak below -1 dBTP.

Every stem leaves the mix with all its gains on it, the limiter's too, so that the stems' sum is the mix.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pedalboard import Reverb

from songsmith.engine.audio import quantise
from songsmith.engine.engine import Audio
from songsmith.engine.sketch.filters import equalise, high_pass, peak, shelf
from songsmith.engine.sketch.mixing.gains import Gains
from songsmith.engine.sketch.mixing.master import edges, mastered, part_curve, part_levels
from songsmith.engine.sketch.mixing.singers import presence_of, treated
from songsmith.engine.sketch.mixing.tracks import BandSound, late
from songsmith.engine.sketch.score import Score
from songsmith.engine.units import SAMPLE_RATE_HZ

__all__ = ["Mix", "mix_song"]

_DUCK_DB = 3.0
_CLEAR_DB = 8.0  # how far 1-5.5 kHz of the band goes down under the voice
_CLEAR_HZ, _CLEAR_Q = 2_345, 0.83
_SENDS = {"vocal": 0.15, "harmony": 0.25}
_SEND_LATE_S = 0.02


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
    *,
    room_s: float,
    given: Gains,
    keeps_stems: bool = False,
) -> Mix:
    """The finished song. `voices` are the singers' stems, (samples,) or (2, samples), "lead" first among them."""
    samples = len(band.send)
    lead_db, sung = treated(voices, given.voice_db)
    presence = presence_of(sung["vocal"]) if sung else None
    ambience = _reverb(_send(band.send, sung), room_s)
    total = _make_room(_sum(band.stems, samples), presence)
    # The room blooms when the voice pauses, and leaves its words dry.
    ambience = _make_room(ambience, presence)
    for audio in (*sung.values(), ambience):
        total += audio
    parts_db = given.parts_db or part_levels(total, score)
    curve = part_curve(parts_db, score, samples) * edges(score, samples)
    total *= curve
    master_db, finished, master = mastered(total, given.master_db)
    gains = Gains(lead_db, parts_db, round(master_db, 4), band.tracks_db)
    stems: dict[str, Audio] = {}
    if keeps_stems:
        played = {name: _make_room(audio, presence) for name, audio in band.stems.items()}
        whole = {**played, **sung, "ambience": ambience}
        curve *= master
        stems = {name: np.broadcast_to(a, total.shape) * curve for name, a in whole.items()}
    return Mix(quantise(finished), stems, gains)


def _sum(stems: Mapping[str, Audio], samples: int) -> Audio:
    total = np.zeros((2, samples), dtype=np.float32)
    for name in sorted(stems):
        total += stems[name]
    return total


def _send(band: NDArray[np.float32], sung: Mapping[str, Audio]) -> NDArray[np.float32]:
    """What goes to the reverb, mono; the voice a little late, so that its words stay dry."""
    send = band
    for name, audio in sung.items():
        send = send + np.float32(_SENDS[name]) * late(audio.mean(axis=0), _SEND_LATE_S)
    return send


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


def _reverb(send: NDArray[np.float32], room_s: float) -> Audio:
    """Reverberation alone, (2, samples), of a mono send; `room_s` is about its length."""
    size = float(np.clip(0.25 + 0.16 * room_s, 0.3, 0.9))
    hall = Reverb(room_size=size, damping=0.45, wet_level=0.5, dry_level=0.0, width=1.0)
    clean = equalise(send[None, :], high_pass(220), shelf(6_000, -2.0))
    return np.asarray(hall(np.repeat(clean, 2, axis=0), SAMPLE_RATE_HZ), dtype=np.float32)
