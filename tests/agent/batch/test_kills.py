import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import songsmith
from tests.agent.batch.kills import faults_of
from tests.agent.batch.moody import write_jobs


@pytest.mark.skipif(not hasattr(os, "fork"), reason="forks")
def test_a_batch_that_is_killed_loses_no_song_and_makes_none_twice():
    program = [sys.executable, "-m", "tests.agent.batch.kills"]
    done = subprocess.run(program, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["faults"] == []
    assert told["killed"] == 10 and told["deaths"] > 5


@pytest.fixture
def small_disk(tmp_path):
    """A file system of its own; call it with its size in KB."""
    folder = tmp_path / "disk"
    folder.mkdir()

    def mount(size_kb, *more):
        option = ",".join([f"size={size_kb}k", *more])
        command = ["mount", "-t", "tmpfs", "-o", option, "tmpfs", str(folder)]
        done = subprocess.run(command, capture_output=True, check=False)
        if done.returncode:
            pytest.skip("no file system may be mounted here")
        return folder

    if sys.platform != "linux":
        pytest.skip("mounts a tmpfs")
    yield mount
    subprocess.run(["umount", str(folder)], check=False, capture_output=True)


def test_a_disk_that_is_full_at_any_stage_ends_the_batch_and_resuming_goes_on(
    toy_folder, small_disk
):
    jobs = write_jobs(toy_folder / "jobs.jsonl", 3)
    out = small_disk(24) / "out"
    said = []
    for size_kb in range(24, 20_000, 48):
        small_disk(size_kb, "remount")
        try:
            list(songsmith.batch(jobs, out=out, engine="beep", resume=True))
        except songsmith.SongsmithError as error:
            said.append(str(error))
            assert faults_of(out) == [] if out.exists() else True
            continue
        break
    assert len(said) > 5 and all("no space left" in line.casefold() for line in said)
    assert faults_of(Path(out), wanted=3) == []
