"""All tasks of a song, each to those who can sing it: processes for WORLD, threads for the network.

The network works outside the interpreter, so that threads share its weights; WORLD's tasks go to `worker_pool`.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed

from songsmith.engine.cores import usable_cores
from songsmith.engine.sketch.singing.sing_task import sing_task
from songsmith.engine.sketch.singing.tasks import Sung, Task
from songsmith.engine.sketch.singing.worker_pool import sing_tasks

__all__ = ["sing_all"]

_MOST_AT_ONCE = 8


def sing_all(
    tasks: Sequence[Task], on_done: Callable[[int, int], None], *, helpers: int | None = None
) -> list[Sung]:
    """What `tasks` come to, in their order. `on_done(done, total)` is called on this thread; what it raises ends the
    work. `helpers` is as in `sing_tasks`."""
    read = [task for task in tasks if task.utterance.script]
    spoken = [task for task in tasks if not task.utterance.script]
    total = len(tasks)
    results = {
        id(task): sung for task, sung in zip(read, _by_network(read, on_done, total), strict=True)
    }

    def later(done: int, _: int) -> None:
        on_done(len(read) + done, total)

    if spoken:
        sung_by_world = sing_tasks(spoken, later, helpers=helpers)
        results |= {id(task): sung for task, sung in zip(spoken, sung_by_world, strict=True)}
    return [sung for task in tasks for sung in results[id(task)]]


def _by_network(
    tasks: Sequence[Task], on_done: Callable[[int, int], None], total: int
) -> list[list[Sung]]:
    """Results of `tasks` for the network, sung side by side, the longest first."""
    with ThreadPoolExecutor(min(usable_cores(), _MOST_AT_ONCE)) as pool:
        longest = sorted(tasks, key=lambda task: -sum(len(way.notes) for way in task.ways))
        futures = {id(task): pool.submit(sing_task, task) for task in longest}
        try:
            for done, _ in enumerate(as_completed(futures.values()), start=1):
                on_done(done, total)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
    return [futures[id(task)].result() for task in tasks]
