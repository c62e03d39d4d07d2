import hashlib
import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from songsmith.engine.diffrhythm.parts import (
    NEGATIVE,
    PARTS,
    STYLE,
    VAE,
    dit_part,
    parts_for,
)
from songsmith.engine.published import Part, WeightFile
from songsmith.engine.weights.checkpoint import TensorFile, convert_pickle
from songsmith.engine.weights.file_kind import fault_of
from songsmith.engine.weights.hub import WeightsError
from songsmith.engine.weights.parts import (
    known_part,
    part_states,
    require,
    verify,
)
from songsmith.engine.weights.pull import PullProgress, pull
from songsmith.engine.weights.store import LOCK_NAME, Store, models_folder

BASE = dit_part("base")
COMMIT = "a" * 40


def ignore(progress: PullProgress) -> None: ...


@pytest.fixture
def served(hub, tiny_weights, tmp_path):
    """The hub serves the tiny family under the published names; a store of its own, licences accepted."""
    for part in (BASE, VAE, STYLE):
        for file in part.files:
            data = (tiny_weights / part.name / file.name).read_bytes()
            hub.files[f"/{file.repo}/resolve/main/{file.path}"] = data
            hub.files[f"/{file.repo}/resolve/{COMMIT}/{file.path}"] = data
    store = Store(tmp_path / "models")
    store.accept(tuple(PARTS.values()))
    return store


def downloads(hub: Any) -> list[str]:
    return [path for method, path, _ in hub.requests if method == "GET"]


def test_a_pull_brings_everything_pinned_hashed_and_converted(hub, served):
    seen: list[PullProgress] = []
    pulled = pull(served, parts_for("base"), on_progress=seen.append)
    assert set(pulled.fetched) == {"muq-mulan", "dit-1.2-base", "vae"}
    assert "negative style" in pulled.notes[0] and "a text is used in its place" in pulled.notes[0]
    assert {progress.stage for progress in seen} == {"fetching", "converting"}
    lock = served.lock()
    assert lock.revisions["ASLP-lab/DiffRhythm-1_2"] == COMMIT
    entry = lock.files["dit-1.2-base/model.safetensors"]
    assert entry.revision == COMMIT and len(entry.sha256) == len(entry.source_sha256) == 64
    assert not (served.folder / "dit-1.2-base" / "cfm_model.pt").exists()
    assert set(verify(served, parts_for("base")).values()) == {"", "is missing"}
    require(served, BASE)


def test_a_file_whose_hash_is_known_may_come_from_any_commit(hub, tmp_path):
    content = b"\x93NUMPY as published"
    file = WeightFile(
        *("vocal.npy", "a/b", "vocal.npy", 20, "c0ffee"),
        sha256=hashlib.sha256(content).hexdigest(),
        host="github",
    )
    part = Part("vocal", "Vocal", "MIT", (file,))
    hub.files["/a/b/main/vocal.npy"] = content
    store = Store(tmp_path / "models")
    store.accept((part,))
    assert pull(store, (part,), on_progress=ignore).fetched == ("vocal",)
    assert downloads(hub) == ["/a/b/c0ffee/vocal.npy", "/a/b/main/vocal.npy"]


def test_a_second_pull_fetches_nothing(hub, served):
    pull(served, parts_for("base"), on_progress=ignore)
    hub.requests.clear()
    pulled = pull(served, (STYLE, BASE, VAE), on_progress=ignore)
    assert pulled.fetched == () and set(pulled.present) == {"muq-mulan", "dit-1.2-base", "vae"}
    assert hub.requests == []


def test_what_is_fetched_again_comes_from_the_commit_in_the_lock_file(hub, served):
    pull(served, (VAE,), on_progress=ignore)
    (served.folder / "vae" / "model.safetensors").unlink()
    hub.requests.clear()
    pull(served, (VAE,), on_progress=ignore)
    assert downloads(hub) == [f"/ASLP-lab/DiffRhythm-vae/resolve/{COMMIT}/vae_model.pt"]


def test_nothing_is_fetched_before_licences_are_accepted(hub, served, tmp_path):
    store = Store(tmp_path / "fresh")
    assert store.to_accept((STYLE, VAE)) == [STYLE, VAE]
    with pytest.raises(WeightsError, match=r"the licence of muq-mulan, vae was not accepted"):
        pull(store, (STYLE, VAE), on_progress=ignore)
    assert hub.requests == []
    store.accept((STYLE,))
    assert Store(tmp_path / "fresh").to_accept((STYLE, VAE)) == [VAE]


