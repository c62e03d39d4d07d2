import math
from collections.abc import Sequence
from typing import Any

import pytest
import torch

from songsmith.engine.diffrhythm.model.dit import DiT
from songsmith.engine.diffrhythm.model.sampler import (
    PRESETS,
    SamplerOptions,
    Solver,
    draw_noise,
    forwards,
    guided,
    integrate,
    sample,
    schedule,
    span_mask,
    stretches,
)
from songsmith.engine.engine import Cancelled, EngineError
from tests.engine.tiny_dit import TINY

FRAMES = 30
QUICK = SamplerOptions(steps=4)


@pytest.fixture(scope="module")
def model() -> DiT:
    torch.manual_seed(3)
    return DiT(TINY).eval().requires_grad_(False)


def sing(
    model: DiT,
    *,
    seeds: Sequence[int] = (1,),
    options: SamplerOptions = QUICK,
    **changes: Any,
) -> torch.Tensor:
    generator = torch.Generator().manual_seed(4)
    style = torch.randn(1, 512, generator=generator)
    fixed: dict[str, Any] = {
        "noise": torch.stack([draw_noise(seed, FRAMES) for seed in seeds]),
        "cond": torch.randn(1, FRAMES, 64, generator=generator),
        "text": torch.randint(1, 21, (1, FRAMES), generator=generator),
        "style": style,
        "negative_style": -style,
        "start_time": 0.0,
        "duration": 0.5,
        "spans": None,
        "on_step": lambda done, total: None,
    }
    return sample(model, options=options, **{**fixed, **changes})


def exponential(latents: torch.Tensor, time: float) -> torch.Tensor:
    return latents


def error_at_one(steps: int, solver: Solver, sway: float | None) -> float:
    """Error of following x' = x + 2t from 1, whose value at 1 is 3e - 4."""
    start = torch.ones(1, dtype=torch.float64)
    times = schedule(steps, sway=sway).tolist()
    end = integrate(lambda x, t: x + 2 * t, start, times, solver=solver)
    return abs(end.item() - (3 * math.e - 4))


def test_a_constant_velocity_is_followed_exactly():
    velocity = torch.full((2, 3), 0.5, dtype=torch.float64)
    for solver in ("euler", "ab2"):
        end = integrate(lambda x, t: velocity, torch.zeros(2, 3), [0, 0.25, 1], solver=solver)
        assert torch.allclose(end.double(), velocity)


def test_euler_gives_the_compound_interest_formula():
    end = integrate(exponential, torch.ones(1, dtype=torch.float64), [i / 8 for i in range(9)])
    assert end.item() == pytest.approx((1 + 1 / 8) ** 8, rel=1e-12)


@pytest.mark.parametrize("sway", [None, -1.0])
@pytest.mark.parametrize(("solver", "order"), [("euler", 1), ("ab2", 2)])
def test_halving_the_steps_shows_the_order_of_the_solver(solver, order, sway):
    ratio = error_at_one(41, solver, sway) / error_at_one(81, solver, sway)
    assert math.log2(ratio) == pytest.approx(order, abs=0.15)


def test_the_schedule_goes_from_noise_to_song_and_sway_begins_it_slowly():
    even, swayed = schedule(32, sway=None), schedule(32, sway=-1.0)
    assert even.tolist() == pytest.approx([i / 31 for i in range(32)])
    assert swayed[0] == 0
    assert swayed[-1] == pytest.approx(1, abs=1e-6)
    assert torch.all(swayed.diff() > 0)
    assert torch.all(swayed[1:-1] < even[1:-1])


def test_guidance_of_zero_is_no_guidance():
    cond, uncond = torch.tensor([2.0]), torch.tensor([0.5])
    assert guided(cond, uncond, scale=0) == cond
    assert guided(cond, uncond, scale=4) == 8


def test_presets_take_the_stated_number_of_forward_passes():
    assert {name: forwards(options) for name, options in PRESETS.items()} == {
        "exact": 62,
        "fast": 30,
        "draft": 19,
    }
    assert PRESETS["exact"] == SamplerOptions()


def test_a_run_takes_as_many_forward_passes_as_foretold(model):
    rows = []
    hook = model.velocity_proj.register_forward_pre_hook(lambda _, x: rows.append(x[0].shape[0]))
    try:
        for options in [*PRESETS.values(), SamplerOptions(steps=5, guidance_scale=0)]:
            rows.clear()
            sing(model, options=options)
            assert sum(rows) == forwards(options)
    finally:
        hook.remove()


def test_the_schedule_is_cut_where_guidance_begins_and_ends():
    options = SamplerOptions(steps=11, guidance_interval=(0.25, 0.65))
    parts = stretches(options)
    assert [len(part) for part in parts] == [4, 5, 4]
    assert parts[0][-1] == parts[1][0] == pytest.approx(0.3)
    assert stretches(SamplerOptions()) == [SamplerOptions().times]


