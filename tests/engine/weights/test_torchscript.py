import pickle
import zipfile

import pytest
import torch
from torch import Tensor, nn

from songsmith.engine.weights.checkpoint import TensorFile, convert_pickle
from songsmith.engine.weights.hub import WeightsError
from tests.engine.tiny_vae import load_torchscript, write_torchscript


class Model(nn.Module):
    """Parameters and buffers of several kinds, two of one storage, and much that is no tensor."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(nn.Conv1d(3, 4, 3), nn.Identity(), nn.Linear(4, 2))
        self.table = nn.Parameter(torch.arange(6.0).reshape(2, 3).T)
        self.register_buffer("steps", torch.tensor([3, 1]))
        self.register_buffer("small", torch.ones(2, dtype=torch.float16))
        self.register_buffer("nothing", torch.empty(0))
        self.sizes = [2, 4]
        self.names = {"a": [1.0]}

    def forward(self, sound: Tensor) -> Tensor:
        result: Tensor = self.layers(sound) * self.sizes[0] + self.names["a"][0]
        return result


@pytest.fixture
def program(tmp_path):
    torch.manual_seed(0)
    write_torchscript(Model(), tmp_path / "model.pt")
    return tmp_path / "model.pt"


def rewritten(path, change):
    """The archive with what `change(name, data)` gives for each of its files."""
    new = path.with_name("changed.pt")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(new, "w") as archive:
        for entry in old.infolist():
            archive.writestr(entry, change(entry.filename, old.read(entry)), entry.compress_type)
    return new


def test_its_tensors_are_those_that_torch_loads(program, tmp_path):
    convert_pickle(program, tmp_path / "model.safetensors")
    found = dict(TensorFile(tmp_path / "model.safetensors"))
    wanted = load_torchscript(program).state_dict()
    assert found.keys() == wanted.keys() and len(found) == 8
    assert all(torch.equal(found[name], wanted[name]) for name in wanted)
    assert all(found[name].dtype == wanted[name].dtype for name in wanted)


def test_its_code_is_never_read(program, tmp_path):
    changed = rewritten(program, lambda name, data: b"\0" if "/code/" in name else data)
    with pytest.raises(RuntimeError):
        load_torchscript(changed)
    convert_pickle(changed, tmp_path / "model.safetensors")
    assert "layers.0.weight" in TensorFile(tmp_path / "model.safetensors")


class Touch:
    """Unpickled as other programs do it, it makes a file."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return open, (str(self.path), "w")


def test_a_table_that_calls_anything_is_refused_and_nothing_is_called(program, tmp_path):
    table = pickle.dumps(Touch(tmp_path / "touched"), 2)
    changed = rewritten(program, lambda name, data: table if "data.pkl" in name else data)
    with pytest.raises(WeightsError, match="holds more than tensors"):
        convert_pickle(changed, tmp_path / "model.safetensors")
    assert not (tmp_path / "touched").exists()


def test_a_packed_storage_is_refused(program, tmp_path):
    bomb = tmp_path / "bomb.pt"
    with zipfile.ZipFile(program) as old, zipfile.ZipFile(bomb, "w") as archive:
        for entry in old.infolist():
            archive.writestr(entry.filename, old.read(entry) + bytes(1000), zipfile.ZIP_DEFLATED)
    with pytest.raises(WeightsError, match="holds a packed"):
        convert_pickle(bomb, tmp_path / "model.safetensors")


def test_a_tensor_larger_than_its_values_is_refused(tmp_path):
    torch.save({"a": torch.zeros(1).expand(10**12)}, tmp_path / "wide.pt")
    with pytest.raises(WeightsError, match="holds 'a', which is larger than its values"):
        convert_pickle(tmp_path / "wide.pt", tmp_path / "wide.safetensors")


def test_damage_at_any_place_is_one_kind_of_error(program, tmp_path):
    data = program.read_bytes()
    broken = tmp_path / "broken.pt"
    for place in range(0, len(data), len(data) // 300):
        for damaged in (
            data[:place],
            data[:place] + bytes([data[place] ^ 0x5A]) + data[place + 1 :],
        ):
            broken.write_bytes(damaged)
            try:
                convert_pickle(broken, tmp_path / "out.safetensors")
            except WeightsError as error:
                assert str(broken) in str(error)
