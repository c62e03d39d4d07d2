"""results.jsonl: one line for each job that ended, written as it ends; lines are only ever added."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from songsmith.agent.batch.job import BatchError
from songsmith.agent.batch.order import MadeSong
from songsmith.agent.files import file_error

__all__ = ["Result", "ResultsFile"]


_MOST_LINE_BYTES = 1_000_000


class Result(MadeSong):
    """How a job ended. In the file, paths begin at the batch's folder; those of results in Python where the program is.

    `seconds` is the time of the last try alone, `row` a digest of what the job asked for.
    """

    id: str
    line: int
    status: Literal["done", "failed"]
    row: str = ""
    seconds: float = 0.0
    tries: int = 1
    where: str = ""
    error: str = ""
    ended_at: str = ""

    @property
    def is_done(self) -> bool:
        return self.status == "done"

    def below(self, out: Path) -> "Result":
        """The result with paths that begin where `out` does."""
        changes = {
            "folder": str(out / self.folder) if self.folder else "",
            "audio": str(out / self.audio) if self.audio else "",
            "files": tuple(str(out / name) for name in self.files),
        }
        return self.model_copy(update=changes)


class ResultsFile:
    """The file of results in a batch's folder; open for adding to it until `close`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        _cut_torn_line(path)
        try:
            self._file = path.open("ab")
        except OSError as error:
            raise file_error(path, "written", error) from error

    def add(self, result: Result) -> None:
        """Write a result to the disk. Raises `FileError`, and leaves no half line, where that fails."""
        before = self._file.tell()
        try:
            self._file.write(result.model_dump_json(exclude_defaults=True).encode() + b"\n")
            self._file.flush()
            os.fsync(self._file.fileno())
        except OSError as error:
            self.close()
            os.truncate(self.path, before)
            raise file_error(self.path, "written", error) from error

    def close(self) -> None:
        try:
            self._file.close()
        except OSError:  # what could not be written before can't be written now either
            self._file.raw.close()

    @staticmethod
    def read(path: Path) -> Iterator[Result]:
        """The results in a file, in the order in which jobs ended; none where there is no file. A last line that was
        not finished is no result."""
        try:
            with path.open("rb") as file:
                for number, line in enumerate(file, 1):
                    if line.endswith(b"\n"):
                        yield _parsed(path, number, line)
        except FileNotFoundError:
            return
        except OSError as error:
            raise file_error(path, "read", error) from error


def _parsed(path: Path, number: int, line: bytes) -> Result:
    try:
        return Result.model_validate_json(line)
    except ValidationError as error:
        raise BatchError(
            f"line {number} is no result that this version of songsmith wrote",
            where=str(path),
            hint="take the line out, or choose another folder with --out",
        ) from error


def _cut_torn_line(path: Path) -> None:
    """Cut off a last line that a kill left unfinished; its song, if there is one, says itself what it is."""
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            file.seek(max(0, size - _MOST_LINE_BYTES))
            tail = file.read()
    except FileNotFoundError:
        return
    except OSError as error:
        raise file_error(path, "read", error) from error
    if tail and not tail.endswith(b"\n"):
        os.truncate(path, size - len(tail) + tail.rfind(b"\n") + 1)
