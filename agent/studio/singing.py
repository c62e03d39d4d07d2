"""The verbs that sing an open song: the whole of it, or only spans of a take."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from songsmith.agent.phrases import clock
from songsmith.agent.song.file_names import take_number
from songsmith.agent.studio.open_song import OpenSong
from songsmith.agent.studio.rendering import (
    RenderWish,
    build_request,
    filled,
    load_take,
    options_of,
    render_takes,
)
from songsmith.agent.studio.results import Rendered
from songsmith.agent.studio.spans import SpanError
from songsmith.engine.engine import Engine, Forecast, RenderRequest, Span

__all__ = [
    "FixPlan",
    "announce",
    "fix_take",
    "forecast_song",
    "plan_fix",
    "render_song",
    "render_with",
]

_ENDING_S = 2.0
"""How much of a take's ending is sung anew when the song gets longer."""


def forecast_song(opened: OpenSong, wish: RenderWish) -> Rendered:
    """What a render would do."""
    engine, why, wish = _chosen(opened, wish, opened.settings.engine)
    _, forecast = _whole_song(opened, engine, wish)
    return Rendered((), engine.name, why, forecast)


def render_song(opened: OpenSong, wish: RenderWish) -> Rendered:
    """Sing the whole song: one new take a seed."""
    engine, why, wish = _chosen(opened, wish, opened.settings.engine)
    return render_with(opened, engine, why, wish)


def render_with(opened: OpenSong, engine: Engine, why: str, wish: RenderWish) -> Rendered:
    """Sing the whole song with `engine`; `wish` is filled for it."""
    request, forecast = _whole_song(opened, engine, wish)
    announce(opened, engine.name, why, forecast)
    takes = render_takes(
        opened.song,
        engine,
        request,
        "render",
        formats=wish.formats,
        on_progress=opened.audience.progress,
    )
    return Rendered(tuple(takes), engine.name, why, forecast)


@dataclass(frozen=True)
class FixPlan:
    """What singing spans of the take `parent` again would be: by which engine and why, and the whole request."""

    parent: str
    engine: Engine
    why: str
    wish: RenderWish
    request: RenderRequest
    forecast: Forecast


def plan_fix(
    opened: OpenSong,
    parent_name: str,
    spans: Sequence[Span],
    wish: RenderWish,
    duration_s: float | None = None,
    style: str = "",
) -> FixPlan:
    """Spans of the take `parent_name` to sing again; see `Studio.fix`. Raises what the engine would refuse."""
    song = opened.song
    parent, manifest = load_take(song, parent_name), song.manifest(parent_name)
    length_s = max(duration_s or 0.0, manifest.duration_s)
    spans = _spans_within(parent_name, parent.duration_s, spans, length_s)
    engine, why, wish = _chosen(opened, wish, manifest.engine)
    options = dict(wish.options)
    if engine.name == manifest.engine:
        # The parent's options hold on, so that nothing but the span differs.
        options = {**options_of(manifest), **options}
    request, forecast = build_request(
        engine,
        song.lyrics,
        style or manifest.style,
        length_s,
        replace(wish, options=options),
        spans=spans,
        parent=parent,
    )
    why = why if wish.engine else f"as {parent_name}"
    return FixPlan(parent_name, engine, why, wish, request, forecast)


def fix_take(
    opened: OpenSong,
    parent_name: str,
    spans: Sequence[Span],
    wish: RenderWish,
    duration_s: float | None = None,
    style: str = "",
) -> Rendered:
    """Sing only these spans of the take `parent_name` again; see `Studio.fix`."""
    plan = plan_fix(opened, parent_name, spans, wish, duration_s, style)
    announce(opened, plan.engine.name, plan.why, plan.forecast)
    spans = plan.request.spans
    place = ", ".join(f"{clock(span.start_s)}-{clock(span.end_s)}" for span in spans)
    takes = render_takes(
        opened.song,
        plan.engine,
        plan.request,
        f"fix {place}",
        parent=parent_name,
        formats=plan.wish.formats,
        on_progress=opened.audience.progress,
    )
    return Rendered(tuple(takes), plan.engine.name, plan.why, plan.forecast)


def _chosen(opened: OpenSong, wish: RenderWish, otherwise: str) -> tuple[Engine, str, RenderWish]:
    """The engine wished for or else `otherwise`, why it is this one, and the wish filled for it."""
    engine, why = opened.engines.choose(wish.engine or otherwise, opened.language)
    return engine, why, _with_cover(opened, filled(wish, opened.settings, engine.name))


def _with_cover(opened: OpenSong, wish: RenderWish) -> RenderWish:
    """`wish` with the sound file of the take that it is to cover, where it names one."""
    cover = wish.options.get("cover")
    if not isinstance(cover, str) or take_number(cover) is None:
        return wish
    sound = opened.song.sound_of(opened.take_named(cover)).resolve()
    return replace(wish, options={**wish.options, "cover": str(sound)})


def _whole_song(
    opened: OpenSong, engine: Engine, wish: RenderWish
) -> tuple[RenderRequest, Forecast]:
    song = opened.song
    return build_request(engine, song.lyrics, song.version.style, opened.duration_s, wish)


def announce(opened: OpenSong, engine: str, why: str, forecast: Forecast) -> None:
    """Say who sings, in which style, and what the engine has to say to that."""
    opened.audience.fact("engine", opened.engines.introduce(engine, why))
    if forecast.style:
        opened.audience.fact("style", forecast.style)
    for note in forecast.notes:
        opened.audience.note(note)


def _spans_within(
    take: str, end_s: float, spans: Sequence[Span], length_s: float
) -> tuple[Span, ...]:
    """The spans to sing of a take that ends at `end_s`, in a song of `length_s`."""
    if length_s > end_s + 0.05:
        spans = [*spans, Span(max(0.0, end_s - _ENDING_S), length_s)]
    if not spans or any(span.start_s >= end_s for span in spans):
        raise SpanError(
            f"{take} has no sound there; it ends at {clock(end_s)}", hint="name a span within it"
        )
    return tuple(Span(span.start_s, min(span.end_s, length_s)) for span in spans)
