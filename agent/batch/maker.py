"""Making one song of a batch: the one function behind every runner."""

import errno
import importlib
import logging
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Literal

from songsmith.agent.batch.order import MadeSong, Order, Outcome, Terms
from songsmith.agent.batch.wish import song_wish
from songsmith.agent.settings.settings import load_settings
from songsmith.agent.studio.make import Made, make_song
from songsmith.agent.studio.rendering import Engines
from songsmith.agent.studio.studio import Studio
from songsmith.errors import SongsmithError

__all__ = ["Maker", "prepare"]

logger = logging.getLogger(__name__)

_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)


@cache
def prepare(function: str) -> None:
    """Call what a program wants called wherever songs are made ("package.module:name"), once in this process."""
    if function:
        module, _, name = function.partition(":")
        getattr(importlib.import_module(module), name)()


class Maker:
    """Makes songs one after another with the same engines, so that a model is loaded once."""

    def __init__(self, terms: Terms, where: str) -> None:
        prepare(terms.prepare)
        self._terms, self._where = terms, where
        self._engines = Engines()

    def make(self, order: Order) -> Outcome:
        """The song of `order` in its folder, or why there is none; every fault is an outcome, none is raised."""
        began_s = time.monotonic()
        try:
            outcome = Outcome(id=order.id, kind="done", song=self._song(order))
        except Exception as error:
            if not isinstance(error, SongsmithError):
                logger.exception("job %s", order.id)
            outcome = Outcome(
                id=order.id, kind=_kind_of(error), song=_left_in(order), error=_said(error)
            )
        seconds = round(time.monotonic() - began_s, 3)
        return outcome.model_copy(update={"seconds": seconds, "where": self._where})

    def _song(self, order: Order) -> MadeSong:
        terms, out = self._terms, Path(order.folder)
        settings = load_settings(None, {"engine": terms.engine or None, "out": out})
        wish = song_wish(
            order.id,
            order.job,
            settings,
            listen_model=terms.listen_model,
            may_download=terms.may_download,
        )
        made = make_song(
            wish,
            settings,
            engines=self._engines,
            may_go_on=lambda report: terms.go_on_with_faults,
        )
        if order.job.formats:
            studio = Studio(made.song, settings=settings, engines=self._engines)
            studio.export(order.job.formats)
        return _facts(made)


def _facts(made: Made) -> MadeSong:
    manifests = made.rendered.takes
    files = [
        path for part in ("takes", "export") for path in sorted((made.folder / part).glob("*"))
    ]
    return MadeSong(
        folder=str(made.folder),
        title=made.song.title,
        audio=made.audio.relative_to(made.folder).as_posix(),
        files=tuple(
            path.relative_to(made.folder).as_posix()
            for path in files
            if path.suffix != ".json" and path.is_file()
        ),
        engine=made.rendered.engine,
        seed=manifests[0].seed,
        takes=made.song.takes,
        length_s=manifests[0].duration_s,
        words_heard=round(made.mended.hearing.recall, 4) if made.mended else None,
        lines_below=made.mended.below if made.mended else (),
        notes=(*made.written.notes, *made.rendered.forecast.notes),
    )


def _left_in(order: Order) -> MadeSong:
    """The song folder that a failed order left, for what is in it: words that a model was paid for."""
    songs = [path.parent for path in Path(order.folder).glob("*/song.json")]
    return MadeSong(folder=str(songs[0])) if songs else MadeSong()


def _kind_of(error: BaseException) -> Literal["failed", "died", "full"]:
    causes = list(_causes(error))
    if any(isinstance(cause, OSError) and cause.errno in _NO_ROOM for cause in causes):
        return "full"
    is_short = any("out of memory" in str(cause).casefold() for cause in causes)
    return "died" if is_short or any(isinstance(c, MemoryError) for c in causes) else "failed"


def _causes(error: BaseException) -> Iterator[BaseException]:
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        cause = cause.__cause__ or cause.__context__


def _said(error: Exception) -> str:
    if isinstance(error, SongsmithError):
        return str(error)
    return " ".join(f"{type(error).__name__}: {error}".split())[:500]
