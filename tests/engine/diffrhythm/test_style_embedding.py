import hashlib
import io
import json
import logging
import shutil
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch
from safetensors.torch import load_file
from tokenizers import Tokenizer, models, pre_tokenizers, processors

from songsmith.engine.audio import AudioError
from songsmith.engine.diffrhythm.model.mulan import MulanConfig, load_audio_tower, load_text_tower
from songsmith.engine.diffrhythm.model.rename import CheckpointError
from songsmith.engine.diffrhythm.style_embedding import (
    StyleEncoder,
    StyleError,
    blend,
    load_negative,
    negative_style,
)
from songsmith.engine.engine import EngineError

GOLDEN = Path(__file__).parents[1] / "data" / "golden"
RATE_HZ = 24_000


def write_tokenizer(path: Path) -> None:
    """A small one with the pipeline and the special ids of XLM-RoBERTa's."""
    letters = "abcdefghijklmnopqrstuvwxyz爵士女声"
    pieces = [("<s>", 0.0), ("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), ("▁", -4.0)]
    pieces += [("▁jazz", -3.0), ("▁vocal", -3.0), *((letter, -6.0) for letter in letters)]
    tokenizer = Tokenizer(models.Unigram(pieces, unk_id=3))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace("▁", prepend_scheme="always")]
    )
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    tokenizer.enable_truncation(512)
    tokenizer.enable_padding(pad_id=1, pad_token="<pad>", length=30)
    tokenizer.save(str(path))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The golden style encoder laid out as a downloaded one."""
    folder: Path = tmp_path_factory.mktemp("muq-mulan")
    words = json.loads((GOLDEN / "mulan.json").read_text())["config"]
    places = {
        "MuQ-MuLan config.json": "config.json",
        "MuQ config.json": "muq/config.json",
        "xlm-roberta config.json": "xlm-roberta/config.json",
    }
    for name, place in places.items():
        (folder / place).parent.mkdir(exist_ok=True)
        (folder / place).write_text(json.dumps(words[name]))
    shutil.copy(GOLDEN / "mulan_weights.safetensors", folder / "model.safetensors")
    write_tokenizer(folder / "xlm-roberta" / "tokenizer.json")
    return folder


@pytest.fixture(scope="module")
def shared(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> StyleEncoder:
    """One encoder with its towers in memory for all tests that don't look at its cache."""
    return StyleEncoder(folder, cache=tmp_path_factory.mktemp("cache"), weights_id="w1")


def config_of(folder: Path) -> MulanConfig:
    places = ("config.json", "muq/config.json", "xlm-roberta/config.json")
    return MulanConfig.parse(*(json.loads((folder / place).read_text()) for place in places))


def noise(seconds: float, seed: int = 1, rate_hz: int = RATE_HZ) -> np.ndarray:
    samples = np.random.default_rng(seed).normal(0, 0.1, int(seconds * rate_hz))
    return samples.astype(np.float32)


def tone(seconds: float, pitch_hz: float, rate_hz: int = RATE_HZ) -> np.ndarray:
    time_s = np.arange(int(seconds * rate_hz)) / rate_hz
    return (0.3 * np.sin(2 * np.pi * pitch_hz * time_s)).astype(np.float32)


def assert_is_style(style: torch.Tensor) -> None:
    assert style.shape == (1, 512)
    assert style.dtype == torch.float32
    assert torch.linalg.vector_norm(style).item() == pytest.approx(1, abs=1e-5)


def test_a_text_gives_the_text_towers_embedding(shared, folder):
    tower = load_text_tower(load_file(folder / "model.safetensors"), config_of(folder))
    ids = torch.tensor([[0, 5, 6, 2]])  # <s> jazz vocal </s>, without the file's padding
    style = shared.embed_text("  jazz \n vocal ")
    assert_is_style(style)
    assert torch.allclose(style, tower.embed(ids, torch.ones_like(ids)), atol=1e-6)


def test_chinese_texts_have_styles_of_their_own(shared):
    assert_is_style(shared.embed_text("爵士女声"))
    assert not torch.allclose(shared.embed_text("爵士女声"), shared.embed_text("女声"), atol=1e-4)


@pytest.mark.parametrize("text", ["", " \n "])
def test_a_text_without_words_is_an_error(shared, text):
    with pytest.raises(StyleError, match="no words"):
        shared.embed_text(text)


def test_a_text_that_is_too_long_says_how_long_it_may_be(shared):
    with pytest.raises(EngineError, match="102 tokens is too long; 68 is the most"):
        shared.embed_text("jazz " * 100)


