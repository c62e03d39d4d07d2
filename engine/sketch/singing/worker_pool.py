"""Helper processes that sing beside this one, started when first needed and kept.

They are plain subprocesses over pipes: a script that uses songsmith as a library needs no
`if __name__ == "__main__"`, as it would with multiprocessing. Where none can be started, or one dies,
this process does the work alone; the samples are the same. A library's pool (loky was tried) starts as fast, but its
workers share the terminal's Ctrl-C and print a traceback each, and one that dies ends the whole pool.
"""

import atexit
import logging
import os
import pickle
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Sequence

from songsmith.engine.cores import usable_cores
from songsmith.engine.memory import KEEP_MEMORY
from songsmith.engine.sketch.singing.sing_task import sing_task
from songsmith.engine.sketch.singing.tasks import Sung, Task

__all__ = ["sing_tasks", "warm_up"]

logger = logging.getLogger(__name__)

_MOST_HELPERS = 3
_WORTH_HELP = 4
_helpers: list["_Helper"] = []
_lock = threading.Lock()
_hiring = threading.Lock()


def warm_up(helpers: int | None = None, *, lines: int = _WORTH_HELP) -> None:
    """Start the helper processes (one less than there are cores) for a song of `lines`, without waiting for them. A few
    lines are sung before a helper has started; they get none."""
    if lines >= _WORTH_HELP:
        _hire(_wished(helpers))


def sing_tasks(
    tasks: Sequence[Task], on_done: Callable[[int, int], None], *, helpers: int | None = None
) -> list[list[Sung]]:
    """Results of `tasks`, in order. `on_done(done, total)` is called on this thread; what it raises ends
    the work. `helpers` is how many processes help, by default one less than there are cores."""
    count = _wished(helpers)
    # The longest first, so that nobody is left with a long one at the end.
    waiting = deque(sorted(range(len(tasks)), key=lambda i: -len(tasks[i].ways)))
    results: list[list[Sung] | None] = [None] * len(tasks)
    with _lock:
        if len(tasks) >= _WORTH_HELP or helpers is not None:
            _hire(min(count, len(tasks) - 1))
        threads = [
            threading.Thread(target=helper.work, args=(tasks, waiting, results), daemon=True)
            for helper in _helpers[:count]
        ]
        for thread in threads:
            thread.start()
        try:
            while (index := _next(waiting)) is not None:
                results[index] = sing_task(tasks[index])
                on_done(sum(result is not None for result in results), len(tasks))
        finally:
            waiting.clear()
            for thread in threads:
                thread.join()
        for index, result in enumerate(results):
            if result is None:  # its helper died
                results[index] = sing_task(tasks[index])
    if tasks:
        on_done(len(tasks), len(tasks))
    return [result for result in results if result is not None]


def _wished(helpers: int | None) -> int:
    if helpers is not None:
        return helpers
    return min(_MOST_HELPERS, usable_cores() - 1)


def _next(waiting: "deque[int]") -> int | None:
    try:
        return waiting.popleft()
    except IndexError:
        return None


def _hire(count: int) -> None:
    with _hiring:
        _helpers[:] = [helper for helper in _helpers if helper.is_alive]
        while len(_helpers) < count:
            try:
                _helpers.append(_Helper())
            except OSError as error:
                logger.warning("no helper process could be started: %s", error)
                return


class _Helper:
    """A process that serves one task at a time."""

    def __init__(self) -> None:
        environment = os.environ | {
            "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
            "OMP_NUM_THREADS": "1",
            **KEEP_MEMORY,
        }
        self._process = subprocess.Popen(
            [sys.executable, "-m", "songsmith.engine.sketch.singing.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            start_new_session=sys.platform != "win32",
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )
        atexit.register(self.close)

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    def work(
        self, tasks: Sequence[Task], waiting: "deque[int]", results: list[list[Sung] | None]
    ) -> None:
        """Take tasks until none waits; one that the process dies on stays without a result."""
        assert self._process.stdin is not None and self._process.stdout is not None
        while (index := _next(waiting)) is not None:
            try:
                pickle.dump(tasks[index], self._process.stdin, protocol=pickle.HIGHEST_PROTOCOL)
                self._process.stdin.flush()
                results[index] = pickle.load(self._process.stdout)
            except (OSError, EOFError, ValueError, pickle.UnpicklingError) as error:
                logger.info("a helper process ended: %r", error)
                self.close()
                return

    def close(self) -> None:
        """End the process by closing its stdin."""
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except OSError as error:
                    logger.debug("pipe of a helper: %s", error)
        try:
            self._process.wait(timeout=2)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        atexit.unregister(self.close)
