"""What is told in a chat: the events of the verbs and those of the talk, and how people see them.

Scripts get the same events as JSON; see `event_document`.
"""

from collections.abc import Callable
from dataclasses import dataclass

from songsmith.agent.events import Done, Event, Fact, Note, Progress, Text
from songsmith.agent.song.songbook import Song
from songsmith.agent.studio.results import Checked
from songsmith.agent.views.show import show
from songsmith.agent.views.terminal import Terminal

__all__ = [
    "Asked",
    "Help",
    "Refused",
    "Said",
    "TalkEvent",
    "Tell",
    "draw",
]

_MOST_OF_REFUSAL = 300


@dataclass(frozen=True)
class Said:
    """A piece of the model's own words."""

    piece: str


@dataclass(frozen=True)
class Refused:
    """A verb that the model asked for and that was not done."""

    verb: str
    reason: str


@dataclass(frozen=True)
class Asked:
    """A question to the person, and whether they agreed."""

    question: str
    is_agreed: bool


@dataclass(frozen=True)
class Help:
    """One line of help: how a command is written and what it does."""

    usage: str
    what: str


TalkEvent = Event | Said | Refused | Asked | Help
Tell = Callable[[TalkEvent], None]


def draw(screen: Terminal, event: TalkEvent, song: Song | None = None) -> None:
    """Draw an event; with `song` it is also said where its sound lies."""
    match event:
        case Text(piece):
            screen.text(piece)
        case Said(piece):
            screen.say(piece)
        case Fact(name, value):
            screen.fact(name, value)
        case Note(line):
            screen.note(line)
        case Progress():
            screen.progress(event)
        case Done("lyrics", Checked() as checked):
            screen.lyrics(checked.lyrics, checked.report)
        case Done(_, result):
            show(screen, result, song)
        case Refused(verb, reason):
            screen.note(f"{verb or 'tool'}: {reason[:_MOST_OF_REFUSAL]}")
        case Asked(question, is_agreed):
            screen.note(f"{question} ({'yes' if is_agreed else 'no one to ask: no'})")
        case Help(usage, what):
            screen.help_row(usage, what)
