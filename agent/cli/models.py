"""`songsmith models`: fetch the weights of engines and voices, list, check and remove them."""

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from songsmith.agent.cli.exit_codes import ExitCode

if TYPE_CHECKING:
    from songsmith.engine.weights.parts import Part, Store
    from songsmith.engine.weights.pull import PullProgress

__all__ = ["app"]

app = typer.Typer(
    name="models",
    help="Weights of the engines, and published voices: fetch, list, check and remove them.",
    no_args_is_help=True,
    rich_markup_mode="rich",
)

Variant = Literal["base", "full"]
Version = Literal["1.2", "1.0"]

_Json = Annotated[
    bool, typer.Option("--json", help="One JSON object on stdout, everything else on stderr.")
]
_Yes = Annotated[bool, typer.Option("--yes", "-y", help="Don't ask.")]
_Parts = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="NAME",
        help="An engine, a part as `models list` names it, or voice-en_US-joe-medium.",
    ),
]


@app.command(name="list")
def list_(as_json: _Json = False) -> None:
    """List every part of every engine, and the voices here."""
    from songsmith.engine.weights.parts import format_bytes, part_states

    store = _store()
    states = part_states(store)
    if as_json:
        _print_json(
            {
                "folder": str(store.folder),
                "parts": [
                    {
                        **_facts(state.part),
                        "engine": state.owner,
                        "is_here": state.is_here,
                        "bytes_on_disk": state.bytes_on_disk,
                        "revisions": list(state.revisions),
                    }
                    for state in states
                ],
            }
        )
        return
    width = max(len(state.part.name) for state in states)
    owner = ""
    for state in states:
        if state.owner != owner:
            owner = state.owner
            typer.echo(f"{owner}:")
        mark = "here" if state.is_here else "-"
        size = format_bytes(state.bytes_on_disk if state.is_here else state.part.size_bytes)
        part = state.part
        typer.echo(f"  {part.name:{width}}  {mark:4}  {size:>7}  {part.licence:12}  {part.title}")
    typer.echo(f"\nin {store.folder}")


@app.command(short_help="Fetch what an engine needs, or single parts.")
def pull(
    parts: _Parts = None,
    variant: Annotated[
        Variant,
        typer.Option("--variant", help="diffrhythm: base sings up to 95 s, full up to 285 s."),
    ] = "base",
    version: Annotated[
        Version, typer.Option("--version", help="diffrhythm: release of the model.")
    ] = "1.2",
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Accept the licences.")] = False,
    as_json: _Json = False,
) -> None:
    """Fetch what an engine needs (diffrhythm, if you name nothing), or single parts and voices.

    An interrupted pull goes on where it stopped. Files come from Hugging Face (HF_ENDPOINT sets a mirror,
    HF_HUB_OFFLINE=1 forbids it) and are pinned to the commit they first came from.
    """
    from songsmith.engine.weights.pull import check_packages
    from songsmith.engine.weights.pull import pull as pull_parts

    store = _store()
    wanted = _wanted(parts or [], variant, version)
    check_packages(wanted)
    _accept_licences(store, wanted, yes)
    with _download_bar() as on_progress:
        pulled = pull_parts(store, wanted, on_progress=on_progress)
    for note in pulled.notes:
        typer.echo(note, err=True)
    if as_json:
        _print_json(
            {
                "folder": str(store.folder),
                "fetched": list(pulled.fetched),
                "present": list(pulled.present),
                "notes": list(pulled.notes),
            }
        )
        return
    for name in pulled.fetched:
        typer.echo(f"{name}: fetched")
    for name in pulled.present:
        typer.echo(f"{name}: was here")
    typer.echo(f"in {store.folder}")


@app.command(short_help="Hash every file again and compare.")
def verify(
    parts: _Parts = None,
    trust: Annotated[
        bool, typer.Option("--trust", help="Take the named parts as they are, and record that.")
    ] = False,
    as_json: _Json = False,
) -> None:
    """Hash every file again and compare with what was downloaded; exit 1 if one is not sound.

    A file that has changed is not used until it is fetched again, or taken as it is with --trust.
    """
    from songsmith.engine.weights import parts as weights

    store = _store()
    named = [weights.known_part(name) for name in parts or []]
    if trust and not named:
        raise typer.BadParameter("--trust needs the names of the parts you trust")
    for part in named if trust else []:
        for file in part.files:
            digest = store.trust(part, file)
            typer.echo(f"{part.name}/{file.name}: trusted, sha256 {digest}", err=True)
    here = named or [part for part in store.parts() if store.has_some(part)]
    faults = weights.verify(store, here)
    if as_json:
        _print_json({"folder": str(store.folder), "files": faults})
    else:
        for name, fault in faults.items():
            typer.echo(f"{name}: {fault or 'sound'}")
        if not faults:
            typer.echo(f"no weights in {store.folder}")
    if any(faults.values()):
        raise typer.Exit(ExitCode.AT_FAULT)


