"""Numbers of takes: each is claimed by a file that only one process can create, until the take is saved.

takes/t003.claim     holds the number of the process that is saving t003
"""

import contextlib
import os
import re
from pathlib import Path

from songsmith.agent.song.file_names import take_name
from songsmith.atomic import is_abandoned

__all__ = ["claim_take", "release_take", "sweep_claims"]

_OF_TAKE = re.compile(r"t(\d{1,18})\..*", re.DOTALL)


def claim_take(folder: Path) -> str:
    """A name for a take that no file in `folder` has, not even one left by a render that was killed."""
    while True:
        name = take_name(max(_numbers(folder), default=0) + 1)
        claim = folder / f"{name}.claim"
        try:
            handle = os.open(claim, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
        except FileExistsError:
            continue
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(str(os.getpid()))
        # Another process may have claimed, saved and released the number since it was chosen.
        if [path.name for path in folder.glob(f"{name}.*")] == [claim.name]:
            return name
        release_take(folder, name)


def release_take(folder: Path, name: str) -> None:
    """Give up a claim: the take is saved, or never will be."""
    with contextlib.suppress(OSError):
        (folder / f"{name}.claim").unlink()


def sweep_claims(folder: Path) -> None:
    """Give up the claims of processes that were killed."""
    for claim in folder.glob("t*.claim"):
        with contextlib.suppress(OSError, ValueError):
            if is_abandoned(claim, int(claim.read_text("utf-8")[:20])):
                claim.unlink()


def _numbers(folder: Path) -> list[int]:
    matches = (_OF_TAKE.fullmatch(path.name) for path in folder.iterdir())
    return [int(match[1]) for match in matches if match]
