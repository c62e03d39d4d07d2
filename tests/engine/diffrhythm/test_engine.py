import json
import math
import os
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
import torch
from safetensors.torch import load as load_tensors

from songsmith.engine.device_limits import DeviceError, fewer_at_once
from songsmith.engine.diffrhythm.engine import DiffRhythmEngine
from songsmith.engine.diffrhythm.model.rename import CheckpointError
from songsmith.engine.engine import Cancelled, EngineError, Progress, RenderRequest, Span, Take
from songsmith.engine.units import SAMPLE_RATE_HZ
from songsmith.engine.weights.hub import WeightsError
from songsmith.lyrics.lyric import LyricLine, Lyrics, Section

QUICK = {"variant": "full", "steps": 4}
WORDS = ("the street lamps hum a minor key", "she keeps his chair beside the band")


def lyrics_of(*lines: str, language: str = "en") -> Lyrics:
    stamped = tuple(
        LyricLine(start_s=1.0 + 4 * index, text=text) for index, text in enumerate(lines)
    )
    return Lyrics(title="Chair", language=language, sections=(Section("verse", stamped),))


def request_of(**changes: Any) -> RenderRequest:
    request = RenderRequest(
        lyrics=lyrics_of(*WORDS),
        style="jazz nightclub",
        duration_s=10.0,
        seeds=(11,),
        options=QUICK,
    )
    return replace(request, **changes)


def ignore(progress: Progress) -> None: ...


@pytest.fixture(scope="module")
def shared(tiny_weights: Path, tmp_path_factory) -> tuple[Path, DiffRhythmEngine]:
    """A models folder that no test changes, and an engine that keeps what it loaded from there."""
    return shutil.copytree(
        tiny_weights, tmp_path_factory.mktemp("shared") / "models"
    ), DiffRhythmEngine()


@pytest.fixture
def engine(shared: tuple[Path, DiffRhythmEngine], request, monkeypatch) -> DiffRhythmEngine:
    """The shared one; a new one for tests that also ask for `tiny_models`, the models of their own."""
    if "tiny_models" in request.fixturenames:
        request.getfixturevalue("tiny_models")
        return DiffRhythmEngine()
    folder, engine = shared
    monkeypatch.setenv("SONGSMITH_MODELS", str(folder))
    return engine


def render(engine: DiffRhythmEngine, request: RenderRequest) -> list[Take]:
    return list(engine.render(request, ignore))


def test_a_lyric_becomes_sound_of_the_length_asked_for(engine):
    (take,) = render(engine, request_of())
    assert take.audio.shape == (2, 10 * SAMPLE_RATE_HZ)
    assert take.audio.dtype == np.float32
    assert 0.01 < np.abs(take.audio).max() < 1
    assert (take.engine, take.seed) == ("diffrhythm", 11)


def test_the_manifest_holds_all_that_the_samples_depend_on(engine):
    (take,) = render(engine, request_of())
    details = json.loads(json.dumps(dict(take.details)))
    assert details["variant"] == "full"
    assert details["frames"] == int(10 * 44100 / 2048)
    assert (details["steps"], details["is_exact"]) == (4, False)
    assert (details["device"], details["dtype"]) == ("cpu", "float32")
    assert details["torch"] == torch.__version__
    assert set(details["weights"]) >= {
        "dit-1.2-full/model.safetensors",
        "vae/model.safetensors",
        "muq-mulan/model.safetensors",
    }
    assert all(len(digest) == 64 for digest in details["weights"].values())
    assert details["styles"]["text"] == "jazz nightclub"
    assert any("stands in" in note for note in details["notes"])


def test_the_same_request_gives_the_same_samples_in_another_session(engine):
    (first,) = render(engine, request_of())
    (second,) = render(DiffRhythmEngine(), request_of())
    assert np.array_equal(first.audio, second.audio)


@pytest.mark.parametrize(
    "changes",
    [
        {"seeds": (12,)},
        {"style": "angry metal"},
        {"lyrics": lyrics_of("all other words are sung here now", WORDS[1])},
        {"options": {**QUICK, "guidance": 1.0}},
        {"options": {**QUICK, "sway": -1.0}},
        {"options": {**QUICK, "negative": "piano"}},
    ],
)
def test_what_is_asked_for_is_heard(engine, changes):
    (plain,) = render(engine, request_of())
    (other,) = render(engine, request_of(**changes))
    assert not np.array_equal(plain.audio, other.audio)


