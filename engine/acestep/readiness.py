"""Whether ACE-Step can sing here; if not, what to install and fetch, how large that is, how long a song takes."""

from songsmith.engine.accelerator import find_accelerator
from songsmith.engine.acestep.card import extra
from songsmith.engine.acestep.cost import (
    sizes_here,
    sizes_published,
    song_frames,
    song_wall_s,
)
from songsmith.engine.acestep.parts import PARTS, Model
from songsmith.engine.engine import EngineStatus
from songsmith.engine.speed import format_wait, machine_flops_per_s, numpy_flops_per_s
from songsmith.engine.weights.parts import format_bytes, missing_bytes
from songsmith.engine.weights.store import Store

__all__ = ["readiness", "song_seconds"]

_SONG_S = 95.0
_LONGEST_ADVISED_S = 20 * 60
_STEPS = 8
_BEST_FIRST: tuple[Model, ...] = ("xl", "2b")


def readiness(store: Store, models: tuple[Model, ...] = _BEST_FIRST) -> EngineStatus:
    """Whether the engine can sing with any of `models`. No weights are loaded or hashed.

    Without a GPU it is advised where a song takes minutes.
    """
    ready = [model for model in models if store.has(PARTS[model])]
    packages = extra()
    if packages.missing:
        then = "" if ready else f", then {_pull(store, models[-1])}"
        return EngineStatus(
            False,
            f"{', '.join(packages.missing)} not installed",
            f"{packages.how_to_install}{then}",
        )
    if ready and packages.broken:
        return EngineStatus(False, packages.broken, packages.how_to_repair)
    accelerator = find_accelerator(may_import_torch=bool(ready))
    wall_s = 0.0 if accelerator else song_seconds(store, _SONG_S, models)
    takes = f"a song of {_SONG_S:.0f} s takes {format_wait(wall_s)}"
    if not ready:
        would = f"this machine's GPU ({accelerator}) would sing" if accelerator else takes
        return EngineStatus(
            False,
            f"no {' or '.join(reversed(models))} weights in {store.folder}",
            f"{_pull(store, models[-1])}; {would}",
        )
    here = f"weights ({' and '.join(ready)})"
    if accelerator:
        return EngineStatus(True, f"{here} and {accelerator} are here")
    return EngineStatus(
        True, f"{here} are here; {takes} on this CPU", is_advised=wall_s <= _LONGEST_ADVISED_S
    )


def song_seconds(store: Store, duration_s: float, models: tuple[Model, ...] = _BEST_FIRST) -> float:
    """How long a song of this length takes here with the best of `models`; 0 where that is not known without torch."""
    here = [model for model in models if store.has(PARTS[model])]
    can_ask = bool(here) and not extra().missing and not extra().broken
    device = find_accelerator(may_import_torch=can_ask)
    sizes = sizes_here(store, here[0]) if here else sizes_published(models[-1])
    if device and not can_ask:
        return 0.0
    rate = machine_flops_per_s(device, "bfloat16") if device else numpy_flops_per_s()
    return song_wall_s(sizes, song_frames(duration_s), _STEPS, rate, is_cpu=not device)


def _pull(store: Store, model: Model) -> str:
    """The command that fetches what is missing, and how large that is."""
    name = "ace-step" if model == "2b" else PARTS[model].name
    return f"`songsmith models pull {name}` ({format_bytes(missing_bytes(store, (PARTS[model],)))})"
