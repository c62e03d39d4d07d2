"""`songsmith engines`: who can sing here, what each needs, and the options of one."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from songsmith.agent.cli.flags import JsonOption
from songsmith.agent.cli.frame import answer, terminal

if TYPE_CHECKING:
    from songsmith.agent.studio.rendering import Engines

__all__ = ["app"]

app = typer.Typer(
    name="engines",
    help="Who can sing here: every engine, ready or not and why, and the options of one.",
    invoke_without_command=True,
    rich_markup_mode="rich",
)


@app.callback()
def list_(context: typer.Context, as_json: JsonOption = False) -> None:
    """Every engine: ready or not and why, what to install or fetch, languages, lengths, speed."""
    if context.invoked_subcommand:
        return
    from songsmith.agent.studio.engine_states import engine_list

    _show(engine_list, as_json)


@app.command(name="show", short_help="One engine with its options.")
def show_(
    name: Annotated[str, typer.Argument(metavar="NAME", help="As `songsmith engines` names it.")],
    as_json: JsonOption = False,
) -> None:
    """One engine: how it stands here, and every option it takes."""
    from songsmith.agent.studio.engine_states import engine_state

    _show(lambda engines: engine_state(engines, name), as_json)


def _show(ask: "Callable[[Engines], object]", as_json: bool) -> None:
    from songsmith.agent.studio.rendering import Engines
    from songsmith.agent.views.show import show

    with terminal(as_json) as screen:
        result = ask(Engines())
        show(screen, result)
    answer(as_json, result)
