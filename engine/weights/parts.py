"""The weights: what is here, whether it is sound, and the paths to load it from. The face of the models folder.

Nothing here needs torch but the conversion of a download. `pull` fetches what is missing.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from songsmith.engine.engine import all_parts
from songsmith.engine.published import Part, WeightFile
from songsmith.engine.weights.hub import WeightsError, sha256_of
from songsmith.engine.weights.store import Store, known_part, models_folder

__all__ = [
    "Part",
    "PartState",
    "Store",
    "WeightsError",
    "convert",
    "format_bytes",
    "hashes",
    "known_part",
    "missing_bytes",
    "models_folder",
    "part_states",
    "require",
    "verify",
]

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class PartState:
    """One line of a list: a part, the engine it is for, whether it is here, its size and the commits it came from."""

    part: Part
    owner: str
    is_here: bool
    bytes_on_disk: int
    revisions: tuple[str, ...] = ()


def part_states(store: Store) -> list[PartState]:
    """Every part and how it stands; nothing is hashed."""
    files = store.lock().files
    owners = {part.name: engine for engine, parts in all_parts().items() for part in parts}
    return [
        PartState(
            part=part,
            owner=owners.get(part.name, "voices"),
            is_here=store.has(part),
            bytes_on_disk=store.bytes_on_disk(part),
            revisions=tuple(
                sorted(
                    {
                        f"{locked.repo}@{locked.revision}"
                        for key, locked in files.items()
                        if key.startswith(f"{part.name}/") and locked.revision
                    }
                )
            ),
        )
        for part in store.parts()
    ]


def require(store: Store, part: Part) -> dict[str, Path]:
    """Paths of the files of `part` by their stored names, checked, converted if they still have to be.

    Raises `WeightsError` that says what to pull if something is missing.
    """
    paths = {}
    for file in part.files:
        path = store.path(part, file)
        if not path.is_file() and store.source_path(part, file).is_file():
            convert(store, part, file)
        if not path.is_file():
            raise WeightsError(
                f"{part.title}: {file.stored_name} is not in {store.folder}",
                hint=f"`songsmith models pull {part.name}` fetches {format_bytes(part.size_bytes)}",
            )
        store.check(part, file, path)
        paths[file.stored_name] = path
    return paths


def hashes(store: Store, part: Part) -> dict[str, str]:
    """Sha256 of each file of `part`, as checked at load."""
    return {
        file.stored_name: store.check(part, file, store.path(part, file)) for file in part.files
    }


def verify(store: Store, parts: Sequence[Part]) -> dict[str, str]:
    """Hash all files of `parts` that are here; fault by path, "" for a sound one."""
    found = {}
    for part in parts:
        for file in part.files:
            path = store.path(part, file)
            source = store.source_path(part, file)
            if not path.is_file() and source.is_file():
                path = source
            name = path.relative_to(store.folder).as_posix()
            if not path.is_file():
                found[name] = "is missing"
                continue
            try:
                store.check(part, file, path, thoroughly=True)
                found[name] = ""
            except WeightsError as error:
                found[name] = error.what
    return found


def format_bytes(size: float) -> str:
    """ "5.7 GB", "12 MB", "3 kB"."""
    for unit, scale in (("GB", 1e9), ("MB", 1e6)):
        if size >= scale:
            return f"{size / scale:.{1 if size < 100 * scale and unit == 'GB' else 0}f} {unit}"
    return f"{size / 1e3:.0f} kB"


def missing_bytes(store: Store, parts: Sequence[Part]) -> int:
    """Bytes still to be fetched for `parts`, about."""
    return sum(
        file.size_bytes for part in parts for file in part.files if not store.has_file(part, file)
    )


def convert(store: Store, part: Part, file: WeightFile) -> None:
    """Turn a published pickle into safetensors; the pickle is deleted once that is on disk.

    Its hash stays in the lock file.
    """
    from songsmith.engine.weights.checkpoint import convert_pickle

    source, target = store.source_path(part, file), store.path(part, file)
    source_sha256 = store.check(part, file, source)
    locked = store.lock().files.get(source.relative_to(store.folder).as_posix())
    convert_pickle(source, target, check_keys=file.check_keys, dtype_name=file.dtype_name)
    store.record(
        target,
        file,
        revision=locked.revision if locked else "",
        sha256=sha256_of(target),
        source_sha256=source_sha256,
    )
    store.forget(source)
    source.unlink()
    logger.info("%s became %s", source, target)
