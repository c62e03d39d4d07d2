"""Batches, measured: songs a minute by workers, what Ray costs a song, the memory of many queued jobs, kills counted.

    python benchmarks/batch.py [--songs 12] [--seconds 30] [--workers 0 1 2] [--short 40] [--ray] [--queued 10000]
        [--kills 50]

Songs are sung by the sketch engine from words that are there; short ones by the toy engine of the tests, so that what
is measured there is the way to a worker and back.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import songsmith
from songsmith.agent.batch.batch import BatchPlan
from songsmith.agent.batch.on_ray import RayWish
from songsmith.agent.batch.order import Order, Outcome, Terms
from songsmith.agent.batch.out_folder import Finished, OutFolder
from songsmith.agent.batch.rows import read_rows
from songsmith.agent.batch.run import Patience, run_orders
from tests.agent.batch.moody import add_moody, write_jobs

ROOT = Path(__file__).resolve().parents[1]
WORDS = (
    "The train is late again tonight",
    "The platform hums a yellow light",
    "I count the windows going by",
    "And every one has you inside",
)


def sketch_jobs(count: int, length_s: float) -> list[dict[str, object]]:
    lines = [f"[00:{2 + 6 * n:02d}.00]{WORDS[n % 4]}" for n in range(int((length_s - 4) // 6))]
    words = "\n".join(lines)
    return [
        {"id": f"s{n}", "lyrics": words, "length_s": length_s, "style": "folk", "seed": n}
        for n in range(count)
    ]


def timed(jobs: list[dict[str, object]], **more: object) -> tuple[float, float]:
    """Seconds from the start to the first song, and from there to the last."""
    with tempfile.TemporaryDirectory() as folder:
        began_s = time.monotonic()
        ends = []
        for result in songsmith.batch(jobs, out=folder, **more):  # type: ignore[arg-type]
            if not result.is_done:
                raise SystemExit(f"{result.id}: {result.error}")
            ends.append(time.monotonic())
    return ends[0] - began_s, ends[-1] - ends[0]


def by_workers(songs: int, length_s: float, workers: list[int]) -> None:
    for count in workers:
        jobs = sketch_jobs(songs, length_s)
        first_s, rest_s = timed(jobs, engine="sketch", workers=count)
        whole = 60 * songs / (first_s + rest_s)
        where = f"{count} workers" if count else "this process"
        print(
            f"{where:14} {songs} songs of {length_s:g} s: first after {first_s:.1f} s,"
            f" {60 * (songs - 1) / rest_s:.1f} songs a minute after it, {whole:.1f} over all"
        )


def overheads(count: int, with_ray: bool) -> None:
    """Wall seconds of a short song after the first, one at a time: in this process, by a worker, by an actor."""
    jobs = [
        {"id": f"b{n}", "lyrics": "[00:01.00]la", "length_s": 5, "engine": "beep", "seed": n}
        for n in range(count)
    ]
    ways: dict[str, dict[str, object]] = {"this process": {}, "one worker": {"workers": 1}}
    if with_ray:
        ways["Ray, shared folder"] = {"ray": RayWish("local", is_shared=True), "workers": 1}
        ways["Ray, object store"] = {"ray": RayWish("local", is_shared=False), "workers": 1}
    for name, way in ways.items():
        first_s, rest_s = timed(jobs, prepare=add_moody, **way)
        each_ms = 1000 * rest_s / (count - 1)
        print(f"{name:20} {each_ms:.0f} ms a song of 5 s, the first after {first_s:.1f} s")


class AtOnce:
    """A runner whose songs all fail at once, so that nothing is measured but the queue."""

    def __init__(self) -> None:
        self._orders: list[Order] = []

    @property
    def has_room(self) -> bool:
        return len(self._orders) < 4

    def start(self, order: Order) -> None:
        self._orders.append(order)

    def wait(self) -> Outcome | None:
        return Outcome(id=self._orders.pop().id, kind="failed", error="measured")

    def close(self) -> None: ...


def memory_of(count: int) -> None:
    """Most memory that Python held while `count` jobs were checked, and while they went through the queue."""
    add_moody()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        jobs = write_jobs(folder / "jobs.jsonl", count)
        plan = BatchPlan(folder / "out", folder, Terms(engine="beep"))
        plan.check(write_jobs(folder / "warm.jsonl", 2), Finished(folder / "out"))
        tracemalloc.start()
        began_s = time.monotonic()
        checked = plan.check(jobs, Finished(folder / "out"))
        check_s, check_peak = time.monotonic() - began_s, tracemalloc.get_traced_memory()[1]
        tracemalloc.reset_peak()
        ended = sum(1 for _ in queued(folder / "out", jobs))
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        rss = ""
        if os.name == "posix":
            import resource

            rss = f", {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB resident"
    assert checked.rows == ended == count
    print(
        f"{count} jobs: checked in {check_s:.0f} s with {check_peak / 1e6:.1f} MB at most, queued with"
        f" {peak / 1e6:.1f} MB at most{rss}"
    )


def queued(out: Path, jobs: Path) -> Iterator[object]:
    with OutFolder.opened(out) as folder:
        orders = (
            Order(id=row.id, line=row.line, job=row.job, folder=folder.new_folder(row.id))
            for row in read_rows(jobs)
            if row.job
        )
        yield from run_orders(
            orders,
            AtOnce(),
            folder,
            Patience(),
            should_stop=lambda: False,
            on_note=lambda line: None,
        )


def kills(count: int) -> None:
    program = [sys.executable, "-m", "tests.agent.batch.kills", "--kills", str(count)]
    done = subprocess.run(program, capture_output=True, text=True, cwd=ROOT, check=True)
    told = json.loads(done.stdout)
    print(
        f"{told['killed']} kills at random moments, {told['deaths']} before each step on the disk:"
        f" {len(told['faults'])} faults",
        *told["faults"],
        sep="\n    ",
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--songs", type=int, default=12)
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--workers", type=int, nargs="*", default=[0, 1, 2])
    parser.add_argument("--short", type=int, default=40)
    parser.add_argument("--ray", action="store_true")
    parser.add_argument("--queued", type=int, nargs="*", default=[10, 10_000])
    parser.add_argument("--kills", type=int, default=50)
    asked = parser.parse_args()
    if asked.songs:
        by_workers(asked.songs, asked.seconds, asked.workers)
    if asked.short:
        overheads(asked.short, asked.ray)
    for count in asked.queued:
        memory_of(count)
    if asked.kills:
        kills(asked.kills)


if __name__ == "__main__":
    main()
