"""The toy engine in moods: it fails, dies or runs out of memory as a job's options say. And batches of short songs."""

import json
import os
import signal
import sys
import threading
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Literal

from songsmith.engine.engine import (
    EngineError,
    OnProgress,
    RenderRequest,
    Take,
    register_engine,
)
from tests.agent.beep import CARD, BeepEngine, BeepOptions, add_beep

WORDS = "[00:01.00]The train is late again tonight\n"


class MoodyOptions(BeepOptions):
    mood: Literal["", "fails", "dies", "eats", "waits"] = ""
    mark: str = ""
    """A file in the working folder; with one, the mood is had only until that file is there."""


MOODY = replace(CARD, name="moody", options=MoodyOptions)


class MoodyEngine(BeepEngine):
    card, name = MOODY, MOODY.name

    def render(self, request: RenderRequest, on_progress: OnProgress) -> Iterator[Take]:
        options = MoodyOptions.model_validate(dict(request.options))
        mark = Path(options.mark or ".")
        if options.mood and not (options.mark and mark.exists()):
            if options.mark:
                mark.touch()
            self._give_way_to(options.mood)
        bare = {name: v for name, v in request.options.items() if name not in ("mood", "mark")}
        yield from super().render(replace(request, options=bare), on_progress)

    def _give_way_to(self, mood: str) -> None:
        if mood == "fails":
            raise EngineError("not today", hint="ask tomorrow")
        if mood == "eats":
            bytearray(1 << 50)
        if mood == "waits":
            sys.stdout.write("waiting\n")
            sys.stdout.flush()
            threading.Event().wait()
        os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))


def add_moody() -> None:
    """Register the toy engines; the working folder gets a line for each process that does."""
    add_beep()
    register_engine(MOODY, MoodyEngine)


def job(name: str, **more: object) -> dict[str, object]:
    return {"id": name, "lyrics": WORDS, "length_s": 5, "seed": 1, **more}


def moody(name: str, mood: str, mark: str = "") -> dict[str, object]:
    options: Mapping[str, str] = {"mood": mood, "mark": mark}
    return job(name, engine="moody", options=options)


def write_jobs(path: Path, count: int) -> Path:
    """A file of `count` jobs called j0, j1, …"""
    rows = (json.dumps(job(f"j{number}", seed=number)) for number in range(count))
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def results_in(out: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in (out / "results.jsonl").read_text("utf-8").splitlines()]
