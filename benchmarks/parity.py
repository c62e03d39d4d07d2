"""Compare our DiffRhythm and MuQ-MuLan networks with numbers that the official code gave.

    python benchmarks/parity.py FOLDER

FOLDER holds `dit.json` and/or `mulan.json` with the tensor files they name. Every case is run in float32 and
printed with its largest error; exit status 1 if any is above its limit (relative 1e-4; style embeddings 3e-6).
"""

import argparse
import json
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from songsmith.engine.diffrhythm.dit import HEADS, DiT, DiTConfig, load_dit
from songsmith.engine.diffrhythm.sampler import (
    Conditions,
    SamplerOptions,
    guided_velocity,
    sample,
    span_mask,
)

RELATIVE_LIMIT = 1e-4

Tensors = Mapping[str, Tensor]
Case = Mapping[str, Any]


@dataclass(frozen=True)
class Comparison:
    """One tensor of one case: its error and what it may be at most."""

    case: str
    tensor: str
    error: float
    limit: float

    @property
    def is_fine(self) -> bool:
        return self.error <= self.limit  # false for NaN


def relative(case: str, tensor: str, ours: Tensor, golden: Tensor) -> Comparison:
    """Largest difference over the largest golden value; infinite when the shapes differ."""
    if ours.shape != golden.shape:
        return Comparison(case, f"{tensor} {tuple(ours.shape)}", float("inf"), RELATIVE_LIMIT)
    largest = max(golden.abs().max().item(), 1e-12)
    error = (ours.float() - golden).abs().max().item() / largest
    return Comparison(case, tensor, error, RELATIVE_LIMIT)


def dit_comparisons(folder: Path) -> Iterator[Comparison]:
    """Every case of `dit.json`: single forward passes, then whole sampling runs."""
    golden = json.loads((folder / "dit.json").read_text())
    weights = load_file(folder / golden["weights"])
    tensors = load_file(folder / golden["io"])
    models: dict[str, DiT] = {}
    for section, compare in (("dit", forward_case), ("sample", sample_case)):
        for name, case in golden.get(section, {}).items():
            kind = case["model"]
            if kind not in models:
                models[kind] = load_model(golden, kind, weights)
            prefix = f"{section}/{name}/"
            given = {
                key.removeprefix(prefix): tensor
                for key, tensor in tensors.items()
                if key.startswith(prefix)
            }
            yield from compare(f"{section}/{name}", models[kind], case, given)


def load_model(golden: Case, kind: str, weights: Tensors) -> DiT:
    """The model a case names; what makes it one of the two lengths is in the words that describe it."""
    words = str(golden.get("models", {}).get(kind, ""))
    found = re.search(r"max_frames\D*(\d+)", words)
    max_frames = int(found[1]) if found else (6144 if "full" in kind else 2048)
    sizes = {**golden["config"], "heads": HEADS, "max_frames": max_frames}
    config = DiTConfig(**{name: sizes[name] for name in DiTConfig.__dataclass_fields__})
    state = {
        key: tensor
        for key, tensor in weights.items()
        if config.has_duration or "duration_time_embed" not in key
    }
    return load_dit(state, config, device="cpu", dtype=torch.float32)


def forward_case(name: str, model: DiT, case: Case, given: Tensors) -> Iterator[Comparison]:
    """One forward pass; a dropped condition is zeros."""
    x = given["x"]
    batch, frames = x.shape[:2]

    def kept(key: str, flag: str) -> Tensor:
        values = given[key].expand(batch, *given[key].shape[1:])
        return torch.zeros_like(values) if case.get(flag) else values

    text = kept("text", "drop_text").long()[:, :frames]
    text = torch.nn.functional.pad(text, (0, frames - text.shape[1]))
    with torch.inference_mode(), Watch(model) as watch:
        ours = model(
            x=x,
            cond=kept("cond", "drop_audio_cond"),
            text=text,
            style=kept("style_prompt", "drop_prompt"),
            time=given["time"].expand(batch),
            start_time=given["start_time"].expand(batch),
            duration=given["duration"].expand(batch),
        )
    yield relative(name, "out", ours, given["out"])
    for key, golden in given.items():
        if key.startswith("mid/"):
            seen = watch.seen.get(key.removeprefix("mid/"))
            if seen is None:
                print(f"{name}: no counterpart here for the intermediate {key!r}, left out")
                continue
            yield relative(name, key, seen, golden)