def test_a_pull_that_fails_keeps_what_came_before(hub, served):
    del hub.files["/ASLP-lab/DiffRhythm-vae/resolve/main/vae_model.pt"]
    with pytest.raises(WeightsError, match="404"):
        pull(served, parts_for("base"), on_progress=ignore)
    assert served.has(STYLE) and served.has(BASE) and not served.has(VAE)


def test_offline_a_pull_says_so_and_what_is_here_is_used(hub, served, monkeypatch):
    pull(served, (VAE,), on_progress=ignore)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    assert pull(served, (VAE,), on_progress=ignore).present == ("vae",)
    with pytest.raises(WeightsError, match="HF_HUB_OFFLINE"):
        pull(served, (BASE,), on_progress=ignore)


def test_a_disk_that_is_too_small_is_seen_before_the_first_byte(hub, served):
    huge = Part("huge", "Huge", "MIT", (WeightFile("a.bin", "some/repo", "a.bin", 10**18),))
    served.accept((huge,))
    with pytest.raises(WeightsError, match=r"1000000000 GB are needed, .* are free"):
        pull(served, (huge,), on_progress=ignore)
    assert hub.requests == []


def test_two_pulls_at_once_into_one_folder_are_kept_apart(served):
    with (
        served.one_writer(),
        pytest.raises(WeightsError, match="another songsmith is fetching weights"),
    ):
        pull(Store(served.folder), (VAE,), on_progress=ignore)


def test_converted_weights_are_those_of_the_pickle(served, tiny_weights):
    pull(served, (BASE,), on_progress=ignore)
    before = torch.load(tiny_weights / BASE.name / "cfm_model.pt", weights_only=True)
    after = load_file(served.path(BASE, BASE.files[0]))
    assert after.keys() == before["model_state_dict"].keys()
    assert all(torch.equal(after[key], t) for key, t in before["model_state_dict"].items())


def test_files_put_there_by_hand_are_converted_and_recorded_when_first_used(tiny_models):
    store = Store(tiny_models)
    path = require(store, BASE)["model.safetensors"]
    assert path.is_file()
    assert store.lock().files["dit-1.2-base/model.safetensors"].revision == ""


def test_a_download_made_by_hand_is_recognised_and_not_fetched_again(hub, served, tiny_weights):
    folder = served.folder / "dit-1.2-base"
    folder.mkdir(parents=True)
    shutil.copy(tiny_weights / "dit-1.2-base" / "cfm_model.pt", folder)
    assert pull(served, (BASE,), on_progress=ignore).present == ("dit-1.2-base",)
    assert downloads(hub) == []
    assert served.lock().files["dit-1.2-base/model.safetensors"].revision == COMMIT


def test_a_pull_does_not_overwrite_a_file_that_is_something_else_but_names_it(hub, served):
    folder = served.folder / STYLE.name
    folder.mkdir(parents=True)
    (folder / "config.json").write_bytes(b"version https://git-lfs.github.com/spec/v1\n")
    with pytest.raises(WeightsError, match="is a Git LFS pointer"):
        pull(served, (STYLE,), on_progress=ignore)


def test_the_full_model_in_the_place_of_the_base_model_is_named(tiny_models):
    (tiny_models / "dit-1.2-full" / "cfm_model.pt").replace(
        tiny_models / "dit-1.2-base" / "cfm_model.pt"
    )
    with pytest.raises(WeightsError, match="holds the full model, not base"):
        require(Store(tiny_models), BASE)


def test_a_pickle_that_would_run_code_is_refused(tmp_path):
    class Trap:
        def __reduce__(self):
            return (Path.touch, (tmp_path / "sprung",))

    torch.save({"model_state_dict": {"a": Trap()}}, tmp_path / "cfm_model.pt")
    with pytest.raises(WeightsError, match="it holds more than tensors"):
        convert_pickle(tmp_path / "cfm_model.pt", tmp_path / "model.safetensors")
    assert not (tmp_path / "sprung").exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["cfm_model.pt"]


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such rights on Windows")
def test_converted_weights_can_be_read_by_whom_the_download_could(tmp_path):
    torch.save({"a": torch.ones(3)}, tmp_path / "a.pt")
    (tmp_path / "a.pt").chmod(0o640)
    convert_pickle(tmp_path / "a.pt", tmp_path / "a.safetensors")
    assert (tmp_path / "a.safetensors").stat().st_mode & 0o777 == 0o640


