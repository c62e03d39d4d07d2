"""The engines of a session, and each as it stands here: ready or not and why, what it needs and sings, its options."""

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import BaseModel

from songsmith.engine.abilities import HasVoices, JudgesStyle, VoiceInfo
from songsmith.engine.engine import (
    Audio,
    Engine,
    EngineCard,
    EngineError,
    engine_card,
    engine_names,
    load_engine,
)

__all__ = [
    "EngineList",
    "EngineState",
    "Engines",
    "OptionFacts",
    "engine_list",
    "engine_state",
]

SONG_S = 95.0
"""Length of the song whose time is told."""


class Engines:
    """The engines of a session: loaded once, kept with their models, chosen by wish and by what is there."""

    def __init__(self, loaded: Mapping[str, Engine] | None = None) -> None:
        self._loaded = dict(loaded or {})
        self._given = tuple(self._loaded)
        self._introduced: set[tuple[str, str]] = set()

    def named(self, name: str) -> Engine:
        if name not in self._loaded:
            self._loaded[name] = load_engine(name)
        return self._loaded[name]

    def names(self) -> tuple[str, ...]:
        """Those that may be chosen unasked, the best first: songsmith's own, and what the session began with."""
        return tuple(dict.fromkeys((*engine_names(registered=False), *self._given)))

    def all_names(self) -> tuple[str, ...]:
        """All there are, also those that a program registered."""
        return tuple(dict.fromkeys((*self.names(), *engine_names())))

    def card(self, name: str) -> EngineCard:
        """What the engine called `name` says of itself; it is not loaded for that."""
        return self._loaded[name].card if name in self._loaded else engine_card(name)

    def introduce(self, name: str, why: str) -> str:
        """The engine's name, and why it is this one where the session was not told yet."""
        is_news = (name, why) not in self._introduced
        self._introduced.add((name, why))
        return f"{name} ({why})" if is_news else name

    def voices(self, language: str = "") -> list[VoiceInfo]:
        """The voices of all engines whose singer can be chosen, those that sing most clearly first."""
        engines = (self.named(name) for name in self.all_names())
        found = [
            voice
            for engine in engines
            if isinstance(engine, HasVoices)
            for voice in engine.voices(language)
        ]
        return sorted(found, key=lambda voice: not voice.is_natural)

    def style_similarity(self, audio: Audio, style: str) -> float | None:
        """How close a sound is to a style text, by the first engine that can tell; None if none can."""
        for name in self.names():
            engine = self.named(name)
            if isinstance(engine, JudgesStyle):
                found = engine.style_similarity(audio, style)
                if found is not None:
                    return found
        return None

    def choose(self, wanted: str, language: str) -> tuple[Engine, str]:
        """An engine that can sing here and now, and why it is this one. Raises if the wanted one can't.

        `wanted` is its name, or "" or "auto" for the best there is.
        """
        if wanted not in ("", "auto"):
            engine = self.named(wanted)
            status = engine.status()
            if not status.is_ready:
                raise EngineError(
                    f"the {wanted} engine can't sing here ({status.reason})", hint=status.remedy
                )
            return engine, "as asked"
        whys = []
        for name in self.names():
            card = self.card(name)
            if not card.sings(language):
                whys.append(f"{name} sings only {' and '.join(card.languages)}")
                continue
            status = self.named(name).status()
            if status.is_ready and status.is_advised:
                return self.named(name), "; ".join(whys) or status.reason
            whys.append(f"{name}: {status.reason}, see `songsmith engines`")
        raise EngineError("no engine can sing here", hint="; ".join(whys))

    def singer(self, wanted: str, language: str) -> tuple[str, str]:
        """Name of the engine that would sing, and why it is this one; the wanted one even where it isn't ready."""
        if wanted in self.all_names():
            return wanted, "as asked"
        engine, why = self.choose("", language)
        return engine.name, why


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
