"""DiffRhythm's audio VAE: the Oobleck autoencoder of Stable Audio Open, which its authors took it from.

Strided convolutions with residual units between them, and sines as activations. Names of modules are those of the
published file (`decoder.layers.0.weight`), sizes are read off its tensors.
"""

import itertools
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from songsmith.engine.diffrhythm.model.rename import CheckpointError, check_keys
from songsmith.engine.units import LATENT_CHANNELS, SAMPLES_PER_FRAME

__all__ = ["OOBLECK", "Oobleck", "OobleckSizes", "load_oobleck"]

_DILATIONS = (1, 3, 9)
_CHANNELS = 2


@dataclass(frozen=True)
class OobleckSizes:
    """`widths` from the sound to the latents, one more than `strides`; the strides multiply to a frame's samples."""

    widths: tuple[int, ...]
    strides: tuple[int, ...]


OOBLECK = OobleckSizes(widths=(128, 128, 256, 512, 1024, 2048), strides=(2, 4, 4, 8, 8))


class Oobleck(nn.Module):
    """`encoder` turns sound (batch, 2, 2048 · frames) into mean and scale (batch, 128, frames); `decoder` latents
    (batch, 64, frames) into sound."""

    def __init__(self, sizes: OobleckSizes) -> None:
        super().__init__()
        self.encoder = _Layers(*_encoder_layers(sizes))
        self.decoder = _Layers(*_decoder_layers(sizes))


class _Layers(nn.Module):
    def __init__(self, *layers: nn.Module) -> None:
        super().__init__()
        self.layers = nn.Sequential(*layers)

    def forward(self, sound: Tensor) -> Tensor:
        result: Tensor = self.layers(sound)
        return result


class _ResidualUnit(_Layers):
    def __init__(self, width: int, dilation: int) -> None:
        super().__init__(
            _Snake(width),
            nn.Conv1d(width, width, 7, dilation=dilation, padding=3 * dilation),
            _Snake(width),
            nn.Conv1d(width, width, 1),
        )

    def forward(self, sound: Tensor) -> Tensor:
        change: Tensor = self.layers(sound)
        return change.add_(sound)


class _Snake(nn.Module):
    """x + sin²(αx) / β of each channel; α and β are kept as logarithms. Works in place, which halves its memory."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.alpha = nn.Parameter(torch.zeros(width))
        self.beta = nn.Parameter(torch.zeros(width))

    def forward(self, sound: Tensor) -> Tensor:
        waves = sound * self.alpha.exp()[:, None]
        height = (self.beta.exp()[:, None] + 1e-9).reciprocal()
        return waves.sin_().square_().mul_(height).add_(sound)


def load_oobleck(state: Mapping[str, Tensor], *, device: torch.device | str) -> Oobleck:
    """The VAE with the weights of `state`, at the cost of one copy of them.

    Raises `CheckpointError` naming what is missing, extra or of another shape.
    """
    sizes = _sizes(state)
    with torch.device("meta"):
        model = Oobleck(sizes)
    wanted = {name: tuple(tensor.shape) for name, tensor in model.state_dict().items()}
    loaded = {name: tensor.to(device) for name, tensor in _unnormalised(state)}
    check_keys({name: tuple(tensor.shape) for name, tensor in loaded.items()}, wanted)
    model.load_state_dict(loaded, strict=True, assign=True)
    return model.eval().requires_grad_(False)


def _encoder_layers(sizes: OobleckSizes) -> Iterator[nn.Module]:
    yield nn.Conv1d(_CHANNELS, sizes.widths[0], 7, padding=3)
    for (width, wider), stride in zip(itertools.pairwise(sizes.widths), sizes.strides, strict=True):
        down = nn.Conv1d(width, wider, 2 * stride, stride, padding=math.ceil(stride / 2))
        yield _Layers(*_residual_units(width), _Snake(width), down)
    yield _Snake(sizes.widths[-1])
    yield nn.Conv1d(sizes.widths[-1], 2 * LATENT_CHANNELS, 3, padding=1)


def _decoder_layers(sizes: OobleckSizes) -> Iterator[nn.Module]:
    widths = sizes.widths[::-1]
    yield nn.Conv1d(LATENT_CHANNELS, widths[0], 7, padding=3)
    for (wider, width), stride in zip(itertools.pairwise(widths), sizes.strides[::-1], strict=True):
        up = nn.ConvTranspose1d(wider, width, 2 * stride, stride, padding=math.ceil(stride / 2))
        yield _Layers(_Snake(wider), up, *_residual_units(width))
    yield _Snake(widths[-1])
    yield nn.Conv1d(widths[-1], _CHANNELS, 7, padding=3, bias=False)


def _residual_units(width: int) -> Iterator[nn.Module]:
    return (_ResidualUnit(width, dilation) for dilation in _DILATIONS)


def _sizes(state: Mapping[str, Tensor]) -> OobleckSizes:
    """The sizes that the encoder's strided convolutions show."""
    widths, strides = [], []
    for block in itertools.count(1):
        down = f"encoder.layers.{block}.layers.4.weight"
        key = down if down in state else f"{down}_v"
        if key not in state:
            break
        wider, width, taps = state[key].shape
        widths += [width, wider] if block == 1 else [wider]
        strides.append(taps // 2)
    if math.prod(strides) != SAMPLES_PER_FRAME or not strides:
        raise CheckpointError(
            f"holds another model: a VAE of {SAMPLES_PER_FRAME:,} samples a frame is wanted",
            hint="`songsmith models rm vae`, then `songsmith models pull`",
        )
    return OobleckSizes(tuple(widths), tuple(strides))


def _unnormalised(state: Mapping[str, Tensor]) -> Iterator[tuple[str, Tensor]]:
    """The tensors of encoder and decoder, each weight that is kept as length and direction put together."""
    for name in state:
        if name.startswith(("encoder.", "decoder.")) and not name.endswith(".weight_g"):
            tensor = state[name]
            if name.endswith(".weight_v"):
                length = state[f"{name.removesuffix('_v')}_g"]
                tensor = tensor * (length / tensor.norm(dim=(1, 2), keepdim=True))
            yield name.removesuffix("_v") if name.endswith(".weight_v") else name, tensor