def test_tensors_that_share_storage_are_converted_too(tmp_path):
    table = torch.arange(12.0).reshape(3, 4)
    state = {"a": table, "same": table, "row": table[1], "turned": table.T}
    torch.save(state, tmp_path / "a.pt")
    convert_pickle(tmp_path / "a.pt", tmp_path / "a.safetensors")
    after = load_file(tmp_path / "a.safetensors")
    assert all(torch.equal(after[key], state[key]) for key in state)


def test_a_conversion_that_can_not_be_written_is_one_line_and_keeps_the_download(tmp_path):
    torch.save({"a": torch.ones(3)}, tmp_path / "a.pt")
    (tmp_path / "taken").write_text("a file where the folder should be")
    with pytest.raises(WeightsError, match=r"a\.safetensors: can't be written") as caught:
        convert_pickle(tmp_path / "a.pt", tmp_path / "taken" / "a.safetensors")
    assert "\n" not in str(caught.value) and (tmp_path / "a.pt").is_file()


def test_a_tensor_file_reads_in_the_type_asked_for(tmp_path):
    state = {"a": torch.ones(3, dtype=torch.float16), "ids": torch.arange(3)}
    torch.save(state, tmp_path / "a.pt")
    convert_pickle(tmp_path / "a.pt", tmp_path / "a.safetensors")
    tensors = TensorFile(tmp_path / "a.safetensors", dtype=torch.float32)
    assert (len(tensors), set(tensors)) == (2, {"a", "ids"})
    assert tensors["a"].dtype == torch.float32
    assert tensors["ids"].dtype == torch.int64
    assert TensorFile(tmp_path / "a.safetensors")["a"].dtype == torch.float16
    with pytest.raises(KeyError):
        tensors["b"]


@pytest.mark.parametrize(
    ("name", "content", "fault"),
    [
        ("a.pt", b"", "is empty"),
        ("a.pt", b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "Git LFS pointer"),
        ("a.pt", b"<!DOCTYPE html><html><body>404", "is a web page"),
        ("a.pt", b"\x80\x02}q\x00.", "is not a PyTorch file"),
        ("a.pt", b"PK\x03\x04" + bytes(100), "is truncated"),
        ("a.safetensors", b"\xff" * 20, "is truncated, or not a safetensors file"),
        ("a.safetensors", (5).to_bytes(8, "little") + b"[1,2]", "is not a safetensors file"),
        ("a.npy", b"numbers", "is not a NumPy array"),
        ("config.json", b"{", "is not JSON"),
        ("config.json", b"{}", ""),
    ],
)
def test_a_file_that_is_something_else_is_told_by_its_bytes(tmp_path, name, content, fault):
    (tmp_path / name).write_bytes(content)
    found = fault_of(tmp_path / name)
    assert found == "" if not fault else fault in found


def test_truncated_safetensors_are_told_by_their_header(tmp_path):
    torch.save({"a": torch.ones(100)}, tmp_path / "a.pt")
    convert_pickle(tmp_path / "a.pt", tmp_path / "a.safetensors")
    whole = (tmp_path / "a.safetensors").read_bytes()
    assert fault_of(tmp_path / "a.safetensors") == ""
    (tmp_path / "a.safetensors").write_bytes(whole[:-10])
    assert "is truncated:" in fault_of(tmp_path / "a.safetensors")


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda data: data[:-50], "is truncated"),
        (lambda data: b"version https://git-lfs.github.com/spec/v1\n", "is a Git LFS pointer"),
        (lambda data: data[:-200] + b"!" + data[-199:], "has changed: sha256"),
    ],
)
def test_damage_is_found_at_load_and_by_verify(tiny_models, change, fault):
    store = Store(tiny_models)
    path = require(store, VAE)["model.safetensors"]
    path.write_bytes(change(path.read_bytes()))
    with pytest.raises(WeightsError, match=fault) as caught:
        require(store, VAE)
    assert "songsmith models pull" in str(caught.value)
    assert fault in verify(store, (VAE,))["vae/model.safetensors"]


def test_a_change_that_keeps_size_and_time_is_found_by_verify(tiny_models):
    store = Store(tiny_models)
    path = require(store, BASE)["model.safetensors"]
    stat = path.stat()
    data = path.read_bytes()
    path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    require(store, BASE)  # the fast check trusts size and time
    assert "has changed" in verify(store, (BASE,))["dit-1.2-base/model.safetensors"]


