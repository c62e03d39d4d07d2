"""What a command's exit code says to scripts."""

from enum import IntEnum

__all__ = ["MEANINGS", "ExitCode"]


class ExitCode(IntEnum):
    GOOD = 0
    AT_FAULT = 1
    WRONG_USAGE = 2
    SOME_FAILED = 3
    LIMIT_REACHED = 4
    NOT_REACHED = 5
    INTERRUPTED = 130
    PIPE_CLOSED = 141


MEANINGS = {
    ExitCode.GOOD: "done",
    ExitCode.AT_FAULT: "the input, the song, the machine or the endpoint is at fault; one line on stderr says what",
    ExitCode.WRONG_USAGE: "wrong usage: a flag or an argument; nothing was done",
    ExitCode.SOME_FAILED: "some songs of a batch failed; results.jsonl says which and why",
    ExitCode.LIMIT_REACHED: "a limit of the call was reached; what was done so far is kept",
    ExitCode.NOT_REACHED: "lines are still heard below the bar asked for (--until-sung); what was sung is kept",
    ExitCode.INTERRUPTED: "interrupted; what was finished is kept",
    ExitCode.PIPE_CLOSED: "the reader of stdout has gone",
}
"""In words, for `songsmith agent-info`."""
