import os
import subprocess
import sys
from pathlib import Path

import pytest

import songsmith
from songsmith.agent.batch.job import BatchError
from songsmith.agent.batch.shares import gpus_here, share_of
from tests.agent.batch.moody import add_moody, job, moody


def batch(jobs, **more):
    return list(
        songsmith.batch(jobs, out="out", engine="beep", workers=2, prepare=add_moody, **more)
    )


def cannot_start() -> None:
    if "batch/worker" in sys.argv[0].replace(os.sep, "/"):
        raise RuntimeError("no voice today")


def test_processes_make_the_same_songs_as_this_one(toy_folder):
    jobs = [job(f"j{number}", seed=number) for number in range(4)]
    results = batch(jobs)
    assert {result.id for result in results} == {"j0", "j1", "j2", "j3"}
    assert {result.where for result in results} == {"worker 1", "worker 2"}
    here = list(songsmith.batch(jobs, out="here", engine="beep"))
    for result in here:
        there = Path(result.audio.replace("here", "out", 1))
        assert there.read_bytes() == Path(result.audio).read_bytes()


def test_a_process_that_dies_takes_only_its_song_which_is_tried_once_more_alone(toy_folder):
    notes: list[str] = []
    jobs = [job("a"), moody("b", "dies", "once"), moody("c", "dies"), job("d"), job("e")]
    results = {result.id: result for result in batch(jobs, on_note=notes.append)}
    assert {name: result.status for name, result in results.items()} == {
        "a": "done",
        "b": "done",
        "c": "failed",
        "d": "done",
        "e": "done",
    }
    assert results["b"].tries == results["c"].tries == 2
    assert len(notes) == 2 and all("tried once more, alone" in note for note in notes)
    if os.name == "posix":
        assert "killed with signal 9" in results["c"].error


def test_workers_that_can_not_start_end_the_batch_with_their_last_words(toy_folder):
    with pytest.raises(BatchError, match=r"worker 1 can't start .*no voice today"):
        list(songsmith.batch([job("a")], out="out", workers=1, prepare=cannot_start))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="counts processes by /proc or ps")
def test_no_process_stays_when_the_results_are_not_wanted_any_more(toy_folder):
    running = songsmith.batch(
        [job(f"j{n}") for n in range(9)], out="out", engine="beep", workers=2, prepare=add_moody
    )
    next(running)
    mine = ["ps", "-o", "args=", "--ppid", str(os.getpid())]
    if sys.platform == "linux":
        seen = subprocess.run(mine, capture_output=True, text=True, check=False).stdout
        assert seen.count("songsmith.agent.batch.worker") == 2
    running.close()
    if sys.platform == "linux":
        seen = subprocess.run(mine, capture_output=True, text=True, check=False).stdout
        assert "songsmith.agent.batch.worker" not in seen
    assert not Path("out/.making").exists()


def test_threads_are_divided_among_the_workers_and_gpus_dealt_out(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "1000")
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    shares = [share_of(worker, 3, ("0", "GPU-b")) for worker in range(3)]
    assert [share["CUDA_VISIBLE_DEVICES"] for share in shares] == ["0", "GPU-b", "0"]
    assert {share["OMP_NUM_THREADS"] for share in shares} == {str(max(1, (cores or 1) // 3))}
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    assert share_of(0, 1, ())["MKL_NUM_THREADS"] == "1"
    assert "CUDA_VISIBLE_DEVICES" not in share_of(0, 1, ())


@pytest.mark.parametrize(
    ("said", "gpus"), [("2,3", ("2", "3")), ("", ()), ("-1", ()), (" 0 , MIG-a ", ("0", "MIG-a"))]
)
def test_the_gpus_are_those_that_may_be_seen(said, gpus):
    assert gpus_here({"CUDA_VISIBLE_DEVICES": said}) == gpus
