import hashlib
from pathlib import Path
from typing import Any

import pytest

from songsmith.engine.published import WeightFile
from songsmith.engine.weights.hub import WeightsError, download, locate

COMMIT = "a" * 40
REPO = "somebody/model"


def put(hub: Any, path: str, data: bytes, revision: str = "main") -> WeightFile:
    hub.files[f"/{REPO}/resolve/{revision}/{path}"] = data
    return WeightFile(path, REPO, path, len(data), revision=revision)


def fetch(file: WeightFile, target: Path, seen: list[tuple[int, int]] | None = None) -> str:
    remote = locate(file)
    return download(
        file,
        remote,
        target,
        on_bytes=lambda done, total: seen.append((done, total)) if seen is not None else None,
    )


def ranges(hub: Any) -> list[int]:
    """The byte from which each download asked, 0 for the whole."""
    asked = [range_ for method, _, range_ in hub.requests if method == "GET"]
    return [int(range_.removeprefix("bytes=").rstrip("-") or 0) for range_ in asked]


DATA = b"PK\x03\x04" + bytes(range(256)) * 4_000 + b"PK\x05\x06" + bytes(18)  # looks like weights


def test_a_download_is_pinned_hashed_and_reported(hub, tmp_path):
    file = put(hub, "weights.pt", DATA)
    seen: list[tuple[int, int]] = []
    assert locate(file).revision == COMMIT
    assert fetch(file, tmp_path / "new" / "weights.pt", seen) == hashlib.sha256(DATA).hexdigest()
    assert (tmp_path / "new" / "weights.pt").read_bytes() == DATA
    assert seen[-1] == (len(DATA), len(DATA))
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["weights.pt"]


def test_a_connection_cut_once_is_taken_up_within_the_same_download(hub, tmp_path):
    file = put(hub, "weights.pt", DATA * 20)
    hub.cut_after = [15_000_000]
    fetch(file, tmp_path / "weights.pt")
    assert (tmp_path / "weights.pt").read_bytes() == DATA * 20
    assert [start > 0 for start in ranges(hub)] == [False, True]


def test_a_download_that_was_stopped_goes_on_where_it_stopped(hub, tmp_path):
    file = put(hub, "weights.pt", DATA * 20)
    target = tmp_path / "weights.pt"

    def stop(done: int, total: int) -> None:
        if done > 11_000_000:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        download(file, locate(file), target, on_bytes=stop)
    assert not target.exists()
    there = (tmp_path / "weights.pt.part").stat().st_size
    hub.requests.clear()
    seen: list[tuple[int, int]] = []
    fetch(file, target, seen)
    assert target.read_bytes() == DATA * 20
    assert ranges(hub) == [there] and there > 0
    assert seen[0][0] > there


def test_a_server_without_ranges_sends_all_again(hub, tmp_path):
    file = put(hub, "weights.pt", DATA)
    hub.honours_ranges = False
    (tmp_path / "weights.pt.part").write_bytes(b"x" * 1_000)
    (tmp_path / "weights.pt.part-of").write_text(hashlib.sha256(DATA).hexdigest())
    fetch(file, tmp_path / "weights.pt")
    assert (tmp_path / "weights.pt").read_bytes() == DATA


def test_the_rest_of_another_file_is_not_built_upon(hub, tmp_path):
    file = put(hub, "weights.pt", DATA)
    (tmp_path / "weights.pt.part").write_bytes(b"x" * 1_000)
    (tmp_path / "weights.pt.part-of").write_text("0" * 64)
    fetch(file, tmp_path / "weights.pt")
    assert (tmp_path / "weights.pt").read_bytes() == DATA


def test_damage_on_the_way_is_found_and_leaves_nothing(hub, tmp_path):
    file = put(hub, "weights.pt", DATA)
    hub.etags[f"/{REPO}/resolve/main/weights.pt"] = "b" * 64
    with pytest.raises(WeightsError, match=r"weights\.pt of somebody/model arrived damaged"):
        fetch(file, tmp_path / "weights.pt")
    assert not list(tmp_path.glob("weights.pt*.part")) and not (tmp_path / "weights.pt").exists()


@pytest.mark.parametrize("tamper", [False, True])
def test_small_files_are_checked_by_their_git_hash(hub, tmp_path, tamper):
    data = b'{"a": 1}'
    file = put(hub, "config.json", data)
    blob = hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()
    hub.etags[f"/{REPO}/resolve/main/config.json"] = blob
    if tamper:
        hub.files[f"/{REPO}/resolve/main/config.json"] = b'{"a": 2}'
        with pytest.raises(WeightsError, match="arrived damaged"):
            fetch(file, tmp_path / "config.json")
    else:
        fetch(file, tmp_path / "config.json")
        assert (tmp_path / "config.json").read_bytes() == data


