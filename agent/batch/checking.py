"""Every row checked before any song is made: what it says, its files, and whether it can be sung here."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from songsmith.agent.batch.job import BatchError, Job
from songsmith.agent.batch.order import Terms
from songsmith.agent.batch.out_folder import Finished
from songsmith.agent.batch.row_files import with_files
from songsmith.agent.batch.rows import Fault, Row, read_rows
from songsmith.agent.batch.wish import faults_of, song_wish
from songsmith.agent.settings.settings import Settings, load_settings
from songsmith.agent.studio.rendering import Engines
from songsmith.errors import SongsmithError

__all__ = ["CheckedRows", "RowsError", "check_rows"]

_MOST_FAULTS = 1_000


class RowsError(BatchError):
    """Rows that can't be made. `faults` are all of them, up to a thousand."""

    def __init__(self, where: Path, checked: "CheckedRows") -> None:
        count, first = checked.bad_rows, checked.faults[0]
        rows = "1 row" if count == 1 else f"{count} rows"
        super().__init__(
            f"{rows} of {checked.rows} can't be made, the first: {first}",
            where=str(where),
            hint="correct them; nothing was made",
        )
        self.faults = checked.faults


@dataclass
class CheckedRows:
    """What is in a file of jobs: how many rows, how many of them were made before, and what is wrong."""

    rows: int = 0
    finished: int = 0
    bad_rows: int = 0
    faults: list[Fault] = field(default_factory=list)
    engines: set[str] = field(default_factory=set)
    """The engines that its songs ask for."""

    @property
    def to_make(self) -> int:
        return self.rows - self.finished - self.bad_rows

    def need_good(self, where: Path) -> None:
        """Raise `RowsError` if a row is bad, `BatchError` if there is none at all."""
        if self.bad_rows:
            raise RowsError(where, self)
        if not self.rows:
            raise BatchError("holds no job", where=str(where), hint="write one job a line")


def check_rows(path: Path, files: Path, finished: Finished, terms: Terms) -> CheckedRows:
    """Read and check all rows of a file of jobs. `files` is the folder of the files they name."""
    settings = load_settings(None, {"engine": terms.engine or None})
    engines, checked = Engines(), CheckedRows()
    for row in read_rows(path):
        checked.rows += 1
        if row in finished:
            checked.finished += 1
        faults = tuple(_faults_of(row, files, finished, terms, settings, engines, checked))
        checked.bad_rows += bool(faults)
        checked.faults += faults[: _MOST_FAULTS - len(checked.faults)]
    return checked


def _faults_of(
    row: Row,
    files: Path,
    finished: Finished,
    terms: Terms,
    settings: Settings,
    engines: Engines,
    checked: CheckedRows,
) -> Iterator[Fault]:
    if row.job is None:
        yield from row.faults
    elif taken := finished.fault_of(row):
        yield Fault(row.line, "id", taken)
    elif row not in finished:
        checked.engines.add(row.job.engine or settings.engine)
        for where, what in _faults_of_job(row.id, row.job, files, terms, settings, engines):
            yield Fault(row.line, where, what)


def _faults_of_job(
    name: str, job: Job, files: Path, terms: Terms, settings: Settings, engines: Engines
) -> Iterator[tuple[str, str]]:
    """(field, what is wrong) of a job that reads well."""
    try:
        job = with_files(job, files)
    except BatchError as error:
        yield error.where, f"{error.what}; {error.hint}"
        return
    except SongsmithError as error:
        yield "lyrics_file", str(error)
        return
    wish = song_wish(
        name, job, settings, listen_model=terms.listen_model, may_download=terms.may_download
    )
    with_words = not terms.go_on_with_faults
    yield from faults_of(job, wish, settings, engines, with_words=with_words)
