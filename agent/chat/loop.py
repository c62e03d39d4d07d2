"""The interactive session: plain sentences go to the LLM, slash commands do the same without one.

The song is on the disk after every change, the talk after every turn, so the session may end at any
moment. Ctrl-C ends what is being done, not the session.
"""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from songsmith.agent.chat.line_input import PromptLine, lines_of_stdin
from songsmith.agent.chat.partner import Partner
from songsmith.agent.chat.slash import command_names
from songsmith.agent.chat.telling import Asked, TalkEvent, draw
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
        self.partner = Partner(song, tell=self._draw, ask=self._ask, overrides=overrides)
        self._prompt: PromptLine | None = None

    def run(self, sentences: Iterable[str] | None = None) -> None:
        """Answer sentences until their end: the given ones, or what the person types."""
        self._greet()
        for sentence in self._typed() if sentences is None else sentences:
            try:
                self.partner.answer(sentence)
            except EOFError:
                break
            except KeyboardInterrupt:
                self.screen.end_progress()
                self.screen.stopped()
            except SongsmithError as error:
                self.screen.error(str(error))
            self.screen.end_text()
        self._close()

    # --- the session

    def _typed(self) -> Iterator[str]:
        if self.is_plain:
            yield from lines_of_stdin()
            return
        self._prompt = PromptLine(command_names(), self._words_to_complete)
        yield from self._prompt.sentences()

    def _words_to_complete(self) -> list[str]:
        """Sections and takes of the open song."""
        song = self.partner.session.song
        if song is None:
            return []
        return [*section_names(song.lyrics), *song.takes]

    def _ask(self, question: str) -> bool:
        """Put a yes-or-no question; nobody there means no."""
        self.screen.end_progress()
        if self.is_plain:
            self._draw(Asked(question, is_agreed=False))
            return False
        return self.screen.confirm(question)

    def _draw(self, event: TalkEvent) -> None:
        draw(self.screen, event, self.partner.session.song)

    def _greet(self) -> None:
        talk, song = self.partner.talk, self.partner.session.song
        name = talk.llm.endpoint.name if talk.llm else "none (slash commands work; /help)"
        self.screen.fact("llm", name)
        if song is None:
            self.screen.note("say what your song is about, or /help")
            return
        self.screen.fact("song", f"{shown_path(song.folder)} · v{song.version.number}")
        for take in song.stray_takes():
            self.screen.note(f"takes/{take}.flac was finished by a render that was cut off")
        for turn in talk.memory.turns[-3:]:
            self.screen.note(f"› {turn.said}")
        if song.lyrics.lines:
            self.partner.answer("/lyrics")

    def _close(self) -> None:
        self.screen.end_progress()
        if song := self.partner.session.song:
            self.screen.fact("kept", shown_path(song.folder))
