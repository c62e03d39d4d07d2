"""Plays a sound file with whatever player the machine has."""

import shutil
import subprocess
import sys
from pathlib import Path

from songsmith.errors import SongsmithError

__all__ = ["PlayerError", "play_file", "player_command"]

_PLAYERS: tuple[tuple[str, ...], ...] = (
    ("afplay",),
    ("mpv", "--no-video", "--really-quiet"),
    ("ffplay", "-nodisp", "-autoexit", "-loglevel", "error"),
    ("pw-play",),
    ("paplay",),
    ("play", "-q"),
    ("aplay", "-q"),
    ("cvlc", "--play-and-exit", "--quiet"),
)


_SOUND = (".flac", ".wav", ".mp3", ".ogg")


class PlayerError(SongsmithError):
    """No player, or one that failed."""


def player_command() -> tuple[str, ...] | None:
    """The first player found on this machine, with its options; None if there is none."""
    return next((command for command in _PLAYERS if shutil.which(command[0])), None)


def play_file(path: Path) -> None:
    """Play `path` to its end; Ctrl-C stops it. Only sound files are handed to the system."""
    path = path.absolute()
    if path.suffix.lower() not in _SOUND or not path.is_file():
        raise PlayerError(
            "is not a sound file", where=str(path), hint=f"sound files end in {', '.join(_SOUND)}"
        )
    if sys.platform == "win32":
        import os

        os.startfile(path)
        return
    command = player_command()
    if command is None:
        raise PlayerError(
            "no player found to play it with",
            where=str(path),
            hint="install mpv or ffmpeg, or open the file yourself",
        )
    done = subprocess.run([*command, str(path)], capture_output=True, text=True, check=False)
    if done.returncode:
        words = (done.stderr.strip().splitlines() or ["no word why"])[-1]
        raise PlayerError(
            f"{command[0]} failed ({words})", where=str(path), hint="open it yourself"
        )
