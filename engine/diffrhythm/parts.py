"""DiffRhythm's published files: transformers in two lengths, the audio VAE, the style encoder."""

from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Literal

from songsmith.engine.published import Part, WeightFile
from songsmith.engine.weights.hub import WeightsError
from songsmith.lyrics.frames import Variant, longest_s

__all__ = ["NEGATIVE", "PARTS", "STYLE", "VAE", "Version", "check_variant", "dit_part", "parts_for"]

Version = Literal["1.2", "1.0"]

_GITHUB_COMMIT = "28ad63c"
_FULL_ONLY = (
    "duration_time_embed."  # the 6144-frame models know the song's length, the others don't
)
_DIT_BYTES = 2_220_000_000
_HUB_NAMES: dict[tuple[Version, Variant], str] = {
    ("1.2", "base"): "ASLP-lab/DiffRhythm-1_2",
    ("1.2", "full"): "ASLP-lab/DiffRhythm-1_2-full",
    ("1.0", "base"): "ASLP-lab/DiffRhythm-base",
    ("1.0", "full"): "ASLP-lab/DiffRhythm-full",
}
_LENGTHS: dict[Variant, str] = {
    "base": f"songs up to {longest_s('base'):.0f} s",
    "full": f"songs up to {longest_s('full'):.0f} s",
}


def check_variant(keys: Iterable[str], where: Path, *, variant: Variant) -> None:
    """Refuse a transformer of the other variant: only full models have a duration embedding."""
    is_full = any(_FULL_ONLY in key for key in keys)
    if is_full != (variant == "full"):
        raise WeightsError(
            f"holds the {'full' if is_full else 'base'} model, not {variant}",
            where=str(where),
            hint=f"`songsmith models rm` it, then `songsmith models pull --variant {variant}`",
        )


def _dit(version: Version, variant: Variant) -> Part:
    checkpoint = WeightFile(
        name="cfm_model.pt",
        repo=_HUB_NAMES[version, variant],
        path="cfm_model.pt",
        size_bytes=_DIT_BYTES,
        becomes="model.safetensors",
        dtype_name="float16",
        check_keys=partial(check_variant, variant=variant),
    )
    return Part(
        name=f"dit-{version}-{variant}",
        title=f"DiffRhythm {version} {variant}, songs up to {longest_s(variant):.0f} s",
        licence="Apache-2.0",
        files=(checkpoint,),
        extra="diffrhythm",
    )


VAE = Part(
    name="vae",
    title="DiffRhythm audio VAE",
    licence="Apache-2.0",
    files=(
        WeightFile(
            "vae_model.pt",
            "ASLP-lab/DiffRhythm-vae",
            "vae_model.pt",
            630_000_000,
            becomes="model.safetensors",
        ),
    ),
    extra="diffrhythm",
)

_XLM_ROBERTA = "FacebookAI/xlm-roberta-base"
STYLE = Part(
    name="muq-mulan",
    title="MuQ-MuLan style encoder (with the tokenizer of XLM-RoBERTa, MIT)",
    licence="CC-BY-NC-4.0",
    non_commercial=True,
    extra="diffrhythm",
    files=(
        WeightFile("config.json", "OpenMuQ/MuQ-MuLan-large", "config.json", 2_000),
        WeightFile(
            "pytorch_model.bin",
            "OpenMuQ/MuQ-MuLan-large",
            "pytorch_model.bin",
            2_840_000_000,
            becomes="model.safetensors",
        ),
        WeightFile("muq/config.json", "OpenMuQ/MuQ-large-msd-iter", "config.json", 3_000),
        WeightFile("xlm-roberta/config.json", _XLM_ROBERTA, "config.json", 1_000),
        WeightFile("xlm-roberta/tokenizer.json", _XLM_ROBERTA, "tokenizer.json", 9_100_000),
    ),
)

NEGATIVE = Part(
    name="negative-style",
    title="DiffRhythm's negative style (an embedding of plain vocals)",
    licence="Apache-2.0",
    is_required=False,  # the text "vocal" stands in
    files=(
        WeightFile(
            "vocal.npy",
            "ASLP-lab/DiffRhythm",
            "infer/example/vocal.npy",
            2_176,
            revision=_GITHUB_COMMIT,
            sha256="6cb7d74eb7a8eda12acb8247b21d373928301db8a8cb0db480d341799fed3ce5",
            host="github",
        ),
    ),
)

PARTS: dict[str, Part] = {
    part.name: part
    for part in (*(_dit(version, variant) for version, variant in _HUB_NAMES), VAE, STYLE, NEGATIVE)
}


def dit_part(variant: Variant, version: Version = "1.2") -> Part:
    """The transformer's part."""
    return PARTS[f"dit-{version}-{variant}"]


def parts_for(variant: Variant, version: Version = "1.2") -> tuple[Part, ...]:
    """All that a song of this variant needs, the largest licence question first."""
    return (STYLE, dit_part(variant, version), VAE, NEGATIVE)
