"""The batch itself: orders go to a runner as it has room, and what comes back is kept, tried again or told."""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from songsmith.agent.batch.job import BatchError
from songsmith.agent.batch.order import Order, Outcome
from songsmith.agent.batch.out_folder import OutFolder
from songsmith.agent.batch.results import Result
from songsmith.agent.batch.runner import Runner
from songsmith.agent.files import FileError

__all__ = ["Patience", "Rejected", "run_orders"]

_MOST_REJECTED = 100
_MOST_LOSSES = 5
"""Machines that may go away with one song before it counts as failed."""


@dataclass(frozen=True)
class Patience:
    """How often a song that failed is tried again, and after how many failures the batch ends."""

    retry: int = 0
    max_failures: int | None = None


@dataclass(frozen=True)
class Rejected:
    """A row that no order could be made of."""

    id: str
    line: int
    error: str


def run_orders(
    orders: Iterator[Order | Rejected],
    runner: Runner,
    out: OutFolder,
    patience: Patience,
    *,
    should_stop: Callable[[], bool],
    on_note: Callable[[str], None],
) -> Iterator[Result]:
    """Make the songs of `orders`, which are drawn one by one as there is room, and give each result as it comes.

    Ends early, when what runs is done, once `should_stop` says so or too many failed.
    """
    run = _Run(orders, runner, out, patience, should_stop, on_note)
    while True:
        run.hand_out()
        yield from run.rejected()
        if not run.has_to_wait:
            return
        outcome = runner.wait()
        result = None if outcome is None else run.settled(outcome)
        if result is not None:
            yield result


@dataclass
class _Run:
    orders: Iterator[Order | Rejected]
    runner: Runner
    out: OutFolder
    patience: Patience
    should_stop: Callable[[], bool]
    on_note: Callable[[str], None]

    def __post_init__(self) -> None:
        self._running: dict[str, Order] = {}
        self._next: Order | None = None
        self._again: deque[Order] = deque()
        self._alone: deque[Order] = deque()
        self._rejected: deque[Rejected] = deque()
        self._failures = 0

    @property
    def has_to_wait(self) -> bool:
        """Whether something runs, or would if there were room."""
        is_left = self._next is not None or bool(self._alone)
        return bool(self._running) or (is_left and not self._ends_early)

    @property
    def _ends_early(self) -> bool:
        most = self.patience.max_failures
        return self.should_stop() or (most is not None and self._failures >= most)

    def hand_out(self) -> None:
        """Begin orders while there is room; one that is to be alone only when nothing else runs."""
        while self.runner.has_room and not self._ends_early:
            if any(order.is_alone for order in self._running.values()):
                return
            if self._alone:
                if not self._running:
                    self._start(self._alone.popleft())
                return
            self._draw()
            if self._next is None:
                return
            order, self._next = self._next, None
            self._start(order)
        if not self._ends_early:
            self._draw()

    def _draw(self) -> None:
        """Have the next order at hand, if there is one."""
        if self._next is None and self._again:
            self._next = self._again.popleft()
        while self._next is None and len(self._rejected) < _MOST_REJECTED:
            drawn = next(self.orders, None)
            if drawn is None:
                return
            if isinstance(drawn, Rejected):
                self._rejected.append(drawn)
            else:
                self._next = drawn

    def _start(self, order: Order) -> None:
        self._running[order.id] = order
        self.runner.start(order)

    def rejected(self) -> Iterator[Result]:
        """The results of rows that no order could be made of, kept now."""
        while self._rejected:
            row = self._rejected.popleft()
            self._failures += 1
            yield self.out.reject(row.id, row.line, row.error)

    def settled(self, outcome: Outcome) -> Result | None:
        """What an outcome leads to: a result, or another try."""
        order = self._running.pop(outcome.id)
        match outcome.kind:
            case "full":
                raise _disk_is_full(outcome)
            case "lost" if order.losses < _MOST_LOSSES:
                self.on_note(f"{order.id}: {outcome.error}; it is made elsewhere")
                self._again.append(self._renewed(order, losses=order.losses + 1))
                return None
            case "died" if not order.is_alone:
                self.on_note(f"{order.id}: {outcome.error}; it is tried once more, alone")
                self._alone.append(self._renewed(order, is_alone=True, tries=order.tries + 1))
                return None
            case "failed" if order.tries <= self.patience.retry:
                self.on_note(f"{order.id}: {outcome.error}; it is tried again")
                self._again.append(self._renewed(order, tries=order.tries + 1))
                return None
        return self._kept(order, outcome)

    def _renewed(self, order: Order, **changes: object) -> Order:
        self.out.discard(order)
        return order.model_copy(update={"folder": self.out.new_folder(order.id), **changes})

    def _kept(self, order: Order, outcome: Outcome) -> Result:
        try:
            result = self.out.take_in(order, outcome)
        except FileError as error:
            raise BatchError(
                error.what, where=error.where, hint="make room, then go on with --resume"
            ) from error
        self._failures += not result.is_done
        return result


def _disk_is_full(outcome: Outcome) -> BatchError:
    return BatchError(
        f"nothing more can be written ({outcome.error})",
        where=outcome.where,
        hint="make room, then go on with --resume",
    )
