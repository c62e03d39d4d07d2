"""Names in the published transformer checkpoints -> names in `DiT`, and what doesn't fit, named.

The published files are state dicts of a training wrapper (official code at 28ad63c): every key carries
the prefix `transformer.`, which may also be missing.
"""

import re
from collections.abc import Iterable, Mapping

from songsmith.engine.engine import EngineError

__all__ = ["CheckpointError", "check_keys", "rename_key", "rename_keys"]

_RENAMES = (
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
_PATTERNS = tuple((re.compile(pattern), name) for pattern, name in _RENAMES)
_RECOMPUTED = re.compile(r"^(transformer\.)?(text_embed\.freqs_cis|rotary_emb\.inv_freq)$")
"""Tables that follow from the sizes; some exports keep them, nothing is lost by leaving them out."""


class CheckpointError(EngineError):
    """A checkpoint whose tensors are not those of the model it is loaded into."""


def rename_key(key: str) -> str:
    """The name in `DiT` of the checkpoint's tensor `key`."""
    for pattern, name in _PATTERNS:
        key = pattern.sub(name, key)
    return key


def rename_keys(keys: Iterable[str]) -> dict[str, str]:
    """Name in `DiT` -> name in the checkpoint, for every key that holds a weight."""
    renamed: dict[str, str] = {}
    for key in keys:
        if _RECOMPUTED.match(key):
            continue
        name = rename_key(key)
        if name in renamed:
            raise CheckpointError(
                f"tensors {renamed[name]!r} and {key!r} of the checkpoint are the same one",
                mend="pull the weights again",
            )
        renamed[name] = key
    return renamed


def check_keys(found: Mapping[str, tuple[int, ...]], wanted: Mapping[str, tuple[int, ...]]) -> None:
    """Raise `CheckpointError` naming what is missing, extra or of another shape (name -> shape)."""
    faults = [
        _listed("missing", [name for name in wanted if name not in found]),
        _listed("extra", [name for name in found if name not in wanted]),
        _listed(
            "of another shape",
            [
                f"{name} {found[name]} for {wanted[name]}"
                for name in wanted
                if name in found and found[name] != wanted[name]
            ],
        ),
    ]
    if any(faults):
        raise CheckpointError(
            f"the checkpoint doesn't fit the model: {'; '.join(filter(None, faults))}",
            mend="is it the weights of another variant? pull this one again",
        )


def _listed(fault: str, names: list[str]) -> str:
    """ "3 missing (a, b, ...)", at most four names; "" when there are none."""
    if not names:
        return ""
    shown = ", ".join(names[:4]) + (", ..." if len(names) > 4 else "")
    return f"{len(names)} {fault} ({shown})"
