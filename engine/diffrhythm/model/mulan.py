"""MuQ-MuLan: audio and text into one space of 512 numbers, where what sounds alike is close.

After the `muq` package 0.1.0 (arXiv 2501.01108), whose numbers it gives. The two large standard parts, a
conformer and XLM-RoBERTa, are those of transformers; stem, mixers and heads are small and here. Each tower
is loaded alone, since a style comes from a text or from audio.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from songsmith.engine.diffrhythm.model.mel import MEL_BANDS, MelConfig, cut_clips, log_mel
from songsmith.engine.diffrhythm.model.rename import (
    AUDIO_TOWER_NAMES,
    TEXT_TOWER_NAMES,
    UNUSED_BY_MULAN,
    CheckpointError,
    Names,
    check_keys,
    rename_keys,
)

__all__ = [
    "AudioTower",
    "MixerConfig",
    "MulanConfig",
    "TextTower",
    "load_audio_tower",
    "load_text_tower",
]

_ATTENTION_SCALE = 8.0
"""The constant of the cosine attention, whatever the head size."""

_OF_AUDIO = re.compile(r"^mulan\.audio(\.|_to_latents\.)")
_OF_TEXT = re.compile(r"^mulan\.text(\.|_to_latents\.)")

Json = Mapping[str, Any]
Tower = TypeVar("Tower", bound=nn.Module)


@dataclass(frozen=True)
class MixerConfig:
    """Sizes of the small transformer on top of a tower; `heads` times `dim_head` need not be `dim`."""

    dim: int
    depth: int
    heads: int
    dim_head: int
    ff_mult: int

    @classmethod
    def parse(cls, values: Json) -> "MixerConfig":
        return cls(
            dim=values["dim"],
            depth=values["tf_depth"],
            heads=values["heads"],
            dim_head=values["dim_head"],
            ff_mult=values.get("ff_mult", 4),
        )


@dataclass(frozen=True)
class MulanConfig:
    """Every size of both towers. `conformer` and `language` are configurations for transformers.

    `text_dim` is the width the text mixer is fed from, None where it takes the language model's as it is.
    """

    mel: MelConfig
    clip_samples: int
    latent_dim: int
    stem_channels: int
    token_rate_hz: int
    encoder_dim: int
    conformer: Json
    language: Json
    text_dim: int | None
    audio_mixer: MixerConfig
    text_mixer: MixerConfig

    @classmethod
    def parse(cls, mulan: Json, muq: Json, language: Json) -> "MulanConfig":
        """From the three published `config.json`: MuQ-MuLan's, MuQ's, XLM-RoBERTa's."""
        try:
            return cls._parse(mulan, muq, language)
        except (KeyError, TypeError) as error:
            raise CheckpointError(
                f"the style encoder's configuration has no usable {error}",
                hint="pull the style encoder again",
            ) from error

    @classmethod
    def _parse(cls, mulan: Json, muq: Json, language: Json) -> "MulanConfig":
        if mulan["audio_model"].get("use_layer_idx", -1) != -1:
            raise CheckpointError("a style encoder that uses an inner layer is not supported")
        rate_hz = mulan["mulan"].get("sr", 24_000)
        return cls(
            mel=MelConfig(
                rate_hz=rate_hz,
                hop_samples=muq.get("hop_length", 240),
                mean_db=muq["stat"]["melspec_2048_mean"],
                std_db=muq["stat"]["melspec_2048_std"],
            ),
            clip_samples=rate_hz * int(mulan["mulan"].get("clip_secs", 10)),
            latent_dim=mulan["mulan"].get("dim_latent", 512),
            stem_channels=muq["conv_dim"],
            token_rate_hz=muq["label_rate"],
            encoder_dim=muq["encoder_dim"],
            conformer={
                **muq["w2v2_config"],
                "hidden_size": muq["encoder_dim"],
                "num_hidden_layers": muq["encoder_depth"],
            },
            language=language,
            text_dim=mulan["text_model"].get("model_dim"),
            audio_mixer=MixerConfig.parse(mulan["audio_transformer"]),
            text_mixer=MixerConfig.parse(mulan["text_transformer"]),
        )


class StemBlock(nn.Module):
    """A residual block over the spectrum as an image, (clips, channels, bands, frames), halving both sides."""

    def __init__(self, inputs: int, outputs: int, time_stride: int) -> None:
        super().__init__()
        stride = (2, time_stride)
        self.conv1 = nn.Conv2d(inputs, outputs, kernel_size=3, stride=stride, padding=1)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, kernel_size=3, padding=1)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.conv3 = nn.Conv2d(inputs, outputs, kernel_size=3, stride=stride, padding=1)
        self.bn3 = nn.BatchNorm2d(outputs)

    def forward(self, image: Tensor) -> Tensor:
        changed = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(image)))))
        return F.relu(changed + self.bn3(self.conv3(image)))