@app.command()
def where(as_json: _Json = False) -> None:
    """Print the models folder; SONGSMITH_MODELS chooses another."""
    folder = str(_store().folder)
    if as_json:
        _print_json({"folder": folder})
    else:
        typer.echo(folder)


@app.command()
def rm(
    parts: Annotated[list[str], typer.Argument(metavar="PART", help="Parts, or `all`.")],
    yes: _Yes = False,
    as_json: _Json = False,
) -> None:
    """Delete parts from the models folder."""
    from songsmith.engine.weights import parts as weights

    store = _store()
    doomed = store.parts() if parts == ["all"] else [weights.known_part(name) for name in parts]
    size = weights.format_bytes(sum(store.bytes_on_disk(part) for part in doomed))
    if not yes and sys.stdin.isatty():
        typer.confirm(f"Delete {size} from {store.folder}?", abort=True, err=True)
    freed = {part.name: store.remove(part) for part in doomed}
    if as_json:
        _print_json({"folder": str(store.folder), "freed_bytes": freed})
    else:
        typer.echo(f"{weights.format_bytes(sum(freed.values()))} freed in {store.folder}")


def _wanted(names: "Sequence[str]", variant: "Variant", version: "Version") -> "tuple[Part, ...]":
    """The parts called `names`, or all an engine of that name needs; without names, what DiffRhythm needs."""
    from songsmith.engine.diffrhythm.parts import parts_for
    from songsmith.engine.engine import engine_card, engine_names
    from songsmith.engine.weights.parts import known_part

    if not names or list(names) == ["diffrhythm"]:
        return parts_for(variant, version)
    wanted: dict[str, Part] = {}
    for name in names:
        is_engine = name in engine_names()
        found = engine_card(name).needs.default_parts if is_engine else (known_part(name),)
        wanted |= {part.name: part for part in found}
    return tuple(wanted.values())


def _store() -> "Store":
    from songsmith.engine.weights.parts import Store, models_folder

    return Store(models_folder())


def _facts(part: "Part") -> dict[str, object]:
    return {
        "name": part.name,
        "title": part.title,
        "licence": part.licence,
        "non_commercial": part.non_commercial,
        "download_bytes": part.size_bytes,
        "sources": sorted({file.repo for file in part.files}),
    }


def _accept_licences(store: "Store", parts: "Sequence[Part]", yes: bool) -> None:
    """Show the licences nobody has accepted here yet, and ask; `pull` refuses what stays unaccepted."""
    from songsmith.engine.weights.parts import format_bytes

    new = store.to_accept(parts)
    if not new:
        return
    for part in new:
        words = " (for non-commercial use only)" * part.non_commercial
        typer.echo(
            f"{part.title}: {part.licence}{words}, {format_bytes(part.size_bytes)}", err=True
        )
        typer.echo(f"  from {', '.join(sorted({file.repo for file in part.files}))}", err=True)
    if yes or (sys.stdin.isatty() and typer.confirm("Accept these licences?", err=True)):
        store.accept(new)


@contextmanager
def _download_bar() -> "Iterator[Callable[[PullProgress], None]]":
    """A line a file on stderr: bytes, speed, time left."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
        TransferSpeedColumn,
    )

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    tasks = {}
    with Progress(*columns, console=Console(stderr=True)) as bar:

        def on_progress(progress: "PullProgress") -> None:
            name = f"{progress.part}/{progress.file}"
            if name not in tasks:
                tasks[name] = bar.add_task(name, total=None)
            label = name if progress.stage == "fetching" else f"{name} ({progress.stage})"
            bar.update(tasks[name], description=label)
            if progress.total:
                bar.update(tasks[name], completed=progress.done, total=progress.total)

        yield on_progress


def _print_json(value: object) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2))
