"""The mix: levels, room for the voice, reverb, even sections, -14 LUFS and a true peak below -1 dBTP.

Every stem leaves the mix with all its gains on it, the limiter's too, so that the stems' sum is the mix.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import soxr
from numpy.typing import NDArray
from pedalboard import Compressor, Reverb
from scipy.signal import butter, lfilter

from songsmith.engine.audio import quantise
from songsmith.engine.engine import Audio
from songsmith.engine.sketch.band.band import DRUM_NOTES, Track
from songsmith.engine.sketch.band.sf2 import SoundFont
from songsmith.engine.sketch.band.synth import play_notes
from songsmith.engine.sketch.mixing.effects import THEREMIN, crackle, play_theremin, pump
from songsmith.engine.sketch.mixing.filters import (
    FRAME,
    equalise,
    gated_lufs,
    high_pass,
    limiter_gain,
    pan_gains,
    peak,
    power_frames,
    shelf,
)
from songsmith.engine.sketch.score import Score
from songsmith.engine.sketch.style.genre import Genre
from songsmith.engine.units import SAMPLE_RATE_HZ, sample_at

__all__ = ["TARGET_LUFS", "Gains", "Mix", "mix_song", "render_tracks"]

TARGET_LUFS = -14.0
_CEILING_DBTP = -1.0
_VOICE_LUFS = -15.5
_STEM_LUFS = {
    "drums": -22.0,
    "bass": -22.5,
    "keys": -25.0,
    "guitar": -25.5,
    "strings": -26.5,
    "lead": -22.0,
}
"""Loudness of one instrument while it plays, against the voice at -15.5."""
_DUCK_DB = 3.0
_CLEAR_DB = 8.0  # how far 1-5.5 kHz of the band goes down under the voice
_FADE_S = 2.2
_WIDE_PAN = 0.12
_ELECTRONIC_KITS = (24, 25)  # their kicks are hardly more than a tone at 50 Hz
_SPREAD = {"keys": 0.4, "guitar": 0.3, "strings": 0.7}
"""Share of an instrument's late echo that goes to the left and, turned round, to the right."""
_SPREAD_S = (0.011, 0.017, 0.013, 0.019)


@dataclass(frozen=True)
class Gains:
    """What a mix measured and set, so that a later take of the same song is set alike. All in decibels."""

    voice_db: float | None = None
    parts_db: tuple[float, ...] = ()
    master_db: float | None = None
    tracks_db: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Mix:
    """`audio` (2, samples) quantised; `stems` sum to it, to rounding."""

    audio: Audio
    stems: Mapping[str, Audio]
    gains: Gains


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
    samples = sample_at(score.duration_s)
    sound = BandSound({}, np.zeros(samples, dtype=np.float32), {})
    kicks = [
        n.start_s for t in tracks if t.is_drum for n in t.notes if n.pitch == DRUM_NOTES["kick"]
    ]
    breath = pump(kicks, band.pump_db, samples) if band.pump_db and kicks else None
    for number, track in enumerate(tracks):
        if not track.notes:
            continue
        audio = _tone(_played(track, bank, samples), track, band.brightness_db)
        key = f"{number} {track.name}"
        if key in given.tracks_db:
            gain_db = given.tracks_db[key]
        else:
            gain_db = _STEM_LUFS[track.stem] + track.level_db - _level(audio)
        sound.tracks_db[key] = round(min(gain_db, 40.0), 3)
        audio *= np.float32(10 ** (sound.tracks_db[key] / 20))
        if breath is not None and not track.is_drum:
            audio *= breath
        sound.send[:] += audio.mean(axis=0) * np.float32(track.room)
        stem = sound.stems.setdefault(track.stem, np.zeros((2, samples), dtype=np.float32))
        stem += audio if audio.shape[0] == 2 else audio * pan_gains(track.pan)
        _spread(stem, audio, _SPREAD.get(track.stem, 0.0), _SPREAD_S[number % len(_SPREAD_S)])
    if band.crackle_db is not None:
        noise = crackle(samples, band.crackle_db, np.random.default_rng([seed, 5]))
        stem = sound.stems.setdefault("drums", np.zeros((2, samples), dtype=np.float32))
        stem += noise
    return sound


def _played(track: Track, bank: SoundFont, samples: int) -> Audio:
    """The track's sound: two channels where it stands in the middle, one where it is placed aside."""
    if track.program == THEREMIN and not track.is_drum:
        return play_theremin(track.notes, samples)
    audio = play_notes(
        bank,
        track.notes,
        samples,
        program=track.program,
        is_drum=track.is_drum,
        vibrato_cents=track.vibrato_cents,
    )
    is_wide = track.is_drum or abs(track.pan) < _WIDE_PAN
    return audio if is_wide else audio.mean(axis=0, keepdims=True)


