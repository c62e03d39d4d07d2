"""Time ACE-Step at its full size with random weights against the plain call of diffusers, in the same run.

    python benchmarks/acestep.py [--device cpu] [--dtype float32] [--length 95] [--steps 8] [--layers 24]

Both start from the same noise and must give the same latents bit for bit; both decode the same latents, ours tile by
tile. Shares are of the machine's own matrix product, measured in the same run. With fewer --layers the decoder is as
large as ever.
"""

import argparse
import resource
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from diffusers import (
    AceStepConditionEncoder,
    AceStepPipeline,
    AceStepTransformer1DModel,
    AutoencoderOobleck,
    FlowMatchEulerDiscreteScheduler,
)
from tokenizers import Tokenizer, pre_tokenizers
from tokenizers import models as token_models
from transformers import PreTrainedTokenizerFast, Qwen3Config, Qwen3Model

from songsmith.engine.acestep.conditions import conditions, timbre_of
from songsmith.engine.acestep.cost import sizes_published, song_wall_s, tile_frames
from songsmith.engine.acestep.models import Models, Resident, _spare_memory
from songsmith.engine.acestep.plan import Plan, make_plan
from songsmith.engine.acestep.singing import draw_noise, sing
from songsmith.engine.acestep.sound import decode
from songsmith.engine.device_limits import room_bytes
from songsmith.engine.engine import RenderRequest
from songsmith.engine.speed import machine_flops_per_s
from songsmith.lyrics.lyric import LyricLine, Lyrics, Section

SEED = 3
CHANNELS = 64
LINES = tuple(LyricLine(4.0 * n, "the river carries every name we knew") for n in range(20))
WORDS = Lyrics(language="en", sections=(Section("Verse", LINES),))


@dataclass(frozen=True)
class Row:
    """One line of the table: what was timed, ours and the plain way, and how they differ."""

    what: str
    ours_s: float
    plain_s: float
    difference: float

    def __str__(self) -> str:
        return (
            f"{self.what:34} ours {self.ours_s:8.2f} s   plain {self.plain_s:8.2f} s   "
            f"{self.plain_s / self.ours_s:5.2f} times   largest difference {self.difference:.1e}"
        )


def build(device: str, dtype: torch.dtype, layers: int) -> Models:
    """The published sizes with random weights, on `device` from the start."""
    torch.manual_seed(SEED)
    with warnings.catch_warnings(), torch.device(device):
        warnings.simplefilter("ignore")
        transformer = AceStepTransformer1DModel(num_hidden_layers=layers, is_turbo=True).to(dtype)
        reader = AceStepConditionEncoder().to(dtype)
        text = Qwen3Model(
            Qwen3Config(
                hidden_size=1024,
                num_hidden_layers=28,
                intermediate_size=3072,
                num_attention_heads=16,
                num_key_value_heads=8,
                head_dim=128,
                vocab_size=151_669,
            )
        ).to(dtype)
        vae = AutoencoderOobleck(
            encoder_hidden_size=128,
            downsampling_ratios=[2, 4, 4, 6, 10],
            decoder_channels=128,
            decoder_input_channels=CHANNELS,
            audio_channels=2,
            channel_multiples=[1, 2, 4, 8, 16],
            sampling_rate=48_000,
        )
    networks = [
        network.eval().requires_grad_(False) for network in (transformer, reader, text, vae)
    ]
    transformer, reader, text, vae = networks
    pipeline = AceStepPipeline(
        vae=vae,
        text_encoder=text,
        tokenizer=byte_tokenizer(),
        transformer=transformer,
        condition_encoder=reader,
        scheduler=FlowMatchEulerDiscreteScheduler(num_train_timesteps=1, shift=1.0),
    )
    pipeline.set_progress_bar_config(disable=True)
    return Models(pipeline, transformer, reader, text, vae, device, dtype, is_staged=False)


def byte_tokenizer() -> Any:
    letters = [*sorted(pre_tokenizers.ByteLevel.alphabet()), "<|endoftext|>"]
    tokenizer = Tokenizer(
        token_models.BPE(vocab={letter: n for n, letter in enumerate(letters)}, merges=[])
    )
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, pad_token="<|endoftext|>")


def timed(device: str, work: Callable[[], Any]) -> tuple[Any, float]:
    if device.startswith("cuda"):
        torch.cuda.synchronize()
    start_s = time.perf_counter()
    result = work()
    if device.startswith("cuda"):
        torch.cuda.synchronize()
    return result, time.perf_counter() - start_s


