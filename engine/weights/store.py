"""The models folder: what is in it, whether it is still what was downloaded, and its lock file.

`models.lock.json` holds, for every file, its commit, size, time and sha256, and which licences were
accepted. At load a file is trusted if its size and time are as recorded, and hashed if not; `verify`
always hashes. Files put there by hand are recorded when they are first seen.
"""

import contextlib
import logging
import os
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from songsmith.atomic import write_whole
from songsmith.engine.engine import all_parts, find_part
from songsmith.engine.published import Part, WeightFile
from songsmith.engine.weights.file_kind import fault_of
from songsmith.engine.weights.hub import WeightsError, sha256_of

__all__ = ["LOCK_NAME", "LockedFile", "Store", "models_folder"]

LOCK_NAME = "models.lock.json"

logger = logging.getLogger(__name__)


def models_folder() -> Path:
    """Where weights are kept: SONGSMITH_MODELS, else the user's data folder."""
    chosen = os.environ.get("SONGSMITH_MODELS", "")
    if chosen:
        return Path(chosen).expanduser()
    from platformdirs import user_data_path

    return user_data_path("songsmith", appauthor=False) / "models"


class LockedFile(BaseModel):
    """What a file was when it came. `source_sha256` is that of the download it was converted from."""

    model_config = ConfigDict(extra="forbid")

    repo: str
    revision: str
    size_bytes: int
    mtime_ns: int
    sha256: str
    source_sha256: str = ""


class Lock(BaseModel):
    """The lock file. `revisions` pins each repository to one commit; `accepted` are part names."""

    model_config = ConfigDict(extra="forbid")

    format: int = 1
    accepted: list[str] = Field(default_factory=list)
    revisions: dict[str, str] = Field(default_factory=dict)
    files: dict[str, LockedFile] = Field(default_factory=dict)