def _spread(stem: Audio, audio: Audio, share: float, delay_s: float) -> None:
    """Widen an instrument in its stem, in place: what is added cancels where both channels meet in one."""
    if share:
        echo = np.float32(share) * _late(audio.mean(axis=0), delay_s)
        stem[0] += echo
        stem[1] -= echo


def _level(audio: Audio) -> float:
    """Loudness of a track in LUFS while it plays, by its middle."""
    return gated_lufs(2 * power_frames(audio.mean(axis=0, keepdims=True)))


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
    lead_db, sung = _voices(voices, given.voice_db)
    presence = _presence(sung["vocal"]) if sung else None
    total = _sum(band.stems, len(band.send))
    if presence is not None:
        total = _make_room(total, presence)
    ambience = _reverb(_send(band.send, sung), room_s)
    if presence is not None:  # the room blooms when the voice pauses, and leaves its words dry
        ambience = _make_room(ambience, presence)
    for audio in (*sung.values(), ambience):
        total += audio
    parts_db = given.parts_db or _level_parts(total, score)
    curve = _part_curve(parts_db, score, total.shape[1]) * _edges(score, total.shape[1])
    total *= curve
    master_db, finished, limiting = _master(total, given.master_db)
    gains = Gains(lead_db, parts_db, round(master_db, 4), band.tracks_db)
    stems: dict[str, Audio] = {}
    if keeps_stems:
        scale = curve * np.float32(10 ** (master_db / 20)) * limiting
        stems = {
            n: a if presence is None else _make_room(a, presence) for n, a in band.stems.items()
        }
        stems = {n: a * scale for n, a in {**stems, **sung, "ambience": ambience}.items()}
    return Mix(quantise(finished), stems, gains)


def _sum(stems: Mapping[str, Audio], samples: int) -> Audio:
    total = np.zeros((2, samples), dtype=np.float32)
    for name in sorted(stems):
        total += stems[name]
    return total


def _send(band: NDArray[np.float32], sung: Mapping[str, Audio]) -> NDArray[np.float32]:
    """What goes to the reverb, mono; the voice a little late, so that its words stay dry."""
    send = band
    for name, share in (("vocal", 0.15), ("harmony", 0.25)):
        if name in sung:
            send = send + np.float32(share) * _late(sung[name].mean(axis=0), 0.02)
    return send


def _voices(
    voices: Mapping[str, NDArray[np.float32]], given_db: float | None
) -> tuple[float | None, dict[str, Audio]]:
    """ "vocal" (the lead) and "harmony" (all others), treated and at level; none if nobody sings."""
    if "lead" not in voices or not np.any(voices["lead"]):
        return None, {}
    lead = _sung(voices["lead"])
    gain_db = given_db
    if gain_db is None:
        gain_db = round(_VOICE_LUFS - _level(lead), 4)
    gain = np.float32(10 ** (gain_db / 20))
    found = {"vocal": _both(lead * gain)}
    others = [np.atleast_2d(audio) for name, audio in sorted(voices.items()) if name != "lead"]
    if others:
        found["harmony"] = _both(_sung(np.sum([_both(audio) for audio in others], axis=0)) * gain)
    return gain_db, found


def _sung(voice: NDArray[np.float32]) -> Audio:
    """A voice cleaned, made even and present; (1, samples) or (2, samples) as it came."""
    audio = equalise(
        np.atleast_2d(voice),
        high_pass(85),
        peak(300, -2.0),
        peak(3_200, 3.0, 0.9),
        shelf(9_000, 2.0),
    )
    level = float(np.abs(audio).max()) or 1.0
    even = Compressor(threshold_db=-20, ratio=3.0, attack_ms=6, release_ms=90)
    return np.asarray(even(audio / level, SAMPLE_RATE_HZ) * level, dtype=np.float32)


def _both(audio: Audio) -> Audio:
    """Two channels, of one or two."""
    return audio if audio.shape[0] == 2 else np.repeat(audio, 2, axis=0)


def _presence(vocal: Audio) -> NDArray[np.float32]:
    """0..1 per sample: how much somebody is singing; quick to rise, slow to fall."""
    power = 2 * power_frames(vocal.mean(axis=0, keepdims=True))
    loud = np.sqrt(power / (10 ** ((_VOICE_LUFS + 0.691) / 10)))
    target = np.clip((loud - 0.08) / 0.5, 0, 1)
    # The slower of rise and fall: rise in 40 ms by looking 50 ms ahead, fall in 300 ms.
    ahead = np.maximum.reduce([np.roll(target, -shift) for shift in range(6)])
    fall = np.exp(-1 / 30)
    held = _decaying_maximum(ahead, fall)
    smooth = lfilter([0.2], [1, -0.8], held)
    at = (np.arange(len(smooth)) + 0.5) * FRAME
    return np.asarray(np.interp(np.arange(vocal.shape[1]), at, smooth), dtype=np.float32)


