"""A process that dies before its first, second, third … step on the disk, and what it leaves: run as a program.

Prints a line for every fault found, and how many deaths there were.
"""

import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np

from songsmith.agent.song.songbook import Song
from songsmith.agent.studio.rendering import save_take
from songsmith.agent.studio.take_list import damaged_takes
from songsmith.engine.audio import quantise
from songsmith.engine.engine import RenderRequest, Take
from songsmith.lyrics.lyric import LyricLine, Lyrics, Section

_STEPS = ("open", "os.rename", "os.link", "os.mkdir", "os.remove", "os.rmdir", "os.truncate")
_MOST_STEPS = 200
_DIED = 9


def lyrics(text: str) -> Lyrics:
    return Lyrics("Night", "en", (Section("", (LyricLine(2.0, text), LyricLine(4.0, "two"))),))


def request(words: Lyrics) -> RenderRequest:
    return RenderRequest(words, "folk", 1.0, (1,))


def add_take(song: Song, seed: int) -> None:
    noise = np.random.default_rng(seed).uniform(-0.1, 0.1, (2, 8_000)).astype(np.float32)
    manifest = save_take(song, Take(quantise(noise), seed, "test"), request(song.lyrics), parent="")
    song.add_version(f"render → {manifest.take}", new_takes=[manifest.take])


ACTIONS: dict[str, Callable[[Song], object]] = {
    "edit": lambda song: song.add_version("edit", lyrics=lyrics("changed")),
    "take": lambda song: add_take(song, 2),
    "hearing": lambda song: song.add_hearing("t001", {"lines": [], "summary": "heard"}),
    "undo": lambda song: song.undo(),
    "branch": lambda song: song.branch("other"),
    "create": lambda song: Song.create(
        song.folder.parent, name="new", title="New", prompt="", language="en"
    ),
}


def dies_at(step: int, folder: Path, action: Callable[[Song], object]) -> bool:
    """Do `action` in a process that ends before its `step`-th step on the disk; whether it got that far."""
    child = os.fork()
    if child == 0:
        steps = 0

        def hook(event: str, arguments: tuple[object, ...]) -> None:
            nonlocal steps
            if event in _STEPS and str(folder.parent) in str(arguments[0]):
                steps += 1
                if steps == step:
                    os._exit(_DIED)

        song = Song.open(folder)
        sys.addaudithook(hook)
        action(song)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == _DIED


def faults_of(folder: Path, sound: bytes) -> list[str]:
    song = Song.open(folder)
    shown = [line.text for line in song.lyrics.lines]
    faults = [] if shown in (["one", "two"], ["changed", "two"]) else [f"words are {shown}"]
    if (folder / "takes" / "t001.flac").read_bytes() != sound:
        faults.append("t001 changed")
    takes = [song.manifest(name) for name in (*song.takes, *song.stray_takes())]
    faults += [f"{take}: {fault}" for take, fault in damaged_takes(song, takes).items()]
    faults += [f"{path.name} stayed" for path in folder.rglob("*.part")]
    song.add_version("edit", lyrics=lyrics("after"))  # life goes on
    add_take(song, 3)
    new = Song.create(folder.parent, name="next", title="Next", prompt="", language="en")
    unfinished = [
        path.name for path in folder.parent.iterdir() if not (path / "song.json").is_file()
    ]
    return [*faults, *(f"{name} is no song" for name in unfinished if new)]


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        start = Path(name) / "start" / "songs"
        song = Song.create(start, name="night", title="Night", prompt="", language="en")
        song.add_version("write", lyrics=lyrics("one"))
        add_take(song, 1)
        sound = (song.folder / "takes" / "t001.flac").read_bytes()
        deaths = 0
        for what, action in ACTIONS.items():
            for step in range(1, _MOST_STEPS):
                songs = Path(name) / "songs"
                shutil.rmtree(songs, ignore_errors=True)
                shutil.copytree(start, songs)
                if not dies_at(step, songs / "night", action):
                    break
                deaths += 1
                for fault in faults_of(songs / "night", sound):
                    sys.stdout.write(f"{what}, step {step}: {fault}\n")
    sys.stdout.write(f"{deaths} deaths\n")


if __name__ == "__main__":
    main()
