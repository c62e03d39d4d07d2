"""What is asked of the model for a request, and what is made of the sound it gives."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from songsmith.engine.diffrhythm.finish import REFERENCE_PEAK, finish, reference_sound
from songsmith.engine.diffrhythm.forecast import Cost, cost_of, forward_flops, parameters
from songsmith.engine.diffrhythm.model.dit import DIT_1B_BASE, DIT_1B_FULL
from songsmith.engine.diffrhythm.model.sampler import PRESETS, forwards
from songsmith.engine.diffrhythm.options import Options
from songsmith.engine.diffrhythm.plan import make_plan
from songsmith.engine.engine import EngineError, RenderRequest, Span, Take
from songsmith.engine.speed import format_wait
from songsmith.engine.units import SAMPLE_RATE_HZ, SAMPLES_PER_FRAME
from songsmith.engine.weights.parts import format_bytes
from songsmith.lyrics.frames import longest_s
from songsmith.lyrics.lyric import LyricLine, Lyrics, Section

LINES = (LyricLine(1.0, "sing it low"), LyricLine(94.9, "and sing it once again tonight"))
LYRICS = Lyrics(language="en", sections=(Section("verse", LINES),))


def request_of(**changes: Any) -> RenderRequest:
    request = RenderRequest(lyrics=LYRICS, style="jazz", duration_s=95.0, seeds=(1,))
    return replace(request, **changes)


def take_of(seconds: float, level: float = 0.5) -> Take:
    samples = round(seconds * SAMPLE_RATE_HZ)
    audio = np.full((2, samples), level, dtype=np.float32)
    return Take(audio=audio, seed=1, engine="diffrhythm")


@pytest.mark.parametrize(
    ("duration_s", "variant", "frames"),
    [
        (10.0, "base", 2048),
        (95.0, "base", 2048),
        (longest_s("base"), "base", 2048),
        (96.0, "full", 2067),
        (285.0, "full", 6136),
        (longest_s("full"), "full", 6143),
    ],
)
def test_the_length_chooses_the_variant_and_its_frames(duration_s, variant, frames):
    plan = make_plan(request_of(duration_s=duration_s))
    assert (plan.variant, plan.frames) == (variant, frames)
    assert plan.samples == round(duration_s * SAMPLE_RATE_HZ)
    assert plan.new_frames is None


def test_the_full_model_hears_the_length_as_a_share_of_the_longest():
    assert make_plan(request_of(duration_s=120.0)).duration_share == 2583 / 6144


@pytest.mark.parametrize(
    ("changes", "note"),
    [
        ({}, "line 2 is not sung: it has no room before the song's end"),
        ({"duration_s": 90.0}, "line 2 is not sung: it starts past the song's end"),
        ({"options": {"variant": "full"}}, "line 2 loses its last 25 sounds at the end"),
    ],
)
def test_lines_that_are_not_sung_or_not_whole_are_named(changes, note):
    assert note in make_plan(request_of(**changes)).notes


def test_spans_take_begun_frames_whole():
    plan = make_plan(request_of(parent=take_of(95.0), spans=(Span(10.0, 12.0), Span(20.0, 21.0))))
    assert plan.new_frames == ((215, 259), (430, 453), (2046, 2048))
    assert plan.kept_frames == 2046


def test_what_a_longer_song_has_beyond_its_parent_is_new():
    plan = make_plan(request_of(duration_s=150.0, parent=take_of(95.0), spans=(Span(95.0, 150.0),)))
    assert plan.variant == "full"
    assert plan.kept_frames == 2046
    assert plan.new_frames == ((2045, 3229), (2046, 3229))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"parent": take_of(95.0), "spans": (Span(96.0, 97.0),)}, "the song ends at 95.00 s"),
        ({"parent": take_of(95.0)}, "a take only in spans"),
        ({"parent": take_of(50.0), "spans": (Span(50.0, 90.0),)}, "from 90.00 s on"),
        ({"duration_s": float("nan")}, "can't make a song of nan s"),
    ],
)
def test_requests_that_make_no_sense_are_refused(changes, said):
    with pytest.raises(EngineError, match=said):
        make_plan(request_of(**changes))


def test_options_are_understood_in_the_forms_people_give_them():
    options = Options.model_validate(
        {"steps": "24", "guidance": 3, "style_audio": ["a*b.wav", "c.wav*0.25"], "preset": "fast"}
    )
    assert [(str(r.path), r.weight) for r in options.style_audio] == [
        ("a*b.wav", 1),
        ("c.wav", 0.25),
    ]
    sampler = options.sampler()
    assert (sampler.steps, sampler.guidance_scale, sampler.solver) == (24, 3, "ab2")
    assert Options().sampler() == PRESETS["exact"]


def test_reference_audio_takes_the_place_of_the_text_unless_both_are_wanted():
    assert Options().style_text_weight == 1
    assert Options.model_validate({"style_audio": "a.wav"}).style_text_weight == 0
    assert (
        Options.model_validate({"style_audio": "a.wav", "text_weight": 0.5}).style_text_weight
        == 0.5
    )


def decoded_of(frames: int, level: float) -> np.ndarray:
    return np.full((2, frames * SAMPLES_PER_FRAME), level, dtype=np.float32)


def test_sound_that_fits_is_not_made_quieter():
    request = request_of(duration_s=10.0)
    finished = finish(decoded_of(2048, 0.9), make_plan(request), request, reference_gain=1.0)
    assert finished.gain == 1.0
    assert finished.audio[0, SAMPLE_RATE_HZ] == pytest.approx(0.9, abs=2**-23)


def test_sound_that_would_clip_is_made_just_quiet_enough():
    request = request_of(duration_s=10.0)
    finished = finish(decoded_of(2048, -1.5), make_plan(request), request, reference_gain=1.0)
    assert np.abs(finished.audio).max() == pytest.approx(0.99, abs=1e-6)
    assert finished.gain == pytest.approx(0.66)


def test_sound_that_is_no_numbers_is_an_error():
    request = request_of(duration_s=10.0)
    with pytest.raises(EngineError, match="not numbers"):
        finish(decoded_of(2048, np.nan), make_plan(request), request, reference_gain=1.0)


def test_silence_is_said():
    request = request_of(duration_s=10.0)
    finished = finish(decoded_of(2048, 0.0), make_plan(request), request, reference_gain=1.0)
    assert "the take is silent" in finished.notes[0]


def test_a_cut_song_fades_over_half_a_second_and_a_whole_one_hardly():
    cut, whole = request_of(duration_s=10.0), request_of(duration_s=longest_s("base"))
    for request, fade_s in ((cut, 0.5), (whole, 0.02)):
        audio = finish(decoded_of(2048, 0.5), make_plan(request), request, reference_gain=1.0).audio
        fade = round(fade_s * SAMPLE_RATE_HZ)
        assert np.all(audio[:, -fade - 1] == 0.5)
        assert np.all(np.diff(audio[0, -fade:]) <= 0)
        assert np.abs(audio[:, -1]).max() < 1e-6


def test_the_full_models_last_frame_is_filled_with_silence():
    request = request_of(duration_s=120.0)
    plan = make_plan(request)
    audio = finish(decoded_of(plan.frames, 0.5), plan, request, reference_gain=1.0).audio
    assert audio.shape[1] == 120 * SAMPLE_RATE_HZ
    assert not audio[:, plan.frames * SAMPLES_PER_FRAME :].any()


def test_a_reference_is_brought_to_its_level_and_back():
    parent = take_of(20.0, level=0.1)
    sound, gain = reference_sound(parent.audio, 100)
    assert sound.shape == (2, 100 * SAMPLES_PER_FRAME)
    assert np.abs(sound).max() == pytest.approx(REFERENCE_PEAK)
    request = request_of(duration_s=20.0, parent=parent, spans=(Span(5.0, 6.0),))
    finished = finish(
        decoded_of(2048, REFERENCE_PEAK), make_plan(request), request, reference_gain=gain
    )
    middle = finished.audio[0, round(5.5 * SAMPLE_RATE_HZ)]
    assert middle == pytest.approx(0.1, abs=1e-6)
    assert np.array_equal(
        finished.audio[:, : 5 * SAMPLE_RATE_HZ], parent.audio[:, : 5 * SAMPLE_RATE_HZ]
    )


def test_a_silent_reference_is_left_as_it_is():
    sound, gain = reference_sound(take_of(5.0, level=0.0).audio, 200)
    assert gain == 1.0 and not sound.any()


@pytest.mark.parametrize(
    ("config", "frames", "flops", "weights"),
    [(DIT_1B_BASE, 2048, 5.08e12, 1_109_315_648), (DIT_1B_FULL, 6144, 18.5e12, 1_109_709_888)],
)
def test_the_arithmetic_agrees_with_the_published_model(config, frames, flops, weights):
    assert forward_flops(config, frames) == pytest.approx(flops, rel=0.01)
    assert parameters(config) == pytest.approx(weights, rel=0.002)


def test_twice_the_takes_take_twice_as_long_and_halves_need_less_memory():
    def cost(takes: int, bytes_per_weight: int) -> Cost:
        return cost_of(
            DIT_1B_BASE,
            frames=2048,
            takes=takes,
            forwards=62,
            bytes_per_weight=bytes_per_weight,
            chunk_frames=256,
            takes_at_once=1,
            flops_per_s=1e11,
        )

    assert cost(2, 4).wall_s == pytest.approx(2 * cost(1, 4).wall_s)
    assert cost(2, 4).memory_bytes == cost(1, 4).memory_bytes
    assert cost(1, 2).memory_bytes < cost(1, 4).memory_bytes
    assert 5e9 < cost(1, 4).memory_bytes < 8e9


def test_a_draft_takes_about_a_third_of_the_time():
    assert forwards(PRESETS["exact"]) / forwards(PRESETS["draft"]) == pytest.approx(3, abs=0.5)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.2, "about 1 s"), (40, "about 40 s"), (1500, "about 25 min"), (12_600, "about 3.5 h")],
)
def test_waits_are_said_in_words(seconds, words):
    assert format_wait(seconds) == words


@pytest.mark.parametrize(
    ("size", "words"),
    [(2_176, "2 kB"), (630e6, "630 MB"), (5.69e9, "5.7 GB"), (252e9, "252 GB")],
)
def test_sizes_are_said_in_words(size, words):
    assert format_bytes(size) == words
