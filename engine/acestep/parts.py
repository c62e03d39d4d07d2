"""ACE-Step's published files, as diffusers lays them out: one part for each size, with all that it needs."""

from typing import Literal

from songsmith.engine.published import Part, WeightFile

__all__ = ["COMPONENTS", "PARTS", "TOKENIZER", "Model", "part_for"]

Model = Literal["2b", "xl"]

_WEIGHTS = "diffusion_pytorch_model.safetensors"
COMPONENTS = {
    "transformer": _WEIGHTS,
    "condition_encoder": _WEIGHTS,
    "text_encoder": "model.safetensors",
    "vae": _WEIGHTS,
    "audio_tokenizer": _WEIGHTS,
    "audio_token_detokenizer": _WEIGHTS,
}
"""The file of weights in each component's folder, beside its config.json."""
TOKENIZER = "tokenizer/tokenizer.json"
_CONFIG_BYTES = 2_000


def _files(repo: str, revision: str, sizes: dict[str, int]) -> tuple[WeightFile, ...]:
    def file(path: str, size_bytes: int) -> WeightFile:
        return WeightFile(path, repo, path, size_bytes, revision=revision)

    found = [file(TOKENIZER, 11_400_000), file("tokenizer/tokenizer_config.json", 10_000)]
    for component, weights in COMPONENTS.items():
        found.append(file(f"{component}/config.json", _CONFIG_BYTES))
        found.append(file(f"{component}/{weights}", sizes[component]))
    return tuple(found)


_SHARED = {"text_encoder": 1_190_000_000, "vae": 337_400_000}

PARTS: dict[Model, Part] = {
    "2b": Part(
        name="ace-step-turbo",
        title="ACE-Step 1.5 turbo, 2 billion weights",
        licence="MIT",
        extra="ace-step",
        files=_files(
            "Runware/acestep-v15-turbo-diffusers",
            "be23effe449c5957947f3020fd63bee23c64abe4",
            {
                **_SHARED,
                "transformer": 3_150_000_000,
                "condition_encoder": 1_220_000_000,
                "audio_tokenizer": 180_000_000,
                "audio_token_detokenizer": 180_000_000,
            },
        ),
    ),
    "xl": Part(
        name="ace-step-xl",
        title="ACE-Step 1.5 XL turbo, 4 to 5 billion weights",
        licence="MIT",
        extra="ace-step",
        files=_files(
            "ACE-Step/acestep-v15-xl-turbo-diffusers",
            "main",
            {
                **_SHARED,
                "transformer": 8_300_000_000,
                "condition_encoder": 1_220_000_000,
                "audio_tokenizer": 180_000_000,
                "audio_token_detokenizer": 180_000_000,
            },
        ),
    ),
}


def part_for(model: Model) -> Part:
    """The part of this size."""
    return PARTS[model]
