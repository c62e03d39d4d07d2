"""How a song moves through its versions: steps forward, undo and redo, branches. No file is touched here."""

import re
from typing import Any

from songsmith.agent.song.song_file import SongFile, State, Version, now

__all__ = ["named_version", "next_version", "on_branch", "redone", "undone", "with_version"]


def next_version(
    present: Version, number: int, made_by: str, *, new_takes: tuple[str, ...], **given: Any
) -> Version:
    """The version after `present`: what is `given` and not None is changed, all else stays."""
    return present.model_copy(
        update={
            "number": number,
            "parent": present.number,
            "made_by": made_by,
            "made_at": now(),
            "takes": (*present.takes, *new_takes),
            **{name: value for name, value in given.items() if value is not None},
        }
    )


def with_version(file: SongFile, version: Version, continues: Version | None = None) -> SongFile:
    """The song at a new version, on the branch it is on.

    Where the song stands at the version that the new one `continues`, the same undo takes both back.
    """
    state = file.state
    tips = {**state.tips, state.branch: version.number}
    moved = _moved(file, State(version=version.number, branch=state.branch, tips=tips))
    is_same_step = continues is not None and state.version == continues.number
    past = file.past if is_same_step else moved.past
    return moved.model_copy(update={"versions": (*file.versions, version), "past": past})


def undone(file: SongFile) -> SongFile:
    """The song before its last step; there must be one."""
    *past, before = file.past
    return _at(file, before, tuple(past), (file.state, *file.future))


def redone(file: SongFile) -> SongFile:
    """The song with its last undo taken back; there must be one."""
    after, *future = file.future
    return _at(file, after, (*file.past, file.state), tuple(future))


def on_branch(file: SongFile, name: str, start: int) -> SongFile:
    """The song at the tip of branch `name`, which begins at version `start` if it is new."""
    tips = {name: start, **file.state.tips}
    return _moved(file, State(version=tips[name], branch=name, tips=tips))


def named_version(branch: str) -> int | None:
    """3 for a branch called "v3", which goes back to version 3; None for other names."""
    return int(branch[1:]) if re.fullmatch(r"v[0-9]{1,18}", branch) else None


def _moved(file: SongFile, state: State) -> SongFile:
    return _at(file, state, (*file.past, file.state), ())


def _at(
    file: SongFile, state: State, past: tuple[State, ...], future: tuple[State, ...]
) -> SongFile:
    return file.model_copy(update={"state": state, "past": past, "future": future})
