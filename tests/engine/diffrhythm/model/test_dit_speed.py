import importlib.util
import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest
import torch

from songsmith.engine.diffrhythm.model.dit import DIT_1B_BASE, DIT_1B_FULL
from songsmith.engine.diffrhythm.model.sampler import guided_velocity, span_mask

SCRIPT = Path(__file__).parents[4] / "benchmarks" / "dit_speed.py"
FRAMES = 40


@pytest.fixture(scope="module")
def speed() -> ModuleType:
    spec = importlib.util.spec_from_file_location("dit_speed", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["dit_speed"] = module  # its dataclasses look themselves up there
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("config", [DIT_1B_BASE, DIT_1B_FULL])
def test_the_plain_way_that_speed_is_measured_against_gives_the_same_velocity(speed, config):
    model = speed.random_model(replace(config, dim=128, depth=4, conv_layers=2))
    noise, given = speed.random_conditions(model, FRAMES)
    mask = span_mask([(10, FRAMES)], FRAMES)
    known = given.cond.masked_fill(mask[:, None], 0.0)
    with torch.inference_mode():
        ours = guided_velocity(model, given, mask, speed.EXACT)(noise, speed.TIME)
        plain = speed.PlainDiT(model).guided(noise, given, known, scale=4.0)
    assert ours.std() > 0.1
    assert (ours - plain).abs().max() < 2e-5 * plain.abs().max()


@pytest.mark.parametrize(
    ("config", "frames", "tera"), [(DIT_1B_BASE, 2048, 10.16), (DIT_1B_FULL, 6144, 37.08)]
)
def test_operations_are_counted_at_the_published_sizes(speed, config, frames, tera):
    assert speed.flops_of_pair(config, frames) / 1e12 == pytest.approx(tera, abs=0.01)
