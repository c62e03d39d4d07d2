"""Rows of a job file, one after another: JSON lines or CSV. No more than one row is held at a time."""

import csv
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, Any

from pydantic import ValidationError

from songsmith.agent.batch.job import BatchError, Job, digest_of, faults_in, name_of

__all__ = ["Fault", "Row", "read_rows", "rows_of"]

_MOST_CHARACTERS = 1_000_000
"""Of one row; the words of a long song have about 5,000."""
_HOW_TO_SAVE = "save it as UTF-8 (in Excel: CSV UTF-8)"
Parse = Callable[[], Job]


@dataclass(frozen=True)
class Fault:
    """What is wrong with a row: in which line of the file, in which field ("" for the row as a whole)."""

    line: int
    field: str
    what: str

    def __str__(self) -> str:
        return f"line {self.line}{f', {self.field}' if self.field else ''}: {self.what}"


@dataclass(frozen=True)
class Row:
    """A row: the line it begins on, and its job with the id that names its song, or what is wrong with it."""

    line: int
    id: str = ""
    job: Job | None = None
    faults: tuple[Fault, ...] = ()

    @property
    def digest(self) -> str:
        return digest_of(self.job) if self.job else ""


def read_rows(path: Path) -> Iterator[Row]:
    """The rows of a file of jobs: CSV where its name ends so, else one JSON object a line.

    A row that can't be used comes with its faults. Raises `BatchError` for a file that can't be read at all.
    """
    parse = _csv_rows if path.suffix.casefold() in (".csv", ".tsv") else _json_rows
    with _opened(path) as file:
        yield from _named(parse(file))


def rows_of(jobs: Iterable[Job | Mapping[str, Any]]) -> Iterator[Row]:
    """The rows of jobs that a program gives, counted from 1."""
    yield from _named((line, _parse_of(job)) for line, job in enumerate(jobs, 1))


def _parse_of(job: "Job | Mapping[str, Any]") -> Parse:
    return lambda: job if isinstance(job, Job) else Job.model_validate(dict(job))


@contextmanager
def _opened(path: Path) -> Iterator[IO[str]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield file
    except UnicodeDecodeError as error:
        raise BatchError("is not UTF-8 text", where=str(path), hint=_HOW_TO_SAVE) from error
    except csv.Error as error:
        raise BatchError(f"can't be read as a table ({error})", where=str(path)) from error
    except OSError as error:
        raise BatchError(
            f"can't be read ({(error.strerror or str(error)).lower()})",
            where=str(path),
            hint="give a file of jobs, JSON lines or CSV; `songsmith batch --schema` says what a job is",
        ) from error


def _json_rows(file: IO[str]) -> Iterator[tuple[int, Parse]]:
    line = 0
    while text := file.readline(_MOST_CHARACTERS):
        line += 1
        if len(text) == _MOST_CHARACTERS:
            raise BatchError(
                f"line {line} has more than {_MOST_CHARACTERS:,} characters",
                where=file.name,
                hint="write one job a line",
            )
        if text.strip():
            yield line, partial(Job.model_validate_json, text)


def _csv_rows(file: IO[str]) -> Iterator[tuple[int, Parse]]:
    head = file.readline(_MOST_CHARACTERS)
    file.seek(0)
    delimiter = max(",;\t", key=head.count)
    table = csv.reader(file, delimiter=delimiter, strict=True)
    columns = [name.strip().casefold().replace(" ", "_") for name in next(table, [])]
    if unknown := [name for name in columns if name not in Job.model_fields]:
        raise BatchError(
            f"line 1 names no field of a job: {', '.join(map(repr, unknown[:5]))}",
            where=file.name,
            hint=f"name the columns {', '.join(Job.model_fields)}",
        )
    line = table.line_num + 1
    for cells in table:
        if any(cell.strip() for cell in cells):
            yield line, partial(_job_of, columns, cells)
        line = table.line_num + 1


def _job_of(columns: list[str], cells: list[str]) -> Job:
    if len(cells) > len(columns):
        raise ValueError(
            f"has {len(cells)} cells, line 1 has {len(columns)}; quote cells with commas"
        )
    said = {name: cell for name, cell in zip(columns, cells, strict=False) if cell.strip()}
    return Job.model_validate(said)


def _named(parses: Iterable[tuple[int, Parse]]) -> Iterator[Row]:
    """Rows with their ids. Equal rows without one are several songs: name, name-2, name-3, …"""
    lines: dict[str, int] = {}
    counts: Counter[str] = Counter()
    for line, parse in parses:
        try:
            job = parse()
        except ValidationError as error:
            yield Row(line, faults=tuple(Fault(line, *fault) for fault in faults_in(error)))
            continue
        except ValueError as error:
            yield Row(line, faults=(Fault(line, "", str(error)),))
            continue
        name = job.id or _numbered(name_of(job), counts)
        before = lines.setdefault(name.casefold(), line)
        if before != line:
            taken = Fault(line, "id", f"{name!r} is the id of line {before} too; give it another")
            yield Row(line, name, faults=(taken,))
        else:
            yield Row(line, name, job)


def _numbered(name: str, counts: "Counter[str]") -> str:
    counts[name] += 1
    return name if counts[name] == 1 else f"{name}-{counts[name]}"
