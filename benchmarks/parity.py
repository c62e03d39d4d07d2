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
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from songsmith.engine.diffrhythm.model.dit import HEADS, DiT, DiTConfig, load_dit
from songsmith.engine.diffrhythm.model.mel import cut_clips, log_mel
from songsmith.engine.diffrhythm.model.mulan import (
    AudioTower,
    MulanConfig,
    TextTower,
    load_audio_tower,
    load_text_tower,
)
from songsmith.engine.diffrhythm.model.sampler import (
    Conditions,
    SamplerOptions,
    guided_velocity,
    sample,
    span_mask,
)
from songsmith.errors import SongsmithError

RELATIVE_LIMIT = 1e-4
EMBEDDING_LIMIT = 3e-6

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


def absolute(case: str, tensor: str, ours: Tensor, golden: Tensor) -> Comparison:
    """Largest difference between style embeddings, whose entries are all of a size."""
    error = float("inf")
    if ours.shape == golden.shape:
        error = (ours - golden).abs().max().item()
    return Comparison(case, tensor, error, EMBEDDING_LIMIT)


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
    outputs = {
        "text_embed": model.text_encoder,
        "time_embed": model.time_embed,
        "input_embed": model.position,
        **{f"block{index}": layer for index, layer in enumerate(model.layers)},
    }
    inputs = {"input_proj": model.position, "norm_out": model.velocity_proj}
    with torch.inference_mode(), Watch(outputs, inputs) as watch:
        ours = model(
            x=x,
            cond=kept("cond", "drop_audio_cond"),
            text=text,
            style=kept("style_prompt", "drop_prompt"),
            time=given["time"].expand(batch),
            start_time=given["start_time"].expand(batch),
            duration=given.get("duration", torch.ones(1)).expand(batch),
        )
    yield relative(name, "out", ours, given["out"])
    for key, golden in given.items():
        if key.startswith("mid/"):
            seen = watch.seen.get(key.removeprefix("mid/"))
            if seen is None:
                print(f"{name}: no counterpart here for the intermediate {key!r}, left out")
                continue
            yield relative(name, key, seen[0], golden)


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
    conditions: dict[str, Any] = {
        "cond": given["cond"],
        "text": given["text"],
        "style": given["style_prompt"],
        "negative_style": given.get("negative_style_prompt", torch.zeros(1, 512)),
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


def mulan_comparisons(folder: Path) -> Iterator[Comparison]:
    """Every sound and every text of `mulan.json`, and how similar they are."""
    golden = json.loads((folder / "mulan.json").read_text())
    words = golden["config"]
    config = MulanConfig.parse(
        words["MuQ-MuLan config.json"], words["MuQ config.json"], words["xlm-roberta config.json"]
    )
    weights = load_file(folder / golden["weights"]["file"])
    tensors = load_file(folder / golden.get("io", "mulan_io.safetensors"))
    audio, text = load_audio_tower(weights, config), load_text_tower(weights, config)
    embeddings: dict[str, Tensor] = {}
    for key, given in tensors.items():
        case, _, last = key.rpartition(".")
        if last == "input":
            seen = hear(audio, given)
        elif last == "input_ids":
            mask = tensors.get(f"{case}.attention_mask", (given != 1).long())
            seen = read(text, given, mask)
        else:
            continue
        embeddings[case] = seen["embedding"][-1]
        yield from mulan_case(case, seen, tensors)
    if "similarity" in tensors:
        table = golden["similarity"]
        rows = torch.cat([embeddings[f"audio.{name}"] for name in table["rows_audio"]])
        columns = torch.cat([embeddings[f"text.{name}"] for name in table["columns_text"]])
        yield absolute("similarity", "similarity", rows @ columns.T, tensors["similarity"])


def mulan_case(
    case: str, seen: Mapping[str, list[Tensor]], tensors: Tensors
) -> Iterator[Comparison]:
    """All golden tensors of one sound or text; `seen` has one value for each clip."""
    for key, golden in tensors.items():
        if not key.startswith(f"{case}."):
            continue
        name = key.removeprefix(f"{case}.")
        found = re.fullmatch(r"clip(\d+)\.(.+)", name)
        values = seen.get(found[2] if found else name)
        if name in ("input", "input_ids", "attention_mask"):
            continue
        if values is None:
            print(f"{case}: no counterpart here for the intermediate {name!r}, left out")
            continue
        ours = values[int(found[1])] if found else torch.cat(values[: golden.shape[0]])
        compare = absolute if "embedding" in name and "xlmr" not in name else relative
        yield compare(case, name, ours, golden)


def hear(tower: AudioTower, samples: Tensor) -> dict[str, list[Tensor]]:
    """What flows through the audio tower, clip by clip, under the golden files' names."""
    layers = list(tower.conformer.get_submodule("layers").children())
    parts: dict[str, nn.Module] = {
        "conv_out": tower.stem,
        "hidden_0": tower.stem,
        **{f"hidden_{index + 1}": layer for index, layer in enumerate(layers[:-1])},
        f"hidden_{len(layers)}": tower.conformer.get_submodule("layer_norm"),
        "proj_out": tower.proj,
        "transformer_out": tower.mixer,
        "latent": tower.head,
    }
    with Watch(outputs=parts) as watch:
        clips = tower.embed_clips(samples[0])
    clip_samples = tower.config.clip_samples
    mels = [log_mel(clip, tower.config.mel)[None] for clip in cut_clips(samples[0], clip_samples)]
    return watch.seen | {
        "logmel_norm": mels,
        "clip_embeddings": list(torch.split(clips, 1)),
        "embedding": [tower.embed(samples[0])],
    }


def read(tower: TextTower, ids: Tensor, mask: Tensor) -> dict[str, list[Tensor]]:
    """What flows through the text tower, under the golden files' names."""
    layers = list(tower.language.get_submodule("encoder.layer").children())
    parts = {
        "xlmr_embeddings": tower.language.get_submodule("embeddings"),
        "xlmr_last_hidden_state": layers[-1],
        "proj_out": tower.proj,
        "transformer_out": tower.mixer,
        "latent": tower.head,
    }
    with Watch(outputs=parts) as watch:
        embedding = tower.embed(ids, mask)
    return watch.seen | {"embedding": [embedding]}


class Watch:
    """Notes what flows out of (or into) parts of a network, in `seen`, one value for each call."""

    def __init__(
        self, outputs: Mapping[str, nn.Module], inputs: Mapping[str, nn.Module] | None = None
    ) -> None:
        self.seen: dict[str, list[Tensor]] = {}
        self._hooks = [
            *(
                part.register_forward_hook(
                    lambda _part, _given, out, name=name: self._note(name, out)
                )
                for name, part in outputs.items()
            ),
            *(
                part.register_forward_pre_hook(
                    lambda _part, given, name=name: self._note(name, given)
                )
                for name, part in (inputs or {}).items()
            ),
        ]

    def __enter__(self) -> "Watch":
        return self

    def __exit__(self, *_: object) -> None:
        for hook in self._hooks:
            hook.remove()

    def _note(self, name: str, value: Any) -> None:
        # Copied: the network works in place.
        tensor = value if isinstance(value, Tensor) else value[0]
        self.seen.setdefault(name, []).append(tensor.clone())


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="folder with dit.json and/or mulan.json")
    folder = parser.parse_args().folder
    sources = {"dit.json": dit_comparisons, "mulan.json": mulan_comparisons}
    present = {name: compare for name, compare in sources.items() if (folder / name).is_file()}
    if not present:
        print(f"{folder}: holds neither {' nor '.join(sources)}", file=sys.stderr)
        return 1
    torch.set_num_threads(1)  # the networks are tiny: more threads would only wait for each other
    cases: dict[str, list[Comparison]] = {}
    unread = 0
    for name, compare in present.items():
        try:
            for comparison in compare(folder):
                cases.setdefault(comparison.case, []).append(comparison)
        except (
            OSError,
            ValueError,
            KeyError,
            RuntimeError,
            SafetensorError,
            SongsmithError,
        ) as error:
            unread += 1
            print(f"{folder / name}: {type(error).__name__}: {error}", file=sys.stderr)
    return report(cases) or int(unread > 0)


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