def test_latents_are_kept_with_a_take_unless_told_otherwise(engine):
    (take,) = render(engine, request_of())
    latents = load_tensors(take.attachments["latents.safetensors"])["latents"]
    assert latents.shape == (int(10 * 44100 / 2048), 64)
    (bare,) = render(engine, request_of(options={**QUICK, "keep_latents": False}))
    assert not bare.attachments


def test_the_base_model_sings_its_95_seconds_and_is_cut_with_a_fade(engine):
    (take,) = render(engine, request_of(duration_s=20.0, options={"steps": 2}))
    assert take.details["frames"] == 2048
    assert take.audio.shape[1] == 20 * SAMPLE_RATE_HZ
    ends = np.abs(take.audio[:, -400:]).max()
    assert ends < 0.05 * np.abs(take.audio).max()


def test_a_whole_base_song_is_95_1_seconds(engine):
    (take,) = render(engine, request_of(duration_s=2048 * 2048 / 44100, options={"steps": 2}))
    assert take.audio.shape[1] == 2048 * 2048


def test_without_words_it_is_an_instrumental(engine):
    (empty,) = render(engine, request_of(lyrics=Lyrics(title="Air")))
    (asked,) = render(engine, request_of(options={**QUICK, "instrumental": True}))
    assert np.array_equal(empty.audio, asked.audio)


def test_reference_audio_gives_the_style(engine, tmp_path):
    time_s = np.arange(12 * 22050) / 22050
    for name, pitch_hz in (("low.wav", 110), ("high.wav", 1760)):
        soundfile.write(tmp_path / name, 0.4 * np.sin(2 * math.pi * pitch_hz * time_s), 22050)
    low, high = (str(tmp_path / name) for name in ("low.wav", "high.wav"))
    renders = [
        render(engine, request_of(options={**QUICK, "style_audio": audio}))[0]
        for audio in ([low], [high], [f"{low}*0.3", {"path": high, "weight": 0.7}])
    ]
    assert not np.array_equal(renders[0].audio, renders[1].audio)
    assert not np.array_equal(renders[1].audio, renders[2].audio)
    styles: Any = renders[2].details["styles"]
    weights = [part["weight"] for part in styles["audio"]]
    assert weights == [0.3, 0.7]


def test_several_at_once_are_close_to_each_alone(engine):
    alone = render(engine, request_of(seeds=(1, 2, 3)))
    together = render(engine, request_of(seeds=(1, 2, 3), options={**QUICK, "takes_at_once": 2}))
    for one, other in zip(alone, together, strict=True):
        assert one.seed == other.seed
        assert np.abs(one.audio - other.audio).max() < 1e-3


def test_another_number_of_threads_changes_no_more_than_rounding(engine):
    threads = torch.get_num_threads()
    try:
        torch.set_num_threads(1)
        (one,) = render(engine, request_of())
        torch.set_num_threads(2)
        (two,) = render(engine, request_of())
    finally:
        torch.set_num_threads(threads)
    assert np.abs(one.audio - two.audio).max() <= 2 / 32_768
    assert (one.details["threads"], two.details["threads"]) == (1, 2)


def test_progress_has_steps_and_takes(engine):
    seen: list[Progress] = []
    list(engine.render(request_of(seeds=(1, 2)), seen.append))
    singing = [(p.done, p.total, p.take, p.takes) for p in seen if p.stage == "singing"]
    assert singing == [
        (1, 3, 1, 2),
        (2, 3, 1, 2),
        (3, 3, 1, 2),
        (1, 3, 2, 2),
        (2, 3, 2, 2),
        (3, 3, 2, 2),
    ]
    assert [p.stage for p in seen[:2]] == ["style", "loading"]


def test_takes_that_are_done_stay_when_the_person_stops(engine):
    def stop(progress: Progress) -> None:
        if progress.take == 2 and progress.stage == "singing":
            raise Cancelled("stopped")

    takes: list[Take] = []
    with pytest.raises(Cancelled):
        takes.extend(take for take in engine.render(request_of(seeds=(1, 2)), stop))
    kept = engine.render(request_of(seeds=(1, 2)), stop)
    assert next(kept).seed == 1
    with pytest.raises(Cancelled):
        next(kept)


def test_a_longer_song_keeps_its_beginning(engine):
    (parent,) = render(engine, request_of())
    longer = request_of(duration_s=14.0, parent=parent, spans=(Span(10.0, 14.0),), seeds=(5,))
    (take,) = render(engine, longer)
    length = parent.audio.shape[1]
    assert take.audio.shape[1] == 14 * SAMPLE_RATE_HZ
    assert np.array_equal(take.audio[:, :length], parent.audio)
    assert np.abs(take.audio[:, length:]).max() > 0.01