def test_a_file_of_github_is_checked_by_the_hash_in_the_table(hub, tmp_path):
    hub.files["/somebody/code/c0ffee/vocal.npy"] = b"\x93NUMPY as published"
    digest = hashlib.sha256(b"\x93NUMPY as published").hexdigest()
    file = WeightFile(
        "vocal.npy", "somebody/code", "vocal.npy", 19, "c0ffee", sha256=digest, host="github"
    )
    assert fetch(file, tmp_path / "vocal.npy") == digest
    hub.files["/somebody/code/c0ffee/vocal.npy"] = b"\x93NUMPY otherwise"
    with pytest.raises(WeightsError, match="arrived damaged"):
        fetch(file, tmp_path / "again.npy")


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (401, "does not exist, or only for accounts it knows"),
        (403, "refuses somebody/model"),
        (404, "has no weights.pt in somebody/model"),
        (503, "failed with status 503"),
    ],
)
def test_each_refusal_has_its_line(hub, tmp_path, status, said):
    file = put(hub, "weights.pt", DATA)
    hub.status = status
    with pytest.raises(WeightsError, match=said) as caught:
        locate(file)
    assert "\n" not in str(caught.value)


def test_no_network_is_said(hub, monkeypatch):
    file = put(hub, "weights.pt", DATA)
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(WeightsError, match=r"no connection to 127\.0\.0\.1:9"):
        locate(file)


def test_a_server_that_is_no_hub_is_said(hub):
    file = put(hub, "weights.pt", DATA)
    hub.is_hub = False
    with pytest.raises(WeightsError, match="answers, but not as a Hugging Face hub"):
        locate(file)


def test_an_endpoint_that_is_no_address_is_said(hub, monkeypatch):
    file = put(hub, "weights.pt", DATA)
    monkeypatch.setenv("HF_ENDPOINT", "mirror")
    with pytest.raises(WeightsError, match="HF_ENDPOINT is 'mirror', which is not a web address"):
        locate(file)


def test_offline_asks_nobody(hub, monkeypatch):
    file = put(hub, "weights.pt", DATA)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(WeightsError, match="HF_HUB_OFFLINE forbids"):
        locate(file)
    assert hub.requests == []


def test_a_file_larger_than_the_disk_is_refused_before_it_is_fetched(hub, tmp_path):
    file = put(hub, "weights.pt", DATA)
    remote = locate(file)
    huge = type(remote)(remote.url, remote.revision, 10**18, remote.etag, remote.headers)
    with pytest.raises(WeightsError, match="No space left on device"):
        download(file, huge, tmp_path / "weights.pt", on_bytes=lambda done, total: None)


def test_a_folder_that_can_not_be_written_is_said(hub, tmp_path):
    file = put(hub, "weights.pt", DATA)
    (tmp_path / "taken").write_text("a file where the folder should be")
    with pytest.raises(WeightsError, match=r"weights\.pt can't be written"):
        fetch(file, tmp_path / "taken" / "weights.pt")


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", "is empty"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0", "is a Git LFS pointer"),
        (b"<!DOCTYPE html><html>please sign in</html>", "is a web page"),
        (b"not weights", "is not a PyTorch file"),
    ],
)
def test_what_arrives_in_place_of_weights_is_told_and_not_kept(hub, tmp_path, content, fault):
    file = put(hub, "weights.pt", content)
    with pytest.raises(WeightsError, match=f"what arrived {fault}"):
        fetch(file, tmp_path / "weights.pt")
    assert not (tmp_path / "weights.pt").exists()


def test_a_link_in_place_of_the_partial_file_is_not_followed(hub, tmp_path):
    file = put(hub, "weights.pt", DATA)
    precious = tmp_path / "precious.txt"
    precious.write_text("mine")
    for name in ("weights.pt.part", "weights.pt.part-of"):
        (tmp_path / name).symlink_to(precious)
    fetch(file, tmp_path / "weights.pt")
    assert precious.read_text() == "mine"
    assert (tmp_path / "weights.pt").read_bytes() == DATA


def test_more_bytes_than_were_said_end_the_transfer(hub, tmp_path):
    hub.files["/somebody/code/c0ffee/vocal.npy"] = b"\x93NUMPY" + bytes(8_000_000)
    file = WeightFile("vocal.npy", "somebody/code", "vocal.npy", 24_000, "c0ffee", host="github")
    with pytest.raises(WeightsError, match="more than the 1,048,000 bytes that were said arrive"):
        fetch(file, tmp_path / "vocal.npy")
    assert not (tmp_path / "vocal.npy").exists()


def test_a_token_is_never_sent_over_plain_http(hub, tmp_path, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", "hf_secretsecretsecret")
    seen: list[str] = []
    hub.on_request = lambda headers: seen.append(headers.get("Authorization", ""))
    fetch(put(hub, "weights.pt", DATA), tmp_path / "weights.pt")
    assert seen and not any(seen)
