"""Work that outlasts a call: every operation is a job with an id, which can be waited for, looked at and cancelled.

Jobs that make sound or hear it are done one after the other by one thread; all others get a thread of their own at
once. The threads are daemons: whoever ends the process cancels first, and a song survives a kill anyway.
"""

import logging
import secrets
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from queue import SimpleQueue
from threading import Event, Lock, Thread
from typing import Any, Literal

from songsmith.agent.song.song_file import now
from songsmith.agent.studio.results import Audience
from songsmith.engine.engine import Cancelled, Progress
from songsmith.errors import SongsmithError

__all__ = ["KEPT_S", "Job", "JobError", "Jobs", "Outcome"]

logger = logging.getLogger(__name__)

KEPT_S = 24 * 3600
"""How long a job that is over can still be asked for."""

_MOST_AT_ONCE = 32

State = Literal["waiting", "working", "done", "failed", "cancelled"]
Work = Callable[[Audience], "Outcome"]


class JobError(SongsmithError):
    """A job that is not there, or one too many."""


@dataclass(frozen=True)
class Outcome:
    """What came of a job: the result as JSON values, and the files it is about."""

    document: dict[str, Any]
    files: tuple[str, ...] = ()


class Job:
    """One operation on a song. It is the verb's `Audience`: what is said while it works is kept, and a cancelled one
    is broken off at the next thing that is said."""

    def __init__(self, operation: str, song: str) -> None:
        self.id = f"job-{secrets.token_hex(6)}"
        self.operation, self.song = operation, song
        self.state: State = "waiting"
        self.created_at = self.changed_at = now()
        self.over_since_s: float | None = None
        self.outcome: Outcome | None = None
        self.fault = ""
        self.step: Progress | None = None
        self.remarks: deque[str] = deque(maxlen=10)
        self._is_cancelled = Event()
        self._watchers: list[Callable[[], None]] = []
        self._lock = Lock()

    @property
    def is_over(self) -> bool:
        return self.over_since_s is not None

    def cancel(self) -> None:
        """Break it off between two steps, or before it begins. What it had finished is kept."""
        self._is_cancelled.set()
        with self._lock:
            if self.state == "waiting":
                self._end("cancelled", fault="cancelled before it began")
        self._tell()

    def run(self, work: Work) -> None:
        """Do the work, unless it was cancelled before. A bug ends this job alone, and is logged."""
        with self._lock:
            if self.is_over:
                return
            self.state = "working"
        try:
            self.outcome = work(self)
            self._end("done")
        except Cancelled:
            self._end("cancelled", fault="cancelled; what was finished is kept")
        except SongsmithError as error:
            self._end("failed", fault=str(error))
        except Exception as error:
            logger.exception("%s of %r failed", self.operation, self.song)
            self._end("failed", fault=f"songsmith itself failed ({type(error).__name__})")
        finally:
            self._tell()

    def _end(self, state: State, *, fault: str = "") -> None:
        self.fault, self.changed_at = fault, now()
        self.state, self.over_since_s = state, time.monotonic()

    @contextmanager
    def watched(self, by: Callable[[], None]) -> Iterator[None]:
        """While inside, `by` is called at every change, on whatever thread that happens."""
        with self._lock:
            self._watchers.append(by)
        try:
            yield
        finally:
            with self._lock:
                self._watchers.remove(by)

    def _tell(self) -> None:
        self.changed_at = now()
        with self._lock:
            watchers = list(self._watchers)
        for watcher in watchers:
            with suppress(RuntimeError):  # its event loop is closed: nobody waits any more
                watcher()

    # --- the audience of the verb

    def text(self, piece: str) -> None:
        self._go_on()

    def fact(self, name: str, value: str) -> None:
        self.note(f"{name}: {value}")

    def note(self, line: str) -> None:
        self._go_on()
        self.remarks.append(line)
        self._tell()

    def progress(self, progress: Progress) -> None:
        self._go_on()
        self.step = progress
        self._tell()

    def _go_on(self) -> None:
        if self._is_cancelled.is_set():
            raise Cancelled("cancelled", hint="what was finished is kept")


class Jobs:
    """All jobs of a server, the running ones and those that were over less than a day ago."""

    def __init__(self) -> None:
        self._jobs: dict[str, Job] = {}
        self._heavy: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._singer = Thread(target=self._sing, name="songsmith-singer", daemon=True)
        self._singer.start()

    def need_room(self) -> None:
        """Raise `JobError` if there is so much to be done that nobody should ask for more."""
        if sum(not job.is_over for job in self.all()) >= _MOST_AT_ONCE:
            raise JobError(
                f"{_MOST_AT_ONCE} jobs are not done yet", hint="wait for some, or cancel some"
            )

    def start(self, job: Job, work: Work, *, is_heavy: bool) -> Job:
        """Have `work` done: at once, or after the other heavy jobs."""
        self._forget_old()
        self._jobs[job.id] = job
        if is_heavy:
            self._heavy.put(lambda: job.run(work))
        else:
            Thread(target=job.run, args=(work,), name=job.id, daemon=True).start()
        return job

    def named(self, identifier: str) -> Job:
        """The job of this id. Raises `JobError` if there is none."""
        job = self._jobs.get(identifier)
        if job is None:
            known = ", ".join(list(self._jobs)[-5:]) or "none yet"
            raise JobError(f"there is no job {identifier!r}", hint=f"the last ones: {known}")
        return job

    def all(self) -> tuple[Job, ...]:
        return tuple(self._jobs.values())

    def close(self, wait_s: float) -> None:
        """Cancel all and wait for the one that is singing to come to its next step."""
        for job in self.all():
            job.cancel()
        self._heavy.put(None)
        self._singer.join(wait_s)

    def _sing(self) -> None:
        for sing in iter(self._heavy.get, None):
            sing()

    def _forget_old(self) -> None:
        before_s = time.monotonic() - KEPT_S
        for job in self.all():
            if job.over_since_s is not None and job.over_since_s < before_s:
                del self._jobs[job.id]
