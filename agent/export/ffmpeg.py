"""ffmpeg, where it is installed: for what no library here writes."""

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from songsmith.agent.export.formats import ExportError

__all__ = ["find_ffmpeg", "run_ffmpeg"]


def find_ffmpeg(what: str) -> str:
    """The program. Raises `ExportError` where there is none; `what` needs it."""
    found = shutil.which("ffmpeg")
    if found is None:
        raise ExportError(
            f"{what} needs ffmpeg, which is not installed here",
            hint="apt install ffmpeg, brew install ffmpeg or winget install ffmpeg; or choose another format",
        )
    return found


def run_ffmpeg(arguments: Sequence[str], what: str, *, folder: Path | None = None) -> None:
    """Run it in `folder`. Raises `ExportError` with ffmpeg's own last line where it fails."""
    command = [find_ffmpeg(what), "-nostdin", "-v", "error", "-y", *arguments]
    done = subprocess.run(
        command, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, check=False
    )
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines() or ["it said nothing"]
        raise ExportError(
            f"ffmpeg could not make {what}: {said[-1][:200]}", hint="try a newer ffmpeg"
        )
