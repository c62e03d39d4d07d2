import pytest
import torch
from torch import Tensor, nn

from songsmith.engine.device_limits import DeviceError
from songsmith.engine.diffrhythm.model.vae import Chunking, Vae
from tests.engine.tiny_vae import random_vae


class ShortOfMemory(nn.Module):
    """A decoder that can take so many frames at once."""

    def __init__(self, decoder: nn.Module, frames: int) -> None:
        super().__init__()
        self.decoder, self.frames = decoder, frames

    def forward(self, latents: Tensor) -> Tensor:
        if latents.shape[0] * latents.shape[2] > self.frames:
            raise RuntimeError("CUDA out of memory. Tried to allocate 2.00 GiB")
        sound: Tensor = self.decoder(latents)
        return sound


def make_vae(memory_frames: int = 10**9) -> Vae:
    network = random_vae(seed=0)
    network.decoder.layers = nn.Sequential(ShortOfMemory(network.decoder.layers, memory_frames))
    return Vae(network, "cpu")


def latents_of(frames: int, batch: int = 1) -> Tensor:
    return torch.randn(batch, frames, 64, generator=torch.Generator().manual_seed(frames))


@pytest.mark.parametrize("frames", [1, 31, 65, 83])
@pytest.mark.parametrize("chunking", [Chunking(32), Chunking(17, 3), Chunking(48, 2)])
def test_decoding_in_chunks_equals_decoding_the_whole(frames, chunking):
    vae = make_vae()
    latents = latents_of(frames, batch=2)
    whole = vae.decode(latents, chunking=Chunking(0))
    assert whole.shape == (2, 2, 2048 * frames)
    assert whole.abs().max() > 0.1
    torch.testing.assert_close(vae.decode(latents, chunking=chunking), whole, atol=1e-4, rtol=0)


def test_a_song_of_several_default_chunks_equals_decoding_the_whole():
    vae = make_vae()
    latents = latents_of(600)
    torch.testing.assert_close(
        vae.decode(latents), vae.decode(latents, chunking=Chunking(0)), atol=1e-4, rtol=0
    )


@pytest.mark.parametrize("chunking", [Chunking(32), Chunking(25, 4)])
def test_encoding_in_chunks_equals_encoding_the_whole(chunking):
    vae = make_vae()
    audio = vae.decode(latents_of(70))
    whole = vae.encode(audio, seed=3, chunking=Chunking(0))
    assert whole.shape == (1, 70, 64)
    torch.testing.assert_close(
        vae.encode(audio, seed=3, chunking=chunking), whole, atol=1e-4, rtol=0
    )


def test_what_encoding_draws_depends_on_the_seed_alone():
    vae = make_vae()
    audio = vae.decode(latents_of(24))
    assert torch.equal(vae.encode(audio, seed=5), vae.encode(audio, seed=5))
    assert not torch.equal(vae.encode(audio, seed=5), vae.encode(audio, seed=6))


def test_a_started_frame_is_encoded_as_one():
    assert make_vae().encode(torch.zeros(1, 2, 2048 * 4 + 1), seed=0).shape == (1, 5, 64)


def test_short_memory_means_fewer_then_smaller_chunks_the_same_sound_and_a_word():
    latents = latents_of(150)
    whole = make_vae().decode(latents, chunking=Chunking(0))
    vae = make_vae(memory_frames=60)
    decoded = vae.decode(latents, chunking=Chunking(100, 4))
    torch.testing.assert_close(decoded, whole, atol=1e-4, rtol=0)
    assert vae.notes[0].startswith("memory was short")
    assert "1 × 25 frames" in vae.notes[-1]


def test_no_memory_at_all_is_one_line():
    with pytest.raises(DeviceError, match="out of memory on cpu even for 16 frames") as caught:
        make_vae(memory_frames=5).decode(latents_of(40))
    assert "\n" not in str(caught.value)


def test_chunks_are_counted_as_they_are_done():
    seen = []
    make_vae().decode(
        latents_of(100),
        chunking=Chunking(30),
        on_chunk=lambda done, total: seen.append((done, total)),
    )
    assert seen[-1][0] == seen[-1][1] == len(seen) > 2


def test_what_a_progress_callback_raises_ends_the_decoding():
    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        make_vae().decode(latents_of(100), chunking=Chunking(30), on_chunk=stop)
