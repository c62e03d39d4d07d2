"""Latents to sound and back, through the VAE, in chunks.

One latent frame reaches 9.3 frames to either side, so that chunks with a margin of 10 frames give what
decoding the whole would (to rounding), at a fraction of its memory: about 4 MB a frame.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from songsmith.engine.device_limits import DeviceError, is_out_of_memory
from songsmith.engine.diffrhythm.model.oobleck import Oobleck
from songsmith.engine.units import SAMPLES_PER_FRAME

__all__ = ["MARGIN_FRAMES", "Chunking", "Vae"]

MARGIN_FRAMES = 10
SMALLEST_CHUNK_FRAMES = 16

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Chunking:
    """How the VAE goes through a song: `chunk_frames` at a time (0 = all at once), `chunks_at_once` as a batch."""

    chunk_frames: int = 256
    chunks_at_once: int = 1


@dataclass(frozen=True)
class _Chunk:
    """Frames `[start, end)` are wanted; `[left, right)` go through the VAE for it."""

    start: int
    end: int
    left: int
    right: int


class Vae:
    """The audio VAE on one device. `notes` gathers what had to be done otherwise than asked."""

    def __init__(self, network: Oobleck, device: torch.device | str) -> None:
        self._network = network
        self._device = torch.device(device)
        self.notes: list[str] = []

    @torch.inference_mode()
    def decode(
        self,
        latents: Tensor,
        *,
        chunking: Chunking = Chunking(),
        on_chunk: Callable[[int, int], None] = lambda done, total: None,
    ) -> Tensor:
        """Latents (batch, frames, 64) -> sound (batch, 2, 2048 · frames), float32, on the CPU."""

        def decode(chunk: Tensor) -> Tensor:
            sound: Tensor = self._network.decoder(chunk.transpose(1, 2))
            return sound

        frames = latents.float()
        return self._with_room(
            lambda fitting: self._in_chunks(
                frames, decode, SAMPLES_PER_FRAME, fitting, on_chunk, frame_dim=1
            ),
            chunking,
            frames.shape[1],
        )

    @torch.inference_mode()
    def encode(
        self,
        audio: Tensor,
        *,
        seed: int,
        chunking: Chunking = Chunking(),
        on_chunk: Callable[[int, int], None] = lambda done, total: None,
    ) -> Tensor:
        """Sound (batch, 2, samples) -> latents (batch, frames, 64), on the CPU; a started frame is filled with silence.

        The VAE gives mean and scale of each value; what is drawn from them depends on `seed` alone.
        """
        short = -audio.shape[-1] % SAMPLES_PER_FRAME
        padded = F.pad(audio.float(), (0, short))
        frames = padded.reshape(*padded.shape[:-1], -1, SAMPLES_PER_FRAME)

        def encode(chunk: Tensor) -> Tensor:
            moments: Tensor = self._network.encoder(chunk.flatten(-2))
            return moments

        moments = self._with_room(
            lambda fitting: self._in_chunks(frames, encode, 1, fitting, on_chunk, frame_dim=2),
            chunking,
            frames.shape[2],
        )
        mean, scale = moments.transpose(1, 2).chunk(2, dim=-1)
        generator = torch.Generator("cpu").manual_seed(seed)
        drawn = torch.randn(mean.shape, generator=generator)
        latents: Tensor = mean + drawn * (F.softplus(scale) + 1e-4)
        return latents

    def _with_room(
        self, work: Callable[[Chunking], Tensor], chunking: Chunking, length: int
    ) -> Tensor:
        """`work` over `length` frames; out of memory, with fewer and then smaller chunks."""
        while True:
            try:
                return work(chunking)
            except (RuntimeError, MemoryError) as error:
                if not is_out_of_memory(error):
                    raise
                chunking = self._smaller(chunking, length, error)

    def _in_chunks(
        self,
        frames: Tensor,
        run: Callable[[Tensor], Tensor],
        rate: int,
        chunking: Chunking,
        on_chunk: Callable[[int, int], None],
        *,
        frame_dim: int,
    ) -> Tensor:
        """`run` over `frames` in chunks; `rate` values come out of it for each frame, along its last axis."""
        length = frames.shape[frame_dim]
        chunks = _chunks(length, chunking.chunk_frames or length)
        out: Tensor | None = None
        done = 0
        for group in _batches(chunks, chunking.chunks_at_once):
            batch = torch.cat([frames.narrow(frame_dim, c.left, c.right - c.left) for c in group])
            results = run(batch.to(self._device)).float().cpu().chunk(len(group))
            for chunk, result in zip(group, results, strict=True):
                if out is None:
                    out = result.new_empty(*result.shape[:-1], length * rate)
                wanted = slice((chunk.start - chunk.left) * rate, (chunk.end - chunk.left) * rate)
                out[..., chunk.start * rate : chunk.end * rate] = result[..., wanted]
            done += len(group)
            on_chunk(done, len(chunks))
        assert out is not None
        return out

    def _smaller(self, chunking: Chunking, length: int, error: BaseException) -> Chunking:
        if chunking.chunks_at_once > 1:
            smaller = Chunking(chunking.chunk_frames, chunking.chunks_at_once // 2)
        else:
            smaller = Chunking(min(chunking.chunk_frames or length, length) // 2)
        if smaller.chunk_frames and smaller.chunk_frames < SMALLEST_CHUNK_FRAMES:
            raise DeviceError(
                f"out of memory on {self._device} even for {SMALLEST_CHUNK_FRAMES} frames of sound",
                hint="close other programs, or use --device cpu",
            ) from error
        note = (
            f"memory was short: the VAE went on with {smaller.chunks_at_once} × "
            f"{smaller.chunk_frames or length} frames at once"
        )
        logger.warning("%s", note)
        self.notes.append(note)
        return smaller


def _chunks(length: int, chunk_frames: int) -> list[_Chunk]:
    """Chunks that cover `[0, length)`. All but a song shorter than one are equally wide, so that they batch.

    The width that goes through is the chunk and both margins; at the song's ends the window is moved
    inwards rather than cut, for only there may zero padding be seen.
    """
    width = min(length, chunk_frames + 2 * MARGIN_FRAMES)
    chunks = []
    start = 0
    while start < length:
        left = min(max(0, start - MARGIN_FRAMES), length - width)
        right = left + width
        end = length if right == length else right - MARGIN_FRAMES
        chunks.append(_Chunk(start, end, left, right))
        start = end
    return chunks


def _batches(chunks: Sequence[_Chunk], size: int) -> list[Sequence[_Chunk]]:
    return [chunks[start : start + size] for start in range(0, len(chunks), size)]