def test_a_shorter_song_is_cut_from_its_parent(engine):
    (parent,) = render(engine, request_of(duration_s=14.0))
    request = request_of(duration_s=11.0, parent=parent, spans=(Span(2.0, 4.0),))
    (take,) = render(engine, request)
    assert take.audio.shape[1] == 11 * SAMPLE_RATE_HZ
    assert np.array_equal(
        take.audio[:, 4 * SAMPLE_RATE_HZ :],
        parent.audio[:, 4 * SAMPLE_RATE_HZ : 11 * SAMPLE_RATE_HZ],
    )


def test_a_regenerated_span_has_the_level_of_its_parent(engine):
    (parent,) = render(engine, request_of())
    quiet = replace(parent, audio=(parent.audio / 16).astype(np.float32))
    (take,) = render(engine, request_of(parent=quiet, spans=(Span(4.0, 6.0),), seeds=(9,)))
    inside = take.audio[:, int(4.5 * SAMPLE_RATE_HZ) : int(5.5 * SAMPLE_RATE_HZ)]
    assert np.abs(inside).max() < 0.3


def test_the_forecast_says_what_will_be_sung_and_what_it_costs(engine):
    request = request_of(
        lyrics=lyrics_of(*WORDS, "this line comes too late"),
        style="jazz, male voice",
        options={**QUICK, "preset": "draft"},
    )
    forecast = engine.forecast(request)
    notes = "\n".join(forecast.notes)
    assert re.search(
        r"full model 1\.2, 215 frames, \d forward passes on cpu: about [\d.]+ \w", notes
    )
    assert "3 of 3 lines" in notes
    assert "can't be told in words who sings" in notes
    assert "an approximation" in notes
    assert forecast.wall_s > 0
    assert forecast.memory_bytes > 10**8


def test_a_line_past_the_end_is_named(engine):
    late = Lyrics(sections=(Section("verse", (LyricLine(12.0, WORDS[0]),)),))
    assert (
        "line 1 is not sung: it starts past the song's end"
        in engine.forecast(request_of(lyrics=late)).notes
    )


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"duration_s": 9.0}, "can't make a song of 9 s; ask for 10 to 285.3 s"),
        ({"duration_s": 286.0}, "can't make a song of 286 s"),
        ({"duration_s": 120.0, "options": {"variant": "base"}}, "the base model can't sing 120 s"),
        ({"options": {"reverb": 1}}, "no option 'reverb'; it has preset, steps"),
        ({"options": {"steps": 1}}, "option steps can't be 1; input should be greater"),
        ({"options": {"preset": "best"}}, "option preset can't be 'best'"),
        ({"options": {"device": "tpu"}}, "option device can't be 'tpu'"),
        ({"options": {"device": "cuda:7"}}, "torch can't find cuda:7 here"),
        ({"options": {"style_audio": "nowhere.wav"}}, "nowhere.wav: there is no such file"),
        ({"style": " "}, "no style was given"),
        ({"lyrics": lyrics_of("Straßenlaternen summen leis", language="de")}, "does not sing 'de'"),
        ({"spans": (Span(1, 2),)}, "spans can be sung again only in a take"),
        ({"seeds": ()}, "no seed given"),
    ],
)
def test_what_can_not_be_done_is_refused_before_anything_starts(engine, changes, said):
    request = request_of(**changes)
    for ask in (engine.forecast, lambda request: engine.render(request, ignore)):
        with pytest.raises(EngineError) as caught:
            ask(request)
        assert said in str(caught.value)
        assert "\n" not in str(caught.value)


def test_a_longer_song_needs_a_span_for_what_is_new(engine):
    (parent,) = render(engine, request_of())
    with pytest.raises(EngineError, match=r"no span covers it from 10\.00 s on"):
        engine.render(request_of(duration_s=20.0, parent=parent, spans=(Span(2, 3),)), ignore)


def test_a_reference_that_is_no_sound_is_one_line(engine, tmp_path):
    (tmp_path / "song.wav").write_text("not a sound")
    request = request_of(options={**QUICK, "style_audio": str(tmp_path / "song.wav")})
    with pytest.raises(Exception, match=r"song\.wav: can't be read as sound") as caught:
        render(engine, request)
    assert "\n" not in str(caught.value)


def test_short_memory_halves_the_takes_at_once_and_ends_in_one_line():
    short = torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB")
    assert fewer_at_once(4, "cpu", short) == 2
    with pytest.raises(DeviceError, match="out of memory on cpu while singing; ask for a shorter"):
        fewer_at_once(1, "cpu", RuntimeError("DefaultCPUAllocator: can't allocate memory"))
    with pytest.raises(RuntimeError, match="shapes"):
        fewer_at_once(4, "cpu", RuntimeError("shapes differ"))


