"""Lines sung by the network: the same everywhere, on their notes, and no more of them than were asked for."""

import subprocess
import sys
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
import pyworld
import soxr

from songsmith.engine.engine import EngineError, RenderRequest, Span, load_engine
from songsmith.engine.sketch.kokoro.package import has_kokoro
from songsmith.engine.sketch.score import Note
from songsmith.engine.sketch.singing import kokoro_line
from songsmith.engine.sketch.singing.breath import Breath
from songsmith.engine.sketch.singing.kokoro_line import sing_with_network
from songsmith.engine.sketch.singing.sing_task import sing_task
from songsmith.engine.sketch.singing.tasks import SungAudio, Task, Way
from songsmith.engine.sketch.singing.vocals import _other
from songsmith.engine.sketch.voices import voices
from songsmith.engine.sketch.voices.registry import named_voices
from songsmith.engine.sketch.voices.speaking import say
from songsmith.engine.sketch.voices.voices import choose_voice
from songsmith.engine.units import sample_at
from songsmith.lyrics.lyric import LyricLine, Lyrics, Section

VOICE = "kokoro-michael"

needs_kokoro = pytest.mark.skipif(not has_kokoro(), reason="the optional voice is not installed")


def request(**more):
    verse = Section("Verse", (LyricLine(1.5, "Low moon"), LyricLine(3.5, "Low moon")))
    lyrics = Lyrics("Moon", "en", (verse, Section("Bridge", (LyricLine(5.5, "Row home"),))))
    options = {"voice": VOICE, "stems": True}
    return RenderRequest(lyrics, "folk, 120 bpm", 9.0, (1,), options=options, **more)


def render(request):
    return next(iter(load_engine("sketch").render(request, lambda progress: None)))


@pytest.fixture(scope="module")
def take():
    return render(request())


PRINT_HASH = """
import hashlib
from songsmith.engine.sketch.voices.speaking import say
from songsmith.engine.sketch.score import Note
from songsmith.engine.sketch.singing.kokoro_line import sing_with_network
from songsmith.engine.sketch.singing.sing_task import sing_task
from songsmith.engine.sketch.singing.tasks import SungAudio, Task, Way
said = say("kokoro-michael", "Low moon")
notes = (Note(0.5, 1.0, 48, 90, 1, 0), Note(1.0, 1.6, 50, 90, 1, 1))
sung = sing_task(Task(said, (Way("lead", notes, 0.2, 7),)))
print(hashlib.sha256(sung[0].samples.tobytes()).hexdigest())
"""


@needs_kokoro
def test_a_line_has_the_same_samples_in_every_process(capsys):
    there = subprocess.run(
        [sys.executable, "-c", PRINT_HASH], capture_output=True, text=True, check=True
    )
    exec(PRINT_HASH, {})
    assert there.stdout == capsys.readouterr().out and len(there.stdout.strip()) == 64


@needs_kokoro
def test_every_sung_vowel_is_on_its_note(take):
    vocal = soxr.resample(take.stems["vocal"].mean(axis=0).astype(np.float64), 44_100, 22_050)
    pitch_hz, times_s = pyworld.harvest(vocal, 22_050, f0_floor=60, f0_ceil=500)
    for note in take.details["memory"]["notes"]:
        length_s = note["end_s"] - note["start_s"]
        inside = (times_s > note["start_s"] + 0.2 * length_s) & (
            times_s < note["start_s"] + 0.5 * length_s
        )
        voiced = pitch_hz[inside & (pitch_hz > 0)]
        assert len(voiced) > 3
        cents = 1200 * np.log2(np.median(voiced) / 440) - 100 * (note["pitch"] - 69)
        assert abs(cents) < 60


@needs_kokoro
@pytest.mark.parametrize(("voice", "text"), [(VOICE, "White snow"), ("kokoro-yunxi", "窗台")])
def test_the_last_note_of_a_line_is_held_to_its_end(voice, text):
    said = say(voice, text)
    assert said is not None and said.script is not None
    notes = (Note(0.5, 1.0, 50, 90, 1, 0), Note(1.0, 2.2, 48, 90, 1, 1))
    audio = sing_with_network(Way("lead", notes, 0.2, 7), said, said.script)
    first, last = (round((at_s - audio.start_s) * 24_000) for at_s in (1.2, 2.1))
    levels = [np.sqrt(np.mean(part**2)) for part in np.array_split(audio.samples[first:last], 18)]
    assert min(levels) > 0.14 / 5


@needs_kokoro
def test_nothing_is_heard_before_the_first_sound_of_a_line():
    """Siwis would hum there, after a click louder than her vowels."""
    said = say("kokoro-siwis", "Oui je viens")
    assert said is not None and said.script is not None
    starts = (0.5, 1.0, 1.5, 2.5)
    notes = tuple(Note(a, b, 55, 90, 1, i) for i, (a, b) in enumerate(pairwise(starts)))
    audio = sing_with_network(Way("lead", notes, 0.45, 7), said, said.script)
    first = round((0.45 - audio.start_s - kokoro_line._FADE_S) * 24_000)
    assert first > 1_000
    assert not audio.samples[:first].any()


