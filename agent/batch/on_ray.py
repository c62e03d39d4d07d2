"""Songs made on a Ray cluster: an actor for each song at a time, with CPUs, GPUs and memory of its own.

A cluster may lose machines and get others. An actor that goes is replaced; Ray places the new one wherever there is
room, and it gets orders only when it says that it is ready, so that none waits for a machine that never comes. Each
actor has one order at most, and its sound is fetched before it gets the next: that is all that is under way at once.
"""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from songsmith import __version__
from songsmith.agent.batch.job import BatchError
from songsmith.agent.batch.order import Order, Outcome, Terms
from songsmith.agent.batch.ray_cluster import Cluster
from songsmith.agent.batch.ray_singer import PROBE, Ready, Singer, unpacked
from songsmith.agent.batch.row_files import files_of
from songsmith.agent.files import file_error, write_whole
from songsmith.engine.engine import engine_card, engine_names

__all__ = ["OnRay", "RayWish"]

_LOOK_S = 5.0
"""How often to see whether there is a machine left while nothing happens."""
_MOST_BAD_STARTS = 3
"""In a row, for each song at a time, before the batch ends."""
_SEE_NOTES = "see what was said of each machine"
_MOST_LOOKS = 24
"""For how many looks in a row no machine may be there before the batch ends: two minutes."""


@dataclass(frozen=True)
class RayWish:
    """A Ray cluster to make songs on: its address, or "local" for one on this machine.

    What one song at a time takes there: CPUs, GPUs (0 to 1 shares one; None: one where there are any and the engine
    uses them) and bytes of memory (None: what the engine says it needs). `is_shared` says whether every machine sees
    the batch's folder; None finds out.
    """

    address: str
    cpus: float = 1.0
    gpus: float | None = None
    memory_bytes: int | None = None
    is_shared: bool | None = None


@dataclass
class _Slot:
    """An actor and what it does now: `pending` is what Ray will tell of it."""

    actor: Any
    pending: Any = None
    ready: Ready | None = None
    order: Order | None = None

    @property
    def is_idle(self) -> bool:
        return self.ready is not None and self.order is None


class OnRay:
    """`count` songs at a time on a cluster, or as many as it has room for (0)."""

    def __init__(
        self,
        wish: RayWish,
        terms: Terms,
        out: Path,
        count: int,
        engines: tuple[str, ...],
        on_note: Callable[[str], None],
    ) -> None:
        self._wish, self._terms, self._engines = wish, terms, engines
        self._on_note = on_note
        self._making = str((out / ".making").absolute())
        self._token = secrets.token_hex(16)
        write_whole(out / ".making" / PROBE, self._token)
        self._cluster = Cluster(wish.address)
        self._known: set[str] = set()
        self._looks = self._bad_starts = 0
        try:
            self._needs = needs_of(wish, engines, has_gpus=self._cluster.has_gpus)
            width = count or self._cluster.room_for(self._needs)
            if not self._cluster.room_for(self._needs):
                raise _no_room(self._needs)
            self._slots = [self._hired() for _ in range(width)]
        except BaseException:
            self._cluster.close()
            raise
        on_note(f"{width} songs at a time on Ray, each with {_said(self._needs)}")

    @property
    def has_room(self) -> bool:
        return any(slot.is_idle for slot in self._slots)

    def start(self, order: Order) -> None:
        slot = next(slot for slot in self._slots if slot.is_idle)
        assert slot.ready is not None
        slot.order = order
        slot.pending = slot.actor.make.remote(
            order, _contents(order), is_shared=self._is_shared(slot.ready)
        )

    def wait(self) -> Outcome | None:
        waited = {slot.pending: slot for slot in self._slots if slot.pending is not None}
        if not waited:
            raise BatchError("no machine of the cluster can make these songs", hint=_SEE_NOTES)
        ended = self._cluster.first_of(list(waited), timeout_s=_LOOK_S)
        if ended is None:
            self._look()
            return None
        self._looks = 0
        slot = waited[ended]
        slot.pending = None
        if slot.order is None:
            self._welcome(slot, ended)
            return None
        return self._outcome(slot, slot.order, ended)

    def close(self) -> None:
        for slot in self._slots:
            self._cluster.kill(slot.actor)
        self._cluster.close()

    def _hired(self) -> _Slot:
        actor = self._cluster.actor(Singer, self._needs, self._terms)
        slot = _Slot(actor)
        slot.pending = actor.ready.remote(self._making, self._token, __version__, self._engines)
        return slot

    def _is_shared(self, ready: Ready) -> bool:
        return ready.sees_out if self._wish.is_shared is None else self._wish.is_shared

    def _welcome(self, slot: _Slot, told: Any) -> None:
        """Let an actor that is ready make songs, or do without it if it can't."""
        try:
            ready: Ready = self._cluster.get(told)
        except self._cluster.errors as error:
            self._bad_starts += 1
            if self._bad_starts >= _MOST_BAD_STARTS * len(self._slots):
                raise BatchError(
                    f"no songs can be made on the cluster ({_last_line(error)})", hint=_SEE_NOTES
                ) from error
            self._replace(slot)
            return
        self._bad_starts = 0
        problem = ready.problem
        if self._wish.is_shared and not ready.sees_out:
            problem = f"it does not see {Path(self._making).parent}"
        if problem:
            self._on_note(f"{ready.machine} makes no songs: {problem}")
            self._cluster.kill(slot.actor)
            self._slots.remove(slot)
            return
        slot.ready = ready
        if ready.node not in self._known:
            self._known.add(ready.node)
            how = (
                "writes to the folder" if self._is_shared(ready) else "sends its songs through Ray"
            )
            self._on_note(f"{ready.machine} makes songs and {how}")

    def _outcome(self, slot: _Slot, order: Order, told: Any) -> Outcome:
        assert slot.ready is not None
        machine = slot.ready.machine
        try:
            outcome, data = self._cluster.get(told)
        except self._cluster.errors as error:
            is_gone = self._cluster.is_gone(slot.ready.node, error)
            self._replace(slot)
            died = f"its process on {machine} died ({_last_line(error)})"
            return Outcome(
                id=order.id,
                kind="lost" if is_gone else "died",
                where=machine,
                error=f"{machine} was lost" if is_gone else died,
            )
        slot.order = None
        return _taken_out(outcome, data, order)

    def _replace(self, slot: _Slot) -> None:
        self._cluster.kill(slot.actor)
        self._slots[self._slots.index(slot)] = self._hired()

    def _look(self) -> None:
        """Raise `BatchError` if for a while there was no machine that could make a song."""
        self._looks = 0 if self._cluster.room_for(self._needs) else self._looks + 1
        if self._looks >= _MOST_LOOKS:
            raise _no_room(self._needs)


