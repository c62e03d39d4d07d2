"""What plays a take, and what writes the formats that no library here writes."""

import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from songsmith.agent.doctor.finding import Finding, Machine, ok, warn
from songsmith.agent.studio.player import player_command

__all__ = ["check_ffmpeg", "check_player"]


def check_player(machine: Machine) -> Iterator[Finding]:
    """A program that plays sound, and something that it can be heard on."""
    command = player_command()
    if sys.platform == "win32":
        yield ok("player", "the system's own")
    elif command is None:
        yield warn("player", "none; `songsmith open SONG` plays in the browser", _install("mpv"))
    elif sys.platform.startswith("linux") and not _has_device(machine.environ):
        yield warn(
            "player",
            f"{command[0]}, but no sound device is seen here; `songsmith open SONG` plays in the browser",
            "play where there is sound: copy the song's folder, or export it",
        )
    else:
        yield ok("player", command[0])


def check_ffmpeg(machine: Machine) -> Iterator[Finding]:
    found = shutil.which("ffmpeg")
    if found:
        yield ok("ffmpeg", f"{found}: m4a and video can be exported")
    else:
        yield warn(
            "ffmpeg",
            "none; m4a and video can't be exported, all other formats can",
            _install("ffmpeg"),
        )


def _install(program: str) -> str:
    """The command of this system's usual package manager."""
    if sys.platform == "darwin":
        return f"brew install {program}"
    if sys.platform == "win32":
        return f"winget install {program}"
    managers = {
        "apt": "apt install",
        "dnf": "dnf install",
        "pacman": "pacman -S",
        "zypper": "zypper install",
    }
    found = next((command for name, command in managers.items() if shutil.which(name)), "")
    return (
        f"sudo {found} {program}"
        if found
        else f"install {program} with your system's package manager"
    )


def _has_device(environ: Mapping[str, str]) -> bool:
    """Whether a Linux shows a sound card or a sound server."""
    if environ.get("PULSE_SERVER") or environ.get("PIPEWIRE_REMOTE"):
        return True
    runtime = Path(
        environ.get("XDG_RUNTIME_DIR") or f"/run/user/{os.getuid() if os.name == 'posix' else 0}"
    )
    places = (Path("/dev/snd"), runtime / "pulse" / "native", runtime / "pipewire-0")
    return any(place.exists() for place in places)
