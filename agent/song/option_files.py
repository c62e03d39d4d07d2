"""Files that a take's options name: a voice, a recording, an adapter. Their hashes are kept in its manifest, and a song
from somebody else can't have other files of this machine read."""

import hashlib
from collections.abc import Mapping
from pathlib import Path

from songsmith.agent.files import is_there
from songsmith.agent.song.song_file import TakeManifest
from songsmith.agent.song.songbook import SongError

__all__ = ["check_option_files", "option_files"]

_BLOCK_BYTES = 1 << 22


def option_files(options: Mapping[str, object]) -> dict[str, str]:
    """Sha256 of what each option names that is a file or a folder here, by the option's name."""
    named = ((name, _path_in(value)) for name, value in options.items())
    return {name: _sha256(path) for name, path in named if path is not None}


def check_option_files(manifest: TakeManifest) -> None:
    """Raise `SongError` where an option of a take names a file here that is not the one it was made with."""
    for name, sha256 in option_files(manifest.options).items():
        if manifest.option_files.get(name) != sha256:
            raise SongError(
                f"{manifest.take} names {str(manifest.options[name])[:200]!r} as its {name}, and what is "
                "there is not the file that it was made with",
                hint=f"sing it anew, and give the {name} yourself",
            )


def _path_in(value: object) -> Path | None:
    """The file or folder that an option names, as "PATH", "PATH#SPEAKER" or "PATH:WEIGHT"."""
    if not isinstance(value, str):
        return None
    texts = (value, value.rpartition("#")[0], value.rpartition(":")[0])
    paths = (
        Path(text).expanduser() for text in texts if "/" in text or "\\" in text or "." in text
    )
    return next((path for path in paths if is_there(path)), None)


def _sha256(path: Path) -> str:
    files = (
        sorted(inner for inner in path.rglob("*") if inner.is_file()) if path.is_dir() else [path]
    )
    digest = hashlib.sha256()
    for file in files:
        if not file.is_file():
            continue
        with file.open("rb") as data:
            while block := data.read(_BLOCK_BYTES):
                digest.update(block)
    return digest.hexdigest()
