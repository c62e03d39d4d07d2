"""What a render costs: products, memory and time.

After the arithmetic of the model and figures measured on it; an estimate, said as one.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from songsmith.engine.diffrhythm.model.dit import DiTConfig

__all__ = [
    "FORWARD_EFFICIENCY",
    "Cost",
    "chunk_bytes",
    "cost_of",
    "forward_flops",
    "parameters",
]

# Share of the rate of plain matrix products that a forward pass reaches as a whole.
FORWARD_EFFICIENCY = 0.75
_VAE_FLOPS_PER_FRAME = 5.04e9
_VAE_EFFICIENCY = 0.45
_VAE_BYTES_PER_FRAME = 4_300_000
_VAE_BYTES = 630_000_000
_STYLE_BYTES = 2_840_000_000
_OTHER_BYTES = 800_000_000  # Python, torch and its libraries


@dataclass(frozen=True)
class Cost:
    """Estimates for a whole render of some takes; `memory_bytes` is the peak."""

    wall_s: float
    memory_bytes: int


def chunk_bytes(frames: int) -> int:
    """Memory that decoding a chunk of `frames` frames with its margins takes."""
    return (frames + 20) * _VAE_BYTES_PER_FRAME


def parameters(config: "DiTConfig") -> int:
    """Weights of the transformer, without its small tables."""
    layer = 4 * config.dim**2 + 3 * config.ff_mult * config.dim**2 + 2 * config.dim
    residuals = (config.depth // 2) * config.text_dim * config.dim
    ends = (sum(config.input_parts) + 2 * 512 + config.mel_dim) * config.dim
    position = 2 * 31 * config.dim * (config.dim // 16)
    text = config.conv_layers * 4 * config.text_dim**2
    return config.depth * layer + residuals + ends + position + text


def forward_flops(config: "DiTConfig", frames: int) -> float:
    """Floating point operations of one forward pass of one take."""
    linear = 2.0 * frames * parameters(config)
    attention = 4.0 * frames**2 * config.dim * config.depth
    return linear + attention


def cost_of(
    config: "DiTConfig",
    *,
    frames: int,
    takes: int,
    forwards: int,
    bytes_per_weight: int,
    chunk_frames: int,
    takes_at_once: int,
    flops_per_s: float,
) -> Cost:
    """What `takes` takes of `frames` frames with `forwards` forward passes each would need."""
    sampling = takes * forwards * forward_flops(config, frames)
    decoding = takes * frames * _VAE_FLOPS_PER_FRAME
    wall_s = sampling / FORWARD_EFFICIENCY + decoding / _VAE_EFFICIENCY
    weights = parameters(config) * bytes_per_weight
    rows = 2 * takes_at_once * frames
    hidden = rows * config.dim * (3 * config.ff_mult + 4 + config.depth // 2)
    singing = weights + hidden * bytes_per_weight
    chunk = chunk_bytes(min(frames, chunk_frames))
    return Cost(
        wall_s=wall_s / flops_per_s,
        memory_bytes=_OTHER_BYTES + max(singing, weights + _VAE_BYTES + chunk, _STYLE_BYTES),
    )
