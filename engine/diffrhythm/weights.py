"""The weights: fetch them once, keep them honest, say where they stand. The face of the models folder.

Nothing here needs torch but the conversion of a download. Licences are the caller's to show: `pull` refuses
parts whose licence was not accepted.
"""

import logging
import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from songsmith.engine.diffrhythm.catalogue import (
    PARTS,
    Part,
    Variant,
    Version,
    WeightFile,
    parts_for,
)
from songsmith.engine.diffrhythm.hub import OnBytes, WeightsError, download, is_offline, locate
from songsmith.engine.diffrhythm.store import Store, known_part, models_folder

__all__ = [
    "PARTS",
    "OnPull",
    "Part",
    "PartState",
    "PullProgress",
    "Pulled",
    "Store",
    "WeightsError",
    "find_accelerator",
    "format_bytes",
    "hashes",
    "known_part",
    "missing_bytes",
    "models_folder",
    "part_states",
    "parts_for",
    "pull",
    "require",
    "verify",
    "wanted_parts",
]

_SPARE_BYTES = 200_000_000

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class PullProgress:
    """`done` of `total` bytes of `file`; `stage` is "fetching", "checking" or "converting"."""

    part: str
    file: str
    stage: str
    done: int
    total: int


OnPull = Callable[[PullProgress], None]


