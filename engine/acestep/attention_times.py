"""Where the model put the words: read from its attention to them, in one short pass over a finished latent.

The latent is made a little noisy again, as before the last step, and goes through the first blocks. Some heads of their
cross-attention look at the words that are sung just then; the publisher names these heads, and the official tools read
stamps from them alike. Frames are 80 ms long, so times are no finer. How good they are on the published weights has not
been measured here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from diffusers.models.transformers.ace_step_transformer import AceStepAttnProcessor2_0
from numpy.typing import NDArray
from torch import Tensor

from songsmith.engine.acestep.models import Models
from songsmith.engine.acestep.parts import Model
from songsmith.engine.acestep.singing import draw_noise, without_original

__all__ = ["Heads", "TokenTime", "attention_to", "heads_of", "token_times"]

Heads = Mapping[int, Sequence[int]]
_HEADS: dict[Model, Heads] = {
    "2b": {2: (6,), 3: (10, 11), 4: (3,), 5: (8, 9), 6: (8,)},
    "xl": {3: (18, 27), 4: (22,), 5: (5, 6, 7), 6: (2, 12, 13), 7: (20, 21)},
}
_NOISE_SEED = 0
_CLEAR = 0.25
"""Share of a token's strongest attention from which it is taken to sound."""


class _Enough(Exception):
    """All maps that are wanted are there."""


class _Watching(AceStepAttnProcessor2_0):  # type: ignore[misc]
    """A processor that also keeps the scores of some heads, each (queries, keys)."""

    def __init__(self, heads: Sequence[int], kept: list[Tensor], is_last: bool) -> None:
        super().__init__()
        self._heads, self._kept, self._is_last = heads, kept, is_last

    def __call__(
        self,
        attn: Any,
        hidden_states: Tensor,
        encoder_hidden_states: Tensor | None = None,
        attention_mask: Tensor | None = None,
        image_rotary_emb: Any = None,
    ) -> Tensor:
        query = attn.norm_q(attn.to_q(hidden_states).unflatten(-1, (attn.heads, attn.head_dim)))
        key = attn.to_k(encoder_hidden_states).unflatten(-1, (attn.kv_heads, attn.head_dim))
        key = attn.norm_k(key).repeat_interleave(attn.heads // attn.kv_heads, dim=2)
        for head in self._heads:
            self._kept.append((query[0, :, head] @ key[0, :, head].T * attn.scaling).float().cpu())
        if self._is_last:
            raise _Enough
        found: Tensor = super().__call__(
            attn, hidden_states, encoder_hidden_states, attention_mask, image_rotary_emb
        )
        return found


def heads_of(model: Model, transformer: Any) -> Heads | None:
    """The heads that look at the words that are sung; None for a transformer that has not got them."""
    heads, config = _HEADS[model], transformer.config
    has_all = config.num_hidden_layers > max(heads) and config.num_attention_heads > max(
        max(numbers) for numbers in heads.values()
    )
    return heads if has_all else None


@torch.inference_mode()
def attention_to(
    models: Models, condition: Tensor, latents: Tensor, heads: Heads, *, steps: int
) -> NDArray[np.float64]:
    """How much pairs of frames of `latents` (1, frames, 64) attend to each token of `condition`: (pairs, tokens)."""
    device, dtype = models.device, models.dtype
    time = 1 / steps
    noise = draw_noise(_NOISE_SEED, latents.shape[1], latents.shape[2])
    noisy = (time * noise + (1 - time) * latents).to(device, dtype)
    at_time = torch.full((1,), time, device=device, dtype=dtype)
    kept: list[Tensor] = []
    blocks = models.transformer.layers
    usual = {layer: blocks[layer].cross_attn.processor for layer in heads}
    try:
        for layer, numbers in heads.items():
            watching = _Watching(numbers, kept, is_last=layer == max(heads))
            blocks[layer].cross_attn.set_processor(watching)
        with models.at_work(models.transformer):
            models.transformer(
                hidden_states=noisy,
                timestep=at_time,
                timestep_r=at_time,
                encoder_hidden_states=condition.to(device, dtype),
                context_latents=without_original(models, latents.shape[1]).to(device, dtype),
                return_dict=False,
            )
    except _Enough:
        pass
    finally:
        for layer, processor in usual.items():
            blocks[layer].cross_attn.set_processor(processor)
    return np.asarray(np.mean([_sharpened(scores.double().numpy()) for scores in kept], axis=0))


def _sharpened(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """What stands out of a map (frames, tokens), both along the frames and along the tokens."""
    found = _softmax(scores, 0) * _softmax(scores, 1)
    for axis in (1, 0):
        found = np.maximum(found - 2 * np.median(found, axis=axis, keepdims=True), 0)
    found = found**2
    return np.asarray((found - found.mean()) / (found.std() + 1e-12))


def _softmax(scores: NDArray[np.float64], axis: int) -> NDArray[np.float64]:
    risen = np.exp(scores - scores.max(axis=axis, keepdims=True))
    return np.asarray(risen / risen.sum(axis=axis, keepdims=True))


@dataclass(frozen=True)
class TokenTime:
    """The frames `[start, end)` of the map in which a token is sung."""

    start: int
    end: int


def token_times(attention: NDArray[np.float64]) -> list[TokenTime]:
    """When each token of a map (frames, tokens) is sung: the way through it, in order, that is attended to most.

    A frame belongs to one token; of its frames a token is taken to sound from the first in which it stands out.
    """
    frames, tokens = attention.shape
    worth = np.full(tokens, -np.inf)
    worth[0] = attention[0, 0]
    is_next = np.zeros((frames, tokens), dtype=bool)
    for frame in range(1, frames):
        before = np.concatenate([[-np.inf], worth[:-1]])
        is_next[frame] = before > worth
        worth = np.maximum(before, worth) + attention[frame]
    owner, token = np.empty(frames, dtype=int), tokens - 1
    for frame in range(frames - 1, -1, -1):
        owner[frame] = token
        token -= int(is_next[frame, token])
    return [
        _clear_part(np.flatnonzero(owner == token), attention[:, token]) for token in range(tokens)
    ]


def _clear_part(frames: NDArray[np.intp], attention: NDArray[np.float64]) -> TokenTime:
    if not len(frames):  # more tokens than frames
        return TokenTime(0, 0)
    own = attention[frames] - attention.min()
    clear = frames[own >= _CLEAR * own.max()]
    return TokenTime(int(clear[0]), int(clear[-1]) + 1)
