"""The interactive session: plain sentences go to the LLM, slash commands do the same without one.

The song is on the disk after every change, the talk after every turn, so the session may end at any
moment. Ctrl-C ends what is being done, not the session.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from songsmith.agent.chat.context import TalkMemory
from songsmith.agent.chat.conversation import Conversation
from songsmith.agent.chat.history import load_talk, save_talk
from songsmith.agent.chat.line_input import PromptLine, lines_of_stdin
from songsmith.agent.chat.session import Workbench
from songsmith.agent.chat.slash import SlashCommands, command_names
from songsmith.agent.chat.tools import Toolbox
from songsmith.agent.llm.client import Llm
from songsmith.agent.settings.settings import SettingsError, endpoint
from songsmith.agent.song.song_file import Version
from songsmith.agent.studio.mending import Mended
from songsmith.agent.studio.rendering import Replay
from songsmith.agent.studio.results import (
    Changes,
    Checked,
    Exported,
    History,
    Rendered,
    TakeList,
    Written,
)
from songsmith.agent.studio.spans import section_names
from songsmith.agent.views.terminal import Terminal, is_interactive, shown_path
from songsmith.engine.listening.listen import Hearing
from songsmith.errors import SongsmithError

__all__ = ["Chat"]

_TALK_FILE = "chat.jsonl"
_NO_ENDPOINT = "choose one with /profile, e.g. /profile ollama, or set DEEPSEEK_API_KEY"


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
        self.bench = Workbench(self.screen, ask=self._ask, overrides=dict(overrides or {}))
        self._prompt: PromptLine | None = None
        self._memory = TalkMemory()
        self._llm: Llm | None = None
        self._toolbox = Toolbox(self.bench)
        self._commands = SlashCommands(self)
        if song is not None:
            self._open(song)
        self._connect()

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

    # --- for the commands

    def show_written(self, written: Written) -> None:
        """New words: the whole table when they are new, the changes when some lines changed."""
        self.screen.end_text()
        for note in written.notes:
            self.screen.note(note)
        if written.version.parent == 0 or written.version.made_by in ("write", "retime"):
            self.screen.lyrics(written.lyrics, written.report)
        else:
            self.screen.diff(written.changes or ("  no difference",))
        self.screen.faults(written.report.faults)
        self.screen.fact("version", f"v{written.version.number} · {written.version.made_by}")

    def show_checked(self, checked: Checked) -> None:
        for fault in checked.repaired:
            self.screen.fact("repaired", str(fault))
        self.screen.diff(checked.changes)
        self.screen.faults(checked.report.faults, with_notes=True)
        if not checked.report.faults:
            self.screen.fact("check", "all lines can be sung")

    def cost(self) -> str:
        """Tokens and money of this session in words."""
        ledger = self.bench.ledger
        if not ledger.requests:
            return "no LLM was used"
        about = "about " if ledger.is_estimated else ""
        money = (
            "no prices are set" if ledger.cost is None else f"{ledger.cost:.4f} in your currency"
        )
        return f"{about}{ledger.tokens_in:,} tokens in, {ledger.tokens_out:,} out · {money}"

    def use_llm(self, **values: str) -> None:
        """Change the LLM for the rest of the session; without a value only say which it is."""
        said = {name: value for name, value in values.items() if value}
        if said:
            before = {name: getattr(self.bench.settings, name) for name in said}
            self.bench.override(**said)
            try:
                if endpoint(self.bench.settings) is None:
                    raise SettingsError("there is no endpoint to ask for it", hint=_NO_ENDPOINT)
            except SongsmithError:
                self.bench.override(**before)
                raise
            self._connect()
        name = self._llm.endpoint.name if self._llm else f"none configured; {_NO_ENDPOINT}"
        self.screen.fact("llm", name)

    def forget(self) -> None:
        self._memory.clear()
        self._keep_talk()

    # --- turns

    def _answer(self, sentence: str) -> None:
        if sentence.startswith("/"):
            self._commands.run(sentence)
        elif self._llm is None:
            self._do_without_llm(sentence)
        else:
            conversation = Conversation(
                self._llm, self._toolbox, self.bench, self.screen, self._memory, self.show
            )
            try:
                conversation.turn(sentence)
            finally:
                self._keep_talk()

    def _do_without_llm(self, sentence: str) -> None:
        """The few things a plain sentence can mean when nobody is there to understand it."""
        if not self.bench.has_song:
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

    def show(self, result: object) -> None:
        """Draw what a tool did, as the command of the same verb would."""
        from songsmith.agent.cli.make import show_rendered

        self.screen.end_progress()
        match result:
            case Written():
                self.show_written(result)
            case Checked():
                self.show_checked(result)
            case Rendered():
                show_rendered(self.screen, result, self.bench.studio.song)
            case TakeList():
                self.screen.takes(result)
            case History():
                self.screen.history(result)
            case Changes():
                self.screen.changes(result)
            case Exported():
                self.screen.exported(result)
            case Hearing():
                self.screen.hearing(result)
            case Mended():
                self.screen.mended(result)
            case Replay():
                self.screen.replayed(result)
            case Version():
                self.screen.fact("version", f"v{result.number} · {result.made_by}")
            case {"played": str(name)}:
                self.screen.fact("played", name)

    # --- the session

    def _typed(self) -> Iterator[str]:
        if self.is_plain:
            yield from lines_of_stdin()
            return
        self._prompt = PromptLine(command_names(), self._words_to_complete)
        yield from self._prompt.sentences()

    def _words_to_complete(self) -> list[str]:
        """Sections and takes of the open song."""
        if not self.bench.has_song:
            return []
        song = self.bench.studio.song
        return [*section_names(song.lyrics), *song.takes]

    def _ask(self, question: str) -> bool:
        """Put a yes-or-no question; nobody there means no."""
        self.screen.end_progress()
        if self.is_plain:
            self.screen.note(f"{question} (no one to ask: no)")
            return False
        return self.screen.confirm(question)

    def _open(self, folder: Path) -> None:
        self.bench.open(folder)
        self._memory = load_talk(folder / _TALK_FILE)

    def _connect(self) -> None:
        place = endpoint(self.bench.settings)
        self._llm = Llm(place, ledger=self.bench.ledger) if place else None

    def _keep_talk(self) -> None:
        if self.bench.has_song:
            save_talk(self.bench.studio.song.folder / _TALK_FILE, self._memory.turns)

    def _greet(self) -> None:
        llm = self._llm.endpoint.name if self._llm else "none (slash commands work; /help)"
        self.screen.fact("llm", llm)
        if not self.bench.has_song:
            self.screen.note("say what your song is about, or /help")
            return
        song = self.bench.studio.song
        self.screen.fact("song", f"{shown_path(song.folder)} · v{song.version.number}")
        for take in song.stray_takes():
            self.screen.note(f"takes/{take}.flac was finished by a render that was cut off")
        for turn in self._memory.turns[-3:]:
            self.screen.note(f"› {turn.said}")
        if song.lyrics.lines:
            self._commands.run("/lyrics")

    def _close(self) -> None:
        self.screen.end_progress()
        if self.bench.has_song:
            self.screen.fact("kept", shown_path(self.bench.studio.song.folder))
