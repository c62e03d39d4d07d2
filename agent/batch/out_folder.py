"""The folder of a batch: its songs, its results, and the one moment at which a song becomes part of it.

    results.jsonl        a line for each job that ended
    NAME/                the song of the job called NAME; batch.json in it is its result
    .making/             songs that are being made
    .failed/NAME/        what there was of a song that failed
    .batch.lock          held while a batch writes here

A song is made below .making, gets its batch.json there, and then its name, in one rename; the line in results.jsonl
comes after. A kill at any moment leaves it unmade or whole; one that came between the two is added to the results
from its batch.json when the batch is resumed.
"""

import secrets
import shutil
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import ValidationError

from songsmith.agent.batch.job import BatchError
from songsmith.agent.batch.order import MadeSong, Order, Outcome
from songsmith.agent.batch.results import Result, ResultsFile
from songsmith.agent.batch.rows import Row
from songsmith.agent.files import file_error, is_there, make_folder, read_text, write_new
from songsmith.agent.locks import alone
from songsmith.agent.song.song_file import now
from songsmith.atomic import sync_folder

__all__ = ["Finished", "OutFolder"]

_RECORD = "batch.json"


class Finished:
    """The jobs that ended well in earlier runs, by id; what each asked for as a digest."""

    def __init__(self, out: Path) -> None:
        self._out = out
        results = ResultsFile.read(out / "results.jsonl")
        self._rows = {result.id: result.row for result in results if result.is_done}

    def add(self, result: Result) -> None:
        self._rows[result.id] = result.row

    @property
    def ids(self) -> Collection[str]:
        return self._rows.keys()

    def __contains__(self, row: Row) -> bool:
        return row.id in self._rows

    def fault_of(self, row: Row) -> str:
        """Why the song of a row can't have its folder, "" if it can."""
        made_of = self._rows.get(row.id)
        folder = self._out / row.id
        if made_of is None and is_there(folder):
            record = record_in(folder)
            if record is None:
                return f"there is something else at {folder} already; give another id"
            made_of = record.row
        if made_of not in (None, row.digest):
            return f"{row.id!r} was made of another row before; give it a new id"
        return ""


def record_in(folder: Path) -> Result | None:
    """The result that lies in the folder of a song of a batch; None where it is something else."""
    path = folder / _RECORD
    try:
        return Result.model_validate_json(read_text(path)) if path.is_file() else None
    except ValidationError:
        return None


class OutFolder:
    """The folder of a batch while it runs; nobody else writes there meanwhile."""

    def __init__(self, path: Path, results: ResultsFile) -> None:
        self.path, self._results = path, results

    @classmethod
    @contextmanager
    def opened(cls, path: Path) -> Iterator["OutFolder"]:
        """Raises `BatchError` where another batch is writing."""
        make_folder(path)
        busy = BatchError(
            "another batch is writing here",
            where=str(path),
            hint="wait for it, or choose another folder with --out",
        )
        making = path / ".making"
        with alone(path / ".batch.lock", path, patience_s=0, busy=busy):
            shutil.rmtree(making, ignore_errors=True)
            make_folder(making)
            results = ResultsFile(path / "results.jsonl")
            try:
                yield cls(path, results)
            finally:
                results.close()
                shutil.rmtree(making, ignore_errors=True)

    def new_folder(self, name: str) -> str:
        """Where a song may be made: a path that no other order ever has, not there yet."""
        return str((self.path / ".making" / f"{name}.{secrets.token_hex(4)}").absolute())

    def recover(self, finished: Finished) -> int:
        """Add the results of songs that are there whole and whose line a kill prevented; how many there were."""
        count = 0
        for folder in self.path.iterdir():
            record = None if folder.name in finished.ids else record_in(folder)
            if record is not None:
                self._results.add(record)
                finished.add(record)
                count += 1
        return count

    def reject(self, name: str, line: int, error: str) -> Result:
        """The result of a row that is no job."""
        result = Result(id=name, line=line, status="failed", error=error, ended_at=now())
        self._results.add(result)
        return result

    def discard(self, order: Order) -> None:
        """Remove what an order left that is made again."""
        shutil.rmtree(order.folder, ignore_errors=True)

    def take_in(self, order: Order, outcome: Outcome) -> Result:
        """The song of an outcome becomes part of the batch, or what there is of it is set aside; its result is kept."""
        is_done = outcome.kind == "done"
        place = Path(order.id) if is_done else Path(".failed") / order.id
        made = Path(outcome.song.folder) if outcome.song.folder else None
        result = _result(order, _named(outcome, self.path / place), place if made else None)
        if made and is_done:
            write_new(made / _RECORD, result.model_dump_json(indent=1) + "\n")
        if made:
            self._move(made, place)
        self.discard(order)
        self._results.add(result)
        return result

    def _move(self, made: Path, place: Path) -> None:
        folder = self.path / place
        try:
            folder.parent.mkdir(exist_ok=True)
            if place.parent.name == ".failed":
                shutil.rmtree(folder, ignore_errors=True)
            made.rename(folder)
            sync_folder(self.path)
        except OSError as error:
            raise file_error(folder, "made", error) from error


def _named(outcome: Outcome, place: Path) -> Outcome:
    """`outcome` with an error that names the place where the song lies afterwards."""
    if not outcome.song.folder:
        return outcome
    said = outcome.error.replace(outcome.song.folder, str(place))
    return outcome.model_copy(update={"error": said})


def _result(order: Order, outcome: Outcome, place: Path | None) -> Result:
    song = outcome.song
    placed: dict[str, object] = {"folder": "", "audio": "", "files": ()}
    if place:
        placed = {
            "folder": place.as_posix(),
            "audio": (place / song.audio).as_posix() if song.audio else "",
            "files": tuple((place / name).as_posix() for name in song.files),
        }
    facts = {**{name: getattr(song, name) for name in MadeSong.model_fields}, **placed}
    return Result(
        **facts,
        id=order.id,
        line=order.line,
        row=order.row,
        status="done" if outcome.kind == "done" else "failed",
        seconds=outcome.seconds,
        tries=order.tries,
        where=outcome.where,
        error=outcome.error,
        ended_at=now(),
    )
