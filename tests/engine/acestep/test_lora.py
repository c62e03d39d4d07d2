"""A LoRA on the tiny weights: it changes what is sung, is recorded by hash, and one for another size is refused."""

from dataclasses import replace

import numpy as np
import pytest

from songsmith.engine.acestep.engine import AceStepEngine
from songsmith.engine.acestep.lora import parse_lora
from songsmith.engine.engine import EngineError, RenderRequest
from songsmith.lyrics.lyric import LyricLine, Lyrics, Section

torch = pytest.importorskip("torch")
pytest.importorskip("diffusers")

WORDS = Lyrics(language="en", sections=(Section("Verse", (LyricLine(1, "I kept your chair"),)),))
REQUEST = RenderRequest(WORDS, "slow jazz", 10.0, (21,), options={"steps": 1})


def write_lora(folder, width=32, *, name="transformer.layers.0.cross_attn.to_q", seed=4):
    from safetensors.torch import save_file

    generator = torch.Generator().manual_seed(seed)
    weights = {
        f"{name}.lora_A.weight": torch.randn(2, width, generator=generator),
        f"{name}.lora_B.weight": torch.randn(32, 2, generator=generator),
    }
    file = folder / "voice.safetensors"
    save_file(weights, file)
    return file


def sung(engine, **options):
    request = replace(REQUEST, options={**REQUEST.options, **options})
    return next(iter(engine.render(request, lambda progress: None)))


def test_a_lora_changes_the_song_by_its_weight_and_leaves_the_model_as_it_was(models, tmp_path):
    pytest.importorskip("peft")
    engine, file = AceStepEngine(), write_lora(tmp_path)
    plain, strong, weak, again = (
        sung(engine),
        sung(engine, lora=str(file)),
        sung(engine, lora=f"{file}:0.5"),
        sung(engine),
    )
    assert np.array_equal(plain.audio, again.audio)
    assert not np.array_equal(plain.audio, strong.audio)
    assert not np.array_equal(weak.audio, strong.audio)
    assert strong.details["lora"] == {
        "sha256": parse_lora(str(file)).sha256,
        "weight": 1.0,
        "trained_scale": 1.0,
    }
    assert plain.details["lora"] is None


def test_a_lora_of_weight_nought_changes_nothing(models, tmp_path):
    pytest.importorskip("peft")
    engine, file = AceStepEngine(), write_lora(tmp_path)
    assert np.array_equal(sung(engine, lora=f"{file}:0").audio, sung(engine).audio)


@pytest.mark.parametrize("query", ["to_q", "q_proj"])
def test_a_lora_as_peft_saves_it_counts_as_much_as_in_training(models, tmp_path, query):
    pytest.importorskip("peft")
    engine = AceStepEngine()
    plain = sung(engine, lora=str(write_lora(tmp_path)))
    folder = tmp_path / "peft"
    folder.mkdir()
    trained = write_lora(folder, name=f"base_model.model.layers.0.cross_attn.{query}")
    trained.rename(folder / "adapter_model.safetensors")
    (folder / "adapter_config.json").write_text('{"r": 2, "lora_alpha": 4, "peft_type": "LORA"}')
    half = sung(engine, lora=f"{folder}:0.5")
    assert np.array_equal(half.audio, plain.audio)
    assert half.details["lora"]["trained_scale"] == 2.0


@pytest.mark.parametrize(
    ("described", "message"),
    [
        ('{"r": 0}', "does not describe a LoRA"),
        ('{"alpha_pattern": {"to_q": 4}}', "other ranks in some layers"),
    ],
)
def test_a_training_that_can_not_be_followed_is_refused(models, tmp_path, described, message):
    write_lora(tmp_path).rename(tmp_path / "adapter_model.safetensors")
    (tmp_path / "adapter_config.json").write_text(described)
    request = replace(REQUEST, options={"lora": str(tmp_path)})
    with pytest.raises(EngineError, match=message):
        AceStepEngine().forecast(request)


def test_weights_for_a_layer_that_the_model_does_not_have_are_one_line(models, tmp_path):
    pytest.importorskip("peft")
    file = write_lora(tmp_path, name="transformer.layers.7.cross_attn.to_q")
    with pytest.raises(EngineError, match="can't be used as a LoRA") as caught:
        sung(AceStepEngine(), lora=str(file))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("width", "text", "message"),
    [
        (64, "voice.safetensors", r"another size of the model \(width 64; this one is 32 wide\)"),
        (32, "other.safetensors", "there is no LoRA here"),
        (32, "voice.safetensors:9", "can't count 9 times"),
    ],
)
def test_a_lora_that_can_not_be_used_is_one_line_before_any_time_is_spent(
    models, tmp_path, width, text, message
):
    write_lora(tmp_path, width)
    request = replace(REQUEST, options={"lora": str(tmp_path / text)})
    with pytest.raises(EngineError, match=message):
        AceStepEngine().forecast(request)


def test_a_file_that_is_no_lora_is_refused(models, tmp_path):
    (tmp_path / "x.safetensors").write_bytes(b"PK\x03\x04 something else")
    request = replace(REQUEST, options={"lora": str(tmp_path)})
    with pytest.raises(EngineError, match="is not a safetensors file"):
        AceStepEngine().forecast(request)
