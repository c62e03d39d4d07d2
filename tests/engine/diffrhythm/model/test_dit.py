import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from songsmith.engine.diffrhythm.model.dit import DIT_1B_BASE, DIT_1B_FULL, DiT, DiTConfig, load_dit
from songsmith.engine.diffrhythm.model.rename import (
    DIT_NAMES,
    UNUSED_BY_DIT,
    CheckpointError,
    check_keys,
    rename_key,
    rename_keys,
)
from songsmith.engine.engine import EngineError
from tests.engine.tiny_dit import TINY

DATA = Path(__file__).parents[2] / "data"
FRAMES = 12


def manifest_shapes(frames: int) -> dict[str, tuple[int, ...]]:
    shapes = json.loads((DATA / f"dit_keys_{frames}.json").read_text())
    return {key: tuple(shape) for key, shape in shapes.items()}


def random_state(config: DiTConfig) -> dict[str, torch.Tensor]:
    """A published-style state dict of `config`'s sizes, in half precision."""
    with torch.device("meta"):
        shapes = {name: value.shape for name, value in DiT(config).state_dict().items()}
    generator = torch.Generator().manual_seed(5)
    known = {rename_key(key, DIT_NAMES): key for key in manifest_shapes(6144)}
    return {
        known[name]: (torch.randn(shape, generator=generator) * 0.2).half()
        for name, shape in shapes.items()
    }


@pytest.fixture(scope="module")
def tiny() -> DiT:
    return load_dit(random_state(TINY), TINY, device="cpu", dtype=torch.float32)


def given(batch: int, frames: int = FRAMES) -> dict[str, torch.Tensor]:
    generator = torch.Generator().manual_seed(9)
    return {
        "x": torch.randn(batch, frames, 64, generator=generator),
        "cond": torch.randn(batch, frames, 64, generator=generator),
        "text": torch.randint(0, 21, (batch, frames), generator=generator),
        "style": torch.randn(batch, 512, generator=generator),
        "time": torch.rand(batch, generator=generator),
        "start_time": torch.rand(batch, generator=generator),
        "duration": torch.rand(batch, generator=generator),
    }


@pytest.mark.parametrize(("frames", "config"), [(2048, DIT_1B_BASE), (6144, DIT_1B_FULL)])
def test_the_published_keys_load_strictly_through_the_rename_table(frames, config):
    shapes = manifest_shapes(frames)
    state = {key: torch.empty(shape, device="meta") for key, shape in shapes.items()}
    model = load_dit(state, config, device="meta", dtype=torch.float16)
    assert sum(weight.numel() for weight in model.parameters()) == sum(
        value.numel() for value in state.values()
    )
    assert {weight.dtype for weight in model.parameters()} == {torch.float16}


@pytest.mark.parametrize("frames", [2048, 6144])
def test_every_published_key_gets_a_name_of_its_own(frames):
    keys = manifest_shapes(frames)
    names = rename_keys(keys, DIT_NAMES, UNUSED_BY_DIT)
    assert sorted(names.values()) == sorted(keys)
    assert not [name for name in names if name.startswith("transformer") or "_proj." in name[9:]]
    assert (
        names["layers.3.mlp.gate.weight"] == "transformer.transformer_blocks.3.mlp.gate_proj.weight"
    )
    assert names["position.convs.1.bias"] == "transformer.input_embed.conv_pos_embed.conv1d.2.bias"


def test_keys_without_the_wrapper_prefix_and_tables_that_can_be_recomputed_are_fine():
    keys = ["proj_out.bias", "transformer.rotary_emb.inv_freq", "text_embed.freqs_cis"]
    names = rename_keys(keys, DIT_NAMES, UNUSED_BY_DIT)
    assert names == {"velocity_proj.bias": "proj_out.bias"}


def test_two_spellings_of_one_tensor_are_an_error():
    with pytest.raises(CheckpointError, match="are the same one"):
        rename_keys(["proj_out.bias", "transformer.proj_out.bias"], DIT_NAMES, UNUSED_BY_DIT)


def test_missing_and_extra_tensors_are_named():
    state = random_state(TINY)
    del state["transformer.proj_out.bias"]
    state["transformer.surprise"] = torch.zeros(1)
    with pytest.raises(CheckpointError) as caught:
        load_dit(state, TINY, device="cpu", dtype=torch.float32)
    assert isinstance(caught.value, EngineError)
    assert "1 missing (velocity_proj.bias)" in str(caught.value)
    assert "1 extra (surprise)" in str(caught.value)


