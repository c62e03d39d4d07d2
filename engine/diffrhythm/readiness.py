"""Whether DiffRhythm can sing here, and if not: what to fetch, how large it is, how long a song would take."""

from songsmith.engine.diffrhythm.device import find_accelerator
from songsmith.engine.diffrhythm.forecast import FORWARD_EFFICIENCY, numpy_flops_per_s
from songsmith.engine.engine import EngineStatus
from songsmith.engine.weights.catalogue import Variant, Version, parts_for
from songsmith.engine.weights.parts import format_bytes, missing_bytes
from songsmith.engine.weights.store import Store

__all__ = ["format_wait", "standing"]

_SONG_FLOPS: dict[Variant, float] = {"base": 62 * 5.09e12, "full": 62 * 18.6e12}
_SONG_LENGTHS: dict[Variant, str] = {"base": "95 s", "full": "285 s"}


def standing(
    store: Store, variant: Variant | None = None, version: Version = "1.2"
) -> EngineStatus:
    """How the engine stands for songs of `variant` (None = for any). Nothing is loaded or hashed.

    It is advised only where an accelerator is there too.
    """
    variants: tuple[Variant, ...] = (variant,) if variant else ("base", "full")
    ready = [each for each in variants if _is_whole(store, each, version)]
    accelerator = find_accelerator(may_import_torch=bool(ready))
    if not ready:
        return _missing(store, variants[0], version, accelerator)
    models = " and ".join(ready)
    if accelerator:
        return EngineStatus(True, f"weights ({models}) and {accelerator} are here")
    return EngineStatus(
        True,
        f"weights ({models}) are here, but no GPU: {_song_time(ready[0])}",
        "--preset draft needs a third of the time; --engine sketch sings in seconds",
        is_advised=False,
    )


def format_wait(seconds: float) -> str:
    """ "about 40 s", "about 25 min", "about 3.5 h"."""
    if seconds < 90:
        return f"about {max(1, round(seconds))} s"
    if seconds < 5_400:
        return f"about {round(seconds / 60)} min"
    return f"about {seconds / 3600:.1f} h"


def _is_whole(store: Store, variant: Variant, version: Version) -> bool:
    return all(store.has(part) for part in parts_for(variant, version) if part.is_required)


def _missing(store: Store, variant: Variant, version: Version, accelerator: str) -> EngineStatus:
    size = format_bytes(missing_bytes(store, parts_for(variant, version)))
    flags = "" if variant == "base" else f" --variant {variant}"
    flags += "" if version == "1.2" else f" --version {version}"
    then = (
        f"this machine's GPU ({accelerator}) would sing"
        if accelerator
        else f"{_song_time(variant)} on this CPU"
    )
    other: Variant = "full" if variant == "base" else "base"
    instead = f"; --variant {other} is here" if _is_whole(store, other, version) else ""
    return EngineStatus(
        False,
        f"no {variant} weights in {store.folder}",
        f"`songsmith models pull{flags}` fetches {size}; {then}{instead}",
    )


def _song_time(variant: Variant) -> str:
    """How long a song would take on this CPU, by a short measurement."""
    wall_s = _SONG_FLOPS[variant] / (FORWARD_EFFICIENCY * numpy_flops_per_s())
    return f"a song of {_SONG_LENGTHS[variant]} takes {format_wait(wall_s)}"
