"""Plays a sound file with whatever player the machine has."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

from songsmith.errors import SongsmithError

__all__ = ["PlayerError", "play_file", "player_command"]

_PLAYERS: tuple[tuple[str, ...], ...] = (
    ("afplay",),
    ("mpv", "--no-video", "--msg-level=all=error"),
    ("ffplay", "-nodisp", "-autoexit", "-loglevel", "error"),
    ("pw-play",),
    ("paplay",),
    ("play", "-q"),
    ("aplay", "-q"),
    ("cvlc", "--play-and-exit", "--quiet"),
)


_SOUND = (".flac", ".wav", ".mp3", ".ogg")


# Some players go on in silence where there is no sound device, and end as if all were well.
_NO_DEVICE = re.compile(
    r"audio open failed|no sound\b|audio device|could not initialize sdl|cannot open.*(audio|pcm)",
    re.I,
)


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
    is_silent = _NO_DEVICE.search(done.stderr)
    if done.returncode or is_silent:
        words = (done.stderr.strip().splitlines() or ["it does not say why"])[-1]
        what = "found no sound device" if is_silent else "could not play it"
        raise PlayerError(
            f"{command[0]} {what} ({words})",
            where=str(path),
            hint="open the file where there is sound",
        )
