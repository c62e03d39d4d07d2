"""What was heard of takes: a file for every hearing, so that none is lost when a take is listened to again.

takes/t003.hearing.json, t003.hearing-2.json, …    the last one counts
"""

import json
from collections.abc import Mapping
from itertools import count
from pathlib import Path
from typing import Any

from songsmith import atomic
from songsmith.agent.files import FileError, file_error, read_text
from songsmith.agent.song.file_names import file_in

__all__ = ["add_hearing", "last_hearing"]


def last_hearing(folder: Path, take: str) -> dict[str, Any] | None:
    """What was heard of a take last, None if nobody listened. Raises `FileError` for a file that can't be read."""
    files = _files(folder, take)
    if not files:
        return None
    path = file_in(folder, files[-1].name)
    try:
        heard = json.loads(read_text(path))
    except ValueError as error:
        raise FileError(
            "is not a hearing that can be read",
            where=str(path),
            hint="remove it and listen to the take again",
        ) from error
    return heard if isinstance(heard, dict) else None


def add_hearing(folder: Path, take: str, hearing: Mapping[str, Any]) -> None:
    """Keep what was heard of a take, under a name that no other hearing has."""
    data = json.dumps(dict(hearing), ensure_ascii=False, indent=1).encode()
    for number in count(len(_files(folder, take)) + 1):
        ending = "" if number == 1 else f"-{number}"
        path = folder / f"{take}.hearing{ending}.json"
        try:
            atomic.write_new(path, data)
        except FileExistsError:  # somebody else listened at the same moment
            continue
        except OSError as error:
            raise file_error(path, "written", error) from error
        return


def _files(folder: Path, take: str) -> list[Path]:
    """Hearings of a take, the first one first."""
    files = folder.glob(f"{take}.hearing*.json")
    return sorted(files, key=lambda path: (len(path.name), path.name))
