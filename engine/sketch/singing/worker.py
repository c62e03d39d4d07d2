"""A helper process of the singer: reads pickled tasks from stdin, writes pickled results to stdout.

Started by `worker_pool` with `python -m`; ends when its stdin does.
"""

import pickle
import signal
import sys


def main() -> None:
    """Serve until stdin ends."""
    # Ctrl-C is for the person's process; this one ends when that closes the pipe.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    from songsmith.engine.sketch.singing.sing_task import sing_task

    requests, replies = sys.stdin.buffer, sys.stdout.buffer
    while True:
        try:
            task = pickle.load(requests)
        except EOFError:
            return
        pickle.dump(sing_task(task), replies, protocol=pickle.HIGHEST_PROTOCOL)
        replies.flush()


if __name__ == "__main__":
    main()
