"""A worker process of a batch: reads orders from stdin, a JSON line each, and writes their outcomes to stdout.

Started with `python -m`; its first line are the terms. It ends at once when its stdin does, for then the batch is gone,
whatever it is singing.
"""

import os
import queue
import signal
import sys
import threading
from typing import TextIO

__all__ = ["main"]


def main() -> None:
    """Serve until stdin ends."""
    # Ctrl-C is for the person's process, which says what is to be finished.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    replies = _own_stdout()
    from songsmith.agent.batch.maker import Maker
    from songsmith.agent.batch.order import Order, Terms

    maker = Maker(Terms.model_validate_json(sys.stdin.readline()), f"worker {sys.argv[1]}")
    lines: queue.SimpleQueue[str] = queue.SimpleQueue()
    threading.Thread(target=_read, args=(lines,), daemon=True).start()
    _say(replies, "ready")
    while True:
        outcome = maker.make(Order.model_validate_json(lines.get()))
        _say(replies, outcome.model_dump_json())


def _own_stdout() -> TextIO:
    """The pipe to the batch for replies alone: whatever else is printed here goes to stderr."""
    replies = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return replies


def _read(lines: "queue.SimpleQueue[str]") -> None:
    for line in sys.stdin:
        lines.put(line)
    os._exit(0)


def _say(replies: TextIO, line: str) -> None:
    replies.write(f"{line}\n")
    replies.flush()


if __name__ == "__main__":
    main()
