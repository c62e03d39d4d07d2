"""The audio VAE in a size for tests, as the TorchScript file that it is published as."""

import warnings
from pathlib import Path

import torch
from torch import Tensor, nn

from songsmith.engine.diffrhythm.model.oobleck import OOBLECK, Oobleck, OobleckSizes

__all__ = [
    "TINY_VAE",
    "Published",
    "load_torchscript",
    "random_vae",
    "write_torchscript",
    "write_vae",
]

TINY_VAE = OobleckSizes(widths=(2, 2, 2, 2, 4, 4), strides=OOBLECK.strides)


class Published(nn.Module):
    """The VAE with the two methods of the published program."""

    def __init__(self, vae: Oobleck) -> None:
        super().__init__()
        self.encoder = vae.encoder
        self.decoder = vae.decoder

    @torch.jit.export
    def decode_export(self, latents: Tensor) -> Tensor:
        sound: Tensor = self.decoder(latents)
        return sound

    @torch.jit.export
    def encode_export(self, audio: Tensor) -> Tensor:
        moments: Tensor = self.encoder(audio)
        return moments

    def forward(self, latents: Tensor) -> Tensor:
        return self.decode_export(latents)


def random_vae(seed: int, sizes: OobleckSizes = TINY_VAE) -> Oobleck:
    """Random weights that let sound of about full scale through, and activations that bend it."""
    torch.set_num_threads(1)  # threads only get in each other's way in models this small
    torch.manual_seed(seed)
    vae = Oobleck(sizes).eval().requires_grad_(False)
    for tensor in vae.state_dict().values():
        spread = 0.2 if tensor.dim() == 1 else 0.7 * tensor[0].numel() ** -0.5
        tensor.copy_(torch.randn(tensor.shape) * spread)
    return vae


def write_torchscript(module: nn.Module, path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        torch.jit.save(torch.jit.script(module), path)


def load_torchscript(path: Path) -> torch.jit.ScriptModule:
    """The program in `path`, as its makers would run it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        program: torch.jit.ScriptModule = torch.jit.load(path)
    return program


def write_vae(folder: Path) -> None:
    folder.mkdir()
    write_torchscript(Published(random_vae(seed=7)), folder / "vae_model.pt")
