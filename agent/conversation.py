"""One turn of talk with the LLM: stream its words, do what it asks through the tools, tell it what came of it.

What the model sees is the song as it is now, made anew for every request, and the talk so far within the
endpoint's budget; not the whole past.
"""

from collections.abc import Callable

from songsmith.agent.llm import Llm
from songsmith.agent.llm_errors import LlmError
from songsmith.agent.messages import Message, Reply
from songsmith.agent.talk import Talk, Turn
from songsmith.agent.tools import Toolbox
from songsmith.agent.views import Terminal
from songsmith.agent.words import clock
from songsmith.agent.workbench import Workbench
from songsmith.prompts import render

__all__ = ["Conversation", "song_as_text"]


class Conversation:
    """The talk of a chat. `show` draws what a tool did."""

    def __init__(
        self,
        llm: Llm,
        toolbox: Toolbox,
        bench: Workbench,
        screen: Terminal,
        talk: Talk,
        show: Callable[[object], None],
    ) -> None:
        self._llm = llm
        self._toolbox = toolbox
        self._bench = bench
        self._screen = screen
        self._talk = talk
        self._show = show

    def turn(self, sentence: str) -> None:
        """Answer one sentence. Whatever breaks it off, what was said and done so far is remembered."""
        self._toolbox.begin_turn()
        turn = Turn(sentence)
        try:
            self._rounds(turn)
        except LlmError as error:
            turn.deeds.append(f"broke off: {error.what}")
            raise
        except KeyboardInterrupt:
            turn.deeds.append("stopped by the person")
            raise
        finally:
            self._screen.end_text()
            self._talk.add(turn)

    def _rounds(self, turn: Turn) -> None:
        recent: list[Message] = [Message("user", turn.sentence)]
        for _ in range(self._bench.settings.tool_rounds):
            reply = self._ask(recent)
            turn.reply = "\n".join(part for part in (turn.reply, reply.text.strip()) if part)
            if not reply.calls:
                if reply.is_cut:
                    self._screen.note("the reply was cut off at the model's limit; say “go on”")
                return
            recent.append(reply.message)
            for call in reply.calls:
                self._screen.end_text()
                result = self._toolbox.call(call)
                turn.deeds.append(f"{call.name}: {result[:160]}")
                self._show(self._toolbox.last_result)
                if self._toolbox.last_result is None:
                    self._screen.note(f"{call.name}: {result[:300]}")
                recent.append(Message("tool", result, call_id=call.id))
        self._screen.note(
            f"stopped after {self._bench.settings.tool_rounds} rounds of tools; say “go on” if it should"
        )

    def _ask(self, recent: list[Message]) -> Reply:
        system = Message("system", render("system", song=song_as_text(self._bench)))
        tools = self._toolbox.tools()
        messages = self._talk.messages(system, recent, tools, self._llm.endpoint.context_tokens)
        return self._llm.reply(
            messages,
            tools,
            on_text=self._screen.say,
            on_event=lambda event: self._screen.note(str(event)),
        )


def song_as_text(bench: Workbench) -> str:
    """The song as it is now, for the model: words with numbers and stamps, faults, takes."""
    if not bench.has_song:
        return "No song yet."
    studio = bench.studio
    song, version = studio.song, studio.song.version
    rows = [
        f"title: {song.title}",
        f"language: {studio.language or 'not said'}   length: {clock(studio.duration_s)}   "
        f"style: {version.style or 'not said'}",
        f"version: v{version.number} ({version.made_by}), branch {song.file.state.branch}",
        "",
    ]
    number = 0
    for section in song.lyrics.sections:
        rows.append(f"[{section.label or 'lines'}]")
        for line in section.lines:
            number += 1
            rows.append(f"{number:>3}  {line.start_s:7.2f} s  {line.text}")
    if song.lyrics.lines:
        faults = studio.check().report.faults
        rows += ["", "faults:", *(f"- {fault.severity}: {fault}" for fault in faults[:30])]
        rows += [] if faults else ["- none"]
    rows += ["", "takes:"]
    for manifest in studio.takes().takes:
        picked = ", picked" if manifest.take == song.picked else ""
        parent = f", only a part differs from {manifest.parent}" if manifest.parent else ""
        heard = f", heard: {manifest.hearing.get('summary')}" if manifest.hearing else ""
        rows.append(
            f"- {manifest.take}: {manifest.engine}, seed {manifest.seed}{parent}{heard}{picked}"
        )
    rows += [] if song.takes else ["- none"]
    return "\n".join(rows)
