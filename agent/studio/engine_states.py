"""Every engine as it stands on this machine: ready or not and why, what it needs, what it sings, its options."""

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import BaseModel

from songsmith.agent.studio.rendering import Engines
from songsmith.engine.engine import EngineCard

__all__ = [
    "EngineList",
    "EngineState",
    "OptionFacts",
    "engine_list",
    "engine_state",
]

SONG_S = 95.0
"""Length of the song whose time is told."""


@dataclass(frozen=True)
class OptionFacts:
    """One of an engine's own options: what may be given, what holds if nothing is, what it does."""

    name: str
    values: str
    default: str
    description: str


@dataclass(frozen=True)
class EngineState:
    """An engine here and now. `install` and `fetch` are what is still to be done, "" if nothing is; sizes are of
    what is missing. `song_s` is the time that a song of 95 s takes, 0 if that is not known."""

    name: str
    title: str
    is_ready: bool
    is_advised: bool
    reason: str
    remedy: str
    languages: tuple[str, ...]
    min_duration_s: float
    max_duration_s: float
    takes_stamps: bool
    can_remake: bool
    song_s: float
    install: str
    install_bytes: int
    fetch: str
    fetch_bytes: int
    memory_bytes: int
    licence: str
    options: tuple[OptionFacts, ...]


@dataclass(frozen=True)
class EngineList:
    """Every engine there is, the best first."""

    engines: tuple[EngineState, ...]


def engine_list(engines: Engines) -> EngineList:
    """How all engines stand; no model is loaded."""
    return EngineList(tuple(engine_state(engines, name) for name in engines.all_names()))


def engine_state(engines: Engines, name: str) -> EngineState:
    """The engine called `name`. Raises `EngineError` if there is none."""
    card = engines.card(name)
    engine = engines.named(name)
    status = engine.status()
    install, install_bytes = _to_install(card)
    fetch, fetch_bytes = _to_fetch(card)
    return EngineState(
        name=name,
        title=card.title,
        is_ready=status.is_ready,
        is_advised=status.is_advised,
        reason=status.reason,
        remedy=status.remedy,
        languages=card.languages,
        min_duration_s=card.min_duration_s,
        max_duration_s=card.max_duration_s,
        takes_stamps=card.limits.takes_stamps,
        can_remake=card.can_remake,
        song_s=round(engine.song_seconds(min(SONG_S, card.max_duration_s)), 1),
        install=install,
        install_bytes=install_bytes,
        fetch=fetch,
        fetch_bytes=fetch_bytes,
        memory_bytes=card.needs.memory_bytes,
        licence=card.licence,
        options=_options(card.options),
    )


def _to_install(card: EngineCard) -> tuple[str, int]:
    extra = card.needs.extra() if card.needs.extra else None
    if extra is None or not extra.missing:
        return "", 0
    return extra.command, extra.size_bytes


def _to_fetch(card: EngineCard) -> tuple[str, int]:
    from songsmith.engine.weights.parts import missing_bytes
    from songsmith.engine.weights.store import Store, models_folder

    required = [part for part in card.needs.default_parts if part.is_required]
    missing = missing_bytes(Store(models_folder()), required)
    return (f"songsmith models pull {card.name}", missing) if missing else ("", 0)


def _options(model: type[BaseModel]) -> tuple[OptionFacts, ...]:
    schema = model.model_json_schema()
    return tuple(
        OptionFacts(
            name=name,
            values=_values(facts),
            default=_word(facts.get("default")),
            description=facts.get("description", ""),
        )
        for name, facts in schema["properties"].items()
    )


def _values(facts: Mapping[str, object]) -> str:
    """What an option may be, in words: "exact, fast or draft", "2 to 1000", "text"."""
    choices = facts.get("anyOf")
    if isinstance(choices, list):
        facts = next(choice for choice in choices if choice.get("type") != "null")
    if isinstance(facts.get("enum"), list):
        words = [_word(value) or '""' for value in facts["enum"]]  # type: ignore[attr-defined]
        return f"{', '.join(words[:-1])} or {words[-1]}" if len(words) > 1 else words[0]
    low, high = (facts.get(key) for key in ("minimum", "maximum"))
    kind = {"boolean": "yes or no", "integer": "a whole number", "number": "a number"}
    if low is not None and high is not None:
        return f"{low:g} to {high:g}" if facts.get("type") == "number" else f"{low} to {high}"
    return kind.get(
        str(facts.get("type")), "text, several times" if facts.get("type") == "array" else "text"
    )


def _word(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)
