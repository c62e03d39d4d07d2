"""The diffusion transformer of DiffRhythm 1.x: velocity of a noised latent, given words, style and time.

After the paper (arXiv 2503.01183) and the official code at 28ad63c, whose numbers it gives. Sampling asks
for the velocity some sixty times with the same words, style and known latent, so the forward pass is in two
parts: `prepare` does once what those alone decide, `velocity` the rest at each step.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from songsmith.engine.diffrhythm.model.rename import (
    DIT_NAMES,
    UNUSED_BY_DIT,
    check_keys,
    rename_keys,
)

__all__ = ["DIT_1B_BASE", "DIT_1B_FULL", "HEADS", "DiT", "DiTConfig", "Prepared", "load_dit"]

HEADS = 32
"""The official code takes 32 heads whatever its configuration says, so all weights have 32."""

STYLE_DIM = 512
MOMENT_DIM = 512
SINUSOID_DIM = 256
ROPE_BASE = 10_000.0
RMS_EPS = 1e-6

Rope = tuple[Tensor, Tensor]


@dataclass(frozen=True)
class DiTConfig:
    """Every size of the transformer; `max_frames` above 2048 means that it also hears the song's length."""

    dim: int
    depth: int
    heads: int
    ff_mult: int
    text_dim: int
    conv_layers: int
    mel_dim: int
    text_num_embeds: int
    max_frames: int

    @property
    def has_duration(self) -> bool:
        return self.max_frames > 2048

    @property
    def ff_dim(self) -> int:
        return self.dim * self.ff_mult

    @property
    def input_parts(self) -> tuple[int, ...]:
        """Widths of what the input projection takes: x, cond, text, style, moment."""
        return self.mel_dim, self.mel_dim, self.text_dim, STYLE_DIM, MOMENT_DIM


DIT_1B_BASE = DiTConfig(
    dim=2048,
    depth=16,
    heads=HEADS,
    ff_mult=4,
    text_dim=512,
    conv_layers=4,
    mel_dim=64,
    text_num_embeds=363,
    max_frames=2048,
)
DIT_1B_FULL = replace(DIT_1B_BASE, max_frames=6144)


@dataclass(frozen=True)
class Prepared:
    """What words, style, known latent, start and length alone decide of a forward pass.

    `inputs` (batch, frames, dim): the input projection but for x and the moment. `residuals`: one
    (batch, frames, dim) for each layer of the first half; for a pair of 2048 frames of the published model,
    0.27 GB in float32. `moment` (batch, 512): start and duration. `rope`: cosines and sines,
    (frames, head size).
    """

    inputs: Tensor
    residuals: tuple[Tensor, ...]
    moment: Tensor
    rope: Rope

    def rows(self, start: int, end: int) -> "Prepared":
        """Some rows of the batch, without copying."""
        return Prepared(
            inputs=self.inputs[start:end],
            residuals=tuple(residual[start:end] for residual in self.residuals),
            moment=self.moment[start:end],
            rope=self.rope,
        )


class MomentEmbedding(nn.Module):
    """A number in 0..1 (timestep, start, duration) -> 512: a sinusoid, then a small MLP."""

    def __init__(self) -> None:
        super().__init__()
        self.mlp = nn.Sequential(
            nn.Linear(SINUSOID_DIM, MOMENT_DIM), nn.SiLU(), nn.Linear(MOMENT_DIM, MOMENT_DIM)
        )

    def forward(self, moment: Tensor, dtype: torch.dtype) -> Tensor:
        """`moment` (batch,) -> (batch, 512). The sinusoid is float32 always: halves can't tell steps apart."""
        half = SINUSOID_DIM // 2
        exponents = torch.arange(half, dtype=torch.float32, device=moment.device)
        rates = torch.exp(exponents * (-math.log(10_000) / (half - 1)))
        angles = 1000.0 * moment.float()[:, None] * rates
        embedded: Tensor = self.mlp(torch.cat((angles.sin(), angles.cos()), dim=-1).to(dtype))
        return embedded


