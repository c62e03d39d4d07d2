"""Where sentences come from: a line editor with history and completion, or plain lines of stdin."""

import sys
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from platformdirs import user_state_path

from songsmith.lyrics.reading.encoding import LrcError, decode_lyrics

if TYPE_CHECKING:
    from prompt_toolkit.history import History

__all__ = ["PromptLine", "lines_of_stdin"]

_MARK = "› "
_MOST_BYTES = 1_000_000


def lines_of_stdin() -> Iterator[str]:
    """One sentence a line, in whatever encoding; empty lines are passed over."""
    while line := sys.stdin.buffer.readline(_MOST_BYTES):
        try:
            sentence = decode_lyrics(line).strip()
        except LrcError:
            sentence = line.decode("utf-8", "replace").strip()
        if sentence:
            yield sentence


class PromptLine:
    """A prompt with history across sessions; pasted lines stay one sentence, Alt-Enter adds one by hand."""

    def __init__(self, commands: Sequence[str], words: Callable[[], list[str]]) -> None:
        from prompt_toolkit import PromptSession
        from prompt_toolkit.completion import CompleteEvent, Completer, Completion
        from prompt_toolkit.document import Document
        from prompt_toolkit.key_binding import KeyBindings

        class SongCompleter(Completer):
            def get_completions(
                self, document: Document, complete_event: CompleteEvent
            ) -> Iterator[Completion]:
                text = document.text_before_cursor
                if not text.startswith("/"):
                    return
                last = text.rpartition(" ")[2]
                known = words() if " " in text else [f"/{command}" for command in commands]
                for word in known:
                    if word.casefold().startswith(last.casefold()):
                        yield Completion(word, -len(last))

        keys = KeyBindings()

        @keys.add("escape", "enter")
        def _(event: object) -> None:
            event.current_buffer.insert_text("\n")  # type: ignore[attr-defined]

        self._session: PromptSession[str] = PromptSession(
            completer=SongCompleter(),
            complete_while_typing=False,
            history=_history(),
            key_bindings=keys,
            enable_history_search=True,
        )

    def sentences(self) -> Iterator[str]:
        """Sentences until Ctrl-D; Ctrl-C only empties the line."""
        while True:
            try:
                sentence = self._session.prompt(_MARK).strip()
            except KeyboardInterrupt:
                continue
            except EOFError:
                return
            if sentence:
                yield sentence


def _history() -> "History":
    """What was typed in earlier sessions, or only in this one where nothing can be kept."""
    from prompt_toolkit.history import FileHistory, InMemoryHistory

    path = user_state_path("songsmith", appauthor=False) / "history"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.open("ab").close()
    except OSError:
        return InMemoryHistory()
    return FileHistory(str(path))
