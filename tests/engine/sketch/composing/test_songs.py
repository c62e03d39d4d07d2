"""Whole songs of every style by their notes, held to the limits that `benchmarks/music.py` prints."""

import importlib.util
import sys
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from songsmith.engine.sketch.composing.explain import explain_composition
from songsmith.engine.sketch.style.genre import genre, genre_names

BENCHMARK = Path(__file__).parents[4] / "benchmarks" / "music.py"


@pytest.fixture(scope="module")
def music():
    spec = importlib.util.spec_from_file_location("music_benchmark", BENCHMARK)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules[spec.name]


@pytest.fixture(scope="module")
def songs(music):
    return [music.composed(style, 1) for style in genre_names()]


@pytest.fixture(scope="module")
def every(music):
    return [music.composed(style, seed) for style in genre_names() for seed in (1, 2)]


def test_styles_sing_different_tunes_in_different_rhythms(music, songs):
    assert music.mean_likeness(songs) < 0.5
    assert music.families(songs) >= 6
    assert not [1 for a, b in combinations(songs, 2) if music.have_same_onsets(a, b)]


@pytest.mark.parametrize("style", ["pop", "folk", "jazz swing"])
def test_seeds_of_a_style_sing_different_tunes(music, style):
    seeds = [music.composed(style, seed) for seed in range(1, 8)]

    assert music.mean_likeness(seeds) < 0.4
    assert len({music.chorus_of(song) for song in seeds}) == len(seeds)


def test_height_and_range_belong_to_style_and_seed(music, songs):
    verses = [music.mean_of(song, "verse") for song in songs]
    lifts = [music.mean_of(song, "chorus") - music.mean_of(song, "verse") for song in songs]

    assert max(verses) - min(verses) > 3
    assert max(lifts) - min(lifts) > 3
    assert len({max(note.pitch for note in song.notes) for song in songs}) > 3


def test_the_highest_note_stands_once_where_the_song_is_highest(music, every):
    assert all(music.has_one_peak(song) for song in every)


def test_words_that_come_back_keep_their_tune(music, every):
    assert all(music.shares_hook(song) == 1 for song in every)


def test_a_song_closes_as_its_style_does_and_holds_its_last_note(music, every):
    assert all(music.closes_as_meant(song) for song in every)
    assert min(music.last_held_beats(song) for song in every) >= 2


def test_stress_falls_on_beats_and_strong_beats_on_chord_tones(music, every):
    stressed, unstressed = np.mean([music.on_beat_shares(song) for song in every], axis=0)

    assert stressed >= 0.85
    assert unstressed <= 0.35
    shares = [music.chord_tone_share(song) for song in every]
    assert min(shares) >= 0.8
    assert np.mean(shares) >= 0.93


def test_a_last_chorus_may_lie_higher_and_the_tune_goes_with_it(music):
    lifted = next(s for s in (music.composed("pop ballad", n) for n in range(9)) if s.score.lifts)
    lift = lifted.score.lifts[0]
    first, last = lifted.lines("chorus")[0], lifted.lines("chorus")[-4]

    assert lifted.score.lift_at(0.0) == 0
    assert lifted.score.tonic_at(lift.start_s) == (lifted.score.tonic + lift.semitones) % 12
    moved = [b - a for a, b in zip(lifted.pitches(first), lifted.pitches(last), strict=True)]
    assert sum(step == lift.semitones for step in moved) >= len(moved) - 3
    home = lifted.score.chords[-1].harmony.root
    assert home == lifted.score.tonic_at(lift.start_s)


def test_what_was_composed_is_told(music):
    song = music.composed("pop", 1)

    told = explain_composition(song.score, song.notes, genre("pop"), 1)

    assert told["keys"][0]["start_s"] == 0.0
    assert set(told["motifs"]) == {"verse", "chorus", "bridge"}
    assert told["motifs"]["chorus"]["form"] in genre("pop").tune.chorus_forms
    assert told["progressions"]["verse"].split()
    assert told["highest_note"]["pitch"] == max(note.pitch for note in song.notes)