def test_a_tensor_of_another_shape_is_named_with_both_shapes():
    state = random_state(TINY) | {"transformer.proj_out.bias": torch.zeros(3)}
    with pytest.raises(CheckpointError, match=r"velocity_proj.bias \(3,\) for \(64,\)"):
        load_dit(state, TINY, device="cpu", dtype=torch.float32)


def test_a_checkpoint_of_the_other_length_is_refused():
    state = random_state(TINY)
    base = replace(TINY, max_frames=2048)
    with pytest.raises(CheckpointError, match=r"4 extra .duration_embed.mlp.0.weight"):
        load_dit(state, base, device="cpu", dtype=torch.float32)


def test_many_faults_are_counted_and_only_some_listed():
    wanted = {f"w{index}": (1,) for index in range(9)}
    with pytest.raises(CheckpointError, match=r"9 missing \(w0, w1, w2, w3, \.\.\.\)"):
        check_keys({}, wanted)


def test_tensors_are_asked_for_once_each():
    asked = []

    class Counted(dict[str, torch.Tensor]):
        def __getitem__(self, key: str) -> torch.Tensor:
            asked.append(key)
            return super().__getitem__(key)

    state = Counted(random_state(TINY))
    load_dit(state, TINY, device="cpu", dtype=torch.float32)
    assert sorted(asked) == sorted(state)


def test_loaded_weights_ask_for_no_gradient_and_half_precision_widens_exactly(tiny):
    weight = tiny.velocity_proj.weight
    assert not weight.requires_grad
    assert torch.equal(weight, random_state(TINY)["transformer.proj_out.weight"].float())


def test_sizes_that_do_not_divide_into_heads_are_refused():
    with pytest.raises(ValueError, match=r"dim 100 .* 32 heads"):
        DiT(replace(TINY, dim=100))


def test_prepared_conditions_serve_any_step(tiny):
    inputs = given(2)
    fixed = {key: inputs[key] for key in ("cond", "text", "style", "start_time", "duration")}
    with torch.inference_mode():
        prepared = tiny.prepare(**fixed)
        for time in (0.0, 0.4, 1.0):
            moment = torch.full((2,), time)
            again = tiny(**{**inputs, "time": moment})
            assert torch.equal(tiny.velocity(inputs["x"], moment, prepared), again)


@pytest.mark.parametrize("name", ["x", "cond", "text", "style", "time", "start_time", "duration"])
def test_every_input_is_heard(tiny, name):
    inputs = given(1)
    other = given(2)[name][1:] if name != "text" else (inputs["text"] + 1) % 21
    with torch.inference_mode():
        assert not torch.allclose(tiny(**inputs), tiny(**{**inputs, name: other}), atol=1e-4)


def test_the_short_model_does_not_hear_the_duration():
    base = replace(TINY, max_frames=2048)
    state = {key: value for key, value in random_state(TINY).items() if "duration" not in key}
    model = load_dit(state, base, device="cpu", dtype=torch.float32)
    inputs = given(1)
    with torch.inference_mode():
        assert torch.equal(model(**inputs), model(**{**inputs, "duration": torch.zeros(1)}))


def test_inputs_stay_as_they_were(tiny):
    inputs = given(1)
    copies = {name: value.clone() for name, value in inputs.items()}
    with torch.inference_mode():
        tiny(**inputs)
    assert all(torch.equal(inputs[name], copies[name]) for name in inputs)


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_half_precision_is_close_to_single_and_tells_close_times_apart(tiny, dtype):
    model = load_dit(random_state(TINY), TINY, device="cpu", dtype=dtype)
    inputs = given(1)
    with torch.inference_mode():
        halved, whole = model(**inputs), tiny(**inputs)
        times = torch.tensor([0.9990, 0.9991])
        first, second = model.time_embed(times, dtype)
    assert halved.dtype == dtype
    assert (halved.float() - whole).abs().max() < 0.1 * whole.abs().max()
    assert not torch.equal(first, second)


@pytest.mark.parametrize("threads", [1, 2])
def test_the_number_of_threads_does_not_change_a_bit(tiny, threads):
    before = torch.get_num_threads()
    inputs = given(2, frames=200)
    try:
        torch.set_num_threads(threads)
        with torch.inference_mode():
            ours = tiny(**inputs)
        torch.set_num_threads(3 - threads)
        with torch.inference_mode():
            assert torch.equal(ours, tiny(**inputs))
    finally:
        torch.set_num_threads(before)
