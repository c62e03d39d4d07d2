"""How much the commands of this process print: --quiet, --verbose, before the command or behind it."""

import logging
import sys
from contextvars import ContextVar

__all__ = ["be", "is_quiet", "reset"]

_LOGGER = "songsmith"
_is_quiet: ContextVar[bool] = ContextVar("is_quiet", default=False)
_handler: ContextVar[logging.Handler | None] = ContextVar("handler", default=None)


def reset() -> None:
    """As loud as usual."""
    _is_quiet.set(False)
    if handler := _handler.get():
        logging.getLogger(_LOGGER).removeHandler(handler)
        _handler.set(None)


def be(*, quiet: bool = False, verbose: bool = False) -> None:
    """Quiet: results and errors alone. Verbose: what happens is told on stderr too, songsmith's own doings only, since
    the packages that it talks through would print addresses with what is secret in them."""
    if quiet:
        _is_quiet.set(True)
    if verbose and _handler.get() is None:
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(logging.Formatter("%(asctime)s %(message)s", "%H:%M:%S"))
        logger = logging.getLogger(_LOGGER)
        logger.addHandler(handler)
        logger.setLevel(logging.INFO)
        _handler.set(handler)


def is_quiet() -> bool:
    return _is_quiet.get()
