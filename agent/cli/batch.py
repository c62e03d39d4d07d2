"""The command that makes many songs: batch."""

import shutil
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from songsmith.agent.cli.exit_codes import ExitCode
from songsmith.agent.cli.flags import DownloadOption, EarsOption, JsonOption
from songsmith.agent.cli.frame import answer, terminal

if TYPE_CHECKING:
    from songsmith.agent.batch.batch import BatchPlan
    from songsmith.agent.batch.checking import CheckedRows
    from songsmith.agent.batch.out_folder import Finished
    from songsmith.agent.batch.summary import BatchSummary
    from songsmith.agent.views.terminal import Terminal

_SHARED = {"auto": None, "yes": True, "no": False}
_WHERE, _HOW, _RAY = "Where", "When songs fail", "On a Ray cluster"


def add_to(app: typer.Typer) -> None:
    app.command(rich_help_panel="Make a song")(batch)


def batch(
    jobs: Annotated[
        str,
        typer.Argument(metavar="JOBS", help="A file of jobs, JSON lines or CSV; - reads stdin."),
    ] = "",
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="Folder of the songs and of results.jsonl (batch)."),
    ] = None,
    schema: Annotated[
        bool, typer.Option("--schema", help="Print the JSON schema of a job.")
    ] = False,
    check: Annotated[
        bool, typer.Option("--check", help="Check every row, and make nothing.")
    ] = False,
    resume: Annotated[
        bool, typer.Option("--resume", help="Make what an earlier run did not finish.")
    ] = False,
    workers: Annotated[
        int,
        typer.Option(
            "--workers",
            min=0,
            help="Processes that make songs side by side.",
            rich_help_panel=_WHERE,
        ),
    ] = 0,
    files: Annotated[
        Path | None,
        typer.Option(
            "--files",
            metavar="DIR",
            help="Folder of the files that jobs name (that of JOBS).",
            rich_help_panel=_WHERE,
        ),
    ] = None,
    engine: Annotated[
        str,
        typer.Option(
            "--engine", help="Who sings where a job names nobody.", rich_help_panel=_WHERE
        ),
    ] = "",
    model: EarsOption = "",
    download: DownloadOption = False,
    retry: Annotated[
        int,
        typer.Option(
            "--retry",
            metavar="N",
            min=0,
            help="Try a failed song N times again.",
            rich_help_panel=_HOW,
        ),
    ] = 0,
    max_failures: Annotated[
        int | None,
        typer.Option(
            "--max-failures",
            metavar="N",
            min=1,
            help="Stop after N failures.",
            rich_help_panel=_HOW,
        ),
    ] = None,
    yes: Annotated[
        bool,
        typer.Option(
            "--yes",
            "-y",
            help="Sing lines too that can't be sung as written.",
            rich_help_panel=_HOW,
        ),
    ] = False,
    ray: Annotated[
        str,
        typer.Option(
            "--ray",
            metavar="ADDRESS|local",
            help="Make songs there; --workers says how many at once.",
            rich_help_panel=_RAY,
        ),
    ] = "",
    cpus: Annotated[
        float, typer.Option("--cpus", min=0, help="CPUs of a song.", rich_help_panel=_RAY)
    ] = 1.0,
    gpus: Annotated[
        float | None,
        typer.Option(
            "--gpus", min=0, help="GPUs of a song, e.g. 0.5 (1 if used).", rich_help_panel=_RAY
        ),
    ] = None,
    memory: Annotated[
        float | None,
        typer.Option(
            "--memory",
            metavar="GB",
            min=0,
            help="Memory of a song (what its engine needs).",
            rich_help_panel=_RAY,
        ),
    ] = None,
    shared: Annotated[
        Literal["auto", "yes", "no"],
        typer.Option(
            "--shared",
            help="Whether every machine sees --out (auto finds out).",
            rich_help_panel=_RAY,
        ),
    ] = "auto",
    as_json: JsonOption = False,
) -> None:
    """Make many songs from a file of jobs."""
    from songsmith.agent.batch.batch import BatchPlan, RayWish
    from songsmith.agent.batch.job import job_schema
    from songsmith.agent.batch.order import Terms
    from songsmith.agent.batch.run import Patience
    from songsmith.agent.views.show import show

    if schema:
        typer.echo(job_schema())
        return
    if not jobs:
        raise typer.BadParameter("name a file of jobs, e.g. songsmith batch jobs.csv -o songs")
    memory_bytes = None if memory is None else round(memory * 1e9)
    plan = BatchPlan(
        out=out or Path("batch"),
        files=files or (Path() if jobs == "-" else Path(jobs).parent),
        terms=Terms(
            engine=engine, go_on_with_faults=yes, listen_model=model, may_download=download
        ),
        workers=workers,
        ray=RayWish(ray, cpus, gpus, memory_bytes, _SHARED[shared]) if ray else None,
        resume=resume,
        patience=Patience(retry, max_failures),
    )
    with _file_of(jobs) as path, terminal(as_json) as screen:
        finished = plan.finished()
        checked = plan.check(path, finished)
        show(screen, checked)
        if check or checked.bad_rows:
            answer(as_json, checked)
        checked.need_good(path)
        if check:
            return
        summary = _made(screen, plan, path, finished, checked)
        show(screen, summary)
    answer(as_json, summary)
    raise typer.Exit(exit_code_of(summary))