@pytest.mark.parametrize(
    ("options", "word"),
    [
        ({"steps": 1}, "1 steps"),
        ({"guidance_scale": -1.0}, "guidance of -1"),
        ({"guidance_scale": float("nan")}, "guidance of nan"),
        ({"sway": 3.0}, "sway of 3"),
        ({"solver": "heun"}, "'heun'"),
        ({"guidance_interval": (0.8, 0.2)}, "from 0.8 to 0.2"),
    ],
)
def test_options_that_cannot_be_used_are_refused_in_one_line(options, word):
    with pytest.raises(EngineError, match=word):
        SamplerOptions(**options)


def test_noise_depends_on_the_seed_alone():
    torch.manual_seed(1)
    first = draw_noise(7, 5)
    torch.manual_seed(2)
    assert torch.equal(first, draw_noise(7, 5))
    assert not torch.equal(first, draw_noise(8, 5))
    assert first.shape == (5, 64)


def test_a_take_is_bit_equal_alone_and_among_others(model):
    together = sing(model, seeds=(1, 2, 3))
    for index, seed in enumerate((1, 2, 3)):
        assert torch.equal(together[index], sing(model, seeds=(seed,))[0])
    assert not torch.allclose(together[0], together[1], atol=1e-3)


def test_a_take_is_bit_equal_on_one_thread_and_on_two(model):
    before = torch.get_num_threads()
    try:
        torch.set_num_threads(1)
        one = sing(model)
        torch.set_num_threads(2)
        assert torch.equal(one, sing(model))
    finally:
        torch.set_num_threads(before)


def test_takes_run_together_are_the_same_but_for_rounding(model):
    apart, together = sing(model, seeds=(1, 2, 3)), sing(model, seeds=(1, 2, 3), takes_at_once=2)
    assert (apart - together).abs().max() < 1e-4 * apart.abs().max()


def test_frames_outside_the_spans_are_put_back_bit_for_bit(model):
    cond = torch.randn(1, FRAMES, 64, generator=torch.Generator().manual_seed(6))
    spans = [(2, 7), (20, 25)]
    sung = sing(model, seeds=(1, 2), cond=cond, spans=spans)
    kept = ~span_mask(spans, FRAMES)
    assert kept.sum() == 20
    assert torch.equal(sung[:, kept], cond[:, kept].expand(2, -1, -1))
    assert not torch.isclose(sung[:, ~kept], cond[:, ~kept]).any(dim=-1).all()


def test_the_known_latent_inside_the_spans_is_not_heard_and_outside_is(model):
    cond = torch.randn(1, FRAMES, 64, generator=torch.Generator().manual_seed(6))
    inside, outside = cond.clone(), cond.clone()
    inside[:, 5] += 1
    outside[:, 12] += 1
    spans = [(2, 10)]
    sung = sing(model, cond=cond, spans=spans)
    assert torch.equal(sung, sing(model, cond=inside, spans=spans))
    other = sing(model, cond=outside, spans=spans)
    assert not torch.allclose(sung[:, 2:10], other[:, 2:10], atol=1e-5)


def test_spans_are_clipped_to_the_song():
    assert span_mask([(-1, 2), (4, 99)], 6).tolist() == [True, True, False, False, True, True]


def test_longer_known_latents_are_cut_and_shorter_texts_filled_up(model):
    long = torch.randn(1, FRAMES + 9, 64, generator=torch.Generator().manual_seed(6))
    text = torch.full((1, 10), 3)
    filled = torch.cat((text, torch.zeros(1, FRAMES - 10, dtype=torch.int64)), dim=1)
    spans = [(0, 9)]
    assert torch.equal(
        sing(model, cond=long, text=text, spans=spans),
        sing(model, cond=long[:, :FRAMES], text=filled, spans=spans),
    )


def test_each_take_may_have_conditions_of_its_own(model):
    generator = torch.Generator().manual_seed(8)
    styles = torch.randn(2, 512, generator=generator)
    lengths = torch.tensor([0.2, 0.9])
    both = sing(model, seeds=(1, 2), style=styles, duration=lengths)
    second = sing(model, seeds=(2,), style=styles[1:], duration=0.9)
    assert torch.equal(both[1:], second)


def test_numbers_that_run_away_are_an_error(model):
    with pytest.raises(EngineError, match="left the range of float32"):
        sing(model, noise=torch.full((1, FRAMES, 64), float("inf")))


def test_progress_counts_every_step_of_every_take(model):
    seen = []
    sing(model, seeds=(1, 2), on_step=lambda done, total: seen.append((done, total)))
    assert seen == [(done, 6) for done in range(1, 7)]


def test_what_the_callback_raises_ends_the_sampling(model):
    def stop(done: int, total: int) -> None:
        if done == 2:
            raise Cancelled("stopped")

    with pytest.raises(Cancelled):
        sing(model, on_step=stop)