class GlobalResponse(nn.Module):
    """Global response normalisation (ConvNeXt V2), here over the frames."""

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.gamma = nn.Parameter(torch.zeros(1, 1, dim))
        self.beta = nn.Parameter(torch.zeros(1, 1, dim))

    def forward(self, x: Tensor) -> Tensor:
        strength = torch.linalg.vector_norm(x, dim=1, keepdim=True)
        share = strength / (strength.mean(dim=-1, keepdim=True) + 1e-6)
        responded: Tensor = self.gamma * (x * share) + self.beta + x
        return responded


class TextBlock(nn.Module):
    """A ConvNeXt V2 block over frames: (batch, frames, dim) -> the same."""

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.depthwise = nn.Conv1d(dim, dim, kernel_size=7, padding=3, groups=dim)
        self.norm = nn.LayerNorm(dim, eps=1e-6)
        self.expand = nn.Linear(dim, 2 * dim)
        self.response = GlobalResponse(2 * dim)
        self.contract = nn.Linear(2 * dim, dim)

    def forward(self, x: Tensor) -> Tensor:
        hidden = self.norm(self.depthwise(x.transpose(1, 2)).transpose(1, 2))
        hidden = self.response(F.gelu(self.expand(hidden)))
        changed: Tensor = x + self.contract(hidden)
        return changed


class TextEncoder(nn.Module):
    """Tokens, one per frame (0 = filler) -> (batch, frames, text_dim)."""

    def __init__(self, config: DiTConfig) -> None:
        super().__init__()
        self.embedding = nn.Embedding(config.text_num_embeds + 1, config.text_dim)
        self.blocks = nn.Sequential(
            *(TextBlock(config.text_dim) for _ in range(config.conv_layers))
        )

    def forward(self, tokens: Tensor) -> Tensor:
        embedded = self.embedding(tokens)
        table = _position_table(tokens.shape[1], embedded.shape[-1], tokens.device)
        encoded: Tensor = self.blocks(embedded + table.to(embedded.dtype))
        return encoded


class ConvPosition(nn.Module):
    """Position told by two grouped convolutions over the frames; added to its input."""

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.convs = nn.ModuleList(
            nn.Conv1d(dim, dim, kernel_size=31, groups=16, padding=15) for _ in range(2)
        )

    def forward(self, x: Tensor) -> Tensor:
        hidden = x.transpose(1, 2)
        for conv in self.convs:
            hidden = F.mish(conv(hidden), inplace=True)
        return x + hidden.transpose(1, 2)


class RmsNorm(nn.Module):
    def __init__(self, dim: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(dim))

    def forward(self, x: Tensor) -> Tensor:
        return F.rms_norm(x, self.weight.shape, self.weight, RMS_EPS)


