"""What makes the mix of one style differ from that of another."""

from dataclasses import replace
from functools import lru_cache

import numpy as np
import pytest

from songsmith.engine.loudness import gated_lufs, power_frames
from songsmith.engine.sketch.band.band import DRUM_NOTES
from songsmith.engine.sketch.composing.form import make_score
from songsmith.engine.sketch.mixing.ambience import echoes
from songsmith.engine.sketch.mixing.chains import bussed, glue, loudest_db
from songsmith.engine.sketch.mixing.gains import Gains
from songsmith.engine.sketch.mixing.mix import mix_song
from songsmith.engine.sketch.mixing.sheen import sheen
from songsmith.engine.sketch.mixing.singers import treated
from songsmith.engine.sketch.score import Note
from songsmith.engine.sketch.style.genre import genre, genre_names
from songsmith.engine.sketch.style.mix_style import MixStyle
from songsmith.engine.sketch.style.style import parse_style
from songsmith.engine.units import SAMPLE_RATE_HZ, sample_at
from songsmith.lyrics.lyric import LyricLine, Lyrics, Section
from tests.engine.sketch.mixing.test_mix import mixed, played


def tone(frequency_hz, level=0.3, length_s=2.0):
    time_s = np.arange(int(length_s * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
    return (level * np.sin(2 * np.pi * frequency_hz * time_s)).astype(np.float32)[None]


def level_db(audio):
    return 10 * np.log10(np.mean(np.square(audio, dtype=np.float64)) + 1e-12)


@pytest.mark.parametrize("name", genre_names())
def test_every_style_puts_its_voice_a_little_above_its_band(name):
    assert 2 <= genre(name).mix.voice_lu <= 4


@pytest.mark.parametrize("name", ["metal", "folk", "lo-fi hip-hop"])
def test_the_voice_stands_above_the_band_by_what_the_style_says(name):
    _, mix = mixed(name, keeps_stems=True)

    band = sum(a for n, a in mix.stems.items() if n not in ("vocal", "ambience"))
    voice = power_frames(mix.stems["vocal"])
    is_sung = voice > 1e-4
    apart = gated_lufs(voice[is_sung]) - gated_lufs(power_frames(band)[is_sung])
    assert apart == pytest.approx(genre(name).mix.voice_lu, abs=0.5)


def test_parts_differ_more_in_a_ballad_than_in_metal():
    def lift(name):
        parts = genre(name).mix.parts
        return parts["chorus"] - parts["intro"]

    assert lift("metal") < 1.5 and lift("pop ballad") > 5


def through_bus(sound, stem, style):
    sound = sound.copy()
    bussed(sound, stem, style)
    return sound


def test_a_driven_bus_adds_overtones_and_a_clean_one_does_not():
    sound = tone(200)
    driven = through_bus(sound, "bass", MixStyle(drive_db={"bass": 20}))
    third = 600 * 2
    assert np.abs(np.fft.rfft(driven[0]))[third] > 20 * np.abs(np.fft.rfft(sound[0]))[third]
    clean = through_bus(sound, "keys", MixStyle(drive_db={"bass": 20}))
    assert np.array_equal(clean, sound)


def test_a_squeezed_bus_evens_out_loud_and_soft():
    def apart(style):
        loud, soft = (through_bus(tone(300, level), "drums", style) for level in (0.8, 0.1))
        return level_db(loud[:, -20_000:]) - level_db(soft[:, -20_000:])

    assert apart(MixStyle(squeeze={"drums": 4})) < apart(MixStyle()) - 6


def test_glue_takes_most_where_the_band_is_loudest():
    sound = np.repeat(np.concatenate([tone(300, 0.5), tone(300, 0.02)], axis=1), 2, axis=0)

    frames = power_frames(sound)
    gain_db = 20 * np.log10(glue(frames, 3.0, loudest_db(frames)))
    assert gain_db[100] == pytest.approx(-3.0, abs=0.2)
    assert gain_db[300] == pytest.approx(0.0, abs=0.01)


def test_cymbals_ring_above_six_kilohertz_longer_than_hats_and_kicks_do_not():
    def struck(voice):
        notes = [Note(0.1, 0.2, DRUM_NOTES[voice], 100)]
        return sheen(notes, 2 * SAMPLE_RATE_HZ, np.random.default_rng(1))

    crash, hat = struck("crash"), struck("hat")
    power = np.abs(np.fft.rfft(crash[0])) ** 2
    assert power[: 2 * 4_000].sum() < 0.05 * power.sum()
    late = slice(sample_at(0.6), sample_at(0.8))
    assert level_db(crash[:, late]) > level_db(hat[:, late]) + 20
    assert not np.any(struck("kick"))


@lru_cache
def thrown():
    lines = (LyricLine(4.0, "some words to sing"), LyricLine(6.0, "and then some more"))
    after = (LyricLine(16.0, "a chorus comes later"),)
    lyrics = Lyrics("", "en", (Section("Verse", lines), Section("Chorus", after)))
    return make_score(lyrics, parse_style("reggae"), 24.0, seed=1)


def test_echoes_come_after_the_end_of_a_section_in_time_with_the_song():
    score = thrown()
    end_s = score.lines[1].end_s
    vocal = np.zeros((1, sample_at(24.0)), np.float32)
    vocal[:, sample_at(end_s - 0.4) : sample_at(end_s)] = tone(800, length_s=0.4)
    style = genre("reggae").mix

    sound = echoes(vocal, score, style)

    delay_s = style.echo_beats * 60 / score.bpm
    assert sound is not None
    heard = np.flatnonzero(np.abs(sound).max(axis=0) > 1e-3)
    assert heard[0] / SAMPLE_RATE_HZ == pytest.approx(end_s - 0.4 + delay_s, abs=0.1)
    assert echoes(vocal, score, style.model_copy(update={"echo_beats": 0.0})) is None
    silent = replace(score, lines=())
    assert not np.any(echoes(vocal, silent, style))


def test_a_style_has_the_sub_and_the_middle_that_it_says():
    rng = np.random.default_rng(3)
    noise = 0.05 * rng.standard_normal((2, 2 * SAMPLE_RATE_HZ)).astype(np.float32)
    plain, shaped = noise.copy(), noise.copy()
    bussed(plain, "keys", MixStyle())
    bussed(shaped, "keys", MixStyle(sub_db=6, mid_db=-6))

    change_db = [
        10 * np.log10(power_between(shaped, *band) / power_between(plain, *band))
        for band in ((25, 45), (450, 650), (5_000, 10_000))
    ]
    assert change_db == pytest.approx([5.5, -6, 0], abs=1.2)


def test_a_voice_has_the_lows_and_the_middle_that_its_style_says():
    rng = np.random.default_rng(4)
    noise = 0.05 * rng.standard_normal((1, 4 * SAMPLE_RATE_HZ)).astype(np.float32)

    def coloured(style):
        return treated({"lead": noise.copy()}, style, 0.0).sound["vocal"]

    plain, shaped = coloured(MixStyle()), coloured(MixStyle(voice_low_db=-8, voice_mid_db=-5))
    change_db = [
        10 * np.log10(power_between(shaped, *band) / power_between(plain, *band))
        for band in ((90, 160), (480, 620), (4_000, 8_000))
    ]
    assert change_db[0] - change_db[2] < -6
    assert change_db[1] - change_db[2] == pytest.approx(-5, abs=1)


def test_hats_step_back_while_somebody_sings():
    score, band = played("house")
    house = parse_style("house").genre
    voice = np.zeros_like(band.total[:1])
    is_sung = slice(3 * SAMPLE_RATE_HZ, 8 * SAMPLE_RATE_HZ)
    voice[:, is_sung] = tone(220, length_s=5.0)
    tops = []
    for hush_db in (0.0, 9.0):
        mix = house.mix.model_copy(update={"hush_db": hush_db})
        genre_ = house.model_copy(update={"mix": mix})
        copy = replace(band, total=band.total.copy(), send=band.send.copy())
        sound = mix_song(score, copy, {"lead": voice.copy()}, genre_, given=Gains()).audio
        tops.append(10 * np.log10(power_between(sound[:, is_sung], 5_000, 7_000)))
    assert tops[1] < tops[0] - 4


def power_between(audio, low_hz, high_hz):
    spectrum = np.abs(np.fft.rfft(audio.mean(axis=0))) ** 2
    hz = np.fft.rfftfreq(audio.shape[1], 1 / SAMPLE_RATE_HZ)
    return float(spectrum[(hz >= low_hz) & (hz < high_hz)].sum())
