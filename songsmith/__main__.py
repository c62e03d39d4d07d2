"""The program: `songsmith`, or `python -m songsmith`."""

import sys
from typing import NoReturn


def main() -> NoReturn:
    """Run the command line; an interrupt while it is still being loaded ends quietly too."""
    try:
        from songsmith.agent.cli.main import main as run
    except KeyboardInterrupt:
        sys.exit(130)
    run()


if __name__ == "__main__":
    main()
