"""Time ACE-Step at its full size with random weights against the plain call of diffusers, in the same run.

    python benchmarks/acestep.py [--device cpu] [--dtype float32] [--length 95] [--steps 8] [--layers 24]
        [--decoded 2375]

Both start from the same noise and must give the same latents bit for bit; both decode the same latents, ours tile by
tile. Shares are of the machine's own matrix product, measured in the same run. With fewer --layers the decoder is as
large as ever; with --decoded only so many frames of the song are turned into sound. On a CPU seconds are those of all
cores together, which is steadier on a shared machine.
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
PEAK_SIDE = 4096
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
    """What `work` gives, and its seconds: on the clock for a GPU, of all cores together for a CPU."""
    if device == "cpu":
        start_s = time.process_time()
        return work(), time.process_time() - start_s
    wait(device)
    start_s = time.perf_counter()
    result = work()
    wait(device)
    return result, time.perf_counter() - start_s


def wait(device: str) -> None:
    """Until a GPU has done what it was given."""
    if device.startswith("cuda"):
        torch.cuda.synchronize()


def peak_rate(device: str, dtype: str) -> float:
    """FLOP/s of a matrix product in the kind of seconds that `timed` gives."""
    if device != "cpu":
        return machine_flops_per_s(device, dtype)
    a, b = torch.randn(2, PEAK_SIDE, PEAK_SIDE, dtype=getattr(torch, dtype))
    torch.mm(a, b)
    return float(2 * PEAK_SIDE**3 / min(timed(device, lambda: torch.mm(a, b))[1] for _ in range(3)))


def sampling(models: Models, plan: Plan, steps: int) -> tuple[Row, torch.Tensor, float]:
    """All steps, from the words to the latents; last the seconds of our steps alone."""
    noise = draw_noise(SEED, plan.frames, CHANNELS)

    def told() -> torch.Tensor:
        resident = Resident()
        timbre = timbre_of(resident, models, None)
        return conditions(resident, models, plan, timbre, task="text2music")

    def sung(condition: torch.Tensor) -> torch.Tensor:
        return sing(
            models,
            condition,
            noise,
            kept=None,
            steps=steps,
            shift=3.0,
            on_step=lambda done, total: None,
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

    if models.device != "cpu":
        timed(models.device, plain)  # the first run pays for what a device sets up
    theirs, plain_s = timed(models.device, plain)
    condition, reading_s = timed(models.device, told)
    latents, steps_s = timed(models.device, lambda: sung(condition))
    difference = float((latents - theirs.float().cpu()).abs().max())
    what = f"words and {steps} steps of {plan.duration_s:.0f} s"
    return Row(what, reading_s + steps_s, plain_s, difference), latents, steps_s


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

    again, first_s = timed(models.device, ours)
    sound, ours_s = timed(models.device, ours)
    what = f"decoding {latents.shape[1]} frames, tiles of {tile}"
    return Row(what, min(first_s, ours_s), plain_s, float(abs(sound - again).max()))


def print_forecast(plan: Plan, arguments: argparse.Namespace, ours_s: float, rate: float) -> None:
    """A whole song's seconds beside what a person would be told."""
    is_cpu = arguments.device == "cpu"
    forecast_s = song_wall_s(
        sizes_published("2b"), plan.frames, arguments.steps, rate, is_cpu=is_cpu
    )
    print(f"{'a whole song':34} ours {ours_s:8.2f} s   forecast {forecast_s:.2f} s")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--dtype", default="float32", choices=("float32", "bfloat16", "float16"))
    parser.add_argument("--length", type=float, default=95.0)
    parser.add_argument("--steps", type=int, default=8)
    parser.add_argument("--layers", type=int, default=24)
    parser.add_argument("--decoded", type=int, default=15_000, help="most frames to decode")
    arguments = parser.parse_args()
    dtype = getattr(torch, arguments.dtype)
    plan = make_plan(
        RenderRequest(WORDS, "slow jazz, 92 bpm, in F minor", arguments.length, (SEED,))
    )
    models, built_s = timed(
        arguments.device, lambda: build(arguments.device, dtype, arguments.layers)
    )
    rate = peak_rate(arguments.device, arguments.dtype)
    weights = sum(p.numel() for p in models.transformer.parameters())
    print(
        f"ACE-Step, {weights / 1e9:.2f} billion weights, {arguments.device}, {arguments.dtype}, "
        f"built in {built_s:.0f} s"
    )
    row, latents, steps_s = sampling(models, plan, arguments.steps)
    print(row)
    products = 2.0 * weights * plan.frames / 2 * arguments.steps
    print(
        f"{'a step of ours':34} {steps_s / arguments.steps:.2f} s, "
        f"{products / steps_s / rate:.0%} of the matrix-product peak of {rate / 1e12:.3f} TFLOP/s"
    )
    decoded = decoding(models, plan, latents[:, : arguments.decoded])
    print(decoded)
    if arguments.decoded >= plan.frames:
        print_forecast(plan, arguments, row.ours_s + decoded.ours_s, rate)
    if arguments.device.startswith("cuda"):
        print(f"{'peak memory of the device':34} {torch.cuda.max_memory_allocated() / 1e9:.1f} GB")
    else:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        print(f"{'peak memory':34} {peak / 1e9:.1f} GB")


if __name__ == "__main__":
    main()
