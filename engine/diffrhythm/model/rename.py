"""Names in the published checkpoints -> names in our modules, and what doesn't fit, named.

The transformer's file is the state dict of a training wrapper (official code at 28ad63c): every key carries
the prefix `transformer.`, which may also be missing. The style encoder's file has `mulan.` before every key and
holds parts that are of no use after training.
"""

import re
from collections.abc import Iterable, Mapping, Sequence

from songsmith.engine.engine import EngineError

__all__ = [
    "AUDIO_TOWER_NAMES",
    "DIT_NAMES",
    "TEXT_TOWER_NAMES",
    "UNUSED_BY_DIT",
    "UNUSED_BY_MULAN",
    "CheckpointError",
    "Names",
    "check_keys",
    "rename_key",
    "rename_keys",
]

Names = Sequence[tuple[re.Pattern[str], str]]
"""Patterns and what takes their place, applied one after another."""


def _names(*pairs: tuple[str, str]) -> Names:
    return tuple((re.compile(pattern), name) for pattern, name in pairs)


DIT_NAMES = _names(
    (r"^transformer\.", ""),
    (r"^start_time_embed\.time_mlp", "start_embed.mlp"),
    (r"^duration_time_embed\.time_mlp", "duration_embed.mlp"),
    (r"^time_embed\.time_mlp", "time_embed.mlp"),
    (r"^text_embed\.text_embed\.", "text_encoder.embedding."),
    (r"^text_embed\.text_blocks\.", "text_encoder.blocks."),
    (r"\.dwconv\.", ".depthwise."),
    (r"\.pwconv1\.", ".expand."),
    (r"\.pwconv2\.", ".contract."),
    (r"\.grn\.", ".response."),
    (r"^input_embed\.proj\.", "input_proj."),
    (r"^input_embed\.conv_pos_embed\.conv1d\.0\.", "position.convs.0."),
    (r"^input_embed\.conv_pos_embed\.conv1d\.2\.", "position.convs.1."),
    (r"^transformer_blocks\.", "layers."),
    (r"\.self_attn\.([qkvo])_proj\.", r".attention.\1."),
    (r"\.mlp\.(gate|up|down)_proj\.", r".mlp.\1."),
    (r"\.input_layernorm\.", ".attention_norm."),
    (r"\.post_attention_layernorm\.", ".mlp_norm."),
    (r"^text_fusion_linears\.(\d+)\.0\.", r"text_residuals.\1."),
    (r"^norm_out\.linear\.", "modulation."),
    (r"^proj_out\.", "velocity_proj."),
)
UNUSED_BY_DIT = re.compile(r"^(transformer\.)?(text_embed\.freqs_cis|rotary_emb\.inv_freq)$")
"""Tables that follow from the sizes; some exports keep them, nothing is lost by leaving them out."""

_MIXER_NAMES = (
    (r"^(mixer\.layers\.\d+)\.0\.norm\.learned_gamma$", r"\1.attention.norm.weight"),
    (r"^(mixer\.layers\.\d+)\.0\.to_out\.0\.", r"\1.attention.to_out."),
    (r"^(mixer\.layers\.\d+)\.0\.", r"\1.attention."),
    (r"^(mixer\.layers\.\d+)\.1\.0\.learned_gamma$", r"\1.feed_forward.norm.weight"),
    (r"^(mixer\.layers\.\d+)\.1\.1\.", r"\1.feed_forward.expand."),
    (r"^(mixer\.layers\.\d+)\.1\.4\.", r"\1.feed_forward.contract."),
)
AUDIO_TOWER_NAMES = _names(
    (r"^mulan\.audio\.model\.model\.conv\.conv\.", "stem.blocks."),
    (r"^mulan\.audio\.model\.model\.conv\.linear\.", "stem.proj."),
    (r"^mulan\.audio\.model\.model\.conformer\.", "conformer."),
    (r"^mulan\.audio\.proj\.", "proj."),
    (r"^mulan\.audio\.transformer\.", "mixer."),
    (r"^mulan\.audio_to_latents\.", "head."),
    *_MIXER_NAMES,
)
TEXT_TOWER_NAMES = _names(
    (r"^mulan\.text\.model\.", "language."),
    (r"^mulan\.text\.proj\.", "proj."),
    (r"^mulan\.text\.transformer\.", "mixer."),
    (r"^mulan\.text_to_latents\.", "head."),
    *_MIXER_NAMES,
)
UNUSED_BY_MULAN = re.compile(
    r"^mulan\.("
    r"audio\.model\.model\.(cls_token|linear|rvq|quantizer_\w+|recon_proj|conformer\.pos_conv_embed)\b"
    r"|audio\.aggregator\."
    r"|text\.model\.(pooler\.|embeddings\.position_ids$)"
    r"|contrast\."
    r")|\.num_batches_tracked$"
)


class CheckpointError(EngineError):
    """A checkpoint or configuration that isn't that of the model it is loaded into."""


def rename_key(key: str, names: Names) -> str:
    """Our name of the checkpoint's tensor `key`."""
    for pattern, name in names:
        key = pattern.sub(name, key)
    return key


def rename_keys(keys: Iterable[str], names: Names, unused: re.Pattern[str]) -> dict[str, str]:
    """Our name -> name in the checkpoint, for every key that holds a weight we use."""
    renamed: dict[str, str] = {}
    for key in keys:
        if unused.search(key):
            continue
        name = rename_key(key, names)
        if name in renamed:
            raise CheckpointError(
                f"tensors {renamed[name]!r} and {key!r} of the checkpoint are the same one",
                hint="pull the weights again",
            )
        renamed[name] = key
    return renamed


def check_keys(found: Mapping[str, tuple[int, ...]], wanted: Mapping[str, tuple[int, ...]]) -> None:
    """Raise `CheckpointError` naming what is missing, extra or of another shape (name -> shape)."""
    misfits = [
        f"{name} {found[name]} for {wanted[name]}"
        for name in wanted
        if name in found and found[name] != wanted[name]
    ]
    faults = [
        _listed("missing", [name for name in wanted if name not in found]),
        _listed("extra", [name for name in found if name not in wanted]),
        _listed("of another shape", misfits),
    ]
    if any(faults):
        raise CheckpointError(
            f"the checkpoint doesn't fit the model: {'; '.join(filter(None, faults))}",
            hint="is it the weights of another variant? pull this one again",
        )


def _listed(fault: str, names: Sequence[str]) -> str:
    """ "3 missing (a, b, ...)", at most four names; "" when there are none."""
    if not names:
        return ""
    shown = ", ".join(names[:4]) + (", ..." if len(names) > 4 else "")
    return f"{len(names)} {fault} ({shown})"
