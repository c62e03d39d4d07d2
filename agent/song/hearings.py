"""What was found out about takes by listening: a file for every time, so that none is lost when it is done again.

takes/t003.hearing.json, t003.hearing-2.json, …    what was heard of it; the last one counts
takes/t003.times.json, …                           when it sings its lines and words
"""

import json
from collections.abc import Mapping
from itertools import count
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from songsmith import atomic
from songsmith.agent.files import FileError, file_error, read_text
from songsmith.agent.song.file_names import file_in
from songsmith.engine.times import SungTimes

__all__ = ["add_hearing", "add_times", "last_hearing", "last_times"]

_TIMES: TypeAdapter[SungTimes] = TypeAdapter(SungTimes)


def last_hearing(folder: Path, take: str) -> dict[str, Any] | None:
    """What was heard of a take last, None if nobody listened. Raises `FileError` for a file that can't be read."""
    path = _last(folder, take, "hearing")
    if path is None:
        return None
    try:
        heard = json.loads(read_text(path))
    except ValueError as error:
        raise _unreadable("a hearing", path) from error
    return heard if isinstance(heard, dict) else None


def add_hearing(folder: Path, take: str, hearing: Mapping[str, Any]) -> None:
    """Keep what was heard of a take, under a name that no other hearing has."""
    _add(folder, take, "hearing", json.dumps(dict(hearing), ensure_ascii=False, indent=1).encode())


def last_times(folder: Path, take: str) -> SungTimes | None:
    """When a take sings its lines, as it was found last; None if nobody looked. Raises `FileError` as above."""
    path = _last(folder, take, "times")
    if path is None:
        return None
    try:
        return _TIMES.validate_json(read_text(path))
    except ValidationError as error:
        raise _unreadable("a list of times", path) from error


def add_times(folder: Path, take: str, times: SungTimes) -> None:
    """Keep when a take sings its lines, beside what was found before."""
    _add(folder, take, "times", _TIMES.dump_json(times, indent=1))


def _last(folder: Path, take: str, kind: str) -> Path | None:
    files = _files(folder, take, kind)
    return file_in(folder, files[-1].name) if files else None


def _add(folder: Path, take: str, kind: str, data: bytes) -> None:
    for number in count(len(_files(folder, take, kind)) + 1):
        ending = "" if number == 1 else f"-{number}"
        path = folder / f"{take}.{kind}{ending}.json"
        try:
            atomic.write_new(path, data)
        except FileExistsError:  # somebody else listened at the same moment
            continue
        except OSError as error:
            raise file_error(path, "written", error) from error
        return


def _files(folder: Path, take: str, kind: str) -> list[Path]:
    """Those of a take, the first one first."""
    files = folder.glob(f"{take}.{kind}*.json")
    return sorted(files, key=lambda path: (len(path.name), path.name))


def _unreadable(what: str, path: Path) -> FileError:
    return FileError(
        f"is not {what} that can be read",
        where=str(path),
        hint="remove it and listen to the take again",
    )
