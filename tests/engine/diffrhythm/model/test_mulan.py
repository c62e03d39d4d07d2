import json
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from songsmith.engine.diffrhythm.model.mel import MelConfig, cut_clips, log_mel
from songsmith.engine.diffrhythm.model.mulan import (
    AudioTower,
    MulanConfig,
    TextTower,
    load_audio_tower,
    load_text_tower,
)
from songsmith.engine.diffrhythm.model.rename import CheckpointError

GOLDEN = Path(__file__).parents[2] / "data" / "golden"
MEL = MelConfig(rate_hz=24_000, hop_samples=240, mean_db=0.0, std_db=1.0)


@pytest.fixture(scope="module")
def words() -> dict[str, Any]:
    words: dict[str, Any] = json.loads((GOLDEN / "mulan.json").read_text())["config"]
    return words


@pytest.fixture(scope="module")
def config(words: dict[str, Any]) -> MulanConfig:
    return MulanConfig.parse(
        words["MuQ-MuLan config.json"], words["MuQ config.json"], words["xlm-roberta config.json"]
    )


@pytest.fixture
def state() -> dict[str, torch.Tensor]:
    return load_file(GOLDEN / "mulan_weights.safetensors")


@pytest.mark.parametrize(
    ("samples", "lengths"), [(10, [10]), (20, [10, 10]), (13, [10, 10]), (7, [10]), (3, [6])]
)
def test_audio_is_cut_into_clips_that_wrap_to_its_start_once(samples, lengths):
    audio = torch.arange(samples)
    clips = cut_clips(audio, 10)
    assert [clip.shape[0] for clip in clips] == lengths
    wrapped = torch.cat((audio, audio))
    assert torch.equal(torch.cat(clips), wrapped[: sum(lengths)])


def test_digital_silence_is_at_the_floor_of_the_spectrum():
    mel = log_mel(torch.zeros(24_000), MEL)
    assert mel.shape == (128, 100)
    assert torch.equal(mel, torch.full_like(mel, -100.0))


def test_a_tone_is_loudest_in_its_band():
    tone = torch.sin(2 * torch.pi * 1000 * torch.arange(24_000) / 24_000)
    low, high = 0.0, 2595 * torch.log10(torch.tensor(1 + 12_000 / 700))
    band = (2595 * torch.log10(torch.tensor(1 + 1000 / 700)) - low) / (high - low) * 129 - 1
    assert abs(log_mel(tone, MEL)[:, 50].argmax() - band) <= 1


def test_at_the_published_sizes_the_towers_have_the_published_numbers_of_weights(words):
    mulan, muq = words["MuQ-MuLan config.json"], words["MuQ config.json"]
    mixer = {"dim": 768, "tf_depth": 8, "heads": 8, "dim_head": 64, "ff_mult": 4}
    encoder = {"num_attention_heads": 16, "intermediate_size": 4096}
    language = {
        "vocab_size": 250_002,
        "hidden_size": 768,
        "num_hidden_layers": 12,
        "num_attention_heads": 12,
        "intermediate_size": 3072,
        "max_position_embeddings": 514,
    }
    config = MulanConfig.parse(
        {
            **mulan,
            "text_model": {"name": "xlm-roberta-base"},
            "audio_transformer": mixer,
            "text_transformer": mixer,
        },
        {
            **muq,
            "conv_dim": 512,
            "encoder_dim": 1024,
            "encoder_depth": 12,
            "w2v2_config": {**muq["w2v2_config"], **encoder},
        },
        {**words["xlm-roberta config.json"], **language},
    )
    with torch.device("meta"):
        audio, text = AudioTower(config), TextTower(config)
    assert sum(weight.numel() for weight in audio.parameters()) / 1e6 == pytest.approx(
        367.9, abs=0.1
    )
    assert sum(weight.numel() for weight in text.parameters()) / 1e6 == pytest.approx(
        328.2, abs=0.1
    )


def test_each_tower_loads_from_a_file_without_the_unused_tensors(config, state):
    needless = ("cls_token", "aggregator", "temperatures", "num_batches_tracked", "inv_freq")
    used = {key: value for key, value in state.items() if not any(n in key for n in needless)}
    assert len(state) - len(used) == 13
    samples = torch.randn(60_000, generator=torch.Generator().manual_seed(1))
    whole, slim = load_audio_tower(state, config), load_audio_tower(used, config)
    assert torch.allclose(whole.embed(samples), slim.embed(samples), atol=1e-6)
    assert load_text_tower(used, config).max_tokens == 68


def test_tensors_that_neither_tower_knows_are_named(config, state):
    strange = state | {"mulan.video.proj.weight": torch.zeros(1)}
    with pytest.raises(CheckpointError, match=r"1 extra \(mulan\.video\.proj\.weight\)"):
        load_text_tower(strange, config)


def test_missing_tensors_of_a_tower_are_named(config, state):
    del state["mulan.audio.proj.weight"]
    with pytest.raises(CheckpointError, match=r"1 missing \(proj\.weight\)"):
        load_audio_tower(state, config)
    load_text_tower(state, config)


def test_a_configuration_without_a_size_says_which(words):
    muq = {key: value for key, value in words["MuQ config.json"].items() if key != "conv_dim"}
    with pytest.raises(CheckpointError, match="'conv_dim'"):
        MulanConfig.parse(words["MuQ-MuLan config.json"], muq, words["xlm-roberta config.json"])


def test_a_text_mixer_of_another_width_is_fed_through_a_projection(words, state):
    mulan = json.loads(json.dumps(words["MuQ-MuLan config.json"]))
    mulan["text_transformer"]["dim"] = 48
    config = MulanConfig.parse(mulan, words["MuQ config.json"], words["xlm-roberta config.json"])
    with pytest.raises(CheckpointError, match=r"missing \(proj\.weight, proj\.bias\)"):
        load_text_tower(state, config)


def test_padding_is_heard_so_texts_are_embedded_alone(config, state):
    tower = load_text_tower(state, config)
    ids = torch.tensor([[0, 5, 6, 2]])
    padded = torch.tensor([[0, 5, 6, 2, 1, 1]])
    alone = tower.embed(ids, torch.ones_like(ids))
    assert torch.linalg.vector_norm(alone).item() == pytest.approx(1, abs=1e-6)
    assert not torch.allclose(alone, tower.embed(padded, (padded != 1).long()), atol=1e-3)
