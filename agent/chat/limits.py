"""What a turn may use: time and money. Rounds of tools and takes are counted where they happen."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from songsmith.agent.llm.usage import Ledger
from songsmith.engine.engine import Cancelled

__all__ = ["Allowance", "LimitReached"]


class LimitReached(Cancelled):
    """The time or the money of a turn is used up; `limit` says which."""

    def __init__(self, limit: str, what: str) -> None:
        super().__init__(
            what, hint="what was done so far is kept; give it more, or go on from there"
        )
        self.limit = limit


@dataclass
class Allowance(Ledger):
    """A ledger that ends the turn: no request is begun past `most_s` seconds or once `most_cost` is spent.

    `check_time` is for the steps in between. The price is in the currency of the prices that are configured.
    """

    most_s: float | None = None
    most_cost: float | None = None
    clock: Callable[[], float] = time.monotonic
    started_s: float = field(init=False)

    def __post_init__(self) -> None:
        self.started_s = self.clock()

    @property
    def wall_s(self) -> float:
        """Seconds since the beginning."""
        return self.clock() - self.started_s

    def allow(self) -> None:
        self.check_time()
        if self.most_cost is not None and (self.cost or 0.0) >= self.most_cost:
            raise LimitReached("price", f"the turn has cost {self.cost or 0:.4f}, all it may")

    def check_time(self) -> None:
        """Raise `LimitReached` once the time is up."""
        if self.most_s is not None and self.wall_s >= self.most_s:
            raise LimitReached("time", f"the turn was given {self.most_s:g} s, and they are over")
