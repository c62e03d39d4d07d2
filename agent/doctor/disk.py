"""The folders that songsmith writes to: whether it may, and whether there is room."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from platformdirs import user_cache_path

from songsmith.agent.doctor.finding import Finding, Machine, fail, ok, warn
from songsmith.agent.settings.settings import Settings, user_config_file
from songsmith.engine.weights.parts import format_bytes

__all__ = ["check_folders", "folder_finding"]

_SCARCE_BYTES = 1_000_000_000
_NONE_BYTES = 100_000_000
"""A song with a few takes has 20 to 100 MB."""


def check_folders(machine: Machine) -> Iterator[Finding]:
    """Songs, weights, settings, cache and temporary files; nothing is made that is not there."""
    out = (machine.settings or Settings()).out
    yield folder_finding("songs folder", out, "songsmith config set out FOLDER")
    yield folder_finding(
        "models folder", machine.store.folder, "set SONGSMITH_MODELS to another folder"
    )
    config = user_config_file(machine.environ).parent
    yield folder_finding("settings folder", config, "set SONGSMITH_CONFIG to another file")
    cache = user_cache_path("songsmith", appauthor=False)
    yield folder_finding("cache", cache, "set XDG_CACHE_HOME to another folder")
    yield folder_finding(
        "temporary files", Path(tempfile.gettempdir()), "set TMPDIR to another folder"
    )


def folder_finding(name: str, folder: Path, elsewhere: str) -> Finding:
    """Whether a file can be put into `folder`, or where it will be made; `elsewhere` is how to choose another."""
    place = folder.expanduser().absolute()
    while not place.exists() and place != place.parent:
        place = place.parent
    shown = f"{folder}" if place == folder.absolute() else f"{folder} (made when it is needed)"
    if fault := _write_fault(place):
        return fail(name, f"{place} {fault}", elsewhere)
    free = shutil.disk_usage(place).free
    found = f"{shown}, {format_bytes(free)} free"
    if free < _NONE_BYTES:
        return fail(name, found, f"make room there, or {elsewhere}")
    if free < _SCARCE_BYTES:
        return warn(name, found, f"make room there, or {elsewhere}")
    return ok(name, found)


def _write_fault(place: Path) -> str:
    """Why no file can be written in the folder `place`, "" if one can: it is tried."""
    if not place.is_dir():
        return "is a file, not a folder"
    try:
        with tempfile.TemporaryFile(dir=place, prefix=".songsmith-doctor-") as file:
            file.write(b"can this be written?")
            file.flush()
    except OSError as error:
        return f"can't be written to ({(error.strerror or str(error)).lower()})"
    return ""
