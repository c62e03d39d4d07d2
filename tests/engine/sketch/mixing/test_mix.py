from functools import lru_cache

import numpy as np
import pytest

from songsmith.engine.audio import measure_loudness
from songsmith.engine.loudness import gated_lufs, power_frames
from songsmith.engine.sketch.band.band import play_band
from songsmith.engine.sketch.band.synth import soundfont
from songsmith.engine.sketch.composing.form import make_score
from songsmith.engine.sketch.filters import pan_gains, per_sample
from songsmith.engine.sketch.mixing.gains import Gains
from songsmith.engine.sketch.mixing.limiter import STEP, limiter_steps, peak_steps
from songsmith.engine.sketch.mixing.mix import mix_song
from songsmith.engine.sketch.mixing.tracks import render_tracks
from songsmith.engine.sketch.style.style import parse_style
from songsmith.engine.units import SAMPLE_RATE_HZ
from songsmith.lyrics.lyric import LyricLine, Lyrics, Section

DURATION_S = 16.0
LYRICS = Lyrics(
    "",
    "en",
    (
        Section("Verse", (LyricLine(4.0, "some words to sing"),)),
        Section("Chorus", (LyricLine(8.0, "some words to sing"),)),
    ),
)


def voice():
    """A hum of harmonics where the lines are, silence elsewhere."""
    time_s = np.arange(int(DURATION_S * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
    tone = sum(np.sin(2 * np.pi * 180 * k * time_s + k * k) / k for k in range(1, 20))
    is_sung = ((time_s > 4) & (time_s < 6.5)) | ((time_s > 8) & (time_s < 11))
    return (0.1 * tone * is_sung).astype(np.float32)[None]


def played(name, *, keeps_stems=False):
    style = parse_style(name)
    score = make_score(LYRICS, style, DURATION_S, seed=2)
    tracks = play_band(score, style, seed=2)
    band = render_tracks(
        score, tracks, soundfont(), style.genre, seed=2, given=Gains(), keeps_stems=keeps_stems
    )
    return score, band


@lru_cache
def mixed(name, *, sings=True, keeps_stems=False):
    score, band = played(name, keeps_stems=keeps_stems)
    voices = {"lead": voice()} if sings else {}
    return score, mix_song(score, band, voices, parse_style(name).genre, given=Gains())


@pytest.mark.parametrize("name", ["jazz swing", "rock", "house", "ambient", "lo-fi hip-hop"])
def test_a_mix_is_as_loud_as_it_should_be_and_never_over(name):
    _, mix = mixed(name)

    loudness = measure_loudness(mix.audio)
    assert loudness.lufs == pytest.approx(-14.0, abs=0.3)
    assert loudness.true_peak_dbtp <= -1.0
    assert mix.audio.shape == (2, int(DURATION_S * SAMPLE_RATE_HZ))
    assert np.abs(mix.audio.mean(axis=1)).max() < 1e-3


@pytest.mark.parametrize("name", ["rock", "pop ballad"])
def test_parts_differ_by_no_more_than_a_listener_puts_up_with(name):
    score, mix = mixed(name)

    frames = power_frames(mix.audio)
    levels = [
        gated_lufs(frames[int(part.start_s * 100) : int(part.end_s * 100)])
        for part in score.parts
        if part.kind != "outro"
    ]
    assert max(levels) - min(levels) < 8


def test_stems_sum_to_the_mix():
    _, mix = mixed("pop ballad", keeps_stems=True)

    total = np.sum(list(mix.stems.values()), axis=0)
    assert {"vocal", "drums", "bass", "keys", "ambience"} <= set(mix.stems)
    assert np.abs(total - mix.audio).max() < 0.02


def test_keeping_stems_does_not_change_the_mix():
    _, plain = mixed("folk")
    _, with_stems = mixed("folk", keeps_stems=True)

    assert np.array_equal(plain.audio, with_stems.audio)


def test_the_voice_stands_clear_of_the_band():
    _, mix = mixed("rock", keeps_stems=True)

    sung = slice(int(4.3 * SAMPLE_RATE_HZ), int(6.3 * SAMPLE_RATE_HZ))
    band = np.sum([a for n, a in mix.stems.items() if n not in ("vocal", "ambience")], axis=0)
    voice_lufs, band_lufs = (
        gated_lufs(power_frames(np.ascontiguousarray(a[:, sung])))
        for a in (mix.stems["vocal"], band)
    )
    assert voice_lufs > band_lufs + 1


def test_the_band_makes_room_between_one_and_four_kilohertz():
    _, mix = mixed("rock", keeps_stems=True)
    _, band = played("rock", keeps_stems=True)

    def share(audio):
        sung = audio[0, int(4.3 * SAMPLE_RATE_HZ) : int(6.3 * SAMPLE_RATE_HZ)]
        power = np.abs(np.fft.rfft(sung)) ** 2
        hz = np.fft.rfftfreq(len(sung), 1 / SAMPLE_RATE_HZ)
        return power[(hz > 1200) & (hz < 3500)].sum() / power[(hz > 60) & (hz < 600)].sum()

    name = "guitar"
    assert share(mix.stems[name]) < 0.55 * share(band.stems[name])


def test_the_song_ends_in_silence_and_starts_without_a_click():
    _, mix = mixed("pop ballad", sings=False)

    assert np.abs(mix.audio[:, -20:]).max() < 1e-3
    assert np.abs(mix.audio[:, 0]).max() < 1e-3
    assert np.abs(mix.audio[:, -2 * SAMPLE_RATE_HZ :]).max() > 1e-3


def test_given_gains_are_kept():
    _, mix = mixed("folk")
    score, band = played("folk")

    quieter = {"lead": voice() * 0.5}
    again = mix_song(score, band, quieter, parse_style("folk").genre, given=mix.gains)

    assert again.gains == mix.gains


def test_gated_loudness_agrees_with_the_reference_meter():
    rng = np.random.default_rng(1)
    noise = (rng.standard_normal((2, SAMPLE_RATE_HZ * 6)) * 0.05).astype(np.float32)
    noise[:, SAMPLE_RATE_HZ * 3 :] *= 0.02

    measured = measure_loudness(noise).lufs
    assert gated_lufs(power_frames(noise)) == pytest.approx(measured, abs=0.05)


def test_the_limiter_holds_its_ceiling_and_leaves_quiet_sound_alone():
    rng = np.random.default_rng(1)
    sound = (rng.standard_normal((2, SAMPLE_RATE_HZ)) * 0.1).astype(np.float32)
    sound[:, 20_000] = 2.0

    gains = limiter_steps(peak_steps(sound), 0.8)
    limited = sound * per_sample(gains, STEP, sound.shape[1])

    assert np.abs(limited).max() <= 0.8 + 1e-6
    assert np.array_equal(limited[:, 40_000:], sound[:, 40_000:])


def test_panning_keeps_the_power():
    for pan in (-1.0, -0.3, 0.0, 0.7):
        assert np.sum(pan_gains(pan) ** 2) == pytest.approx(2.0, rel=1e-5)
    assert pan_gains(1.0)[0, 0] == pytest.approx(0.0, abs=1e-6)


def test_a_span_sung_again_keeps_the_balance_of_voice_and_band():
    _, mix = mixed("rock")
    score, band = played("rock")
    louder = {"lead": voice() * 4}

    again = mix_song(score, band, louder, parse_style("rock").genre, given=mix.gains)

    assert again.gains.band_db == mix.gains.band_db