@dataclass(frozen=True)
class Pulled:
    """What a pull did: parts fetched, parts that were there, and remarks on what could not be had."""

    fetched: tuple[str, ...]
    present: tuple[str, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class PartState:
    """One line of a list: a part, whether it is here, its size on disk and the commits it came from."""

    part: Part
    is_here: bool
    bytes_on_disk: int
    revisions: tuple[str, ...] = ()


def part_states(store: Store) -> list[PartState]:
    """Every part and how it stands; nothing is hashed."""
    files = store.lock().files
    return [
        PartState(
            part=part,
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
        for part in PARTS.values()
    ]


def wanted_parts(names: Sequence[str], *, variant: Variant, version: Version) -> tuple[Part, ...]:
    """The parts called `names`; without names, all that songs of `variant` need."""
    if names:
        return tuple(known_part(name) for name in names)
    return parts_for(variant, version)


def require(store: Store, part: Part) -> dict[str, Path]:
    """Paths of the files of `part` by their stored names, checked, converted if they still have to be.

    Raises `WeightsError` that says what to pull if something is missing.
    """
    paths = {}
    for file in part.files:
        path = store.path(part, file)
        if not path.is_file() and store.source_path(part, file).is_file():
            _convert(store, part, file)
        if not path.is_file():
            raise WeightsError(
                f"{part.title}: {file.stored_name} is not in {store.folder}",
                mend=f"`songsmith models pull {part.name}` fetches {format_bytes(part.size_bytes)}",
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


def pull(store: Store, parts: Sequence[Part], *, on_progress: OnPull) -> Pulled:
    """Fetch what is missing of `parts`, pinned to the commits in the lock file, and convert it.

    Space on the disk is checked first. What arrived stays when something later fails, and the next pull goes
    on from there. A part that is not required and can't be had becomes a note.
    """
    refused = store.to_accept(parts)
    if refused:
        raise WeightsError(
            f"the licence of {', '.join(part.name for part in refused)} was not accepted",
            mend="`songsmith models pull` shows it; --yes accepts",
        )
    fetched: list[str] = []
    present: list[str] = []
    notes: list[str] = []
    with store.one_writer():
        _check_space(store, parts)
        for part in parts:
            try:
                did = [_pull_file(store, part, file, on_progress) for file in part.files]
            except WeightsError as error:
                if part.is_required:
                    raise
                notes.append(f"{part.title} could not be fetched ({error.what}); text stands in")
                continue
            (fetched if any(did) else present).append(part.name)
    return Pulled(tuple(fetched), tuple(present), tuple(notes))


def find_accelerator(*, may_import_torch: bool) -> str:
    """ "cuda", "mps" or "": from torch, or, when that may not be imported, from what the system shows."""
    if may_import_torch:
        import torch

        if torch.cuda.is_available():
            return "cuda"
        return "mps" if torch.backends.mps.is_available() else ""
    if sys.platform == "darwin":
        import platform

        return "mps" if platform.machine() == "arm64" else ""
    has_driver = Path("/proc/driver/nvidia/version").exists() or shutil.which("nvidia-smi")
    return "cuda" if has_driver else ""


def format_bytes(size: float) -> str:
    """ "5.7 GB", "12 MB", "3 kB"."""
    for unit, scale in (("GB", 1e9), ("MB", 1e6)):
        if size >= scale:
            return f"{size / scale:.{1 if size < 100 * scale and unit == 'GB' else 0}f} {unit}"
    return f"{size / 1e3:.0f} kB"


def missing_bytes(store: Store, parts: Sequence[Part]) -> int:
    """Bytes still to be fetched for `parts`, about."""
    return sum(
        file.size_bytes
        for part in parts
        for file in part.files
        if not store.path(part, file).is_file() and not store.source_path(part, file).is_file()
    )


def _pull_file(store: Store, part: Part, file: WeightFile, on_progress: OnPull) -> bool:
    """Bring one file to where it is loaded from; whether anything was fetched."""

    def tell(stage: str, done: int = 0, total: int = 0) -> None:
        on_progress(PullProgress(part.name, file.name, stage, done, total))

    path, source = store.path(part, file), store.source_path(part, file)
    if path.is_file():
        tell("checking")
        store.check(part, file, path)
        return False
    is_fetched = not _is_recorded(store, part, file, source)
    if is_fetched:
        _fetch(store, file, source, lambda done, total: tell("fetching", done, total))
    if file.becomes:
        tell("converting")
        _convert(store, part, file)
    else:
        store.check(part, file, path)
    return is_fetched


def _fetch(store: Store, file: WeightFile, source: Path, on_bytes: OnBytes) -> None:
    """Download `file` to `source` and record it. One whose hash is in the table may come from any commit."""
    revisions = [store.lock().revisions.get(file.repo, file.revision)]
    if file.sha256:
        revisions.append("main")
    for revision in revisions:
        try:
            remote = locate(file, revision=revision)
            digest = download(file, remote, source, on_bytes=on_bytes)
        except WeightsError:
            if revision == revisions[-1]:
                raise
            continue
        store.record(source, file, revision=remote.revision, sha256=digest)
        return


def _is_recorded(store: Store, part: Part, file: WeightFile, source: Path) -> bool:
    """Whether `source` was fetched before and is still as it came (offline: whether it is there at all)."""
    if not source.is_file():
        return False
    if source.relative_to(store.folder).as_posix() not in store.lock().files and not is_offline():
        return False
    store.check(part, file, source)
    return True


def _convert(store: Store, part: Part, file: WeightFile) -> None:
    """Turn a published pickle into safetensors; the pickle is deleted once that is on disk.

    Its hash stays in the lock file.
    """
    from songsmith.engine.diffrhythm.checkpoint import convert_pickle
    from songsmith.engine.diffrhythm.hub import sha256_of

    source, target = store.source_path(part, file), store.path(part, file)
    source_sha256 = store.check(part, file, source)
    locked = store.lock().files[source.relative_to(store.folder).as_posix()]
    variant = _variant_of(part)
    convert_pickle(source, target, variant=variant, dtype_name="float16" if variant else "")
    store.record(
        target,
        file,
        revision=locked.revision,
        sha256=sha256_of(target),
        source_sha256=source_sha256,
    )
    store.forget(source)
    source.unlink()
    logger.info("%s became %s", source, target)


def _variant_of(part: Part) -> Variant | None:
    if not part.name.startswith("dit-"):
        return None
    return "full" if part.name.endswith("full") else "base"


def _check_space(store: Store, parts: Sequence[Part]) -> None:
    """Room for all downloads, and for the largest file twice while it is converted."""
    largest = max(
        (
            file.size_bytes
            for part in parts
            for file in part.files
            if file.becomes and not store.path(part, file).is_file()
        ),
        default=0,
    )
    missing = missing_bytes(store, parts)
    needed = missing + largest + (_SPARE_BYTES if missing or largest else 0)
    free = store.free_bytes()
    if free < needed:
        raise WeightsError(
            f"{format_bytes(needed)} are needed and {format_bytes(free)} are free",
            where=str(store.folder),
            mend="make room, or set SONGSMITH_MODELS to a folder on another disk",
        )