def sample_case(name: str, model: DiT, case: Case, given: Tensors) -> Iterator[Comparison]:
    """A whole sampling run from the golden noise, and the state after its first step."""
    noise = given["y0"] if "y0" in given else golden_noise(case)
    takes, frames = noise.shape[:2]
    options = SamplerOptions(
        steps=case["steps"],
        guidance_scale=case["cfg_strength"],
        sway=case.get("sway_sampling_coef"),
    )
    spans = [(start, end) for start, end in case["latent_pred_segments"]]
    conditions = {
        "cond": given["cond"],
        "text": given["text"],
        "style": given["style_prompt"],
        "negative_style": given["negative_style_prompt"],
        "start_time": given["start_time"],
        "duration": given["song_duration"],
    }
    ours = sample(
        model, noise=noise, **conditions, spans=spans, options=options, on_step=lambda *_: None
    )
    yield relative(name, "out", ours, given["out"])
    if "y1" in given:
        with torch.inference_mode():
            fitted = Conditions.fitted(model, takes, frames, **conditions)
            velocity = guided_velocity(model, fitted, span_mask(spans, frames), options)
            start, then = options.times[:2]
            first = noise + (then - start) * velocity(noise, start)
        yield relative(name, "y1", first, given["y1"])


def golden_noise(case: Case) -> Tensor:
    """Noise as the official code draws it: one global generator, set anew for each take when seeded."""
    shape = (case["duration_frames"], 64)
    takes = range(case["batch_infer_num"])
    if case.get("seed") is not None:
        one = torch.randn(shape, generator=torch.Generator().manual_seed(case["seed"]))
        return torch.stack([one for _ in takes])
    generator = torch.Generator().manual_seed(case["torch_manual_seed_before"])
    return torch.stack([torch.randn(shape, generator=generator) for _ in takes])


class Watch:
    """Notes what flows between the parts of a `DiT`, under the golden files' names, in `seen`."""

    def __init__(self, model: DiT) -> None:
        self.seen: dict[str, Tensor] = {}
        self._hooks = [
            self._output(model.text_encoder, "text_embed"),
            self._output(model.time_embed, "time_embed"),
            self._input(model.position, "input_proj"),
            self._output(model.position, "input_embed"),
            self._input(model.velocity_proj, "norm_out"),
            *(self._output(layer, f"block{index}") for index, layer in enumerate(model.layers)),
        ]

    def __enter__(self) -> "Watch":
        return self

    def __exit__(self, *_: object) -> None:
        for hook in self._hooks:
            hook.remove()

    def _output(self, part: nn.Module, name: str) -> Any:
        return part.register_forward_hook(
            lambda _part, _given, output: self.seen.__setitem__(name, output.clone())
        )

    def _input(self, part: nn.Module, name: str) -> Any:
        return part.register_forward_pre_hook(
            lambda _part, given: self.seen.__setitem__(name, given[0].clone())
        )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="folder with dit.json and/or mulan.json")
    folder = parser.parse_args().folder
    sources = {"dit.json": dit_comparisons}
    present = [compare for name, compare in sources.items() if (folder / name).is_file()]
    if not present:
        print(f"{folder}: holds neither {' nor '.join(sources)}", file=sys.stderr)
        return 1
    cases: dict[str, list[Comparison]] = {}
    for compare in present:
        for comparison in compare(folder):
            cases.setdefault(comparison.case, []).append(comparison)
    return report(cases)


def report(cases: Mapping[str, list[Comparison]]) -> int:
    """Print the worst tensor of each case; 1 if any is over its limit, else 0."""
    failed = 0
    for name, comparisons in cases.items():
        worst = max(comparisons, key=lambda c: (not c.is_fine, c.error / c.limit))
        failed += not worst.is_fine
        verdict = "ok  " if worst.is_fine else "FAIL"
        tensors = f"worst of {len(comparisons)}: {worst.tensor}"
        print(f"{verdict} {name:32} {worst.error:9.2e} of {worst.limit:.0e}   {tensors}")
    print(f"{len(cases) - failed} of {len(cases)} cases within their limits")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
