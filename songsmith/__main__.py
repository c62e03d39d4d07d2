"""`python -m songsmith` is the same program as `songsmith`."""

from songsmith.agent.cli import main

if __name__ == "__main__":
    main()
