"""What a published file and a part of them are: where each comes from, how large it is, and under which licence.

Engines and voices say in their own folders which there are; the registry of engines knows them all.

`revision` "main" means: the commit that "main" names when a repository is first used is written into the
models folder's lock file, and every later pull and verify keeps to that commit. A commit hash pins a file for
everybody.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

__all__ = ["Part", "WeightFile"]


@dataclass(frozen=True)
class WeightFile:
    """One published file. `size_bytes` is about right; the hub tells the exact size before a download.

    `name` is its place in the part's folder, `path` that in `repo`. `becomes` is the file it is
    converted to, "" if it is used as it is, its floating tensors in `dtype_name` where that is given; `check_keys`
    refuses the tensors of another model (given their names and the file). `sha256` is known beforehand for few.
    """

    name: str
    repo: str
    path: str
    size_bytes: int
    revision: str = "main"
    becomes: str = ""
    dtype_name: str = ""
    check_keys: Callable[[Iterable[str], Path], None] | None = None
    sha256: str = ""
    host: Literal["hub", "github"] = "hub"

    @property
    def stored_name(self) -> str:
        """Name of the file that is loaded in the end."""
        return self.becomes or self.name


@dataclass(frozen=True)
class Part:
    """Files that belong together, in one folder of their own called `name`. `extra` is the extra of pyproject
    without which they are of no use, "" if there is none."""

    name: str
    title: str
    licence: str
    files: tuple[WeightFile, ...]
    non_commercial: bool = False
    is_required: bool = True
    extra: str = ""

    @property
    def size_bytes(self) -> int:
        """Bytes to download, about."""
        return sum(file.size_bytes for file in self.files)
