"""Time one guided step of the DiffRhythm transformer, and a whole sampling run, against the plain way.

    python benchmarks/dit_speed.py [--layers 16] [--frames 2048] [--pairs 1] [--full]

Random weights of the published sizes, float32. The plain way is what the published description says, word for
word, at every step: conditional and unconditional pass one after the other, text encoding, position tables,
style and a dense attention mask computed anew. Both must give the same velocity. Seconds are given as wall time
and as CPU time over all cores, which is steadier on a shared machine; the machine's own matrix product,
measured in the same run, is the peak that shares are of. A sampling run is 31 steps; with --full ours is really run.
"""

import argparse
import math
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.utils.flop_counter import FlopCounterMode

from songsmith.engine.diffrhythm.model.dit import DIT_1B_BASE, DIT_1B_FULL, DiT, DiTConfig
from songsmith.engine.diffrhythm.model.sampler import (
    PRESETS,
    Conditions,
    SamplerOptions,
    draw_noise,
    forwards,
    guided,
    guided_velocity,
    sample,
    span_mask,
)

EXACT = SamplerOptions()
TIME = 0.5
EQUAL = 1e-4
PEAK_SIDE = 4096
PEAK_REPEATS = 4


@dataclass(frozen=True)
class Spent:
    """Seconds on the clock and of all cores together."""

    wall_s: float
    cpu_s: float

    def __mul__(self, times: float) -> "Spent":
        return Spent(self.wall_s * times, self.cpu_s * times)

    def __add__(self, other: "Spent") -> "Spent":
        return Spent(self.wall_s + other.wall_s, self.cpu_s + other.cpu_s)


def timed(work: Callable[[], Tensor]) -> tuple[Tensor, Spent]:
    wall, cpu = time.perf_counter(), time.process_time()
    result = work()
    return result, Spent(time.perf_counter() - wall, time.process_time() - cpu)


def least(runs: list[Spent]) -> Spent:
    """The least of several runs, each kind of second by itself: whatever else runs only adds to them."""
    return Spent(min(run.wall_s for run in runs), min(run.cpu_s for run in runs))


def random_model(config: DiTConfig) -> DiT:
    """Weights with a spread that keeps activations near 1 through all layers, without torch's slow default."""
    with torch.device("meta"):
        model = DiT(config)
    generator = torch.Generator().manual_seed(1)
    state = {}
    for name, shape in ((name, value.shape) for name, value in model.state_dict().items()):
        reach = math.sqrt(3 / math.prod(shape[1:])) if len(shape) > 1 else 0.1
        state[name] = torch.empty(shape).uniform_(-reach, reach, generator=generator)
        if name.endswith("norm.weight"):
            state[name] += 1
    model.load_state_dict(state, strict=True, assign=True)
    return model.eval().requires_grad_(False)


def random_conditions(model: DiT, frames: int) -> tuple[Tensor, Conditions]:
    """Noise (1, frames, 64) and everything else of one take."""
    generator = torch.Generator().manual_seed(2)
    known = torch.randn(1, frames, 64, generator=generator)
    text = torch.randint(0, 364, (1, frames), generator=generator)
    styles = F.normalize(torch.randn(2, 512, generator=generator), dim=-1)
    given = Conditions.fitted(model, 1, frames, known, text, styles[:1], styles[1:], 0.0, 0.7)
    return draw_noise(3, frames)[None], given


