"""Where the songs of a batch are made: one protocol for this process, worker processes and a cluster."""

from typing import Protocol

from songsmith.agent.batch.maker import Maker
from songsmith.agent.batch.order import Order, Outcome, Terms

__all__ = ["Here", "Runner"]


class Runner(Protocol):
    """Makes the songs of orders, some at a time, in whatever order they get done."""

    @property
    def has_room(self) -> bool:
        """Whether an order can be begun now."""
        ...

    def start(self, order: Order) -> None:
        """Begin an order; only where there is room."""
        ...

    def wait(self) -> Outcome | None:
        """Wait until an order ends, or something else changed (None), such as a worker that became ready."""
        ...

    def close(self) -> None:
        """End at once whatever is still running."""
        ...


class Here:
    """One song at a time, in this process."""

    def __init__(self, terms: Terms) -> None:
        self._maker = Maker(terms, "here")
        self._order: Order | None = None

    @property
    def has_room(self) -> bool:
        return self._order is None

    def start(self, order: Order) -> None:
        self._order = order

    def wait(self) -> Outcome | None:
        if self._order is None:
            return None
        order, self._order = self._order, None
        return self._maker.make(order)

    def close(self) -> None: ...
