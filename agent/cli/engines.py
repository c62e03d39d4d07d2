"""`songsmith engines`: who can sing here, what each needs, and the options of one."""

from typing import Annotated

import typer

from songsmith.agent.cli.flags import JsonOption

__all__ = ["app"]

app = typer.Typer(
    name="engines",
    help="Who can sing here: every engine, ready or not and why, and the options of one.",
    invoke_without_command=True,
    rich_markup_mode=None,
)


@app.callback()
def list_(context: typer.Context, as_json: JsonOption = False) -> None:
    """Every engine: ready or not and why, what to install or fetch, languages, lengths, speed."""
    if context.invoked_subcommand:
        return
    from songsmith.agent.studio.engine_states import engine_states
    from songsmith.agent.studio.rendering import Engines
    from songsmith.agent.views.documents import plain, to_json

    states = engine_states(Engines())
    if as_json:
        typer.echo(to_json({"engines": plain(states)}))
        return
    from songsmith.agent.views.engines import draw_engines
    from songsmith.agent.views.terminal import Terminal

    draw_engines(Terminal().console, states)


@app.command(short_help="One engine with its options.")
def show(
    name: Annotated[str, typer.Argument(metavar="NAME", help="As `songsmith engines` names it.")],
    as_json: JsonOption = False,
) -> None:
    """One engine: how it stands here, and every option it takes."""
    from songsmith.agent.studio.engine_states import engine_state
    from songsmith.agent.studio.rendering import Engines
    from songsmith.agent.views.documents import plain, to_json

    state = engine_state(Engines(), name)
    if as_json:
        typer.echo(to_json(plain(state)))
        return
    from songsmith.agent.views.engines import draw_engine
    from songsmith.agent.views.terminal import Terminal

    draw_engine(Terminal().console, state)
