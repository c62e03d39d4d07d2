import pytest
import torch

from songsmith.engine.diffrhythm.model.oobleck import OOBLECK, Oobleck, load_oobleck
from songsmith.engine.diffrhythm.model.rename import CheckpointError
from songsmith.engine.weights.torchscript import read_torchscript
from tests.engine.tiny_vae import (
    TINY_VAE,
    Published,
    load_torchscript,
    random_vae,
    write_torchscript,
)

LATENTS = torch.randn(1, 64, 12, generator=torch.Generator().manual_seed(3))
SOUND = torch.randn(1, 2, 2 * 2048, generator=torch.Generator().manual_seed(4))


def test_tensors_out_of_the_published_form_sound_as_its_program_does(tmp_path):
    write_torchscript(Published(random_vae(seed=1)), tmp_path / "vae.pt")
    program = load_torchscript(tmp_path / "vae.pt")
    vae = load_oobleck(read_torchscript(tmp_path / "vae.pt"), device="cpu")
    with torch.inference_mode(), torch.jit.optimized_execution(False):  # type: ignore[attr-defined]
        assert torch.equal(vae.decoder(LATENTS), program.decode_export(LATENTS))
        assert torch.equal(vae.encoder(SOUND), program.encode_export(SOUND))


def test_weights_kept_as_length_and_direction_are_put_together():
    plain = random_vae(seed=2)
    state = dict(plain.state_dict())
    for name in [name for name in state if name.endswith(".weight")]:
        weight = state.pop(name)
        length = weight.norm(dim=(1, 2), keepdim=True)
        state[f"{name}_g"], state[f"{name}_v"] = length, weight * 3
    vae = load_oobleck(state, device="cpu")
    torch.testing.assert_close(vae.decoder(LATENTS), plain.decoder(LATENTS))


@pytest.mark.filterwarnings("ignore:`torch.nn.utils.weight_norm` is deprecated")
def test_the_arithmetic_is_that_of_diffusers_port_of_stable_audios_vae():
    diffusers = pytest.importorskip("diffusers")
    reference = diffusers.AutoencoderOobleck(
        encoder_hidden_size=128,  # the width of its moments too
        downsampling_ratios=list(TINY_VAE.strides),
        channel_multiples=[1, 1, 1, 1, 1],
        decoder_channels=128,
        decoder_input_channels=64,
    )
    generator = torch.Generator().manual_seed(5)
    for weight in reference.state_dict().values():
        weight.copy_(torch.randn(weight.shape, generator=generator) * 0.05)
    state = {}
    for name, tensor in reference.state_dict().items():
        state[published_name(name)] = tensor.flatten() if "snake" in name else tensor
    vae = load_oobleck(state, device="cpu")
    with torch.inference_mode():
        sound, moments = reference.decode(LATENTS[..., :2]).sample, reference.encoder(SOUND)
        assert sound.std() > 1e-3 and moments.std() > 1e-3
        torch.testing.assert_close(vae.decoder(LATENTS[..., :2]), sound, rtol=1e-4, atol=1e-5)
        torch.testing.assert_close(vae.encoder(SOUND), moments, rtol=1e-4, atol=1e-5)


def published_name(name):
    """The published name of a tensor that diffusers calls `name`."""
    half, *places, kind = name.split(".")
    blocks = len(TINY_VAE.strides)
    if places[0] == "block":
        inner = {
            "encoder": ["res_unit1", "res_unit2", "res_unit3", "snake1", "conv1"],
            "decoder": ["snake1", "conv_t1", "res_unit1", "res_unit2", "res_unit3"],
        }[half].index(places[2])
        path = [int(places[1]) + 1, inner]
        if len(places) > 3:
            path.append(["snake1", "conv1", "snake2", "conv2"].index(places[3]))
    else:
        path = [{"conv1": 0, "snake1": blocks + 1, "conv2": blocks + 2}[places[0]]]
    return ".".join([half, *(f"layers.{place}" for place in path), kind])


def test_a_latent_frame_reaches_less_than_ten_frames():
    vae = random_vae(seed=6).double()
    latents = torch.randn(1, 64, 44, dtype=torch.float64)
    changed = latents.clone()
    changed[..., 22] += 1
    with torch.inference_mode():
        differs = (vae.decoder(latents) != vae.decoder(changed)).any(dim=1)[0].nonzero()
    assert differs.min() / 2048 > 22 - 10 and differs.max() / 2048 < 23 + 10


def test_the_published_sizes_hold_as_many_weights_as_the_published_file():
    with torch.device("meta"):
        count = sum(tensor.numel() for tensor in Oobleck(OOBLECK).state_dict().values())
    assert count * 4 == pytest.approx(630_000_000, rel=0.02)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda state: state.pop("decoder.layers.3.layers.1.bias"), r"1 missing \(decoder"),
        (lambda state: state.update({"decoder.extra": torch.zeros(1)}), "1 extra"),
        (
            lambda state: state.update({"decoder.layers.0.bias": torch.zeros(3)}),
            "of another shape",
        ),
        (lambda state: state.pop("encoder.layers.2.layers.4.weight"), "holds another model"),
        (lambda state: state.clear(), "holds another model"),
    ],
)
def test_another_models_tensors_are_named(change, fault):
    state = dict(random_vae(seed=1).state_dict())
    change(state)
    with pytest.raises(CheckpointError, match=fault):
        load_oobleck(state, device="cpu")
