"""`songsmith batch` with the toy engines, as a program of its own: what tests kill and interrupt."""

import sys

from songsmith.agent.cli.main import main
from tests.agent.batch.moody import add_moody

if __name__ == "__main__":
    add_moody()
    main(["batch", *sys.argv[1:]])
