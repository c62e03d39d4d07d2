"""The engine on the tiny weights: against diffusers' own pipeline, and what a fix keeps."""

from dataclasses import replace

import numpy as np
import pytest

from songsmith.engine.acestep.card import CARD
from songsmith.engine.acestep.engine import AceStepEngine
from songsmith.engine.acestep.readiness import song_seconds
from songsmith.engine.audio import load_audio, save_audio
from songsmith.engine.engine import EngineError, Progress, RenderRequest, Span, Take
from songsmith.engine.weights.store import Store
from songsmith.lyrics.lyric import LyricLine, Lyrics, Section

torch = pytest.importorskip("torch")
pytest.importorskip("diffusers")

WORDS = Lyrics(
    language="en",
    sections=(
        Section("Verse", (LyricLine(1, "I kept your chair"), LyricLine(4, "I kept your glass"))),
    ),
)
REQUEST = RenderRequest(WORDS, "slow jazz, 92 bpm, in F minor", 10.5, (21,), options={"steps": 4})


def ignore(progress: Progress) -> None: ...


@pytest.fixture
def engine(models):
    return AceStepEngine()


def sung(engine: AceStepEngine, **changes: object) -> Take:
    (take,) = engine.render(replace(REQUEST, **changes), ignore)  # type: ignore[arg-type]
    return take


def stages(engine: AceStepEngine, request: RenderRequest) -> set[str]:
    seen: list[Progress] = []
    list(engine.render(request, seen.append))
    return {progress.stage for progress in seen}


def kept(take: Take):
    from safetensors.torch import load

    return load(take.attachments["latents.safetensors"])


def noise(seed: int, duration_s: float):
    return torch.randn(
        1, int(duration_s * 25 + 0.999), 8, generator=torch.Generator().manual_seed(seed)
    )


def test_its_latents_are_those_of_diffusers_own_call_bit_for_bit(engine):
    take = sung(engine)
    pipeline = engine._resident._models[1].pipeline
    pipeline.set_progress_bar_config(disable=True)
    theirs = pipeline(
        prompt=REQUEST.style,
        lyrics="[Verse 1]\nI kept your chair\nI kept your glass",
        audio_duration=10.5,
        vocal_language="en",
        num_inference_steps=4,
        guidance_scale=1.0,
        shift=3.0,
        latents=noise(21, 10.5),
        bpm=92,
        keyscale="F minor",
        output_type="latent",
    ).audios
    assert torch.equal(kept(take)["latents"], theirs.float())
    assert np.abs(take.audio).max() == pytest.approx(10 ** (-1 / 20), rel=0.01)


@pytest.mark.parametrize("strength", [1.0, 0.6])
def test_a_cover_is_that_of_diffusers_own_call_bit_for_bit(engine, tmp_path, strength):
    import soxr

    original = np.random.default_rng(2).normal(size=(2, 463_050)).astype(np.float32) * 0.1
    save_audio(tmp_path / "song.wav", original)
    options = {"steps": 2, "cover": str(tmp_path / "song.wav"), "cover_strength": strength}
    take = sung(engine, options=options)
    models = engine._resident._models[1]
    models.pipeline.audio_tokenizer, models.pipeline.audio_token_detokenizer = models.coders()
    models.pipeline.set_progress_bar_config(disable=True)
    at_rate = soxr.resample(load_audio(tmp_path / "song.wav").T, 44_100, 48_000).T[:, : 263 * 1920]
    at_rate = np.pad(at_rate, ((0, 0), (0, 263 * 1920 - at_rate.shape[1])))
    torch.manual_seed(0)
    theirs = models.pipeline(
        prompt=REQUEST.style,
        lyrics="[Verse 1]\nI kept your chair\nI kept your glass",
        audio_duration=10.5,
        num_inference_steps=2,
        guidance_scale=1.0,
        latents=noise(21, 10.5),
        bpm=92,
        keyscale="F minor",
        task_type="cover",
        src_audio=torch.from_numpy(np.ascontiguousarray(at_rate)),
        audio_cover_strength=strength,
        output_type="latent",
    ).audios
    assert torch.equal(kept(take)["latents"], theirs.float())
    assert len(str(take.details["cover"])) == 64


