"""A batch from Python, and what the command line does too: check the rows, open the folder, make the songs."""

import inspect
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from songsmith.agent.batch.checking import CheckedRows, check_rows
from songsmith.agent.batch.job import BatchError, Job
from songsmith.agent.batch.maker import prepare as prepare_here
from songsmith.agent.batch.on_ray import OnRay, RayWish
from songsmith.agent.batch.order import Order, Terms
from songsmith.agent.batch.out_folder import Finished, OutFolder
from songsmith.agent.batch.results import Result
from songsmith.agent.batch.row_files import with_files
from songsmith.agent.batch.rows import Row, read_rows, rows_of
from songsmith.agent.batch.run import Patience, Rejected, run_orders
from songsmith.agent.batch.runner import Here, Runner
from songsmith.agent.batch.workers import Workers
from songsmith.errors import SongsmithError

__all__ = ["BatchPlan", "RayWish", "batch"]


@dataclass(frozen=True)
class BatchPlan:
    """How a batch is made: where it goes, by how many worker processes (0: in this one) or on which cluster."""

    out: Path
    files: Path
    """The folder of the files that jobs name."""
    terms: Terms = field(default_factory=Terms)
    workers: int = 0
    ray: RayWish | None = None
    resume: bool = False
    patience: Patience = field(default_factory=Patience)

    def finished(self) -> Finished:
        """The jobs that earlier runs finished. Raises `BatchError` if there are any and this is to be a new batch."""
        results = self.out / "results.jsonl"
        if not self.resume and results.is_file() and results.stat().st_size:
            raise BatchError(
                "holds the results of a batch already",
                where=str(self.out),
                hint="go on with it by --resume, or choose another folder with --out",
            )
        return Finished(self.out)

    def check(self, jobs: Path, finished: Finished) -> CheckedRows:
        return check_rows(jobs, self.files, finished, self.terms)

    def run(
        self,
        rows: Iterator[Row],
        finished: Finished,
        *,
        engines: Iterable[str] = (),
        most: int | None = None,
        should_stop: Callable[[], bool] = lambda: False,
        on_note: Callable[[str], None] = lambda line: None,
    ) -> Iterator[Result]:
        """The results of the rows that are not `finished`, as they come. `engines` are those they ask for, `most` how
        many there are at most, where that is known."""
        with OutFolder.opened(self.out) as out:
            if self.resume and (count := out.recover(finished)):
                on_note(f"{count} songs of an earlier run were whole; their results are added")
            orders = _orders(rows, finished, out, self.files)
            with closing(self._runner(tuple(engines), most, on_note)) as runner:
                for result in run_orders(
                    orders,
                    runner,
                    out,
                    self.patience,
                    should_stop=should_stop,
                    on_note=on_note,
                ):
                    yield result.below(self.out)

    def _runner(
        self, engines: tuple[str, ...], most: int | None, on_note: Callable[[str], None]
    ) -> Runner:
        count = self.workers if most is None else min(self.workers, most)
        if self.ray:
            return OnRay(self.ray, self.terms, self.out, count, engines, on_note)
        if count:
            return Workers(self.terms, count)
        return Here(self.terms)


def batch(
    jobs: Path | str | Iterable[Job | Mapping[str, Any]],
    *,
    out: Path | str = "batch",
    files: Path | str | None = None,
    workers: int = 0,
    ray: str | RayWish = "",
    resume: bool = False,
    retry: int = 0,
    max_failures: int | None = None,
    engine: str = "",
    go_on_with_faults: bool = False,
    listen_model: str = "",
    may_download: bool = False,
    prepare: Callable[[], object] | None = None,
    on_note: Callable[[str], None] = lambda line: None,
) -> Generator[Result, None, None]:
    """Make the songs of `jobs` into folders below `out`, and yield the result of each as it ends.

    `jobs` is a file, whose rows are all checked first (`RowsError` names each that is bad), or jobs as they come, of
    which a bad one is a failed result. `files` is the folder that files named in jobs are in: by default that of the
    file of jobs, or the working folder. `prepare`, a function of a module, is called once wherever songs are made, to
    register an engine of one's own. With `resume` what an earlier run finished is left out. Raises `BatchError` for
    what ends the batch as a whole; a song that fails is a result with `error`. Closing it ends what still runs.
    """
    path = Path(jobs) if isinstance(jobs, (str, Path)) else None
    plan = BatchPlan(
        out=Path(out),
        files=Path(files) if files else path.parent if path else Path(),
        terms=Terms(
            engine=engine,
            go_on_with_faults=go_on_with_faults,
            listen_model=listen_model,
            may_download=may_download,
            prepare=_name_of(prepare),
        ),
        workers=workers,
        ray=ray if isinstance(ray, RayWish) else RayWish(ray) if ray else None,
        resume=resume,
        patience=Patience(retry, max_failures),
    )
    prepare_here(plan.terms.prepare)
    finished = plan.finished()
    if isinstance(jobs, (str, Path)):
        checked = plan.check(Path(jobs), finished)
        checked.need_good(Path(jobs))
        rows, most = read_rows(Path(jobs)), checked.to_make
        yield from plan.run(rows, finished, engines=checked.engines, most=most, on_note=on_note)
    else:
        yield from plan.run(rows_of(jobs), finished, on_note=on_note)


def _orders(
    rows: Iterator[Row], finished: Finished, out: OutFolder, files: Path
) -> Iterator[Order | Rejected]:
    """An order for each row that is not finished."""
    for row in rows:
        if row.job is None:
            said = "; ".join(f"{fault.field}: {fault.what}" for fault in row.faults)
            yield Rejected(row.id or f"line-{row.line}", row.line, said)
        elif row not in finished:
            yield _order(row, row.job, finished, out, files)


def _order(row: Row, job: Job, finished: Finished, out: OutFolder, files: Path) -> Order | Rejected:
    try:
        if taken := finished.fault_of(row):
            raise BatchError(taken)
        job = with_files(job, files)
    except SongsmithError as error:
        return Rejected(row.id, row.line, str(error))
    return Order(id=row.id, line=row.line, job=job, folder=out.new_folder(row.id), row=row.digest)


def _name_of(prepare: Callable[[], object] | None) -> str:
    """ "package.module:name" of a function, by which other processes find it."""
    if prepare is None:
        return ""
    module = inspect.getmodule(prepare)
    name = getattr(prepare, "__qualname__", "")
    if (
        module is None
        or module.__name__ == "__main__"
        or getattr(module, name, None) is not prepare
    ):
        raise BatchError(
            f"{name or prepare!r} can't be found by other processes",
            hint="give a plain function of a module that they can import",
        )
    return f"{module.__name__}:{name}"
