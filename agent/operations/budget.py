"""How many takes may still be sung without asking the person."""

from threading import Lock

__all__ = ["Budget"]


class Budget:
    """`allowed` takes until it is renewed. Whoever goes beyond it asks first and renews it after a yes."""

    def __init__(self, allowed: int) -> None:
        self.allowed = self.left = allowed
        self._lock = Lock()

    def renew(self, allowed: int | None = None) -> None:
        """Allow that many takes again, or `allowed` from now on."""
        self.allowed = self.allowed if allowed is None else allowed
        self.left = self.allowed

    def covers(self, takes: int) -> bool:
        return takes <= self.left

    def spend(self, takes: int) -> None:
        """Count takes that are about to be sung, with or without a yes."""
        with self._lock:
            self.left = max(0, self.left - takes)

    def give_back(self, takes: int) -> None:
        """Count takes of which nothing came as if they had never been asked for."""
        with self._lock:
            self.left = min(self.allowed, self.left + takes)