@needs_kokoro
def test_a_line_rests_at_its_comma_with_a_breath_and_no_voice():
    said = say(VOICE, "Low moon, row home")
    assert said is not None and said.script is not None
    starts = (0.5, 1.0, 2.0, 2.5, 3.2)
    notes = tuple(Note(a, b, 50, 90, 1, i) for i, (a, b) in enumerate(pairwise(starts)))
    audio = sing_with_network(Way("lead", notes, 0.5, 7), said, said.script)
    rest = slice(*(round((at_s - audio.start_s) * 24_000) for at_s in (1.75, 1.9)))
    level = np.sqrt(np.mean(audio.samples[rest] ** 2))
    assert 0.001 < level < 0.14 / 10
    frames = slice(*(round((at_s - audio.start_s) / 0.005) for at_s in (1.75, 1.85)))
    assert not audio.pitch_hz[frames].any()


@needs_kokoro
def test_a_span_of_one_line_costs_one_line_and_the_rest_stays_bit_for_bit(take):
    kokoro_line._sing.cache_clear()
    span = Span(6.2, 9.0)
    fixed = render(replace(request(spans=(span,), parent=take), seeds=(2,)))
    assert kokoro_line._sing.cache_info().misses == 1
    before = sample_at(span.start_s)
    assert np.array_equal(fixed.audio[:, :before], take.audio[:, :before])
    assert not np.array_equal(fixed.audio[:, before:], take.audio[:, before:])


@needs_kokoro
def test_the_same_notes_again_are_not_sung_again_though_their_stamps_are_rounded():
    said = say(VOICE, "Low moon")
    assert said is not None and said.script is not None
    first, later, higher = (
        Way("lead", (Note(a, b, pitch, 90, 1, 0), Note(b, c, 50, 90, 1, 1)), a - 0.3, 7)
        for a, b, c, pitch in ((0.5, 1.0, 1.6, 48), (8.5, 9.001, 9.599, 48), (20, 20.5, 21.1, 49))
    )
    kokoro_line._sing.cache_clear()
    sung = sing_task(Task(said, (first, later, higher)))
    assert kokoro_line._sing.cache_info().misses == 2
    assert sung[1].start_s == pytest.approx(sung[0].start_s + 8.0)
    assert np.array_equal(sung[1].samples, sung[0].samples)


@needs_kokoro
def test_a_language_has_a_neural_voice_in_both_registers_and_a_quick_one():
    assert choose_voice("en", "neural").name == VOICE
    assert choose_voice("en", "neural+high").name == "kokoro-heart"
    assert choose_voice("zh", "neural").language == "cmn"
    french, high = choose_voice("fr", "neural"), choose_voice("fr", "neural+high")
    assert french.name == high.name and french.highest < high.highest
    assert choose_voice("en", "quick") == choose_voice("en")
    assert choose_voice("en", "quick+high") == choose_voice("en", "high")
    with pytest.raises(EngineError, match="no neural voice sings the language 'de'"):
        choose_voice("de", "neural")


@needs_kokoro
def test_where_only_espeak_would_sing_the_network_does_unless_it_has_to_be_quick():
    assert choose_voice("es") == choose_voice("es", "neural") == choose_voice("es", "neural+low")
    assert choose_voice("es").name == "kokoro-alex"
    assert choose_voice("it", "her") == choose_voice("it", "neural+high")
    assert choose_voice("ja").name == "kokoro-kumo" and choose_voice("ja", "her").register == "high"
    assert choose_voice("es", "quick").name == "es"
    assert _other(choose_voice("es", "quick"), "es").name == "es+f3"
    assert not choose_voice("en").name.startswith("kokoro")


@needs_kokoro
def test_beside_a_network_sings_another_one_in_the_other_register():
    lead = choose_voice("en", "neural")
    assert _other(lead, "en").name == "kokoro-heart"
    assert not _other(choose_voice("en", "quick"), "en").name.startswith("kokoro")


@needs_kokoro
def test_what_a_network_sings_is_forecast_to_take_longer_and_more_memory():
    engine = load_engine("sketch")
    quick = RenderRequest(request().lyrics, "folk, 120 bpm", 9.0, (1,), options={"voice": "quick"})
    by_network, by_world = engine.forecast(request()), engine.forecast(quick)
    assert by_network.wall_s > by_world.wall_s
    assert by_network.memory_bytes > by_world.memory_bytes


def test_a_network_that_is_not_installed_says_what_to_type_in_one_line():
    absent = replace(named_voices()[VOICE], is_installed=lambda: False)
    with pytest.raises(EngineError) as refused:
        voices._named_voice(absent, "")
    assert str(refused.value).count("\n") == 0
    assert VOICE in str(refused.value) and 'pip install "songsmith[voices]"' in str(refused.value)


def test_a_breath_lets_a_line_begin_earlier_and_moves_nothing_in_it():
    line = SungAudio(np.ones(2400), 24_000, 3.0, np.full(20, 200.0))
    whole = kokoro_line._with_breath(line, Breath(2.798, np.full(480, 0.5)))
    first = round((line.start_s - whole.start_s) * 24_000)
    assert np.array_equal(whole.samples[first:], line.samples) and whole.start_s <= 2.798
    assert np.count_nonzero(whole.samples[:first]) == 480
    assert whole.pitch_hz[first // 120 :].tolist() == line.pitch_hz.tolist()
