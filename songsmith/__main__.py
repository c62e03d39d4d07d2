"""The program: `songsmith`, or `python -m songsmith`."""

import gc
import sys
from typing import NoReturn

from songsmith.engine.memory import keep_memory

_OBJECTS_BETWEEN_COLLECTIONS = 200_000  # Python's 700 are worth half a second of loading modules


def main() -> NoReturn:
    """Run the command line; an interrupt while it is still being loaded ends quietly too."""
    gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS)
    keep_memory()
    try:
        from songsmith.agent.cli.main import main as run
    except KeyboardInterrupt:
        sys.exit(130)
    try:
        run()
    finally:
        gc.freeze()  # Python would go through everything once more on its way out


if __name__ == "__main__":
    main()