class Store:
    """A models folder. Reading it never writes but to record a file seen for the first time."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, part: Part, file: WeightFile) -> Path:
        """Where `file` of `part` lies once it can be loaded."""
        return self.folder / part.name / file.stored_name

    def source_path(self, part: Part, file: WeightFile) -> Path:
        """Where the published form of `file` lies, until it is converted."""
        return self.folder / part.name / file.name

    def has(self, part: Part) -> bool:
        """Whether all files of `part` are there, converted or still to be; their content is not looked at."""
        return all(self.has_file(part, file) for file in part.files)

    def parts(self) -> list[Part]:
        """Every part there is: those of the engines' tables, and what else is here."""
        table = {part.name: part for parts in all_parts().values() for part in parts}
        here = sorted(path.name for path in self.folder.glob("*") if path.name not in table)
        return [*table.values(), *filter(None, map(find_part, here))]

    def has_some(self, part: Part) -> bool:
        """Whether any file of `part` is there."""
        return any(self.has_file(part, file) for file in part.files)

    def has_file(self, part: Part, file: WeightFile) -> bool:
        """Whether `file` of `part` is there, converted or still to be."""
        return self.path(part, file).is_file() or self.source_path(part, file).is_file()

    def bytes_on_disk(self, part: Part) -> int:
        """Bytes that `part` takes up, partial downloads too."""
        folder = self.folder / part.name
        return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())

    def lock(self) -> Lock:
        """The lock file's content; empty if there is none yet."""
        path = self.folder / LOCK_NAME
        try:
            return Lock.model_validate_json(path.read_bytes())
        except FileNotFoundError:
            return Lock()
        except (ValidationError, ValueError) as error:
            raise WeightsError(
                "is not a lock file this version can read",
                where=str(path),
                hint="delete it; the files are recorded again when they are next used",
            ) from error
        except OSError as error:
            raise _disk_error(path, error) from error

    def write_lock(self, lock: Lock) -> None:
        """Replace the lock file, whole or not at all."""
        path = self.folder / LOCK_NAME
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            write_whole(path, f"{lock.model_dump_json(indent=2)}\n".encode())
        except OSError as error:
            raise _disk_error(path, error) from error

    def record(
        self, path: Path, file: WeightFile, *, revision: str, sha256: str, source_sha256: str = ""
    ) -> None:
        """Remember `path` as it is now."""
        lock = self.lock()
        stat = path.stat()
        lock.files[self._key(path)] = LockedFile(
            repo=file.repo,
            revision=revision,
            size_bytes=stat.st_size,
            mtime_ns=stat.st_mtime_ns,
            sha256=sha256,
            source_sha256=source_sha256,
        )
        if revision:
            lock.revisions[file.repo] = revision
        self.write_lock(lock)

    def forget(self, path: Path) -> None:
        """Drop `path` from the lock file."""
        lock = self.lock()
        if lock.files.pop(self._key(path), None):
            self.write_lock(lock)

    def accept(self, parts: Sequence[Part]) -> None:
        """Remember that the licences of `parts` were accepted."""
        lock = self.lock()
        lock.accepted = sorted({*lock.accepted, *(part.name for part in parts)})
        self.write_lock(lock)

    def to_accept(self, parts: Sequence[Part]) -> list[Part]:
        """Those of `parts` whose licence nobody has accepted here yet."""
        accepted = set(self.lock().accepted)
        return [part for part in parts if part.name not in accepted]

    def check(self, part: Part, file: WeightFile, path: Path, *, thoroughly: bool = False) -> str:
        """Sha256 of `path`, which must be as it was when it came. Raises `WeightsError` that says how it is not.

        Fast when size and time are as recorded, unless `thoroughly`.
        """
        locked = self.lock().files.get(self._key(path))
        hint = (
            f"`songsmith models rm {part.name}` and `songsmith models pull` fetch it again; "
            f"if you changed it yourself: `songsmith models verify {part.name} --trust`"
        )
        try:
            stat = path.stat()
            if not thoroughly and locked is not None and _is_as_recorded(stat, locked):
                return locked.sha256
            fault = fault_of(path)
            if not fault and locked is not None and stat.st_size != locked.size_bytes:
                short = "is truncated" if stat.st_size < locked.size_bytes else "has grown"
                fault = f"{short}: {stat.st_size:,} bytes instead of {locked.size_bytes:,}"
            if fault:
                raise WeightsError(fault, where=str(path), hint=hint)
            digest = sha256_of(path)
        except OSError as error:
            raise _disk_error(path, error) from error
        if locked is not None and digest != locked.sha256:
            raise WeightsError(
                f"has changed: sha256 {digest[:12]}… instead of {locked.sha256[:12]}…",
                where=str(path),
                hint=hint,
            )
        if locked is None and file.sha256 and digest != file.sha256:
            raise WeightsError("is not the published file", where=str(path), hint=hint)
        if locked is None or stat.st_mtime_ns != locked.mtime_ns:
            self._record_again(path, file, digest, locked)
        return digest

    def trust(self, part: Part, file: WeightFile) -> str:
        """Record `file` as it is now, whatever was recorded before, and return its sha256."""
        path = self.path(part, file)
        if not path.is_file():
            path = self.source_path(part, file)
        fault = fault_of(path)
        if fault:
            raise WeightsError(fault, where=str(path), hint=f"`songsmith models rm {part.name}`")
        digest = sha256_of(path)
        self.record(path, file, revision="", sha256=digest)
        return digest

    def remove(self, part: Part) -> int:
        """Delete all of `part`; the bytes that became free."""
        freed = self.bytes_on_disk(part)
        folder = self.folder / part.name
        try:
            if folder.exists():
                shutil.rmtree(folder)
        except OSError as error:
            raise _disk_error(folder, error) from error
        lock = self.lock()
        kept = {key: v for key, v in lock.files.items() if not key.startswith(f"{part.name}/")}
        if kept != lock.files:
            lock.files = kept
            self.write_lock(lock)
        return freed

    @contextlib.contextmanager
    def one_writer(self) -> Iterator[None]:
        """Keep a second process from pulling into this folder at the same time."""
        from filelock import FileLock, Timeout

        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            lock = FileLock(self.folder / ".pull.lock", timeout=0)
            lock.acquire()
        except Timeout as error:
            raise WeightsError(
                "another songsmith is fetching weights into this folder",
                where=str(self.folder),
                hint="wait for it to end",
            ) from error
        except OSError as error:
            raise _disk_error(self.folder, error) from error
        try:
            yield
        finally:
            lock.release()

    def free_bytes(self) -> int:
        """Room on the disk that holds, or will hold, the folder."""
        folder = self.folder
        while not folder.exists() and folder != folder.parent:
            folder = folder.parent
        return shutil.disk_usage(folder).free

    def _record_again(
        self, path: Path, file: WeightFile, digest: str, locked: LockedFile | None
    ) -> None:
        """Remember a file first seen or touched; in a folder that can't be written, hash it next time again."""
        try:
            self.record(
                path,
                file,
                revision=locked.revision if locked else "",
                sha256=digest,
                source_sha256=locked.source_sha256 if locked else "",
            )
        except WeightsError as error:
            logger.warning("%s", error)

    def _key(self, path: Path) -> str:
        return path.relative_to(self.folder).as_posix()


def known_part(name: str) -> Part:
    """The part called `name`; the error for an unknown one lists them all."""
    part = find_part(name)
    if part is None:
        known = [part.name for parts in all_parts().values() for part in parts]
        raise WeightsError(
            f"there is no model part {name!r}",
            hint=f"the parts are {', '.join(known)}, and Piper voices like voice-en_US-joe-medium",
        )
    return part


def _is_as_recorded(stat: os.stat_result, locked: LockedFile) -> bool:
    return stat.st_size == locked.size_bytes and stat.st_mtime_ns == locked.mtime_ns


def _disk_error(path: Path, error: OSError) -> WeightsError:
    return WeightsError(
        f"can't be used ({error.strerror or error})",
        where=str(path),
        hint="check the folder, its rights and the space on its disk, or set SONGSMITH_MODELS",
    )