def test_the_middle_of_a_sound_gives_the_audio_towers_embedding(shared, folder):
    sound = np.concatenate([tone(3, 300), noise(10), tone(3, 900)])
    tower = load_audio_tower(load_file(folder / "model.safetensors"), config_of(folder))
    style = shared.embed_audio((sound, RATE_HZ))
    assert_is_style(style)
    assert torch.allclose(style, tower.embed(torch.from_numpy(noise(10))), atol=1e-6)


@pytest.mark.parametrize(
    ("suffix", "rate_hz", "channels"), [("wav", 48_000, 1), ("flac", 44_100, 2), ("ogg", 22_050, 2)]
)
def test_formats_rates_and_channels_make_no_difference(shared, tmp_path, suffix, rate_hz, channels):
    sound = tone(11, 440, rate_hz) * (0.6 + 0.4 * np.sign(tone(11, 2, rate_hz)))
    path = tmp_path / f"reference.{suffix}"
    soundfile.write(path, np.repeat(sound[:, None], channels, axis=1), rate_hz)
    plain = tone(11, 440) * (0.6 + 0.4 * np.sign(tone(11, 2)))
    likeness = shared.embed_audio(path) @ shared.embed_audio((plain, RATE_HZ)).T
    unlike = shared.embed_audio(path) @ shared.embed_audio((noise(11), RATE_HZ)).T
    assert likeness.item() > unlike.item()
    assert likeness.item() > 0.9


def test_the_best_window_is_the_one_most_like_the_rest(shared):
    # Noise, and in the middle, where the plain choice falls, a tone.
    sound = np.concatenate([noise(10, 1), tone(10, 440), noise(10, 2)])
    typical = shared.embed_audio((noise(10, 3), RATE_HZ))
    best = shared.embed_audio((sound, RATE_HZ), window="best")
    middle = shared.embed_audio((sound, RATE_HZ))
    assert_is_style(best)
    assert (best @ typical.T).item() > (middle @ typical.T).item()


def test_silent_parts_are_never_the_best(shared):
    sound = np.concatenate([np.zeros(15 * RATE_HZ, np.float32), noise(10)])
    style = shared.embed_audio((sound, RATE_HZ), window="best")
    silent = torch.zeros(10 * RATE_HZ)
    assert shared._audio is not None
    assert not torch.allclose(style, shared._audio.embed(silent), atol=1e-3)


@pytest.mark.parametrize("window", ["middle", "best"])
def test_silence_is_an_error(shared, window):
    with pytest.raises(StyleError, match="silent"):
        shared.embed_audio((np.zeros((2, 30 * RATE_HZ), np.float32), RATE_HZ), window=window)


def test_a_silent_middle_is_an_error_that_tells_of_the_better_choice(shared):
    sound = np.concatenate([noise(10), np.zeros(11 * RATE_HZ, np.float32), noise(10)])
    with pytest.raises(StyleError, match=r"middle 10 s are silent.*best part"):
        shared.embed_audio((sound, RATE_HZ))


def test_less_than_ten_seconds_is_an_error_with_the_length(shared, tmp_path):
    path = tmp_path / "short.wav"
    soundfile.write(path, noise(4.2), RATE_HZ)
    with pytest.raises(
        StyleError, match=r"short\.wav: 4\.2 s are too short to hear a style in; give 10 s"
    ):
        shared.embed_audio(path)


def test_a_file_that_is_no_sound_is_one_clear_line(shared, tmp_path):
    path = tmp_path / "notes.mp3"
    path.write_text("la la la")
    with pytest.raises(AudioError, match=r"notes\.mp3: can't be read as sound"):
        shared.embed_audio(path)
    with pytest.raises(AudioError, match="can't be read as sound"):
        shared.embed_audio(tmp_path / "absent.wav")


def test_samples_that_are_no_numbers_are_an_error(shared):
    sound = noise(11)
    sound[7] = np.nan
    with pytest.raises(StyleError, match="not numbers"):
        shared.embed_audio((sound, RATE_HZ))


def test_an_embedding_is_made_once_and_then_read(folder, tmp_path):
    cache = tmp_path / "cache"
    first = StyleEncoder(folder, cache=cache, weights_id="w1").embed_text("jazz")
    # Without weights nothing new can be made, and nothing needs to be.
    reader = StyleEncoder(tmp_path / "absent", cache=cache, weights_id="w1")
    assert torch.equal(reader.embed_text(" jazz "), first)
    assert len(list(cache.iterdir())) == 1
    with pytest.raises(EngineError):
        reader.embed_text("vocal")