def _decaying_maximum(values: NDArray[np.float64], fall: float) -> NDArray[np.float64]:
    held = np.empty_like(values)
    level = 0.0
    for index, value in enumerate(values):
        level = max(float(value), level * fall)
        held[index] = level
    return held


def _make_room(audio: Audio, presence: NDArray[np.float32]) -> Audio:
    """The band under a voice: a little softer, and clearly so between 1 and 5.5 kHz."""
    sos = butter(1, [1_000, 5_500], "bandpass", fs=SAMPLE_RATE_HZ, output="sos")
    cleared = equalise(audio, sos)
    cleared *= np.float32(10 ** (-_CLEAR_DB / 20) - 1) * presence
    cleared += audio
    cleared *= np.exp(np.float32(-_DUCK_DB / 20 * np.log(10)) * presence)
    return cleared


def _late(mono: NDArray[np.float32], delay_s: float) -> NDArray[np.float32]:
    shift = sample_at(delay_s)
    return np.concatenate([np.zeros(shift, dtype=np.float32), mono[:-shift]])


def _reverb(send: NDArray[np.float32], room_s: float) -> Audio:
    """Reverberation alone, (2, samples), of a mono send; `room_s` is about its length."""
    size = float(np.clip(0.25 + 0.16 * room_s, 0.3, 0.9))
    hall = Reverb(room_size=size, damping=0.45, wet_level=0.5, dry_level=0.0, width=1.0)
    clean = equalise(send[None, :], high_pass(220), shelf(6_000, -2.0))
    return np.asarray(hall(np.repeat(clean, 2, axis=0), SAMPLE_RATE_HZ), dtype=np.float32)


def _level_parts(total: Audio, score: Score) -> tuple[float, ...]:
    """Decibels that bring quiet parts up and loud ones down, more than half way to the song's mean."""
    frames = power_frames(total)
    whole = gated_lufs(frames)
    levels = []
    for part in score.parts:
        span = frames[
            int(part.start_s * 100) : max(int(part.end_s * 100), int(part.start_s * 100) + 1)
        ]
        own = gated_lufs(span)
        if part.kind == "outro" or not np.isfinite(own):
            levels.append(0.0)
            continue
        wanted = {"intro": -2.0, "chorus": 0.8}.get(part.kind, -0.4)
        levels.append(round(float(np.clip(0.75 * (whole + wanted - own), -4, 5)), 3))
    return tuple(levels)


def _part_curve(parts_db: tuple[float, ...], score: Score, samples: int) -> NDArray[np.float32]:
    """The gains of the parts as a curve that takes 0.3 s to change."""
    times: list[float] = []
    values: list[float] = []
    for part, level_db in zip(score.parts, parts_db, strict=True):
        times += [part.start_s + 0.05, max(part.end_s - 0.25, part.start_s + 0.06)]
        values += [level_db, level_db]
    at = np.arange(samples, dtype=np.float32) / SAMPLE_RATE_HZ
    return np.asarray(10 ** (np.interp(at, times, values) / 20), dtype=np.float32)


def _edges(score: Score, samples: int) -> NDArray[np.float32]:
    """A fade at the end that leaves most of the last chord alone, and 5 ms at the start."""
    ring_s = score.duration_s - score.bars[-1].start_s
    fade = sample_at(min(_FADE_S, max(0.55 * ring_s, 0.3)))
    curve = np.ones(samples, dtype=np.float32)
    fade = min(fade, samples)
    curve[-fade:] = np.cos(np.linspace(0, np.pi / 2, fade)) ** 2
    curve[:220] *= np.linspace(0, 1, 220, dtype=np.float32)
    return curve


def _master(total: Audio, given_db: float | None) -> tuple[float, Audio, NDArray[np.float32]]:
    """Gain, limited sound and the limiter's gain: as loud as the target after the limiter has done its work."""
    gain_db = given_db
    if gain_db is None:
        gain_db = TARGET_LUFS - gated_lufs(power_frames(total))
    ceiling_db = _CEILING_DBTP - 0.4
    for _ in range(4):
        raised = total * np.float32(10 ** (gain_db / 20))
        limiting = limiter_gain(raised, 10 ** (ceiling_db / 20))
        audio = np.asarray(raised * limiting, dtype=np.float32)
        if given_db is None:
            short_db = TARGET_LUFS - gated_lufs(power_frames(audio))
            gain_db += short_db
        else:
            short_db = 0.0
        over_db = _true_peak_db(audio) - _CEILING_DBTP + 0.1
        if over_db > 0:
            ceiling_db -= over_db
        if abs(short_db) < 0.1 and over_db <= 0:
            break
    return gain_db, audio, limiting


def _true_peak_db(audio: Audio) -> float:
    """Peak between the samples too, where the samples come near it."""
    highest = max(float(np.abs(soxr.resample(channel, 1, 4)).max()) for channel in audio)
    return 20 * float(np.log10(max(highest, 1e-9)))
