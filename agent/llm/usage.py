"""What the conversation has used: tokens, and money where prices are configured."""

import math
from dataclasses import dataclass, field

from songsmith.agent.llm.messages import Usage
from songsmith.agent.llm.profiles import Endpoint

__all__ = ["Ledger", "cost_of", "estimate_tokens"]


def estimate_tokens(text: str) -> int:
    """Tokens of `text`, on the high side: about 3.5 characters each in Latin script, one elsewhere."""
    plain = sum(char.isascii() for char in text)
    return math.ceil(plain / 3.5 + (len(text) - plain))


def cost_of(usage: Usage, endpoint: Endpoint) -> float | None:
    """Price of one request, in the currency of the configured prices; None without them."""
    if endpoint.price_in is None or endpoint.price_out is None:
        return None
    cached_price = endpoint.price_in if endpoint.price_cached is None else endpoint.price_cached
    fresh = usage.tokens_in - usage.tokens_cached
    million = 1_000_000
    return (
        fresh * endpoint.price_in
        + usage.tokens_cached * cached_price
        + usage.tokens_out * endpoint.price_out
    ) / million


@dataclass
class Ledger:
    """Sums over a session. `cost` is None until a request with a known price."""

    requests: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    tokens_cached: int = 0
    cost: float | None = None
    is_estimated: bool = field(default=False)

    def allow(self) -> None:
        """Asked before every request: raise to end the work before it is sent."""

    def add(self, usage: Usage, endpoint: Endpoint) -> None:
        """Count one request."""
        self.requests += 1
        self.tokens_in += usage.tokens_in
        self.tokens_out += usage.tokens_out
        self.tokens_cached += usage.tokens_cached
        self.is_estimated = self.is_estimated or usage.is_estimated
        cost = cost_of(usage, endpoint)
        if cost is not None:
            self.cost = (self.cost or 0.0) + cost