def test_other_weights_and_other_windows_have_other_places_in_the_cache(folder, tmp_path):
    sound = (noise(10), RATE_HZ)
    for weights_id in ("w1", "w2"):
        encoder = StyleEncoder(folder, cache=tmp_path, weights_id=weights_id)
        encoder.embed_audio(sound)
        encoder.embed_audio(sound, window="best")
        encoder.embed_audio(sound)
    assert len(list(tmp_path.iterdir())) == 4


@pytest.mark.parametrize("content", [b"", b"not numpy", "short"])
def test_a_damaged_cache_file_is_made_anew_with_a_word_in_the_log(
    folder, tmp_path, caplog, content
):
    if content == "short":
        buffer = io.BytesIO()
        np.save(buffer, np.zeros(3, np.float32))
        content = buffer.getvalue()
    encoder = StyleEncoder(folder, cache=tmp_path, weights_id="w1")
    style = encoder.embed_text("jazz")
    (kept,) = tmp_path.iterdir()
    kept.write_bytes(content)
    with caplog.at_level(logging.WARNING):
        assert torch.equal(encoder.embed_text("jazz"), style)
    assert "making it again" in caplog.text
    assert np.array_equal(np.load(kept), style.numpy())


def test_a_cache_that_cannot_be_written_costs_only_time(folder, tmp_path, caplog):
    (tmp_path / "file").write_text("")
    encoder = StyleEncoder(folder, cache=tmp_path / "file", weights_id="w1")
    with caplog.at_level(logging.WARNING):
        assert_is_style(encoder.embed_text("jazz"))
    assert "can't be written" in caplog.text


def test_released_towers_are_loaded_again_when_needed(folder, tmp_path):
    encoder = StyleEncoder(folder, cache=tmp_path / "a", weights_id="w1")
    style = encoder.embed_text("jazz")
    encoder.release()
    shutil.rmtree(tmp_path / "a")
    assert torch.equal(encoder.embed_text("jazz"), style)


def test_a_missing_tokenizer_or_configuration_is_named(folder, tmp_path):
    for missing in ("xlm-roberta/tokenizer.json", "muq/config.json"):
        copy = tmp_path / missing.replace("/", "-")
        shutil.copytree(folder, copy)
        (copy / missing).unlink()
        encoder = StyleEncoder(copy, cache=tmp_path / "cache", weights_id="w1")
        with pytest.raises(CheckpointError, match=missing):
            encoder.embed_text("jazz")


def test_a_blend_is_the_weighted_mean_of_unit_length():
    first, second = torch.zeros(1, 512), torch.zeros(1, 512)
    first[0, 0], second[0, 1] = 1, 5  # lengths don't matter, weights do
    mixed = blend([(first, 3.0), (second, 4.0)])
    assert_is_style(mixed)
    assert mixed[0, :2].tolist() == pytest.approx([0.6, 0.8])


def test_blends_of_nothing_are_errors():
    style = torch.ones(1, 512)
    with pytest.raises(StyleError, match="no style"):
        blend([])
    for weights in ([1.0, -1.0], [0.0, 0.0], [float("nan"), 1.0], [float("inf"), 1.0]):
        with pytest.raises(StyleError, match="cancel out"):
            blend([(style, weight) for weight in weights])


def test_the_negative_style_is_checked_by_its_hash(tmp_path):
    path = tmp_path / "vocal.npy"
    values = np.random.default_rng(2).normal(size=(1, 512)).astype(np.float32)
    np.save(path, values)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert np.array_equal(load_negative(path, sha256=digest).numpy(), values)
    with pytest.raises(CheckpointError, match=r"vocal\.npy: isn't the published negative style"):
        load_negative(path)
    with pytest.raises(CheckpointError, match="No such file"):
        load_negative(tmp_path / "absent.npy")


def test_without_the_negative_style_a_text_stands_in_and_says_so(shared):
    style, note = negative_style(None, shared)
    assert torch.equal(style, shared.embed_text("vocal"))
    assert '"vocal" stands in' in note


def test_a_take_is_as_close_to_a_style_as_the_encoder_says(tiny_models, tmp_path):
    from songsmith.engine.diffrhythm.styles import style_similarity
    from songsmith.engine.weights.store import Store

    audio = np.random.default_rng(0).standard_normal((2, 12 * 44_100)).astype(np.float32) * 0.1
    close = style_similarity(Store(tiny_models), audio, "slow jazz")
    assert close is not None and -1 <= close <= 1
    assert style_similarity(Store(tiny_models), audio, "slow jazz") == close
    assert style_similarity(Store(tiny_models), audio, "fast rock") != close
    assert style_similarity(Store(tiny_models), audio[:, :1000], "slow jazz") is None
    assert style_similarity(Store(tmp_path / "nothing"), audio, "slow jazz") is None
