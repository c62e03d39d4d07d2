"""The interactive session: plain sentences go to the LLM, slash commands do the same without one.

The song is on the disk after every change, the talk after every turn, so the session may end at any
moment. Ctrl-C ends what is being done, not the session.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from songsmith.agent.chat.conversation import Conversation
from songsmith.agent.chat.line_input import PromptLine, lines_of_stdin
from songsmith.agent.chat.session import Session
from songsmith.agent.chat.slash import SlashCommands, command_names
from songsmith.agent.chat.talk import Talk
from songsmith.agent.chat.tools import Toolbox
from songsmith.agent.studio.spans import section_names
from songsmith.agent.views.terminal import Terminal, is_interactive, shown_path
from songsmith.errors import SongsmithError

__all__ = ["Chat"]


class Chat:
    """One session at a terminal, or over plain lines when `is_plain` or when nobody sits there."""

    def __init__(
        self,
        song: Path | None = None,
        *,
        is_plain: bool = False,
        screen: Terminal | None = None,
        overrides: Mapping[str, object] | None = None,
    ) -> None:
        self.is_plain = is_plain or not is_interactive()
        self.screen = screen or Terminal(plain=self.is_plain)
        self.session = Session(self.screen, ask=self._ask, overrides=dict(overrides or {}))
        self._prompt: PromptLine | None = None
        self._talk = Talk(self.session)
        self._toolbox = Toolbox(self.session)
        self._commands = SlashCommands(self.session, self._talk, self.screen)
        if song is not None:
            self._open(song)
        self._talk.connect()

    def run(self, sentences: Iterable[str] | None = None) -> None:
        """Answer sentences until their end: the given ones, or what the person types."""
        self._greet()
        for sentence in self._typed() if sentences is None else sentences:
            try:
                self._answer(sentence)
            except EOFError:
                break
            except KeyboardInterrupt:
                self.screen.end_progress()
                self.screen.stopped()
            except SongsmithError as error:
                self.screen.error(str(error))
            self.screen.end_text()
        self._close()

    # --- turns

    def _answer(self, sentence: str) -> None:
        if sentence.startswith("/"):
            self._commands.run(sentence)
        elif self._talk.llm is None:
            self._do_without_llm(sentence)
        else:
            conversation = Conversation(
                self._talk.llm, self._toolbox, self.session, self.screen, self._talk.memory
            )
            try:
                conversation.turn(sentence)
            finally:
                self._talk.keep()

    def _do_without_llm(self, sentence: str) -> None:
        """The few things a plain sentence can mean when nobody is there to understand it."""
        if not self.session.has_song:
            self._commands.run(f"/write {sentence}")
        elif re.match(r"(please )?(sing|render|唱)", sentence.casefold()):
            self._commands.run("/render")
        elif re.match(r"(undo|go back|撤销)", sentence.casefold()):
            self._commands.run("/undo")
        else:
            self.screen.note(
                "no LLM is configured, so plain sentences can only begin a song; say it with commands "
                "(/revise verse 2: more bitter, /edit 3 new words, /fix chorus 2, /render; /help lists all), or "
                "leave and run `songsmith config set api_key`"
            )

    # --- the session

    def _typed(self) -> Iterator[str]:
        if self.is_plain:
            yield from lines_of_stdin()
            return
        self._prompt = PromptLine(command_names(), self._words_to_complete)
        yield from self._prompt.sentences()

    def _words_to_complete(self) -> list[str]:
        """Sections and takes of the open song."""
        if not self.session.has_song:
            return []
        song = self.session.studio.song
        return [*section_names(song.lyrics), *song.takes]

    def _ask(self, question: str) -> bool:
        """Put a yes-or-no question; nobody there means no."""
        self.screen.end_progress()
        if self.is_plain:
            self.screen.note(f"{question} (no one to ask: no)")
            return False
        return self.screen.confirm(question)

    def _open(self, folder: Path) -> None:
        self.session.open(folder)
        self._talk.load(folder)

    def _greet(self) -> None:
        llm = self._talk.llm
        name = llm.endpoint.name if llm else "none (slash commands work; /help)"
        self.screen.fact("llm", name)
        if not self.session.has_song:
            self.screen.note("say what your song is about, or /help")
            return
        song = self.session.studio.song
        self.screen.fact("song", f"{shown_path(song.folder)} · v{song.version.number}")
        for take in song.stray_takes():
            self.screen.note(f"takes/{take}.flac was finished by a render that was cut off")
        for turn in self._talk.memory.turns[-3:]:
            self.screen.note(f"› {turn.said}")
        if song.lyrics.lines:
            self._commands.run("/lyrics")

    def _close(self) -> None:
        self.screen.end_progress()
        if self.session.has_song:
            self.screen.fact("kept", shown_path(self.session.studio.song.folder))