def exit_code_of(summary: "BatchSummary") -> ExitCode:
    """How the command ends: the worst of what happened counts."""
    if summary.is_interrupted:
        return ExitCode.INTERRUPTED
    if summary.failed:
        return ExitCode.SOME_FAILED
    return ExitCode.NOT_REACHED if summary.below else ExitCode.GOOD


def _made(
    screen: "Terminal", plan: "BatchPlan", path: Path, finished: "Finished", checked: "CheckedRows"
) -> "BatchSummary":
    """Make the songs that are not finished, shown as they come."""
    from songsmith.agent.batch.rows import read_rows
    from songsmith.agent.batch.summary import BatchSummary
    from songsmith.agent.views.batch import BatchScreen

    summary = BatchSummary(plan.out, checked.rows, checked.finished)
    began_s = time.monotonic()
    with BatchScreen(screen, summary) as shown, _finishing_at_ctrl_c(shown.note) as should_stop:
        for result in plan.run(
            read_rows(path),
            finished,
            engines=checked.engines,
            most=checked.to_make,
            should_stop=should_stop,
            on_note=shown.note,
        ):
            summary.add(result, time.monotonic() - began_s)
            shown.ended(result)
        summary.is_interrupted = should_stop()
    return summary


@contextmanager
def _finishing_at_ctrl_c(on_note: Callable[[str], None]) -> Iterator[Callable[[], bool]]:
    """Whether the songs that are being made are to be the last: at the first Ctrl-C. A second one ends them at once."""
    asked = threading.Event()

    def on_signal(number: int, frame: object) -> None:
        if asked.is_set():
            raise KeyboardInterrupt
        asked.set()
        on_note("finishing the songs that are being made; Ctrl-C again ends them at once")

    before = signal.signal(signal.SIGINT, on_signal)
    try:
        yield asked.is_set
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def _file_of(jobs: str) -> Iterator[Path]:
    """The file of jobs; stdin is put into one, for it is read twice: checked, then made."""
    if jobs != "-":
        yield Path(jobs)
        return
    first = sys.stdin.buffer.read(1)
    with tempfile.TemporaryDirectory(prefix="songsmith-") as folder:
        path = Path(folder) / ("stdin.jsonl" if first in (b"{", b"\n", b"") else "stdin.csv")
        with path.open("wb") as file:
            file.write(first)
            shutil.copyfileobj(sys.stdin.buffer, file)
        yield path
