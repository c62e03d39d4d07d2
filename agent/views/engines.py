"""Engines as people see them: a list, and one with its options."""

from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from songsmith.agent.phrases import clock
from songsmith.agent.studio.engine_states import EngineState

__all__ = ["draw_engine", "draw_engines"]

_LANGUAGES_SHOWN = 12


def draw_engines(console: Console, states: Sequence[EngineState]) -> None:
    """Every engine: whether it can sing here, what it sings, what is missing."""
    width = max(len(state.name) for state in states)
    for state in states:
        console.print(_head(state, width))
        for line in _facts(state):
            console.print(Text(f"{'':{width}}  {line}"))
    console.print(Text("\n`songsmith engines show NAME` lists the options of one.", style="dim"))


def draw_engine(console: Console, state: EngineState) -> None:
    """One engine with its options."""
    console.print(_head(state, len(state.name)))
    for line in _facts(state):
        console.print(Text(f"  {line}"))
    if state.licence:
        console.print(Text(f"  licence: {state.licence}"))
    console.print(Text("\noptions, as --option name=value (in chat: /render name=value):"))
    table = Table(box=None, show_header=False, pad_edge=True, padding=(0, 2, 0, 0))
    for option in state.options:
        default = f" (default {option.default})" if option.default else ""
        table.add_row(
            Text(option.name), Text(option.values), Text(f"{option.description}{default}")
        )
    console.print(table)


def _head(state: EngineState, width: int) -> Text:
    mark = (
        "ready"
        if state.is_ready and state.is_advised
        else "slow"
        if state.is_ready
        else "not ready"
    )
    colour = {"ready": "green", "slow": "yellow", "not ready": "red"}[mark]
    head = Text(f"{state.name:{width}}  ")
    head.append(mark, style=colour)
    return head.append(f"  {state.title}")


def _facts(state: EngineState) -> Iterator[str]:
    yield f"{state.reason}" + (f"; {state.remedy}" if state.remedy else "")
    parts = [
        _languages(state.languages),
        f"songs of {clock(state.min_duration_s)} to {clock(state.max_duration_s)}",
        "begins each line at its stamp" if state.takes_stamps else "places the lines itself",
    ]
    if not state.can_remake:
        parts.append("can't sing a part of a take again")
    yield " · ".join(parts)
    memory = f"{state.memory_bytes / 1e9:.1f} GB of memory" if state.memory_bytes else ""
    yield " · ".join(part for part in (_speed(state.song_s), memory) if part)


def _languages(codes: Sequence[str]) -> str:
    if not codes:
        return "any language"
    more = f" and {len(codes) - _LANGUAGES_SHOWN} more" if len(codes) > _LANGUAGES_SHOWN else ""
    return f"{', '.join(codes[:_LANGUAGES_SHOWN])}{more}"


def _speed(song_s: float) -> str:
    if not song_s:
        return "how long a song takes here is not known yet"
    wait = f"{song_s:.0f} s" if song_s < 90 else f"{song_s / 60:.0f} min"
    if song_s >= 5_400:
        wait = f"{song_s / 3600:.1f} h"
    return f"a song of 95 s takes about {wait} here"