def needs_of(wish: RayWish, engines: tuple[str, ...], *, has_gpus: bool) -> dict[str, float]:
    """What one song at a time needs, as Ray counts it."""
    cards = [engine_card(name) for name in engines if name in engine_names()]
    may_use_gpu = any("device" in card.options.model_fields for card in cards)
    is_open = len(cards) < len(engines) or not engines
    gpus = float(has_gpus and (may_use_gpu or is_open)) if wish.gpus is None else wish.gpus
    memory = wish.memory_bytes
    if memory is None:
        memory = max((card.needs.memory_bytes for card in cards), default=0)
    return {"CPU": wish.cpus, "GPU": gpus, "memory": float(memory)}


def _said(needs: Mapping[str, float]) -> str:
    gpu = f", {needs['GPU']:g} GPU" if needs["GPU"] else ""
    memory = f", {needs['memory'] / 1e9:.1f} GB" if needs["memory"] else ""
    return f"{needs['CPU']:g} CPU{gpu}{memory}"


def _no_room(needs: Mapping[str, float]) -> BatchError:
    return BatchError(
        f"no machine of the cluster has {_said(needs)}",
        hint="ask for less with --cpus, --gpus or --memory, or start such a machine",
    )


def _contents(order: Order) -> dict[str, bytes]:
    """The files that a job names, by name."""
    contents = {}
    for path in files_of(order.job):
        try:
            contents[path.name] = path.read_bytes()
        except OSError as error:
            raise file_error(path, "read", error) from error
    return contents


def _taken_out(outcome: Outcome, data: bytes, order: Order) -> Outcome:
    """`outcome` with its song on this machine."""
    if not data:
        return outcome
    folder = Path(order.folder) / "song"
    try:
        unpacked(data, folder)
    except OSError as error:
        full = file_error(folder, "written", error)
        return Outcome(id=order.id, kind="full", where=str(folder), error=str(full))
    song = outcome.song.model_copy(update={"folder": str(folder)})
    said = outcome.error.replace(outcome.song.folder, str(folder))
    return outcome.model_copy(update={"song": song, "error": said})


def _last_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return lines[-1].strip()[:300]