class Stem(nn.Module):
    """Log-mel (clips, 128, frames) -> tokens (clips, frames / 4, dim)."""

    def __init__(self, config: MulanConfig) -> None:
        super().__init__()
        channels = config.stem_channels
        second_stride = 1 if config.token_rate_hz == 50 else 2
        self.blocks = nn.Sequential(
            StemBlock(1, channels, time_stride=2), StemBlock(channels, channels, second_stride)
        )
        self.proj = nn.Linear(channels * MEL_BANDS // 4, config.encoder_dim)

    def forward(self, mel: Tensor) -> Tensor:
        image = self.blocks(mel[:, None])
        tokens: Tensor = self.proj(image.permute(0, 3, 1, 2).flatten(2))
        return tokens


class MixerAttention(nn.Module):
    """Cosine attention with learned scales per channel, over all tokens, without positions."""

    def __init__(self, config: MixerConfig) -> None:
        super().__init__()
        width = config.heads * config.dim_head
        self.heads = config.heads
        self.norm = nn.LayerNorm(config.dim, bias=False)
        self.to_q = nn.Linear(config.dim, width, bias=False)
        self.to_kv = nn.Linear(config.dim, 2 * width, bias=False)
        self.q_scale = nn.Parameter(torch.ones(config.dim_head))
        self.k_scale = nn.Parameter(torch.ones(config.dim_head))
        self.to_out = nn.Linear(width, config.dim, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        normed = self.norm(x)
        q = F.normalize(self._split(self.to_q(normed)), dim=-1) * self.q_scale
        keys, values = self.to_kv(normed).chunk(2, dim=-1)
        k = F.normalize(self._split(keys), dim=-1) * self.k_scale
        seen = F.scaled_dot_product_attention(q, k, self._split(values), scale=_ATTENTION_SCALE)
        mixed: Tensor = self.to_out(seen.transpose(1, 2).flatten(2))
        return mixed

    def _split(self, x: Tensor) -> Tensor:
        """(rows, tokens, width) -> (rows, heads, tokens, dim_head)."""
        return x.view(*x.shape[:2], self.heads, -1).transpose(1, 2)


class MixerFeedForward(nn.Module):
    """A gated feed-forward net: value times GELU of gate."""

    def __init__(self, config: MixerConfig) -> None:
        super().__init__()
        hidden_dim = int(config.dim * config.ff_mult * 2 / 3)
        self.norm = nn.LayerNorm(config.dim, bias=False)
        self.expand = nn.Linear(config.dim, 2 * hidden_dim, bias=False)
        self.contract = nn.Linear(hidden_dim, config.dim, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        value, gate = self.expand(self.norm(x)).chunk(2, dim=-1)
        mixed: Tensor = self.contract(value * F.gelu(gate))
        return mixed


class MixerLayer(nn.Module):
    def __init__(self, config: MixerConfig) -> None:
        super().__init__()
        self.attention = MixerAttention(config)
        self.feed_forward = MixerFeedForward(config)

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.attention(x)
        mixed: Tensor = x + self.feed_forward(x)
        return mixed


class Mixer(nn.Module):
    """The small transformer on top of each tower: (rows, tokens, dim) -> the same. No mask, no last norm."""

    def __init__(self, config: MixerConfig) -> None:
        super().__init__()
        self.layers = nn.Sequential(*(MixerLayer(config) for _ in range(config.depth)))

    def forward(self, x: Tensor) -> Tensor:
        mixed: Tensor = self.layers(x)
        return mixed


class AudioTower(nn.Module):
    """Sound -> style."""

    def __init__(self, config: MulanConfig) -> None:
        super().__init__()
        self.config = config
        self.stem = Stem(config)
        self.conformer = _conformer(config)
        self.proj = nn.Linear(config.encoder_dim, config.audio_mixer.dim)
        self.mixer = Mixer(config.audio_mixer)
        self.head = nn.Linear(config.audio_mixer.dim, config.latent_dim)

    def forward(self, mel: Tensor) -> Tensor:
        """Latents (clips, 512), not normalised, of log-mel spectra (clips, 128, frames)."""
        encoded = self.conformer(self.stem(mel)).last_hidden_state
        latents: Tensor = self.head(self.mixer(self.proj(encoded)).mean(dim=1))
        return latents

    @torch.inference_mode()
    def embed_clips(self, samples: Tensor) -> Tensor:
        """Unit vectors (clips, 512), one for every ten seconds of `samples` (n,), mono at 24 kHz."""
        clips = cut_clips(samples.to(self.proj.weight.device), self.config.clip_samples)
        latents = [self(log_mel(clip, self.config.mel)[None]) for clip in clips]
        return F.normalize(torch.cat(latents), dim=-1)

    def embed(self, samples: Tensor) -> Tensor:
        """The mean (1, 512) over clips; of unit length only for a single one."""
        return self.embed_clips(samples).mean(dim=0, keepdim=True)


class TextTower(nn.Module):
    """Words -> style."""

    def __init__(self, config: MulanConfig) -> None:
        super().__init__()
        self.config = config
        self.language = _language_model(config)
        mixer_dim = config.text_mixer.dim
        is_fed_as_it_is = config.text_dim is None or config.text_dim == mixer_dim
        self.proj = nn.Identity() if is_fed_as_it_is else nn.Linear(config.text_dim or 0, mixer_dim)
        self.mixer = Mixer(config.text_mixer)
        self.head = nn.Linear(mixer_dim, config.latent_dim)

    @property
    def max_tokens(self) -> int:
        """Longest text, in ids: the first position of a token is 2."""
        return int(self.config.language["max_position_embeddings"]) - 2

    def forward(self, ids: Tensor, attention_mask: Tensor) -> Tensor:
        """Latents (rows, 512), not normalised, of token ids (rows, tokens)."""
        encoded = self.language(
            input_ids=ids, attention_mask=attention_mask, token_type_ids=torch.zeros_like(ids)
        ).last_hidden_state
        latents: Tensor = self.head(self.mixer(self.proj(encoded)).mean(dim=1))
        return latents

    @torch.inference_mode()
    def embed(self, ids: Tensor, attention_mask: Tensor) -> Tensor:
        """Unit vectors (rows, 512). Padding is heard, so give texts one at a time."""
        device = self.head.weight.device
        return F.normalize(self(ids.to(device), attention_mask.to(device)), dim=-1)


def load_audio_tower(
    state: Mapping[str, Tensor], config: MulanConfig, *, device: torch.device | str = "cpu"
) -> AudioTower:
    """The audio tower with its part of the published weights, float32.

    Raises `CheckpointError` naming tensors that are missing, of another shape, or known to neither tower.
    """
    _check_known(state)
    with torch.device("meta"):
        tower = AudioTower(config)
    return _filled(tower, state, _OF_AUDIO, AUDIO_TOWER_NAMES, device)


def load_text_tower(
    state: Mapping[str, Tensor], config: MulanConfig, *, device: torch.device | str = "cpu"
) -> TextTower:
    """The text tower, likewise."""
    _check_known(state)
    with torch.device("meta"):
        tower = TextTower(config)
    return _filled(tower, state, _OF_TEXT, TEXT_TOWER_NAMES, device)


def _conformer(config: MulanConfig) -> nn.Module:
    from transformers import Wav2Vec2ConformerConfig
    from transformers.models.wav2vec2_conformer.modeling_wav2vec2_conformer import (
        Wav2Vec2ConformerEncoder,
    )

    known = Wav2Vec2ConformerConfig().to_dict()
    sizes = Wav2Vec2ConformerConfig(
        **{name: value for name, value in config.conformer.items() if name in known}
    )
    sizes._attn_implementation = "eager"
    build: Callable[[Wav2Vec2ConformerConfig], nn.Module] = Wav2Vec2ConformerEncoder
    encoder = build(sizes)
    del encoder.pos_conv_embed  # never called
    return encoder


def _language_model(config: MulanConfig) -> nn.Module:
    from transformers import XLMRobertaConfig, XLMRobertaModel

    known = XLMRobertaConfig().to_dict()
    sizes = XLMRobertaConfig(
        **{name: value for name, value in config.language.items() if name in known}
    )
    model: nn.Module = XLMRobertaModel(sizes, add_pooling_layer=False)
    return model


def _check_known(state: Mapping[str, Tensor]) -> None:
    """The official loader passes over what it doesn't know, and so over a file of another model."""
    strange = {
        key: ()
        for key in state
        if not (UNUSED_BY_MULAN.search(key) or _OF_AUDIO.match(key) or _OF_TEXT.match(key))
    }
    check_keys(strange, {})


def _filled(
    tower: Tower,
    state: Mapping[str, Tensor],
    own: re.Pattern[str],
    names: Names,
    device: torch.device | str,
) -> Tower:
    """`tower`, built on the meta device, with its tensors from `state`, ready for inference."""
    renamed = rename_keys((key for key in state if own.match(key)), names, UNUSED_BY_MULAN)
    wanted = {name: tuple(tensor.shape) for name, tensor in tower.state_dict().items()}
    counters = [name for name in wanted if name.endswith("num_batches_tracked")]
    loaded = {name: state[key].to(device, torch.float32) for name, key in renamed.items()}
    loaded |= {name: torch.zeros((), dtype=torch.int64, device=device) for name in counters}
    rates = "conformer.embed_positions.inv_freq"
    if rates in wanted and rates not in loaded:
        loaded[rates] = _rotary_rates(wanted[rates][0]).to(device)
    check_keys({name: tuple(tensor.shape) for name, tensor in loaded.items()}, wanted)
    tower.load_state_dict(loaded, strict=True, assign=True)
    return tower.eval().requires_grad_(False)


def _rotary_rates(count: int) -> Tensor:
    """Angles per token of the conformer's rotary positions; older files leave them out."""
    exponents = torch.arange(count, dtype=torch.float32) / count
    rates: Tensor = 1.0 / 10_000**exponents
    return rates