def test_the_activation_in_place_gives_the_same_numbers():
    from diffusers.models.autoencoders.autoencoder_oobleck import Snake1d

    from songsmith.engine.acestep.models import _snake

    snake, sound = Snake1d(4), torch.randn(2, 4, 50, generator=torch.Generator().manual_seed(1))
    torch.nn.init.normal_(snake.alpha, generator=torch.Generator().manual_seed(2))
    with torch.no_grad():
        assert torch.equal(_snake(snake, sound), snake(sound))


def test_a_fix_keeps_the_parents_latents_and_level_and_needs_no_encoding(engine):
    parent = sung(engine)
    request = replace(REQUEST, parent=parent, spans=(Span(3.0, 5.0),), seeds=(77,))
    (fixed,) = engine.render(request, ignore)
    before, after = kept(parent), kept(fixed)
    outside = [*range(75), *range(125, before["latents"].shape[1])]
    assert torch.equal(before["latents"][:, outside], after["latents"][:, outside])
    assert not torch.equal(before["latents"][:, 75:125], after["latents"][:, 75:125])
    assert before["gain"] == after["gain"]
    assert "encoding" not in stages(engine, request)
    inside = slice(3 * 44_100, 5 * 44_100)
    assert np.array_equal(np.delete(fixed.audio, inside, 1), np.delete(parent.audio, inside, 1))


def test_a_window_sounds_as_it_would_in_the_whole_song(engine):
    from songsmith.engine.acestep.plan import make_plan
    from songsmith.engine.acestep.sound import decode

    parent = sung(engine)
    models, latents = engine._resident._models[1], kept(parent)["latents"]
    plan = make_plan(replace(REQUEST, parent=parent, spans=(Span(3.0, 5.0),)))
    whole = decode(models, latents, replace(plan, new_frames=()), 40, lambda done, total: None)
    part = decode(models, latents, plan, 16, lambda done, total: None)
    inside = slice(3 * 44_100, 5 * 44_100)
    assert np.abs(whole[:, inside] - part[:, inside]).max() < 1e-4 * np.abs(whole).max()
    assert not part[:, : 3 * 44_100 - 1].any()


def test_a_parent_of_another_engine_is_encoded_always_alike(engine):
    tone = np.sin(np.arange(463_050) / 30, dtype=np.float32) * 0.3
    parent = Take(np.stack([tone, tone]), 1, "sketch")
    request = replace(REQUEST, parent=parent, spans=(Span(3.0, 5.0),))
    assert "encoding" in stages(engine, request)
    torch.manual_seed(1)
    (first,) = engine.render(request, ignore)
    torch.manual_seed(2)
    (second,) = engine.render(request, ignore)
    assert np.array_equal(first.audio, second.audio)
    assert "was encoded" in " ".join(first.details["notes"])


@pytest.mark.parametrize("data", [b"", b"junk", b"\x08\0\0\0\0\0\0\0{}      "])
def test_kept_latents_that_can_not_be_read_are_made_from_the_sound(engine, data):
    parent = replace(sung(engine), attachments={"latents.safetensors": data})
    request = replace(REQUEST, parent=parent, spans=(Span(3.0, 5.0),))
    assert "encoding" in stages(engine, request)


def test_a_song_is_extended_and_what_was_there_stays(engine):
    parent = sung(engine)
    spans = (Span(10.0, 14.0),)
    longer = sung(engine, parent=parent, spans=spans, duration_s=14.0)
    assert longer.audio.shape[1] == 14 * 44_100
    assert np.array_equal(longer.audio[:, :441_000], parent.audio[:, :441_000])
    assert np.abs(longer.audio[:, 11 * 44_100 :]).max() > 0.001


def test_words_style_language_and_numbers_each_change_the_song(engine):
    first = sung(engine)
    for changes in (
        {"style": "loud rock"},
        {"options": {"steps": 4, "bpm": 140}},
        {"lyrics": replace(WORDS, language="de")},
        {"lyrics": Lyrics()},
    ):
        assert not np.array_equal(sung(engine, **changes).audio, first.audio), changes


def test_a_reference_sound_changes_the_timbre_and_is_recorded(engine, tmp_path):
    noise_ = np.random.default_rng(1).normal(size=(2, 44_100)).astype(np.float32) * 0.1
    save_audio(tmp_path / "ref.wav", noise_)
    options = {"steps": 4, "style_audio": [str(tmp_path / "ref.wav")]}
    take = sung(engine, options=options)
    assert not np.array_equal(take.audio, sung(engine).audio)
    assert np.array_equal(take.audio, sung(engine, options=options).audio)
    assert len(str(take.details["reference"])) == 64


