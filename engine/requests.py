"""What every engine asks of a request before any time is spent: its length, its spans, its options."""

from collections.abc import Mapping, Sequence
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from songsmith.engine.card import EngineCard
from songsmith.engine.engine import EngineError, RenderRequest, Span

__all__ = ["check_duration", "check_end", "check_language", "check_request", "parse_options"]

Options = TypeVar("Options", bound=BaseModel)


def check_request(card: EngineCard, request: RenderRequest) -> None:
    """Raise `EngineError` for what this engine can't do with any words, style or options."""
    check_duration(card, request.duration_s)
    if not request.seeds:
        raise EngineError("no seed given, so no take to make", hint="give at least one seed")
    if request.lyrics.lines:
        check_language(card, request.lyrics.language)
    if bool(request.spans) != (request.parent is not None):
        raise EngineError(
            "spans can be sung again only in a take, and a take only in spans",
            hint="name both the take and the spans, or neither",
        )
    for span in request.spans:
        _check_span(card, span, request.duration_s)


def check_duration(card: EngineCard, duration_s: float) -> None:
    """Raise `EngineError` for a song that is too short or too long for this engine."""
    if not card.min_duration_s <= duration_s <= card.max_duration_s:
        raise EngineError(
            f"the {card.name} engine can't make a song of {duration_s:g} s",
            hint=f"ask for {card.min_duration_s:g} to {card.max_duration_s:g} s with --length",
        )


def check_language(card: EngineCard, language: str) -> None:
    """Raise `EngineError` for a language that this engine does not sing."""
    if not card.sings(language):
        raise EngineError(
            f"the {card.name} engine does not sing {language!r}",
            hint=f"it sings {_languages(card)}; --engine sketch sings any language",
        )


def check_end(request: RenderRequest, *, slack_s: float) -> None:
    """Raise `EngineError` where a song gets longer than its parent and no span covers that; `slack_s` is forgiven."""
    if request.parent is None:
        return
    start_s = request.parent.duration_s
    bare_s = _uncovered_from(start_s, request.duration_s, request.spans, slack_s)
    if bare_s is not None:
        raise EngineError(
            f"the song gets longer, but no span covers it from {bare_s:.2f} s on",
            hint=f"add a span from {bare_s:.2f} to {request.duration_s:.2f}",
        )


def parse_options(model: type[Options], engine: str, given: Mapping[str, object]) -> Options:
    """The options of a request; an unknown or impossible one is an `EngineError` that names those there are."""
    try:
        return model.model_validate(dict(given))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        name = str(first["loc"][0]) if first["loc"] else ""
        if first["type"] == "extra_forbidden" and len(first["loc"]) == 1:
            raise EngineError(
                f"the {engine} engine has no option {name!r}",
                hint=f"it has {', '.join(model.model_fields)}",
            ) from error
        message = str(first["msg"]).removeprefix("Value error, ")
        raise EngineError(
            f"option {name} can't be {first['input']!r}", hint=message[:1].lower() + message[1:]
        ) from error


def _check_span(card: EngineCard, span: Span, duration_s: float) -> None:
    if not card.can_remake:
        raise EngineError(
            f"the {card.name} engine can't sing a part of a song again",
            hint="render the whole song, or use another engine for the part",
        )
    if span.start_s >= duration_s:
        raise EngineError(
            f"a span starts at {span.start_s:.2f} s, the song ends at {duration_s:.2f} s",
            hint="give a span inside the song",
        )
    if span.end_s - span.start_s < card.shortest_span_s - 1e-9:
        raise EngineError(
            f"a span of {span.end_s - span.start_s:.2f} s is too short for the {card.name} engine",
            hint=f"give one of {card.shortest_span_s:.2f} s or more",
        )


def _languages(card: EngineCard) -> str:
    return ", ".join(card.languages[:12]) + (", …" * (len(card.languages) > 12))


def _uncovered_from(
    start_s: float, end_s: float, spans: Sequence[Span], slack_s: float
) -> float | None:
    """The first time within `[start_s, end_s)` that is in none of `spans`."""
    reached_s = start_s
    for span in sorted(spans, key=lambda span: span.start_s):
        if span.start_s > reached_s + slack_s:
            break
        reached_s = max(reached_s, span.end_s)
    return reached_s if reached_s < end_s - slack_s else None
