"""A tiny ACE-Step with random weights, laid out in the models folder as the published one."""

import warnings
from pathlib import Path
from typing import Any

SIZES: dict[str, Any] = {
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "head_dim": 8,
    "rope_theta": 10_000.0,
    "sliding_window": 16,
}


def write_acestep(folder: Path, *, name: str = "ace-step-turbo") -> None:
    """Every component of the part `name` in `folder`."""
    for component, network in networks().items():
        network.save_pretrained(folder / name / component)
    write_tokenizer(folder / name / "tokenizer")


def networks() -> dict[str, Any]:
    """The components by their names, always with the same weights."""
    import torch
    from diffusers import (
        AceStepAudioTokenDetokenizer,
        AceStepAudioTokenizer,
        AceStepConditionEncoder,
        AceStepTransformer1DModel,
        AutoencoderOobleck,
    )
    from transformers import Qwen3Config, Qwen3Model

    torch.set_num_threads(1)  # threads only get in each other's way in models this small
    torch.manual_seed(11)
    coder = {"pool_window_size": 5, "num_attention_pooler_hidden_layers": 1, "fsq_dim": 32}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        text = Qwen3Config(
            **{key: SIZES[key] for key in SIZES if key not in ("rope_theta", "sliding_window")},
            num_hidden_layers=2,
            vocab_size=257,
            max_position_embeddings=4096,
        )
        encoder = AceStepConditionEncoder(
            **SIZES,
            text_hidden_dim=32,
            timbre_hidden_dim=8,
            num_lyric_encoder_hidden_layers=2,
            num_timbre_encoder_hidden_layers=2,
        )
        encoder.silence_latent.copy_(torch.randn(encoder.silence_latent.shape) * 0.1)
        return {
            "transformer": AceStepTransformer1DModel(
                **SIZES,
                num_hidden_layers=2,
                in_channels=24,
                audio_acoustic_hidden_dim=8,
                patch_size=2,
                is_turbo=True,
            ).eval(),
            "condition_encoder": encoder.eval(),
            "text_encoder": Qwen3Model(text).eval(),
            "vae": AutoencoderOobleck(
                encoder_hidden_size=16,
                downsampling_ratios=[2, 4, 4, 6, 10],
                decoder_channels=3,
                decoder_input_channels=8,
                audio_channels=2,
                channel_multiples=[1, 2, 4, 8, 16],
                sampling_rate=48_000,
            ).eval(),
            "audio_tokenizer": AceStepAudioTokenizer(
                **SIZES,
                **coder,
                audio_acoustic_hidden_dim=8,
                fsq_input_levels=[4, 4, 4],
                fsq_input_num_quantizers=1,
            ).eval(),
            "audio_token_detokenizer": AceStepAudioTokenDetokenizer(
                **SIZES,
                pool_window_size=5,
                num_attention_pooler_hidden_layers=1,
                audio_acoustic_hidden_dim=8,
            ).eval(),
        }


def write_tokenizer(folder: Path) -> None:
    """A token for each byte and one that ends a text."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    end = "<|endoftext|>"
    vocabulary = {letter: index for index, letter in enumerate([*letters, end])}
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([end])
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, eos_token=end, pad_token=end
    ).save_pretrained(folder)