class PlainDiT:
    """The forward pass written down as described, nothing kept from step to step, one row at a time."""

    def __init__(self, model: DiT) -> None:
        self.config = model.config
        self.weights: dict[str, Tensor] = dict(model.state_dict())

    def guided(self, x: Tensor, given: Conditions, known: Tensor, scale: float) -> Tensor:
        """The guided velocity: two passes, one after the other."""
        cond = self.forward(x, known, given.text, given.style, given)
        nothing, no_words = torch.zeros_like(known), torch.zeros_like(given.text)
        uncond = self.forward(x, nothing, no_words, given.negative_style, given)
        return guided(cond, uncond, scale=scale)

    def forward(
        self, x: Tensor, cond: Tensor, text: Tensor, style: Tensor, given: Conditions
    ) -> Tensor:
        frames = x.shape[1]
        moment = self.moment("time_embed", torch.full_like(given.start_time, TIME))
        moment = moment + self.moment("start_embed", given.start_time)
        if self.config.has_duration:
            moment = moment + self.moment("duration_embed", given.duration)
        words = self.words(text)
        wide = [part[:, None].expand(-1, frames, -1) for part in (style, moment)]
        hidden = self.linear("input_proj", torch.cat((x, cond, words, *wide), dim=-1))
        hidden = hidden + self.position(hidden)
        mask = torch.zeros(x.shape[0], 1, frames, frames, dtype=x.dtype, device=x.device)
        for index in range(self.config.depth):
            hidden = self.layer(f"layers.{index}", hidden, mask)
            if index < self.config.depth // 2:
                hidden = hidden + F.silu(self.linear(f"text_residuals.{index}", words))
        scale, shift = self.linear("modulation", F.silu(moment)).chunk(2, dim=-1)
        hidden = F.layer_norm(hidden, hidden.shape[-1:], eps=1e-6)
        return self.linear("velocity_proj", hidden * (1 + scale[:, None]) + shift[:, None])

    def linear(self, name: str, x: Tensor) -> Tensor:
        return F.linear(x, self.weights[f"{name}.weight"], self.weights.get(f"{name}.bias"))

    def moment(self, name: str, moment: Tensor) -> Tensor:
        steps = torch.arange(128, dtype=torch.float32, device=moment.device)
        angles = 1000 * moment[:, None] * torch.exp(-math.log(10_000) / 127 * steps)
        hidden = self.linear(f"{name}.mlp.0", torch.cat((angles.sin(), angles.cos()), dim=-1))
        return self.linear(f"{name}.mlp.2", F.silu(hidden))

    def words(self, text: Tensor) -> Tensor:
        encoded = F.embedding(text, self.weights["text_encoder.embedding.weight"])
        angles = self.angles(text.shape[1], self.config.text_dim, text.device)
        encoded = encoded + torch.cat((angles.cos(), angles.sin()), dim=-1)
        for index in range(self.config.conv_layers):
            encoded = encoded + self.word_block(f"text_encoder.blocks.{index}", encoded)
        return encoded

    def word_block(self, name: str, x: Tensor) -> Tensor:
        w = self.weights
        hidden = F.conv1d(
            x.transpose(1, 2),
            w[f"{name}.depthwise.weight"],
            w[f"{name}.depthwise.bias"],
            padding=3,
            groups=x.shape[-1],
        ).transpose(1, 2)
        norm = (w[f"{name}.norm.weight"], w[f"{name}.norm.bias"])
        hidden = F.layer_norm(hidden, hidden.shape[-1:], *norm, eps=1e-6)
        hidden = F.gelu(self.linear(f"{name}.expand", hidden))
        strength = hidden.norm(p=2, dim=1, keepdim=True)
        share = strength / (strength.mean(dim=-1, keepdim=True) + 1e-6)
        response = w[f"{name}.response.gamma"] * (hidden * share) + w[f"{name}.response.beta"]
        return self.linear(f"{name}.contract", response + hidden)

    def position(self, x: Tensor) -> Tensor:
        hidden = x.transpose(1, 2)
        for index in range(2):
            name = f"position.convs.{index}"
            weight, bias = self.weights[f"{name}.weight"], self.weights[f"{name}.bias"]
            hidden = F.mish(F.conv1d(hidden, weight, bias, padding=15, groups=16))
        return hidden.transpose(1, 2)

    def layer(self, name: str, x: Tensor, mask: Tensor) -> Tensor:
        normed = self.rms_norm(f"{name}.attention_norm", x)
        split = (*x.shape[:2], self.config.heads, -1)
        q, k, v = (
            self.linear(f"{name}.attention.{part}", normed).view(split).transpose(1, 2)
            for part in "qkv"
        )
        angles = self.angles(x.shape[1], q.shape[-1], x.device)
        table = torch.cat((angles, angles), dim=-1)
        q, k = self.rotated(q, table), self.rotated(k, table)
        seen = F.scaled_dot_product_attention(q, k, v, attn_mask=mask)
        x = x + self.linear(f"{name}.attention.o", seen.transpose(1, 2).reshape(x.shape))
        normed = self.rms_norm(f"{name}.mlp_norm", x)
        gate = F.silu(self.linear(f"{name}.mlp.gate", normed))
        return x + self.linear(f"{name}.mlp.down", gate * self.linear(f"{name}.mlp.up", normed))

    def rms_norm(self, name: str, x: Tensor) -> Tensor:
        variance = x.pow(2).mean(-1, keepdim=True)
        return self.weights[f"{name}.weight"] * (x * torch.rsqrt(variance + 1e-6))

    @staticmethod
    def rotated(x: Tensor, table: Tensor) -> Tensor:
        first, second = x.chunk(2, dim=-1)
        return x * table.cos() + torch.cat((-second, first), dim=-1) * table.sin()

    @staticmethod
    def angles(frames: int, dim: int, device: torch.device) -> Tensor:
        rates = 10_000 ** -(torch.arange(0, dim, 2, dtype=torch.float32, device=device) / dim)
        angles: Tensor = torch.outer(torch.arange(frames, device=device).float(), rates)
        return angles