def test_without_weights_it_says_what_to_pull_how_large_it_is_and_how_long_a_song_takes(
    monkeypatch, tmp_path
):
    monkeypatch.setenv("SONGSMITH_MODELS", str(tmp_path))
    engine = DiffRhythmEngine()
    status = engine.status()
    assert not status.is_ready
    assert "`songsmith models pull` (5.7 GB)" in status.remedy
    assert "a song of 95 s takes about" in status.remedy
    with pytest.raises(
        EngineError, match=r"can't sing here yet: no full weights in .*--variant full"
    ):
        engine.render(request_of(), ignore)


def test_with_weights_and_no_gpu_it_can_sing_but_is_not_advised(engine):
    status = engine.status()
    assert status.is_ready
    assert status.is_advised == torch.cuda.is_available()


def test_a_torch_or_an_espeak_that_cannot_be_loaded_is_not_called_ready(engine, monkeypatch):
    from songsmith.engine import extras
    from songsmith.engine.diffrhythm import readiness
    from songsmith.lyrics.speech.espeak import PhonemeError

    fault = PhonemeError("espeak-ng can't be loaded (bad ELF)", hint="pip install espeakng-loader")
    monkeypatch.setattr(readiness, "espeak_fault", lambda: fault)
    status = engine.status()
    assert (status.is_ready, status.reason, status.remedy) == (False, fault.what, fault.hint)
    monkeypatch.setattr(extras, "_import_fault", lambda module: "DLL load failed")
    status = engine.status()
    assert not status.is_ready and status.reason == "torch can't be loaded (DLL load failed)"
    assert status.remedy.startswith('pip install --force-reinstall "songsmith[diffrhythm]"')
    assert engine.song_seconds(95.0) >= 0


def test_weights_that_changed_are_refused(engine, tiny_models):
    render(engine, request_of())
    path = tiny_models / "dit-1.2-full" / "model.safetensors"
    damaged = bytearray(path.read_bytes())
    damaged[-1] ^= 1
    path.write_bytes(damaged)
    with pytest.raises(WeightsError, match=r"model\.safetensors: has changed"):
        render(engine, request_of())


def change_tensors(models: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Rewrite the full model's pickle as a download would have left it."""
    path = models / "dit-1.2-full" / "cfm_model.pt"
    state = torch.load(path, weights_only=True)["model_state_dict"]
    change(state)
    torch.save({"model_state_dict": state}, path)


def test_a_checkpoint_with_missing_and_extra_tensors_names_them(engine, tiny_models):
    def change(state):
        state["transformer.surprise.weight"] = state.pop("transformer.proj_out.weight")

    change_tensors(tiny_models, change)
    with pytest.raises(
        CheckpointError, match=r"model\.safetensors: .*1 missing .*1 extra"
    ) as caught:
        render(engine, request_of())
    assert "surprise" in str(caught.value)


def test_values_that_are_no_numbers_are_an_error_and_never_a_take(engine, tiny_models):
    change_tensors(tiny_models, lambda state: state["transformer.proj_out.bias"].fill_(torch.nan))
    with pytest.raises(EngineError, match="left the range of float32"):
        render(engine, request_of())


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_half_precision_is_close_when_asked_for(engine, dtype):
    (exact,) = render(engine, request_of())
    (half,) = render(engine, request_of(options={**QUICK, "dtype": dtype}))
    assert half.details["dtype"] == dtype
    assert np.abs(half.audio - exact.audio).max() > 0
    assert np.corrcoef(half.audio.ravel(), exact.audio.ravel())[0, 1] > 0.9


def test_models_stay_in_memory_between_renders(engine, tiny_models):
    (first,) = render(engine, request_of())
    shutil.rmtree(tiny_models / "style-cache")
    weights = tiny_models / "dit-1.2-full" / "model.safetensors"
    stat = weights.stat()
    weights.write_bytes(bytes(stat.st_size))
    os.utime(weights, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    (second,) = render(engine, request_of())
    assert np.array_equal(first.audio, second.audio)


def test_weights_of_the_other_variant_are_refused(engine, tiny_models):
    source = tiny_models / "dit-1.2-base" / "cfm_model.pt"
    source.replace(tiny_models / "dit-1.2-full" / "cfm_model.pt")
    with pytest.raises(WeightsError, match="holds the base model, not full"):
        render(engine, request_of())
