"""Verbs that leave lines in the log of their song: what began, by whom it is written and sung, what was remarked, how
it ended.

Words of songs are left out: all that stands in quotation marks, and what an error says; its kind and the place where it
arose are told instead.
"""

import functools
import logging
import re
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from songsmith import __version__
from songsmith.agent.llm.error_mapping import excerpt
from songsmith.agent.song.song_log import SongLog

__all__ = ["log_remark", "logged", "logging_as"]

logger = logging.getLogger(__name__)

_MOST_SAID = 300
_QUOTE = re.compile(r"(?<!\w)[\"'“‘«「『]|\[\d+:\d")
_running: ContextVar[str] = ContextVar("running", default="")
Given = ParamSpec("Given")
Result = TypeVar("Result")


def logged(verb: Callable[Given, Result]) -> Callable[Given, Result]:
    """A method of an object with a `song`, which tells that song's log when it begins and how it ends."""

    @functools.wraps(verb)
    def told(*values: Given.args, **named: Given.kwargs) -> Result:
        owner: Any = values[0]
        with logging_as(verb.__name__, owner.song.folder):
            return verb(*values, **named)

    return told


@contextmanager
def logging_as(name: str, folder: Path) -> Iterator[None]:
    """While the verb `name` works on the song in `folder`; verbs inside it are parts of it."""
    if _running.get():
        yield
        return
    log, begun_s = SongLog(folder), time.monotonic()
    running = _running.set(name)
    _tell(log, f"begun by songsmith {__version__}")
    try:
        yield
    except BaseException as error:
        _tell(log, f"ended after {time.monotonic() - begun_s:.1f} s by {_origin(error)}")
        raise
    else:
        _tell(log, f"done in {time.monotonic() - begun_s:.1f} s")
    finally:
        _running.reset(running)


def log_remark(folder: Path, text: str) -> None:
    """What was remarked meanwhile, as far as no words of the song are in it."""
    _tell(SongLog(folder), _wordless(text))


def _tell(log: SongLog, words: str) -> None:
    """A line of the log, and for whoever follows what happens."""
    line = f"{_running.get() or 'song'}: {words}"
    logger.info("%s", line)
    log.add(line)


def _wordless(text: str) -> str:
    """`text` up to its first quotation, harmless and without keys."""
    quote = _QUOTE.search(text)
    return excerpt(f"{text[: quote.start()].rstrip()} …" if quote else text, _MOST_SAID)


def _origin(error: BaseException) -> str:
    """The kind of an error and the line of code it came from: "EngineError at requests.py:88"."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{place}"
