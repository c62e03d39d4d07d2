"""The command that serves songs to other people's assistants: mcp."""

import sys
from pathlib import Path
from typing import Annotated

import typer

__all__ = ["add_to"]


def add_to(app: typer.Typer) -> None:
    app.command("mcp", rich_help_panel="Set up")(serve_mcp)


def serve_mcp(
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", metavar="FOLDER", help="The folder of the songs (songs)."),
    ] = None,
    http: Annotated[
        bool, typer.Option("--http", help="Serve http://127.0.0.1:PORT/mcp instead.")
    ] = False,
    port: Annotated[
        int, typer.Option("--port", help="Port for --http; 0 takes any.", min=0, max=65_535)
    ] = 8_765,
    budget: Annotated[
        int, typer.Option("--budget", metavar="N", help="Takes that may be sung unasked.", min=0)
    ] = 20,
) -> None:
    """Let an assistant (Claude, VS Code, …) write and sing songs: an MCP server on stdin and stdout.

    The assistant starts it itself; docs/mcp.md says how to add it. Beyond --budget the person is asked.
    """
    import importlib.util

    from songsmith.agent.files import make_folder
    from songsmith.agent.settings.settings import SettingsError, load_settings

    if importlib.util.find_spec("mcp") is None:
        raise SettingsError("the MCP server is an extra", hint='pip install "songsmith[mcp]"')
    folder = load_settings(None, {"out": out}).out.absolute()
    make_folder(folder)
    _serve(folder, budget, port if http else None)


def _serve(folder: Path, budget: int, port: int | None) -> None:
    """Serve at a port, or over stdin and stdout; what people read goes to stderr."""
    from songsmith.agent.mcp.desk import Desk
    from songsmith.agent.mcp.server import HOST, listening_socket, serve_http, serve_stdio
    from songsmith.agent.mcp.shelf import Shelf

    if port is None:
        if sys.stdin.isatty():
            typer.echo("waiting for an MCP client on stdin; docs/mcp.md says how", err=True)
        serve_stdio(Desk(Shelf(folder), budget))
        return
    with listening_socket(port) as listening:
        where = f"http://{HOST}:{listening.getsockname()[1]}/mcp"
        typer.echo(f"songs in {folder}; serving {where} (Ctrl-C ends it)", err=True)
        serve_http(Desk(Shelf(folder), budget), listening)