def test_half_precision_sings_the_same_song(engine):
    exact = sung(engine)
    rough = sung(engine, options={"steps": 4, "dtype": "bfloat16"})
    assert np.corrcoef(exact.audio.ravel(), rough.audio.ravel())[0, 1] > 0.9
    assert rough.details["dtype"] == "bfloat16"


def test_working_in_stages_gives_the_same_samples(engine, models):
    from songsmith.engine.acestep.models import Resident
    from songsmith.engine.acestep.placing import place
    from songsmith.engine.acestep.plan import make_plan
    from songsmith.engine.acestep.rendering import Rendering
    from songsmith.engine.weights.store import Store

    plan, store = make_plan(REQUEST), Store(models)
    staged = replace(place(plan.options, store, plan.frames), is_staged=True)
    (take,) = Rendering(plan, REQUEST, store, staged, Resident(), ignore).takes()
    assert np.array_equal(take.audio, sung(engine).audio)


def test_too_many_words_are_refused_with_the_line_at_which_the_model_would_stop(engine):
    long = Lyrics(
        language="en",
        sections=(Section("Verse", tuple(LyricLine(i, "la " * 33) for i in range(30))),),
    )
    with pytest.raises(EngineError, match="it would stop in line 21; cut what comes from line 21"):
        engine.forecast(replace(REQUEST, lyrics=long))
    with pytest.raises(EngineError, match="the style text is 400 tokens long"):
        engine.forecast(replace(REQUEST, style="x" * 400))


def test_without_weights_it_says_what_to_pull_and_how_large_that_is(tmp_path, monkeypatch):
    monkeypatch.setenv("SONGSMITH_MODELS", str(tmp_path))
    status = AceStepEngine().status()
    assert not status.is_ready and "`songsmith models pull ace-step` (6.3 GB)" in status.remedy
    with pytest.raises(EngineError, match=r"no xl weights.*pull ace-step-xl") as caught:
        AceStepEngine().forecast(replace(REQUEST, options={"model": "xl"}))
    assert "\n" not in str(caught.value)


def test_with_weights_it_is_ready_and_says_how_long_a_song_takes(engine):
    status = engine.status()
    assert status.is_ready and status.is_advised and "a song of 95 s takes about" in status.reason
    assert engine.song_seconds(95.0) > 0


def test_a_size_that_is_not_here_is_forecast_by_its_own_weights(models):
    store = Store(models)
    assert song_seconds(store, 95.0, ("xl",)) > 2 * song_seconds(store, 95.0, ("2b",))


def test_a_torch_that_cannot_be_loaded_is_not_called_ready(engine, monkeypatch):
    from songsmith.engine import extras

    monkeypatch.setattr(extras, "_import_fault", lambda module: "DLL load failed")
    status = engine.status()
    assert not status.is_ready and status.reason == "torch can't be loaded (DLL load failed)"
    assert status.remedy.startswith('pip install --force-reinstall "songsmith[ace-step]"')
    assert engine.song_seconds(95.0) >= 0


def test_weights_that_are_not_whole_are_one_line(engine, models):
    from safetensors.torch import load_file, save_file

    path = models / "ace-step-turbo/transformer/diffusion_pytorch_model.safetensors"
    weights = load_file(path)
    weights.pop(sorted(weights)[0])
    save_file(weights, path)
    with pytest.raises(EngineError, match="1 weights are missing") as caught:
        sung(engine)
    assert "\n" not in str(caught.value)


def test_a_config_of_another_size_is_one_line(engine, models):
    path = models / "ace-step-turbo/transformer/config.json"
    path.write_text(path.read_text().replace('"hidden_size": 32', '"hidden_size": 64'))
    with pytest.raises(EngineError, match="does not hold the network that it should") as caught:
        sung(engine)
    assert "\n" not in str(caught.value)


def test_it_names_fifty_languages_and_sings_their_regions():
    assert len(CARD.languages) >= 50
    assert CARD.sings("pt-BR") and CARD.sings("yue") and not CARD.sings("mi")
