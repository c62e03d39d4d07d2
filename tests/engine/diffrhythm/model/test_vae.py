import warnings

import pytest
import torch
from torch import Tensor, nn

from songsmith.engine.device_limits import DeviceError
from songsmith.engine.diffrhythm.model.vae import Chunking, Vae, load_vae
from songsmith.engine.weights.hub import WeightsError


class SmallVae(nn.Module):
    """Sees 9 frames to either side, as the published one does."""

    def __init__(self, memory_frames: int = 10**9) -> None:
        super().__init__()
        self.memory_frames = memory_frames
        self.before = nn.Conv1d(64, 12, 13, padding=6)
        self.after = nn.Conv1d(12, 2 * 2048, 7, padding=3)
        self.fold = nn.Conv1d(2 * 2048, 12, 7, padding=3)
        self.moments = nn.Conv1d(12, 128, 13, padding=6)

    @torch.jit.export
    def decode_export(self, latents: Tensor) -> Tensor:
        if latents.shape[0] * latents.shape[2] > self.memory_frames:
            raise RuntimeError("CUDA out of memory. Tried to allocate 2.00 GiB")
        blocks = torch.tanh(self.after(torch.tanh(self.before(latents))))
        batch, frames = latents.shape[0], latents.shape[2]
        return blocks.reshape(batch, 2, 2048, frames).transpose(2, 3).reshape(batch, 2, -1)

    @torch.jit.export
    def encode_export(self, audio: Tensor) -> Tensor:
        batch = audio.shape[0]
        blocks = audio.reshape(batch, 2, -1, 2048).transpose(2, 3).reshape(batch, 4096, -1)
        moments: Tensor = self.moments(torch.tanh(self.fold(blocks)))
        return moments

    def forward(self, latents: Tensor) -> Tensor:
        return self.decode_export(latents)


@pytest.fixture
def make_vae(tmp_path):
    def make(memory_frames: int = 10**9) -> Vae:
        torch.manual_seed(0)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            torch.jit.save(torch.jit.script(SmallVae(memory_frames)), tmp_path / "vae.pt")
        return load_vae(tmp_path / "vae.pt")

    return make


def latents_of(frames: int, batch: int = 1) -> Tensor:
    return torch.randn(batch, frames, 64, generator=torch.Generator().manual_seed(frames))


@pytest.mark.parametrize("frames", [1, 20, 31, 64, 65, 131])
@pytest.mark.parametrize("chunking", [Chunking(32), Chunking(17, 3), Chunking(48, 2)])
def test_decoding_in_chunks_equals_decoding_the_whole(make_vae, frames, chunking):
    vae = make_vae()
    latents = latents_of(frames, batch=2)
    whole = vae.decode(latents, chunking=Chunking(0))
    assert whole.shape == (2, 2, 2048 * frames)
    assert whole.abs().max() > 0.1
    torch.testing.assert_close(vae.decode(latents, chunking=chunking), whole, atol=1e-4, rtol=0)


def test_a_song_of_several_default_chunks_equals_decoding_the_whole(make_vae):
    vae = make_vae()
    latents = latents_of(600)
    torch.testing.assert_close(
        vae.decode(latents), vae.decode(latents, chunking=Chunking(0)), atol=1e-4, rtol=0
    )


@pytest.mark.parametrize("chunking", [Chunking(32), Chunking(25, 4)])
def test_encoding_in_chunks_equals_encoding_the_whole(make_vae, chunking):
    vae = make_vae()
    audio = vae.decode(latents_of(70))
    whole = vae.encode(audio, seed=3, chunking=Chunking(0))
    assert whole.shape == (1, 70, 64)
    torch.testing.assert_close(
        vae.encode(audio, seed=3, chunking=chunking), whole, atol=1e-4, rtol=0
    )


def test_what_encoding_draws_depends_on_the_seed_alone(make_vae):
    vae = make_vae()
    audio = vae.decode(latents_of(24))
    assert torch.equal(vae.encode(audio, seed=5), vae.encode(audio, seed=5))
    assert not torch.equal(vae.encode(audio, seed=5), vae.encode(audio, seed=6))


def test_a_started_frame_is_encoded_as_one(make_vae):
    assert make_vae().encode(torch.zeros(1, 2, 2048 * 4 + 1), seed=0).shape == (1, 5, 64)


def test_short_memory_means_fewer_then_smaller_chunks_the_same_sound_and_a_word(make_vae):
    latents = latents_of(150)
    whole = make_vae().decode(latents, chunking=Chunking(0))
    vae = make_vae(memory_frames=60)
    decoded = vae.decode(latents, chunking=Chunking(100, 4))
    torch.testing.assert_close(decoded, whole, atol=1e-4, rtol=0)
    assert vae.notes[0].startswith("memory was short")
    assert "1 × 25 frames" in vae.notes[-1]


def test_no_memory_at_all_is_one_line(make_vae):
    with pytest.raises(DeviceError, match="out of memory on cpu even for 16 frames") as caught:
        make_vae(memory_frames=5).decode(latents_of(40))
    assert "\n" not in str(caught.value)


def test_chunks_are_counted_as_they_are_done(make_vae):
    seen = []
    make_vae().decode(
        latents_of(100),
        chunking=Chunking(30),
        on_chunk=lambda done, total: seen.append((done, total)),
    )
    assert seen[-1][0] == seen[-1][1] == len(seen) > 2


def test_what_a_progress_callback_raises_ends_the_decoding(make_vae):
    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        make_vae().decode(latents_of(100), chunking=Chunking(30), on_chunk=stop)


def test_a_file_that_is_no_torchscript_is_named(tmp_path):
    path = tmp_path / "vae_model.pt"
    path.write_bytes(b"PK\x03\x04 nothing of use")
    with pytest.raises(WeightsError, match=r"vae_model\.pt: can't be read as the audio VAE"):
        load_vae(path)


def test_another_torchscript_model_is_named(tmp_path):
    path = tmp_path / "vae_model.pt"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        torch.jit.save(torch.jit.script(nn.Linear(2, 2)), path)
    with pytest.raises(WeightsError, match="another model: it has no decode_export"):
        load_vae(path)