def test_a_changed_file_is_used_only_when_it_is_trusted(tiny_models):
    store = Store(tiny_models)
    path = require(store, VAE)["model.safetensors"]
    path.write_bytes(path.read_bytes()[:-1] + b"!")
    with pytest.raises(WeightsError, match=r"has changed.*verify vae --trust"):
        require(store, VAE)
    digest = store.trust(VAE, VAE.files[0])
    assert digest == hashlib.sha256(path.read_bytes()).hexdigest()
    assert require(store, VAE)


def test_weights_that_would_unpack_to_more_than_they_are_are_refused(tmp_path):
    torch.save({"model_state_dict": {"a": torch.zeros(4)}}, tmp_path / "plain.pt")
    with (
        zipfile.ZipFile(tmp_path / "plain.pt") as plain,
        zipfile.ZipFile(tmp_path / "bomb.pt", "w") as bomb,
    ):
        for entry in plain.infolist():
            data = plain.read(entry) + b" " * 50_000_000 * entry.filename.endswith("data.pkl")
            bomb.writestr(entry.filename, data, zipfile.ZIP_DEFLATED)
    assert (tmp_path / "bomb.pt").stat().st_size < 200_000
    with pytest.raises(WeightsError, match="holds a packed"):
        convert_pickle(tmp_path / "bomb.pt", tmp_path / "out.safetensors")