def flops_of_pair(config: DiTConfig, frames: int) -> int:
    """Multiplications and additions of matrix products, convolutions and attention in one guided step."""
    with torch.device("meta"):
        plain = PlainDiT(DiT(config))
        row = torch.zeros(1)
        given = Conditions(
            cond=torch.zeros(1, frames, 64),
            text=torch.zeros(1, frames, dtype=torch.int64),
            style=torch.zeros(1, 512),
            negative_style=torch.zeros(1, 512),
            start_time=row,
            duration=row,
        )
        with FlopCounterMode(display=False) as counter:
            plain.guided(given.cond, given, given.cond, EXACT.guidance_scale)
    return int(counter.get_total_flops())


def peak_rate() -> tuple[float, float]:
    """FLOP/s of the machine's own float32 matrix product, by the clock and by CPU seconds times cores."""
    a, b = torch.randn(2, PEAK_SIDE, PEAK_SIDE)
    torch.mm(a, b)
    runs = least([timed(lambda: torch.mm(a, b))[1] for _ in range(PEAK_REPEATS)])
    flops = 2 * PEAK_SIDE**3
    return flops / runs.wall_s, flops * torch.get_num_threads() / runs.cpu_s


def line(name: str, spent: Spent, flops: int, peak: tuple[float, float]) -> str:
    threads = torch.get_num_threads()
    by_clock, by_cpu = flops / spent.wall_s, flops * threads / spent.cpu_s
    return (
        f"{name:24} {spent.wall_s:9.2f} s wall {spent.cpu_s:9.2f} s CPU"
        f"   {by_clock / 1e9:6.1f} GFLOP/s wall {by_cpu / 1e9:6.1f} CPU"
        f"   {by_clock / peak[0]:4.0%} of peak wall {by_cpu / peak[1]:4.0%} CPU"
    )


def main() -> int:
    options = parse_options()
    if options.threads:
        torch.set_num_threads(options.threads)
    largest = DIT_1B_FULL if options.frames > DIT_1B_BASE.max_frames else DIT_1B_BASE
    config = replace(largest, depth=options.layers)
    flops = flops_of_pair(config, options.frames)
    print(
        f"{config.depth} layers, {options.frames} frames, float32, {torch.get_num_threads()} threads, "
        f"torch {torch.__version__}: {flops / 1e12:.2f} TFLOP a guided step"
    )
    model = random_model(config)
    with torch.inference_mode():
        return compare(model, options, flops)


