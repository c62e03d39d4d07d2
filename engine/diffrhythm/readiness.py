"""Whether DiffRhythm can sing here; if not, what to install and fetch, how large that is, how long a song takes."""

from songsmith.engine.accelerator import find_accelerator
from songsmith.engine.diffrhythm.card import extra
from songsmith.engine.diffrhythm.forecast import FORWARD_EFFICIENCY
from songsmith.engine.diffrhythm.parts import Version, parts_for
from songsmith.engine.engine import EngineStatus
from songsmith.engine.extras import Extra
from songsmith.engine.speed import format_wait, machine_flops_per_s, numpy_flops_per_s
from songsmith.engine.weights.parts import format_bytes, missing_bytes
from songsmith.engine.weights.store import Store
from songsmith.lyrics.frames import Variant, longest_s, variant_for
from songsmith.lyrics.speech.espeak import espeak_fault

__all__ = ["readiness", "song_seconds"]

_SONG_FLOPS: dict[Variant, float] = {"base": 62 * 5.09e12, "full": 62 * 18.6e12}


def readiness(
    store: Store, variant: Variant | None = None, version: Version = "1.2"
) -> EngineStatus:
    """Whether the engine can sing songs of `variant` (None = any). No weights are loaded or hashed.

    It is advised only where an accelerator is there too.
    """
    variants: tuple[Variant, ...] = (variant,) if variant else ("base", "full")
    ready = [each for each in variants if _is_whole(store, each, version)]
    packages = extra()
    if packages.missing:
        return _without_packages(packages, store, variants[0], version, bool(ready))
    if ready and packages.broken:
        return EngineStatus(False, packages.broken, packages.how_to_repair)
    accelerator = find_accelerator(may_import_torch=bool(ready))
    if not ready:
        return _without_weights(store, variants[0], version, accelerator)
    if fault := espeak_fault():
        return EngineStatus(False, fault.what, fault.hint)
    models = " and ".join(ready)
    if accelerator:
        return EngineStatus(True, f"weights ({models}) and {accelerator} are here")
    return EngineStatus(
        True,
        f"weights ({models}) are here, but no GPU: {_song_time(ready[0])}",
        "--preset draft needs a third of the time; --engine sketch sings in seconds",
        is_advised=False,
    )


def _is_whole(store: Store, variant: Variant, version: Version) -> bool:
    return all(store.has(part) for part in parts_for(variant, version) if part.is_required)


def _without_packages(
    packages: Extra, store: Store, variant: Variant, version: Version, has_weights: bool
) -> EngineStatus:
    then = "" if has_weights else f", then {_pull(store, variant, version)}"
    return EngineStatus(
        False,
        f"{', '.join(packages.missing)} not installed",
        f"{packages.how_to_install}{then}",
    )


def _without_weights(
    store: Store, variant: Variant, version: Version, accelerator: str
) -> EngineStatus:
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
        f"{_pull(store, variant, version)}; {then}{instead}",
    )


def _pull(store: Store, variant: Variant, version: Version) -> str:
    """The command that fetches what is missing, and how large that is."""
    size = format_bytes(missing_bytes(store, parts_for(variant, version)))
    flags = "" if variant == "base" else f" --variant {variant}"
    flags += "" if version == "1.2" else f" --version {version}"
    return f"`songsmith models pull{flags}` ({size})"


def song_seconds(store: Store, duration_s: float) -> float:
    """How long a song of this length takes here, exactly sampled; 0 where that is not known without torch."""
    variant = variant_for(duration_s)
    can_ask = not extra().missing and _is_whole(store, variant, "1.2") and not extra().broken
    device = find_accelerator(may_import_torch=can_ask)
    if not device:
        return _SONG_FLOPS[variant] / (FORWARD_EFFICIENCY * numpy_flops_per_s())
    if not can_ask:
        return 0.0
    return _SONG_FLOPS[variant] / (FORWARD_EFFICIENCY * machine_flops_per_s(device, "float16"))


def _song_time(variant: Variant) -> str:
    """How long a song would take on this CPU, by a short measurement."""
    wall_s = _SONG_FLOPS[variant] / (FORWARD_EFFICIENCY * numpy_flops_per_s())
    return f"a song of {longest_s(variant):.0f} s takes {format_wait(wall_s)}"
