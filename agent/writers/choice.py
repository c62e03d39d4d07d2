"""Which writer writes with these settings, and why."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from songsmith.agent.llm.profiles import Endpoint, shown_url
from songsmith.agent.llm.usage import Ledger
from songsmith.agent.settings.settings import Settings, SettingsError, endpoint
from songsmith.agent.settings.wishes import StandingWishes, standing_wishes
from songsmith.agent.writers.brief import Brief
from songsmith.agent.writers.offline_writer import OfflineWriter
from songsmith.agent.writers.writer import Writer

if TYPE_CHECKING:
    from songsmith.agent.llm.messages import Message
    from songsmith.agent.writers.llm_writer import LlmWriter

__all__ = ["choose_writer", "first_messages"]


def choose_writer(
    settings: Settings,
    wanted: str = "",
    *,
    on_event: Callable[[str], None] = lambda line: None,
    ledger: Ledger | None = None,
) -> tuple[Writer, str]:
    """Who writes with these settings, and why, in words. `wanted` ("auto", "llm", "offline") wins.

    `on_event` gets a writer's remarks while it works: retries, rounds of repairing. `ledger` counts what
    an LLM used. Standing wishes of the person reach an LLM, which is said; so is it where nobody can follow them.
    """
    choice = wanted or settings.writer
    if choice not in ("auto", "llm", "offline"):
        raise SettingsError(
            f"there is no writer {choice!r}", hint="the writers are auto, llm and offline"
        )
    if choice == "offline":
        reason = "as asked" if wanted else f"as set in {settings.origin('writer')}"
        return _offline_writer(on_event), reason
    chosen = endpoint(settings)
    if chosen is None:
        if choice == "llm":
            raise SettingsError(
                "no LLM is configured",
                hint="run `songsmith config set api_key`, set DEEPSEEK_API_KEY, or choose a local"
                " server: `songsmith config set profile ollama`",
            )
        why = "no LLM configured; `songsmith config set api_key` or DEEPSEEK_API_KEY for a real one"
        return _offline_writer(on_event), why

    wishes = standing_wishes(chosen.context_tokens)
    writer = _llm_writer(chosen, settings, on_event, ledger, wishes)
    if wishes:
        on_event(f"wishes: {wishes}")
    return writer, f"at {shown_url(chosen.base_url)}, from {chosen.origin}"


def first_messages(settings: Settings, brief: Brief) -> "list[Message]":
    """What would be sent first for a brief: to the LLM of the settings, or to any where none is configured."""
    place = endpoint(settings) or Endpoint("", "", stamps=settings.stamps or "auto")
    writer = _llm_writer(
        place, settings, lambda line: None, None, standing_wishes(place.context_tokens)
    )
    return writer.first_messages(brief)


def _offline_writer(on_event: Callable[[str], None]) -> OfflineWriter:
    if wishes := standing_wishes():
        on_event(f"{wishes.name} is for an LLM; the offline writer can't follow it")
    return OfflineWriter(on_event)


def _llm_writer(
    place: Endpoint,
    settings: Settings,
    on_event: Callable[[str], None],
    ledger: Ledger | None,
    wishes: StandingWishes | None,
) -> "LlmWriter":
    from songsmith.agent.llm.client import Llm
    from songsmith.agent.writers.llm_writer import LlmWriter

    return LlmWriter(
        Llm(place, ledger=ledger),
        repair_rounds=settings.repair_rounds,
        engine="" if settings.engine == "auto" else settings.engine,
        wishes=wishes,
        on_event=on_event,
    )