def compare(model: DiT, options: argparse.Namespace, flops: int) -> int:
    """Run both ways in turns, print what they took; 1 if they don't give the same velocity."""
    noise, given = random_conditions(model, options.frames)
    mask = span_mask([(options.frames // 4, options.frames)], options.frames)
    known = given.cond.masked_fill(mask[:, None], 0.0)
    plain = PlainDiT(model)
    warm_up(model)
    peaks, ours_runs, plain_runs = [peak_rate()], [], []
    velocity, preparing = timed_preparation(model, given, mask)
    for _ in range(options.pairs):
        ours, spent = timed(lambda: velocity(noise, TIME))
        ours_runs.append(spent)
        theirs, spent = timed(lambda: plain.guided(noise, given, known, EXACT.guidance_scale))
        plain_runs.append(spent)
        peaks.append(peak_rate())
    peak = (max(wall for wall, _ in peaks), max(cpu for _, cpu in peaks))
    error = ((ours - theirs).abs().max() / theirs.abs().max()).item()
    ours_step, plain_step = least(ours_runs), least(plain_runs)
    steps = EXACT.steps - 1
    print(f"matrix product {PEAK_SIDE}²: {peak[0] / 1e9:.1f} GFLOP/s wall, {peak[1] / 1e9:.1f} CPU")
    print(line("guided step, plain", plain_step, flops, peak))
    print(line("guided step, ours", ours_step, flops, peak))
    print(f"once per take, ours      {preparing.wall_s:9.2f} s wall {preparing.cpu_s:9.2f} s CPU")
    whole, plain_whole = preparing + ours_step * steps, plain_step * steps
    print(line(f"{steps} steps, plain *", plain_whole, flops * steps, peak))
    print(line(f"{steps} steps, ours *", whole, flops * steps, peak) + "\n* from single steps")
    if options.full:
        whole = full_run(model, noise, given, options.frames)
        print(line(f"{steps} steps, ours, run", whole, flops * steps, peak))
    passes = {name: forwards(preset) for name, preset in PRESETS.items()}
    print(f"plain / ours: {plain_whole.wall_s / whole.wall_s:.2f} wall, ", end="")
    print(f"{plain_whole.cpu_s / whole.cpu_s:.2f} CPU; largest difference {error:.1e}")
    print("forward passes a take: " + ", ".join(f"{name} {n}" for name, n in passes.items()))
    return 0 if error <= EQUAL else 1


def warm_up(model: DiT, frames: int = 32) -> None:
    """A step of few frames each way, so that neither pays for touching the weights first."""
    noise, given = random_conditions(model, frames)
    guided_velocity(model, given, span_mask([(0, frames)], frames), EXACT)(noise, TIME)
    PlainDiT(model).guided(noise, given, given.cond, EXACT.guidance_scale)


def timed_preparation(
    model: DiT, given: Conditions, mask: Tensor
) -> tuple[Callable[[Tensor, float], Tensor], Spent]:
    """The velocity for one take, and what it took to make it ready."""
    wall, cpu = time.perf_counter(), time.process_time()
    velocity = guided_velocity(model, given, mask, EXACT)
    return velocity, Spent(time.perf_counter() - wall, time.process_time() - cpu)


def full_run(model: DiT, noise: Tensor, given: Conditions, frames: int) -> Spent:
    """A whole sampling run of ours, with its progress on stderr."""

    def run() -> Tensor:
        return sample(
            model,
            noise=noise,
            **vars(given),
            spans=[(frames // 4, frames)],
            options=EXACT,
            on_step=lambda done, total: print(f"\r{done}/{total}", end="", file=sys.stderr),
        )

    _, spent = timed(run)
    print(file=sys.stderr)
    return spent


def parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--layers", type=int, default=16, help="decoder layers (published: 16)")
    parser.add_argument("--frames", type=int, default=2048, help="latent frames, up to 6144")
    parser.add_argument(
        "--pairs", type=int, default=1, help="guided steps to time, each way in turn"
    )
    parser.add_argument("--threads", type=int, default=0, help="threads (default: torch's choice)")
    parser.add_argument("--full", action="store_true", help="run all 31 steps of ours too")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
