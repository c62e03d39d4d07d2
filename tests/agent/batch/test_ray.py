"""A real cluster of two nodes on this machine, one of which is killed while it sings."""

import contextlib
import json
import os
from pathlib import Path

import pytest

import songsmith
from songsmith.agent.batch.job import BatchError
from songsmith.agent.batch.on_ray import RayWish, needs_of
from songsmith.agent.batch.ray_singer import packed, unpacked
from tests.agent.batch.moody import add_moody, job, moody

ray = pytest.importorskip("ray", reason='needs pip install "songsmith[ray]"')

from ray.cluster_utils import Cluster  # noqa: E402

pytestmark = [
    pytest.mark.skipif(os.name == "nt", reason="Ray's local clusters are for POSIX"),
    pytest.mark.filterwarnings("ignore"),  # Ray leaves sockets and processes to its own clean-up
]


ROOT = Path(__file__).parents[3]


@pytest.fixture(autouse=True)
def nodes_find_the_toy_engine(monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(ROOT))


@contextlib.contextmanager
def cluster_of(*cpus):
    """A cluster of nodes with so many CPUs, the first of which is the head; (cluster, the other nodes)."""
    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": cpus[0]})
    try:
        yield cluster, [cluster.add_node(num_cpus=count) for count in cpus[1:]]
    finally:
        ray.shutdown()
        cluster.shutdown()


def batch(cluster, jobs, notes, **wish):
    return songsmith.batch(
        jobs,
        out="out",
        engine="beep",
        prepare=add_moody,
        on_note=notes.append,
        ray=RayWish(cluster.address, **wish),
    )


def test_the_songs_of_a_node_that_is_killed_are_made_elsewhere(toy_folder):
    notes: list[str] = []
    jobs = [job(f"j{number}", seed=number) for number in range(24)]
    with cluster_of(1, 2) as (cluster, [other]):
        running = batch(cluster, jobs, notes, is_shared=False)
        results = [next(running), next(running)]
        cluster.remove_node(other, allow_graceful=False)
        results += running
    assert sorted(result.id for result in results) == sorted(f"j{n}" for n in range(24))
    assert all(result.is_done and Path(result.audio).is_file() for result in results)
    assert "3 songs at a time on Ray, each with 1 CPU" in notes
    assert any("sends its songs through Ray" in note for note in notes)
    assert any("it is made elsewhere" in n or "once more, alone" in n for n in notes), notes
    here = next(iter(songsmith.batch([jobs[0]], out="here", engine="beep")))
    there = next(result for result in results if result.id == "j0")
    assert Path(here.audio).read_bytes() == Path(there.audio).read_bytes()


def test_songs_go_to_a_shared_folder_and_a_process_that_dies_takes_only_its_song(toy_folder):
    notes: list[str] = []
    jobs = [job("a"), moody("b", "dies"), moody("c", "fails"), job("d")]
    with cluster_of(2) as (cluster, _):
        results = {result.id: result for result in batch(cluster, jobs, notes)}
    assert {name: result.status for name, result in results.items()} == {
        "a": "done",
        "b": "failed",
        "c": "failed",
        "d": "done",
    }
    assert results["b"].tries == 2 and "died" in results["b"].error
    assert any("writes to the folder" in note for note in notes)


def test_what_no_machine_has_is_told_at_once(toy_folder):
    with cluster_of(1) as (cluster, _):
        with pytest.raises(BatchError, match="no machine of the cluster has 64 CPU; ask for less"):
            list(batch(cluster, [job("a")], [], cpus=64))
        with pytest.raises(BatchError, match="no machine of the cluster can make these songs"):
            jobs = toy_folder / "jobs.jsonl"
            jobs.write_text(json.dumps(job("a", engine="beep")), "utf-8")
            list(songsmith.batch(jobs, out="other", ray=cluster.address))


def test_a_gpu_and_memory_are_asked_for_where_an_engine_uses_them():
    wish = RayWish("auto")
    assert needs_of(wish, ("sketch",), has_gpus=True)["GPU"] == 0
    assert needs_of(wish, ("diffrhythm", "sketch"), has_gpus=True)["GPU"] == 1
    assert needs_of(wish, ("diffrhythm",), has_gpus=False)["GPU"] == 0
    assert needs_of(wish, ("diffrhythm",), has_gpus=True)["memory"] > 1e9
    half = RayWish("auto", gpus=0.5, memory_bytes=7)
    assert needs_of(half, ("auto",), has_gpus=True) == {"CPU": 1.0, "GPU": 0.5, "memory": 7.0}


def test_a_packed_folder_is_the_same_elsewhere(tmp_path):
    (tmp_path / "a" / "takes").mkdir(parents=True)
    (tmp_path / "a" / "takes" / "t001.flac").write_bytes(b"\0\1")
    unpacked(packed(tmp_path / "a"), tmp_path / "b")
    assert (tmp_path / "b" / "takes" / "t001.flac").read_bytes() == b"\0\1"
