"""Batches killed with a signal that can't be caught, then resumed: run as a program.

Forks, so that each kill costs no start: the child makes songs with the toy engine, the parent kills it at a random
moment after a random number of results; then before each of its steps on the disk. Prints a line for every fault, and
how many deaths there were.
"""

import argparse
import json
import os
import random
import select
import shutil
import signal
import sys
import tempfile
from collections import Counter
from pathlib import Path

import songsmith
from songsmith.agent.song.songbook import Song
from songsmith.agent.studio.take_list import damaged_takes
from tests.agent.batch.moody import add_moody, results_in, write_jobs

_STEPS = ("open", "os.rename", "os.link", "os.mkdir", "os.remove", "os.rmdir", "os.truncate")
_MOST_STEPS = 300
_LONGEST_S = 0.2
_DIED = 9


def make_all(out: Path, jobs: Path, told: int | None = None) -> None:
    """Make what is left of a batch; a byte goes to `told` for each song."""
    for _ in songsmith.batch(jobs, out=out, engine="beep", resume=True):
        if told is not None:
            os.write(told, b".")


def killed_once(out: Path, jobs: Path, chance: random.Random) -> bool:
    """Kill a batch at a random moment; whether it was still running."""
    reading, told = os.pipe()
    child = os.fork()
    if child == 0:
        make_all(out, jobs, told)
        os._exit(0)
    os.close(told)
    for _ in range(chance.randrange(3)):
        os.read(reading, 1)
    select.select([reading], [], [], chance.uniform(0, _LONGEST_S))
    os.kill(child, signal.SIGKILL)
    os.close(reading)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL


def dies_at(step: int, out: Path, jobs: Path) -> bool:
    """Make a batch in a process that ends before its `step`-th step on the disk once a song is made; whether it got
    that far. What comes before leaves nothing with a name."""
    child = os.fork()
    if child == 0:
        steps = 0

        def hook(event: str, arguments: tuple[object, ...]) -> None:
            nonlocal steps
            path = str(arguments[0])
            if event in _STEPS and str(out) in path and (steps or "batch.json" in path):
                steps += 1
                if steps == step:
                    os._exit(_DIED)

        sys.addaudithook(hook)
        make_all(out, jobs)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == _DIED


def faults_of(out: Path, *, wanted: int | None = None) -> list[str]:
    """What is wrong with a batch's folder; with `wanted`, it is to hold so many songs, each once."""
    faults = []
    songs = [path for path in out.iterdir() if path.is_dir() and not path.name.startswith(".")]
    for path in songs:
        if not (path / "batch.json").is_file():
            faults.append(f"{path.name} has no result in it")
        song = Song.open(path)
        takes = [song.manifest(name) for name in song.takes]
        faults += [] if takes else [f"{path.name} has no take"]
        faults += [f"{path.name}: {fault}" for fault in damaged_takes(song, takes).values()]
        faults += [f"{left} stayed" for left in (*path.rglob("*.part"), *path.rglob("*.claim"))]
    if wanted is not None:
        done = Counter(str(line["id"]) for line in results_in(out) if line["status"] == "done")
        faults += [f"{name} was made {count} times" for name, count in done.items() if count > 1]
        if set(done) != {path.name for path in songs} or len(done) != wanted:
            faults.append(f"{len(done)} results, {len(songs)} songs, {wanted} jobs")
        faults += [f"{path.name} stayed" for path in (out / ".making").glob("*")]
    return faults


def random_kills(folder: Path, kills: int, chance: random.Random) -> tuple[int, list[str]]:
    jobs, faults, deaths = write_jobs(folder / "jobs.jsonl", 3 * kills), [], 0
    out = folder / "out"
    for _ in range(kills):
        deaths += killed_once(out, jobs, chance)
        faults += faults_of(out) if out.exists() else []
    make_all(out, jobs)
    return deaths, faults + faults_of(out, wanted=3 * kills)


def deaths_at_steps(folder: Path) -> tuple[int, list[str]]:
    jobs, out = write_jobs(folder / "one.jsonl", 1), folder / "steps"
    faults: list[str] = []
    for step in range(1, _MOST_STEPS):
        shutil.rmtree(out, ignore_errors=True)
        if not dies_at(step, out, jobs):
            return step - 1, faults
        make_all(out, jobs)
        faults += [f"step {step}: {fault}" for fault in faults_of(out, wanted=1)]
    return _MOST_STEPS, [*faults, "it never ended"]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    add_moody()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_all(folder / "warm", write_jobs(folder / "warm.jsonl", 1))  # what is imported late
        killed, faults = random_kills(folder, asked.kills, random.Random(asked.seed))
        deaths, more = deaths_at_steps(folder)
    sys.stdout.write(json.dumps({"killed": killed, "deaths": deaths, "faults": faults + more}))


if __name__ == "__main__":
    main()
