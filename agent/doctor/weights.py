"""The models folder: which weights are here, whether they are whole, and whether they are what they claim to be."""

from collections.abc import Iterator
from pathlib import Path

from songsmith.agent.doctor.finding import Finding, Fix, Machine, fail, ok, warn
from songsmith.agent.files import file_error
from songsmith.engine.published import Part
from songsmith.engine.weights.file_kind import fault_of
from songsmith.engine.weights.hub import WeightsError
from songsmith.engine.weights.parts import format_bytes, missing_bytes, verify
from songsmith.engine.weights.store import LOCK_NAME, Store

__all__ = ["check_weights"]

_STUB_BYTES = 4_096
"""What claims to be weights and is smaller than this holds none: a pointer, a web page, nothing."""
_WEIGHTS = (".pt", ".bin", ".safetensors", ".onnx")


def check_weights(machine: Machine) -> Iterator[Finding]:
    """The lock file, then every part of which something is here."""
    store = machine.store
    try:
        store.lock()
    except WeightsError as error:
        path = store.folder / LOCK_NAME
        mend = f"delete {path}; the files are recorded again when they are next used"
        yield fail("weights", f"{path} {error.what}", mend, _set_aside(path))
        return
    here = [part for part in store.parts() if store.has_some(part)]
    for part in here:
        yield from _part_findings(machine, part)
    if not here:
        yield ok("weights", f"none in {store.folder}; the sketch engine needs none")


def _part_findings(machine: Machine, part: Part) -> Iterator[Finding]:
    store, name = machine.store, f"weights {part.name}"
    faults = _faults(machine, part)
    for path, fault in faults.items():
        again = f"songsmith models rm {part.name} --yes && songsmith models pull {part.name}"
        yield fail(name, f"{path} {fault}", again, _removal(path, part))
    if faults:
        return
    size = format_bytes(store.bytes_on_disk(part))
    if store.has(part):
        how = "every hash is right" if machine.hashes_weights else _recorded(store, part)
        yield ok(name, f"{size}, {how}")
    else:
        left = format_bytes(missing_bytes(store, [part]))
        yield warn(
            name, f"not complete: {left} are still to come", f"songsmith models pull {part.name}"
        )


def _faults(machine: Machine, part: Part) -> dict[Path, str]:
    """What is wrong with the files of a part that are here; every byte is read only where that was asked for."""
    store = machine.store
    if machine.hashes_weights:
        found = verify(store, [part])
        return {
            store.folder / name: fault
            for name, fault in found.items()
            if fault and fault != "is missing"
        }
    faults = {path: _fault(store, path) for path in _paths(store, part)}
    return {path: fault for path, fault in faults.items() if fault}


def _fault(store: Store, path: Path) -> str:
    """What can be seen of a file without reading it whole."""
    try:
        size = path.stat().st_size
        fault = fault_of(path)
    except OSError as error:
        return f"can't be read ({(error.strerror or str(error)).lower()})"
    locked = store.lock().files.get(path.relative_to(store.folder).as_posix())
    if fault or locked is None or locked.size_bytes == size:
        return fault
    return f"has {size:,} bytes, {locked.size_bytes:,} when it came"


def _recorded(store: Store, part: Part) -> str:
    """Whether the files look as they did when their hashes were taken."""
    files = store.lock().files
    for path in _paths(store, part):
        locked = files.get(path.relative_to(store.folder).as_posix())
        if locked is None or locked.mtime_ns != path.stat().st_mtime_ns:
            return f"its hash is taken at first use (songsmith models verify {part.name})"
    return "as it was when it was hashed (songsmith doctor --hash reads it all)"


def _paths(store: Store, part: Part) -> list[Path]:
    """The files of a part that are here, converted or as they were published."""
    places = (
        path
        for file in part.files
        for path in (store.path(part, file), store.source_path(part, file))
    )
    return [path for path in dict.fromkeys(places) if path.is_file()]


def _removal(path: Path, part: Part) -> Fix | None:
    """Deleting a file that claims to be weights and is too small to hold any."""

    def remove() -> Finding:
        try:
            path.unlink()
        except OSError as error:
            raise file_error(path, "deleted", error) from error
        found = f"{path} is deleted; what belongs there is still to come"
        return warn(f"weights {part.name}", found, f"songsmith models pull {part.name}")

    if path.suffix not in _WEIGHTS or path.stat().st_size > _STUB_BYTES:
        return None
    return Fix(f"delete {path}, which holds no weights", remove)


def _set_aside(path: Path) -> Fix:
    def rename() -> Finding:
        aside = path.with_name(f"{path.name}.unreadable")
        try:
            path.replace(aside)
        except OSError as error:
            raise file_error(path, "renamed", error) from error
        return ok(
            "weights",
            f"the old record is {aside}; files are recorded again when they are next used",
        )

    return Fix(f"rename {path} to {path.name}.unreadable", rename)