def test_damage_at_any_place_is_one_kind_of_error(tmp_path):
    """Pickles and safetensors with a byte changed, or cut, at many places."""
    torch.save({"model_state_dict": {"a": torch.ones(3, 2), "b": torch.ones(2)}}, tmp_path / "a.pt")
    convert_pickle(tmp_path / "a.pt", tmp_path / "a.safetensors")
    for name in ("a.pt", "a.safetensors"):
        data = (tmp_path / name).read_bytes()
        broken = tmp_path / f"broken-{name}"
        for place in range(0, len(data), max(len(data) // 120, 1)):
            for damaged in (
                data[:place],
                data[:place] + bytes([data[place] ^ 0x5A]) + data[place + 1 :],
            ):
                broken.write_bytes(damaged)
                fault_of(broken)
                try:
                    if name.endswith(".pt"):
                        convert_pickle(broken, tmp_path / "out.safetensors")
                    else:
                        dict(TensorFile(broken))
                except WeightsError as error:
                    assert str(broken) in str(error)


def test_a_file_that_was_only_touched_is_hashed_and_trusted(tiny_models):
    store = Store(tiny_models)
    path = require(store, VAE)["model.safetensors"]
    os.utime(path, ns=(1, 1))
    require(store, VAE)
    assert store.lock().files["vae/model.safetensors"].mtime_ns == 1


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere"
)
def test_a_models_folder_that_can_only_be_read_serves_all_the_same(tiny_models):
    folders = (tiny_models / BASE.name, tiny_models)
    for folder in folders:
        folder.chmod(0o555)
    try:
        assert require(Store(tiny_models), VAE)["model.safetensors"].is_file()
        with pytest.raises(WeightsError, match=r"model\.safetensors: can't be written"):
            require(Store(tiny_models), BASE)
    finally:
        for folder in folders:
            folder.chmod(0o755)


def test_another_file_than_the_published_negative_style_is_refused(tmp_path):
    store = Store(tmp_path)
    path = store.path(NEGATIVE, NEGATIVE.files[0])
    path.parent.mkdir()
    path.write_bytes(b"\x93NUMPY and so on")
    with pytest.raises(WeightsError, match="is not the published file"):
        require(store, NEGATIVE)


def test_what_is_missing_is_named_with_its_size(tmp_path):
    with pytest.raises(WeightsError, match=r"`songsmith models pull vae` fetches 630 MB"):
        require(Store(tmp_path), VAE)


def test_removing_a_part_frees_its_bytes_and_forgets_it(tiny_models):
    store = Store(tiny_models)
    require(store, VAE)
    size = store.bytes_on_disk(VAE)
    assert store.remove(VAE) == size > 0
    assert not store.has(VAE) and "vae/model.safetensors" not in store.lock().files
    assert store.remove(VAE) == 0


def test_a_models_folder_that_is_a_file_is_one_line(tmp_path):
    (tmp_path / "models").write_text("not a folder")
    with pytest.raises(WeightsError, match=r"models\.lock\.json: can't be used \(") as caught:
        Store(tmp_path / "models").accept((VAE,))
    assert "\n" not in str(caught.value)


def test_a_lock_file_that_can_not_be_read_is_one_line(tmp_path):
    (tmp_path / LOCK_NAME).write_text("{]")
    with pytest.raises(WeightsError, match="is not a lock file this version can read") as caught:
        Store(tmp_path).lock()
    assert "\n" not in str(caught.value)


def test_an_unknown_part_lists_those_there_are():
    with pytest.raises(WeightsError, match=r"no model part 'vea'; the parts are dit-1\.2-base"):
        known_part("vea")


def test_the_list_has_every_part_and_its_commits(served):
    pull(served, (VAE,), on_progress=ignore)
    states = {state.part.name: state for state in part_states(served)}
    assert PARTS.keys() <= states.keys()
    assert {state.owner for state in states.values()} == {"diffrhythm", "ace-step"}
    assert states["vae"].is_here and states["vae"].bytes_on_disk > 0
    assert states["vae"].revisions == (f"ASLP-lab/DiffRhythm-vae@{COMMIT}",)
    assert not states["dit-1.2-full"].is_here


def test_the_non_commercial_part_is_marked():
    assert STYLE.non_commercial and "NC" in STYLE.licence
    assert [part.name for part in PARTS.values() if part.non_commercial] == ["muq-mulan"]


def test_the_models_folder_is_the_chosen_one_or_the_users(monkeypatch, tmp_path):
    monkeypatch.setenv("SONGSMITH_MODELS", str(tmp_path))
    assert models_folder() == tmp_path
    monkeypatch.delenv("SONGSMITH_MODELS")
    assert models_folder().parts[-2:] == ("songsmith", "models")


def test_weights_and_the_engines_status_do_without_torch(tmp_path):
    code = """
import sys
import zipfile
import songsmith.engine.weights.parts
from songsmith.engine.engine import load_engine
assert not load_engine("diffrhythm").status().is_ready
assert "torch" not in sys.modules and "transformers" not in sys.modules
"""
    environment = {**os.environ, "SONGSMITH_MODELS": str(tmp_path)}
    subprocess.run([sys.executable, "-c", code], check=True, env=environment)


FULL_SIZE = """
import json, resource, sys
from pathlib import Path
from typing import Any
import torch
from songsmith.engine.weights.checkpoint import TensorFile
from songsmith.engine.diffrhythm.model.dit import DIT_1B_BASE, load_dit

def peak_bytes():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)

before = peak_bytes()
dtype = getattr(torch, sys.argv[2])
model = load_dit(
    TensorFile(Path(sys.argv[1]), dtype=dtype), DIT_1B_BASE, device="cpu", dtype=dtype
)
checksum = sum(float(p[..., :1].sum()) for p in model.parameters())
size = sum(p.numel() * p.element_size() for p in model.parameters())
print(json.dumps({"size": size, "peak": peak_bytes(), "before": before}))
"""


@pytest.fixture(scope="module")
def full_size_checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """1.1 billion random halves, written one tensor at a time."""
    shapes = json.loads(
        (Path(__file__).parents[1] / "data" / "dit_keys_2048.json").read_text(encoding="utf-8")
    )
    header: dict[str, object] = {}
    offset = 0
    for key, shape in shapes.items():
        size = 2 * torch.Size(shape).numel()
        header[key] = {"dtype": "F16", "shape": shape, "data_offsets": [offset, offset + size]}
        offset += size
    encoded = json.dumps(header).encode()
    path: Path = tmp_path_factory.mktemp("full") / "model.safetensors"
    with path.open("wb") as file:
        file.write(len(encoded).to_bytes(8, "little") + encoded)
        for shape in shapes.values():
            file.write((torch.randn(shape) * 0.02).half().numpy().tobytes())
    return path


@pytest.mark.long
def test_loading_the_full_size_in_float32_needs_one_copy_of_it(full_size_checkpoint):
    figures = load_in_a_process_of_its_own(full_size_checkpoint, "float32")
    assert figures["peak"] <= 1.15 * figures["size"], figures


@pytest.mark.long
def test_loading_the_full_size_in_float16_needs_one_copy_of_it(full_size_checkpoint):
    figures = load_in_a_process_of_its_own(full_size_checkpoint, "float16")
    assert figures["peak"] - figures["before"] <= 1.15 * figures["size"], figures


def load_in_a_process_of_its_own(path: Path, dtype: str) -> dict[str, int]:
    """Bytes of the weights, peak memory before loading (torch itself) and after."""
    command = [sys.executable, "-c", FULL_SIZE, str(path), dtype]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    figures: dict[str, int] = json.loads(done.stdout)
    return figures
