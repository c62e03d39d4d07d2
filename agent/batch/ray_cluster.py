"""The connection to a Ray cluster: the only module that calls Ray, which is imported when it is asked for."""

import os
import socket
from collections.abc import Mapping, Sequence
from typing import Any

from songsmith.agent.batch.job import BatchError

__all__ = ["Cluster"]

LOCAL = "local"
_KNOCK_S = 10.0


class Cluster:
    """A cluster that is connected: the program's own connection if there is one, else a new one until `close`."""

    def __init__(self, address: str) -> None:
        self._ray = _imported()
        self._is_ours = not self._ray.is_initialized()
        if self._is_ours:
            _connect(self._ray, address)
        self.errors: tuple[type[Exception], ...] = (self._ray.exceptions.RayError,)
        """What `get` raises where an actor, its machine or its code failed."""

    @property
    def has_gpus(self) -> bool:
        return any(resources.get("GPU", 0) for resources in self._machines().values())

    def room_for(self, needs: Mapping[str, float]) -> int:
        """How many songs of these needs the machines that are there could make at a time, were they free."""
        asked = {name: amount for name, amount in needs.items() if amount}
        return sum(
            int(min((has.get(name, 0) / amount for name, amount in asked.items()), default=1))
            for has in self._machines().values()
        )

    def actor(self, kind: type, needs: Mapping[str, float], *arguments: object) -> Any:
        """A new actor; it is placed when there is room."""
        options = self._ray.remote(kind).options(
            num_cpus=needs["CPU"],
            num_gpus=needs["GPU"],
            memory=needs["memory"] or None,
            max_restarts=0,
            max_task_retries=0,
        )
        return options.remote(*arguments)

    def first_of(self, told: Sequence[Any], *, timeout_s: float) -> Any | None:
        """The first of several results to be there; None if none is in time."""
        ended, _ = self._ray.wait(list(told), num_returns=1, timeout=timeout_s)
        return ended[0] if ended else None

    def get(self, told: Any) -> Any:
        """A result that is there. Raises one of `errors`."""
        return self._ray.get(told)

    def is_gone(self, machine: str, error: Exception) -> bool:
        """Whether an error came of a machine that went away with what it had, rather than of a process that died."""
        kinds = self._ray.exceptions
        lost = (kinds.ObjectLostError, kinds.ActorUnavailableError, kinds.NodeDiedError)
        return (
            isinstance(error, lost)
            or bool(getattr(error, "preempted", False))
            or "node has died" in str(error)
            or machine not in self._machines()
        )

    def kill(self, actor: Any) -> None:
        self._ray.kill(actor)

    def close(self) -> None:
        if self._is_ours:
            self._ray.shutdown()

    def _machines(self) -> dict[str, dict[str, float]]:
        """What each machine that is there has in all, by its id."""
        return {node["NodeID"]: node["Resources"] for node in self._ray.nodes() if node["Alive"]}


def _imported() -> Any:
    try:
        import ray
    except ImportError as error:
        raise BatchError("Ray is not installed", hint='pip install "songsmith[ray]"') from error
    return ray


def _connect(ray: Any, address: str) -> None:
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # nothing is reported to Ray's makers
    here: dict[str, Any] = {"include_dashboard": False} if address == LOCAL else {}
    try:
        _knock(address)
        ray.init(address=address, logging_level="ERROR", log_to_driver=False, **here)
    except (ConnectionError, RuntimeError, ValueError, OSError) as error:
        raise BatchError(
            f"can't be reached ({str(error).splitlines()[0][:200] if str(error) else type(error).__name__})",
            where=f"Ray at {address}",
            hint="give the address of a cluster that runs, e.g. 10.0.0.1:6379 or auto, or local",
        ) from error


def _knock(address: str) -> None:
    """Raise `OSError` where nobody answers at "host:port" or "ray://host:port": Ray itself would try for minutes."""
    host, colon, port = address.removeprefix("ray://").rpartition(":")
    if colon and port.isdecimal():
        socket.create_connection((host.strip("[]"), int(port)), timeout=_KNOCK_S).close()
