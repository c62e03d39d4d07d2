"""Time DiffRhythm's whole sampling at its full size with random weights on a GPU; part of benchmarks/gpu.sh.

python benchmarks/gpu.py [--device cuda]
"""

import argparse
import gc
import time

import torch

from benchmarks.dit_speed import EXACT, flops_of_pair, random_conditions, random_model
from songsmith.engine.diffrhythm.model.dit import DIT_1B_BASE, DIT_1B_FULL, DiTConfig
from songsmith.engine.diffrhythm.model.sampler import sample
from songsmith.engine.speed import machine_flops_per_s


def sampling_s(
    config: DiTConfig, frames: int, device: str, dtype: torch.dtype
) -> tuple[float, bool]:
    """Seconds of one take's whole sampling, the second of two runs, and whether both gave the same latents."""
    noise, given = random_conditions(random_model(config), frames)
    model = random_model(config).to(device, dtype)
    latents, spent_s = [], 0.0
    for _ in range(2):
        torch.cuda.synchronize()
        start_s = time.perf_counter()
        taken = sample(
            model,
            noise=noise,
            **vars(given),
            spans=None,
            options=EXACT,
            on_step=lambda done, total: None,
        )
        latents.append(taken.float().cpu())
        spent_s = time.perf_counter() - start_s
    return spent_s, torch.equal(*latents)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--device", default="cuda")
    device = parser.parse_args().device
    for config, frames, name in ((DIT_1B_BASE, 2048, "95 s"), (DIT_1B_FULL, 6144, "285 s")):
        steps = EXACT.steps - 1
        flops = steps * flops_of_pair(config, frames)
        for dtype in (torch.float16, torch.bfloat16):
            spent_s, is_same = sampling_s(config, frames, device, dtype)
            dtype_name = str(dtype).removeprefix("torch.")
            share = flops / spent_s / machine_flops_per_s(device, dtype_name)
            print(
                f"DiffRhythm, {name} of song, {dtype_name:9} {steps} guided steps in {spent_s:6.2f} s, "
                f"{share:4.0%} of the matrix-product peak, the same again: {'yes' if is_same else 'no'}"
            )
            gc.collect()
            torch.cuda.empty_cache()


if __name__ == "__main__":
    main()
