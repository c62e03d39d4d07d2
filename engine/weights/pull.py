"""Fetching weights: what is missing, pinned, resumed, checked, converted. `songsmith models pull`.

Licences are the caller's to show: parts whose licence was not accepted are refused.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from songsmith.engine.extras import torch_extra
from songsmith.engine.published import Part, WeightFile
from songsmith.engine.weights.checkpoint import CONVERTING_MODULES
from songsmith.engine.weights.hub import (
    OnBytes,
    WeightsError,
    download,
    is_offline,
    locate,
    sha256_of,
)
from songsmith.engine.weights.parts import convert, format_bytes, missing_bytes
from songsmith.engine.weights.store import Store

__all__ = ["OnPull", "PullProgress", "Pulled", "check_packages", "pull"]

_SPARE_BYTES = 200_000_000


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


def pull(store: Store, parts: Sequence[Part], *, on_progress: OnPull) -> Pulled:
    """Fetch what is missing of `parts`, pinned to the commits in the lock file, and convert it.

    Space on the disk is checked first. What arrived stays when something later fails, and the next pull goes
    on from there. A part that is not required and can't be had becomes a note.
    """
    refused = store.to_accept(parts)
    if refused:
        raise WeightsError(
            f"the licence of {', '.join(part.name for part in refused)} was not accepted",
            hint="`songsmith models pull` shows it; --yes accepts",
        )
    check_packages(parts)
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
                notes.append(
                    f"{part.title} could not be fetched ({error.what}); a text is used in its place"
                )
                continue
            (fetched if any(did) else present).append(part.name)
    return Pulled(tuple(fetched), tuple(present), tuple(notes))


def _pull_file(store: Store, part: Part, file: WeightFile, on_progress: OnPull) -> bool:
    """Bring one file to where it is loaded from; whether anything was fetched."""

    def tell(stage: str, done: int = 0, total: int = 0) -> None:
        on_progress(PullProgress(part.name, file.name, stage, done, total))

    path, source = store.path(part, file), store.source_path(part, file)
    if path.is_file():
        tell("checking")
        store.check(part, file, path)
        return False
    is_fetched = False
    if not _is_recorded(store, part, file, source):
        is_fetched = _fetch(store, file, source, lambda done, total: tell("fetching", done, total))
    if file.becomes:
        tell("converting")
        convert(store, part, file)
    else:
        store.check(part, file, path)
    return is_fetched


def _fetch(store: Store, file: WeightFile, source: Path, on_bytes: OnBytes) -> bool:
    """Bring `file` to `source` and record it; whether it had to be downloaded.

    One whose hash is in the table may come from any commit. One put there by hand stays if it is the
    published one.
    """
    revisions = [store.lock().revisions.get(file.repo, file.revision)]
    if file.sha256:
        revisions.append("main")
    there = sha256_of(source) if source.is_file() else ""
    for revision in revisions:
        try:
            remote = locate(file, revision=revision)
            is_there = there != "" and there == remote.etag
            digest = there if is_there else download(file, remote, source, on_bytes=on_bytes)
        except WeightsError:
            if revision == revisions[-1]:
                raise
            continue
        store.record(source, file, revision=remote.revision, sha256=digest)
        return not is_there
    raise AssertionError("every revision was tried")


def _is_recorded(store: Store, part: Part, file: WeightFile, source: Path) -> bool:
    """Whether `source` was fetched before and is still as it came (offline: whether it is there at all)."""
    if not source.is_file():
        return False
    if source.relative_to(store.folder).as_posix() not in store.lock().files and not is_offline():
        return False
    store.check(part, file, source)
    return True


def check_packages(parts: Sequence[Part]) -> None:
    """Refuse to fetch gigabytes that nothing here could convert or load."""
    for name in dict.fromkeys(part.extra for part in parts if part.extra):
        extra = torch_extra(name, CONVERTING_MODULES)
        if extra.missing:
            raise WeightsError(
                f"these weights need {', '.join(extra.missing)}, which are not installed",
                hint=extra.how_to_install,
            )


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
            f"{format_bytes(needed)} are needed, {format_bytes(free)} are free",
            where=str(store.folder),
            hint="make room, or set SONGSMITH_MODELS to a folder on another disk",
        )
