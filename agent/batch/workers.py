"""Songs made by worker processes of this machine, one engine each. A process that dies takes only its song with it.

Plain subprocesses over pipes, as the sketch engine's helpers are and for the same reasons: no `__main__` guard is
needed, Ctrl-C stays with the person's process, and one that dies ends nothing but itself.
"""

import contextlib
import os
import queue
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from songsmith.agent.batch.job import BatchError
from songsmith.agent.batch.order import Order, Outcome, Terms
from songsmith.agent.batch.shares import gpus_here, share_of

__all__ = ["Workers"]

_KILLED = 9
_LOOK_S = 1.0
"""How long to wait at a time: Windows lets no Ctrl-C through while a thread waits."""


class Workers:
    """`count` processes, each making one song at a time."""

    def __init__(self, terms: Terms, count: int) -> None:
        self._terms, self._count = terms, max(1, count)
        self._gpus = gpus_here()
        self._said: queue.SimpleQueue[tuple[_Worker, str]] = queue.SimpleQueue()
        self._logs = TemporaryDirectory(prefix="songsmith-workers-", ignore_cleanup_errors=True)
        self._workers = [self._hired(number) for number in range(self._count)]

    @property
    def has_room(self) -> bool:
        return any(worker.is_idle for worker in self._workers)

    def start(self, order: Order) -> None:
        next(worker for worker in self._workers if worker.is_idle).start(order)

    def wait(self) -> Outcome | None:
        while True:
            try:
                worker, line = self._said.get(timeout=_LOOK_S)
            except queue.Empty:
                continue
            if not line:
                return self._after_death(worker)
            return worker.heard(line)

    def close(self) -> None:
        for worker in self._workers:
            worker.kill()
        self._logs.cleanup()

    def _hired(self, number: int) -> "_Worker":
        log = Path(self._logs.name) / f"{number + 1}.log"
        share = share_of(number, self._count, self._gpus)
        return _Worker(number, self._terms, share, log, self._said)

    def _after_death(self, worker: "_Worker") -> Outcome | None:
        """The outcome of the song that a dead process had, None if it had none; another takes its place."""
        code = worker.kill()
        if not worker.was_ready:
            raise BatchError(
                f"worker {worker.number + 1} can't start ({worker.last_words or f'exit code {code}'})",
                hint="see what `songsmith engines` says, or make the batch without --workers",
            )
        self._workers[worker.number] = self._hired(worker.number)
        if worker.order is None:
            return None
        where = f"worker {worker.number + 1}"
        return Outcome(
            id=worker.order.id, kind="died", where=where, error=f"{where} died ({_cause(code)})"
        )


def _cause(code: int) -> str:
    if code == -_KILLED:
        return "killed with signal 9, as systems do when memory runs out"
    return f"signal {-code}" if code < 0 else f"exit code {code}"


@dataclass
class _Worker:
    """A process, what it is making, and a thread that hands on what it says."""

    number: int
    terms: Terms
    share: dict[str, str]
    log: Path
    said: "queue.SimpleQueue[tuple[_Worker, str]]"

    def __post_init__(self) -> None:
        self.order: Order | None = None
        self.was_ready = False
        environment = {
            **os.environ,
            **self.share,
            "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
            "PYTHONUTF8": "1",
        }
        with self.log.open("wb") as errors:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "songsmith.agent.batch.worker", str(self.number + 1)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                env=environment,
                encoding="utf-8",
                start_new_session=sys.platform != "win32",
                creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
            )
        self._say(self.terms.model_dump_json())
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    @property
    def is_idle(self) -> bool:
        return self.was_ready and self.order is None

    @property
    def last_words(self) -> str:
        """The last line that the process complained with."""
        lines = self.log.read_text("utf-8", "replace").strip().splitlines()
        return lines[-1][:300] if lines else ""

    def start(self, order: Order) -> None:
        self.order = order
        self._say(order.model_dump_json())

    def heard(self, line: str) -> Outcome | None:
        if not self.was_ready:
            self.was_ready = True
            return None
        self.order = None
        return Outcome.model_validate_json(line)

    def kill(self) -> int:
        """End the process if it has not ended; its exit code."""
        self._process.kill()
        code = self._process.wait()
        self._listener.join()
        for pipe in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(OSError):  # what was not sent yet never will be
                if pipe is not None:
                    pipe.close()
        return code

    def _say(self, line: str) -> None:
        assert self._process.stdin is not None
        with contextlib.suppress(OSError):  # it died; the thread that listens says so
            self._process.stdin.write(f"{line}\n")
            self._process.stdin.flush()

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self.said.put((self, line))
        self.said.put((self, ""))
