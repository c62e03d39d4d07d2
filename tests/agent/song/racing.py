"""Processes that begin the same work at the same moment."""

import subprocess
import sys

__all__ = ["words_of_processes"]


def words_of_processes(code: str, *arguments: str, processes: int = 3) -> list[str]:
    """What several Pythons print, word by word; `code` waits for a line on stdin before it does its work."""
    started = [
        subprocess.Popen(
            [sys.executable, "-c", code, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(processes)
    ]
    for process in started:
        assert process.stdin
        process.stdin.write("go\n")
        process.stdin.flush()
    return [word for process in started for word in process.communicate()[0].split()]
