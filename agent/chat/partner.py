"""Whoever answers the sentences of a chat: the LLM, the slash commands, or what a sentence can mean without either.

A terminal session and a single turn talk to the same partner; what it does is told as events.
"""

import re
from collections.abc import Callable, Mapping
from pathlib import Path

from songsmith.agent.chat.conversation import Conversation, Ending
from songsmith.agent.chat.session import Session
from songsmith.agent.chat.slash import SlashCommands
from songsmith.agent.chat.talk import Talk
from songsmith.agent.chat.telling import Tell
from songsmith.agent.chat.tools import Toolbox
from songsmith.agent.events import Fact, Listener
from songsmith.agent.llm.usage import Ledger
from songsmith.agent.settings.wishes import StandingWishes, standing_wishes
from songsmith.agent.studio.open_song import StudioError

__all__ = ["Partner"]


class Partner:
    """Answers one sentence after the other about the song in a folder, or about a new one."""

    def __init__(
        self,
        song: Path | None,
        *,
        tell: Tell,
        ask: Callable[[str], bool],
        overrides: Mapping[str, object] | None = None,
        ledger: Ledger | None = None,
    ) -> None:
        self.session = Session(
            Listener(tell), ask=ask, overrides=dict(overrides or {}), ledger=ledger
        )
        self.talk = Talk(self.session)
        self._tell = tell
        self._wishes: StandingWishes | None = None
        self._toolbox = Toolbox(self.session)
        self._commands = SlashCommands(self.session, self.talk, tell)
        if song is not None:
            self.session.open(song)
            self.talk.load(song)
        self.talk.connect()

    def answer(self, sentence: str) -> Ending:
        """Do what a sentence says, and say how that ended. Raises `SongsmithError`; the next one works all the same."""
        if sentence.startswith("/"):
            self._commands.run(sentence)
            return "done"
        if self.talk.llm is None:
            self._do_without_llm(sentence)
            return "done"
        conversation = Conversation(
            self.talk.llm,
            self._toolbox,
            self.session,
            self._tell,
            self.talk.memory,
            self._standing_wishes(self.talk.llm.endpoint.context_tokens),
        )
        try:
            return conversation.turn(sentence)
        finally:
            self.talk.keep()

    def _standing_wishes(self, window_tokens: int) -> StandingWishes | None:
        """What the person always wishes, told once and again when they changed it."""
        wishes, before = standing_wishes(window_tokens), self._wishes
        if wishes and wishes != before:
            self._tell(Fact("wishes", str(wishes)))
        self._wishes = wishes
        return wishes

    def _do_without_llm(self, sentence: str) -> None:
        """The few things a plain sentence can mean when nobody is there to understand it."""
        if not self.session.has_song:
            self._commands.run(f"/write {sentence}")
        elif re.match(r"(please )?(sing|render|唱)", sentence.casefold()):
            self._commands.run("/render")
        elif re.match(r"(undo|go back|撤销)", sentence.casefold()):
            self._commands.run("/undo")
        else:
            raise StudioError(
                "no LLM is configured, so plain sentences can only begin a song",
                hint="say it with commands (/revise verse 2: more bitter, /edit 3 new words, /fix chorus 2, "
                "/render; /help lists all), or leave and run `songsmith config set api_key`",
            )