def sampling(models: Models, plan: Plan, steps: int) -> tuple[Row, torch.Tensor]:
    """All steps, from the words to the latents."""
    noise = draw_noise(SEED, plan.frames, CHANNELS)

    def ours() -> torch.Tensor:
        resident = Resident()
        told = conditions(
            resident, models, plan, timbre_of(resident, models, None), task="text2music"
        )
        return sing(
            models, told, noise, kept=None, steps=steps, shift=3.0, on_step=lambda done, total: None
        )

    def plain() -> torch.Tensor:
        return models.pipeline(
            prompt=plan.caption,
            lyrics=plan.words.text,
            audio_duration=plan.duration_s,
            vocal_language=plan.language,
            num_inference_steps=steps,
            guidance_scale=1.0,
            latents=noise,
            bpm=plan.facts.bpm,
            keyscale=plan.facts.key,
            output_type="latent",
        ).audios

    timed(models.device, plain)  # the first run pays for what a device sets up
    theirs, plain_s = timed(models.device, plain)
    latents, ours_s = timed(models.device, ours)
    difference = float((latents - theirs.float().cpu()).abs().max())
    return Row(f"{steps} steps of {plan.duration_s:.0f} s", ours_s, plain_s, difference), latents


def decoding(models: Models, plan: Plan, latents: torch.Tensor) -> Row:
    """Latents to sound; the plain way decodes the whole at once, or tiled as diffusers tiles on a CPU."""
    resting = sizes_published("2b").resting_bytes(models.dtype.itemsize, is_staged=False)
    spare = int(0.92 * room_bytes(models.device)) - resting
    tile = tile_frames(spare, plan.frames, is_cpu=models.device == "cpu")
    if models.device == "cpu":
        models.vae.enable_tiling()

    @torch.inference_mode()
    def plain() -> torch.Tensor:
        return models.vae.decode(latents.transpose(1, 2).to(models.device)).sample

    theirs, plain_s = timed(models.device, plain)
    del theirs
    _spare_memory(models.vae)

    def ours() -> Any:
        return decode(models, latents, plan, tile, lambda done, total: None)

    timed(models.device, ours)
    sound, ours_s = timed(models.device, ours)
    again, _ = timed(models.device, ours)
    return Row(
        f"decoding, tiles of {tile} frames", ours_s, plain_s, float(abs(sound - again).max())
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--dtype", default="float32", choices=("float32", "bfloat16", "float16"))
    parser.add_argument("--length", type=float, default=95.0)
    parser.add_argument("--steps", type=int, default=8)
    parser.add_argument("--layers", type=int, default=24)
    arguments = parser.parse_args()
    dtype = getattr(torch, arguments.dtype)
    plan = make_plan(
        RenderRequest(WORDS, "slow jazz, 92 bpm, in F minor", arguments.length, (SEED,))
    )
    models, built_s = timed(
        arguments.device, lambda: build(arguments.device, dtype, arguments.layers)
    )
    rate = machine_flops_per_s(arguments.device, arguments.dtype)
    weights = sum(p.numel() for p in models.transformer.parameters())
    print(
        f"ACE-Step, {weights / 1e9:.2f} billion weights, {arguments.device}, {arguments.dtype}, "
        f"built in {built_s:.0f} s"
    )
    row, latents = sampling(models, plan, arguments.steps)
    print(row)
    products = 2.0 * weights * plan.frames / 2 * arguments.steps
    print(
        f"{'share of the matrix-product peak':34} {products / row.ours_s / rate:.0%} of {rate / 1e12:.2f} TFLOP/s"
    )
    decoded = decoding(models, plan, latents)
    print(decoded)
    forecast_s = song_wall_s(
        sizes_published("2b"),
        plan.frames,
        arguments.steps,
        rate,
        is_cpu=arguments.device == "cpu",
    )
    print(
        f"{'a whole song':34} ours {row.ours_s + decoded.ours_s:8.2f} s   forecast {forecast_s:.2f} s"
    )
    if arguments.device.startswith("cuda"):
        print(f"{'peak memory of the device':34} {torch.cuda.max_memory_allocated() / 1e9:.1f} GB")
    else:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        print(f"{'peak memory':34} {peak / 1e9:.1f} GB")


if __name__ == "__main__":
    main()
