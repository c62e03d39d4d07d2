"""One turn and the end: what scripts and other agents use instead of a session.

Everything that is told meanwhile goes to `on_event`; what came of it is one `TurnReport`, whose `as_json` is what
`songsmith chat --prompt … --json` prints.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from songsmith.agent.chat.limits import Allowance, LimitReached
from songsmith.agent.chat.partner import Partner
from songsmith.agent.chat.resuming import song_id
from songsmith.agent.chat.telling import Asked, Refused, TalkEvent
from songsmith.agent.events import Done, Note
from songsmith.agent.llm.messages import Message
from songsmith.agent.settings.settings import SettingsError, endpoint, load_settings
from songsmith.agent.song.songbook import Song
from songsmith.agent.views.documents import event_document, plain
from songsmith.errors import SongsmithError

__all__ = ["TurnLimits", "TurnReport", "take_turn"]


@dataclass(frozen=True)
class TurnLimits:
    """What a turn may use; None is as the settings say, or without end.

    `turns` are rounds of the model with its tools, `renders` takes sung without asking; with `agrees` every question
    is answered yes, otherwise no.
    """

    turns: int | None = None
    time_s: float | None = None
    price: float | None = None
    renders: int | None = None
    agrees: bool = False


@dataclass
class TurnReport:
    """What came of a turn. `ended` is "done", the limit that was reached ("turns", "time", "price"),
    "interrupted", or "error"."""

    prompt: str
    song: Song | None = None
    ended: str = ""
    reply: str = ""
    done: list[dict[str, Any]] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    usage: dict[str, object] = field(default_factory=dict)
    wall_s: float = 0.0
    error: SongsmithError | None = None

    def as_json(self) -> dict[str, Any]:
        """The report as one JSON object; its `id` is for `chat --resume`."""
        song, error = self.song, self.error
        return {
            "id": song_id(song.folder) if song else None,
            "folder": str(song.folder) if song else None,
            "title": song.title if song else None,
            "version": song.version.number if song else None,
            "branch": song.file.state.branch if song else None,
            "picked": (song.picked or None) if song else None,
            "prompt": self.prompt,
            "ended": self.ended,
            "reply": self.reply,
            "done": self.done,
            "refused": plain(self.refused),
            "asked": plain(self.asked),
            "notes": self.notes,
            "usage": self.usage,
            "wall_s": round(self.wall_s, 3),
            "error": {"what": error.what, "where": error.where, "hint": error.hint}
            if error
            else None,
        }


def take_turn(
    prompt: str,
    song: Path | None = None,
    *,
    limits: TurnLimits | None = None,
    on_event: Callable[[TalkEvent, Song | None], None] = lambda event, song: None,
    clock: Callable[[], float] = time.monotonic,
) -> TurnReport:
    """Answer `prompt` about the song in a folder, or about a new one. Whatever ends it, what was done is reported.

    `on_event` gets every event with the song that it is about, if there is one yet. Raises `SongsmithError` only where
    nothing could be begun: no such song, settings that can't be used, a price limit without prices. `clock` is for
    tests.
    """
    limits = limits or TurnLimits()
    report = TurnReport(prompt)
    allowance = Allowance(most_s=limits.time_s, most_cost=limits.price, clock=clock)

    def tell(event: TalkEvent) -> None:
        if not isinstance(event, Done):  # what is done is reported, however late it is
            allowance.check_time()
        _note_down(report, event, partner.session.song)
        on_event(event, partner.session.song)

    def agree(question: str) -> bool:
        tell(Asked(question, limits.agrees))
        return limits.agrees

    partner = Partner(song, tell=tell, ask=agree, overrides=_overrides(limits), ledger=allowance)
    _check_price(partner, limits)
    _answer(partner, report)
    report.song = partner.session.song
    report.wall_s = allowance.wall_s
    report.usage = {
        name: getattr(allowance, name)
        for name in ("requests", "tokens_in", "tokens_out", "cost", "is_estimated")
    }
    return report


def _answer(partner: Partner, report: TurnReport) -> None:
    """One answer; how it ended goes into the report."""
    before = len(partner.talk.memory)
    try:
        report.ended = partner.answer(report.prompt)
    except EOFError:  # what /quit raises
        report.ended = "done"
    except KeyboardInterrupt:
        report.ended = "interrupted"
    except LimitReached as error:
        report.ended, report.error = error.limit, error
    except SongsmithError as error:
        report.ended, report.error = "error", error
    if len(partner.talk.memory) > before:
        report.reply = _words(partner.talk.memory.turns[-1].answers)


def _note_down(report: TurnReport, event: TalkEvent, song: Song | None) -> None:
    match event:
        case Done():
            told = event_document(event, song)
            report.done.append({"verb": told["verb"], "result": told["result"]})
        case Refused():
            report.refused.append(event)
        case Asked():
            report.asked.append(event)
        case Note(line):
            report.notes.append(line)


def _words(answers: tuple[Message, ...]) -> str:
    """What the model said in a turn, without its calls."""
    said = [answer.text.strip() for answer in answers if answer.role == "assistant"]
    return "\n".join(text for text in said if text)


def _overrides(limits: TurnLimits) -> dict[str, object]:
    """The limits that settings hold; an endpoint may not be silent for longer than the whole turn lasts."""
    overrides = {"tool_rounds": limits.turns, "renders_per_turn": limits.renders}
    place = endpoint(load_settings(None, overrides))
    if limits.time_s is not None and place is not None:
        return {**overrides, "timeout_s": min(limits.time_s, place.timeout_s)}
    return dict(overrides)


def _check_price(partner: Partner, limits: TurnLimits) -> None:
    """Raise where a price is set as a limit and nobody knows what a token costs."""
    place = partner.talk.llm.endpoint if partner.talk.llm else None
    if limits.price is not None and place and None in (place.price_in, place.price_out):
        raise SettingsError(
            f"nobody knows what {place.name} costs, so its price can't be limited",
            hint="set price_in and price_out, e.g. `songsmith config set price_in 0.3`",
        )
