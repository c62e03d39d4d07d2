"""Files that a row names: below one folder, never outside it, whatever the row says."""

import re
from pathlib import Path
from typing import Any

from songsmith.agent.batch.job import BatchError, Job
from songsmith.agent.files import is_there
from songsmith.agent.settings.settings import names_file
from songsmith.lyrics.reading.lrc import load_text

__all__ = ["files_of", "moved_files", "with_files"]

_BEHIND_PATH = re.compile(r"[#*:][^#*:/\\]*$")
"""What may follow a path: "#speaker", ":weight", "*weight"."""


def with_files(job: Job, folder: Path) -> Job:
    """`job` with the words of its file in it, and every other file as a full path.

    Raises `BatchError`, its `where` the field, for a file that is not there or not below `folder`.
    """
    changes: dict[str, Any] = {
        "style_audio": tuple(_below(folder, "style_audio", name) for name in job.style_audio),
        "options": {
            name: _below(folder, "options", str(value)) if names_file(value) else value
            for name, value in job.options.items()
        },
    }
    if names_file(job.voice):
        changes["voice"] = _below(folder, "voice", job.voice)
    if job.lyrics_file:
        path = _below(folder, "lyrics_file", job.lyrics_file)
        changes |= {"lyrics": load_text(Path(path)), "lyrics_file": ""}
    return job.model_copy(update=changes)


def files_of(job: Job) -> tuple[Path, ...]:
    """The files that a job `with_files` names, each with what lies beside it under a longer name (a voice's .json)."""
    texts = (*job.style_audio, job.voice, *job.options.values())
    paths = [_path_in(text)[0] for text in texts if isinstance(text, str) and names_file(text)]
    beside = (found for path in paths for found in path.parent.glob(f"{path.name}*"))
    return tuple(sorted({path for path in beside if path.is_file()}))


def moved_files(job: Job, folder: Path) -> Job:
    """`job` with every file it names in `folder` instead."""

    def moved(value: Any) -> Any:
        if not names_file(value):
            return value
        path, behind = _path_in(value)
        return f"{folder / path.name}{behind}"

    return job.model_copy(
        update={
            "style_audio": tuple(map(moved, job.style_audio)),
            "voice": moved(job.voice),
            "options": {name: moved(value) for name, value in job.options.items()},
        }
    )


def _below(folder: Path, field: str, text: str) -> str:
    """The full path of what `text` names below `folder`, with what follows it."""
    path, behind = _path_in(str(folder / text))
    full = path.resolve()
    if not (is_there(full) and full.is_relative_to(folder.resolve())):
        raise BatchError(
            f"{text!r} names no file below {folder}",
            where=field,
            hint="put it there, or name its folder with --files",
        )
    return f"{full}{behind}"


def _path_in(text: str) -> tuple[Path, str]:
    """The path that a text begins with, and what follows it."""
    behind = _BEHIND_PATH.search(text)
    if behind is None or is_there(Path(text)):
        return Path(text), ""
    return Path(text[: behind.start()]), behind[0]