class Attention(nn.Module):
    """Every frame looks at every frame, in both directions; positions by rotation."""

    def __init__(self, dim: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.q = nn.Linear(dim, dim, bias=False)
        self.k = nn.Linear(dim, dim, bias=False)
        self.v = nn.Linear(dim, dim, bias=False)
        self.o = nn.Linear(dim, dim, bias=False)

    def forward(self, x: Tensor, rope: Rope) -> Tensor:
        q = _rotate_(self._split(self.q(x)), rope)
        k = _rotate_(self._split(self.k(x)), rope)
        seen = F.scaled_dot_product_attention(q, k, self._split(self.v(x)))
        mixed: Tensor = self.o(seen.transpose(1, 2).reshape(x.shape))
        return mixed

    def _split(self, x: Tensor) -> Tensor:
        """(batch, frames, dim) -> (batch, heads, frames, head size).

        A CPU attends a quarter faster where the frames of a head lie together; the copy costs it next to nothing.
        """
        split = x.view(*x.shape[:2], self.heads, -1).transpose(1, 2)
        return split.contiguous() if x.device.type == "cpu" else split


class SwiGlu(nn.Module):
    def __init__(self, dim: int, hidden_dim: int) -> None:
        super().__init__()
        self.gate = nn.Linear(dim, hidden_dim, bias=False)
        self.up = nn.Linear(dim, hidden_dim, bias=False)
        self.down = nn.Linear(hidden_dim, dim, bias=False)

    def forward(self, x: Tensor, wide: Tensor) -> Tensor:
        """`wide` (2, batch · frames, hidden) is memory to write over."""
        rows = x.flatten(0, 1)
        gate = torch.mm(rows, self.gate.weight.t(), out=wide[0])
        up = torch.mm(rows, self.up.weight.t(), out=wide[1])
        mixed: Tensor = self.down(F.silu(gate, inplace=True).mul_(up))
        return mixed.view(x.shape)


class Layer(nn.Module):
    """A Llama decoder layer without the causal mask. Works in place on `x` (batch, frames, dim)."""

    def __init__(self, config: DiTConfig) -> None:
        super().__init__()
        self.attention_norm = RmsNorm(config.dim)
        self.attention = Attention(config.dim, config.heads)
        self.mlp_norm = RmsNorm(config.dim)
        self.mlp = SwiGlu(config.dim, config.ff_dim)

    def forward(self, x: Tensor, rope: Rope, wide: Tensor) -> Tensor:
        x += self.attention(self.attention_norm(x), rope)
        x += self.mlp(self.mlp_norm(x), wide)
        return x


class DiT(nn.Module):
    """Latent, words, style and time -> velocity. For inference: works in place, keeps no gradients."""

    def __init__(self, config: DiTConfig) -> None:
        super().__init__()
        if config.dim % config.heads or (config.dim // config.heads) % 2:
            raise ValueError(f"dim {config.dim} is not an even multiple of {config.heads} heads")
        self.config = config
        self.time_embed = MomentEmbedding()
        self.start_embed = MomentEmbedding()
        self.duration_embed = MomentEmbedding() if config.has_duration else None
        self.text_encoder = TextEncoder(config)
        self.input_proj = nn.Linear(sum(config.input_parts), config.dim)
        self.position = ConvPosition(config.dim)
        self.layers = nn.ModuleList(Layer(config) for _ in range(config.depth))
        self.text_residuals = nn.ModuleList(
            nn.Linear(config.text_dim, config.dim) for _ in range(config.depth // 2)
        )
        self.modulation = nn.Linear(MOMENT_DIM, 2 * config.dim)
        self.velocity_proj = nn.Linear(config.dim, config.mel_dim)

    @property
    def dtype(self) -> torch.dtype:
        return self.input_proj.weight.dtype

    @property
    def device(self) -> torch.device:
        return self.input_proj.weight.device

    def forward(
        self,
        x: Tensor,
        cond: Tensor,
        text: Tensor,
        style: Tensor,
        time: Tensor,
        start_time: Tensor,
        duration: Tensor,
    ) -> Tensor:
        """Velocity (batch, frames, 64) of `x`, everything computed afresh; arguments as of the two parts."""
        return self.velocity(x, time, self.prepare(cond, text, style, start_time, duration))

    def prepare(
        self, cond: Tensor, text: Tensor, style: Tensor, start_time: Tensor, duration: Tensor
    ) -> Prepared:
        """All that doesn't change from step to step.

        `cond` (batch, frames, 64) known latent, zero where unknown; `text` (batch, frames) tokens; `style`
        (batch, 512); `start_time` and `duration` (batch,) as shares of the longest song. Dropping a condition is
        passing zeros for it.
        """
        encoded = self.text_encoder(text)
        _, w_cond, w_text, w_style, _ = self._input_weights()
        inputs = F.linear(cond.to(self.dtype), w_cond, self.input_proj.bias)
        inputs += F.linear(encoded, w_text)
        inputs += F.linear(style.to(self.dtype), w_style)[:, None]
        moment = self.start_embed(start_time, self.dtype)
        if self.duration_embed is not None:
            moment = moment + self.duration_embed(duration, self.dtype)
        head_dim = self.config.dim // self.config.heads
        return Prepared(
            inputs=inputs,
            residuals=tuple(
                F.silu(linear(encoded), inplace=True) for linear in self.text_residuals
            ),
            moment=moment,
            rope=_rope_tables(text.shape[1], head_dim, self.device, self.dtype),
        )

    def velocity(self, x: Tensor, time: Tensor, prepared: Prepared) -> Tensor:
        """Velocity (batch, frames, 64), of the model's dtype, of `x` (batch, frames, 64) at `time` (batch,)."""
        moment = self.time_embed(time, self.dtype) + prepared.moment
        w_x, *_, w_moment = self._input_weights()
        hidden = F.linear(x.to(self.dtype), w_x).add_(prepared.inputs)
        hidden += F.linear(moment, w_moment)[:, None]
        hidden = self.position(hidden)
        # one for all layers: memory asked of the system anew adds a twentieth to the products written there
        wide = hidden.new_empty(2, hidden.shape[0] * hidden.shape[1], self.config.ff_dim)
        for index, layer in enumerate(self.layers):
            hidden = layer(hidden, prepared.rope, wide)
            if index < len(prepared.residuals):
                hidden += prepared.residuals[index]
        scale, shift = self.modulation(F.silu(moment))[:, None].chunk(2, dim=-1)
        hidden = torch.addcmul(shift, F.layer_norm(hidden, hidden.shape[-1:], eps=1e-6), 1 + scale)
        predicted: Tensor = self.velocity_proj(hidden)
        return predicted

    def _input_weights(self) -> tuple[Tensor, ...]:
        """The input projection's columns for x, cond, text, style and moment."""
        return torch.split(self.input_proj.weight, list(self.config.input_parts), dim=1)


def load_dit(
    state: Mapping[str, Tensor],
    config: DiTConfig,
    *,
    device: torch.device | str,
    dtype: torch.dtype,
) -> DiT:
    """The transformer with the weights of a checkpoint's `state`, at the cost of one copy of them.

    Tensors are asked from `state` one by one, so a mapping that reads them from disk is read once.
    Raises `CheckpointError` naming the tensors that are missing, extra or of another shape.
    """
    with torch.device("meta"):
        model = DiT(config)
    names = rename_keys(state, DIT_NAMES, UNUSED_BY_DIT)
    wanted = {name: tuple(tensor.shape) for name, tensor in model.state_dict().items()}
    check_keys(dict.fromkeys(names, ()), dict.fromkeys(wanted, ()))
    loaded = {name: state[key].to(device, dtype) for name, key in names.items()}
    check_keys({name: tuple(tensor.shape) for name, tensor in loaded.items()}, wanted)
    model.load_state_dict(loaded, strict=True, assign=True)
    return model.eval().requires_grad_(False)


def _position_table(frames: int, dim: int, device: torch.device) -> Tensor:
    """(frames, dim): cosines, then sines, of position times a falling rate."""
    rates = ROPE_BASE ** -(torch.arange(0, dim, 2, dtype=torch.float32, device=device) / dim)
    angles = torch.outer(torch.arange(frames, dtype=torch.float32, device=device), rates)
    return torch.cat((angles.cos(), angles.sin()), dim=-1)


def _rope_tables(frames: int, dim: int, device: torch.device, dtype: torch.dtype) -> Rope:
    """Cosines and sines (frames, dim), the two halves of a head turning together."""
    cosines, sines = _position_table(frames, dim, device).to(dtype).chunk(2, dim=-1)
    return torch.cat((cosines, cosines), dim=-1), torch.cat((sines, sines), dim=-1)


def _rotate_(x: Tensor, rope: Rope) -> Tensor:
    """Turn `x` (batch, heads, frames, head size) by its position, in place."""
    cosines, sines = rope
    first, second = x.chunk(2, dim=-1)
    turned = torch.cat((-second, first), dim=-1)
    return x.mul_(cosines).addcmul_(turned, sines)
