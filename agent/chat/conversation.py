"""One turn of talk with the LLM: stream its words, do what it asks through the tools, tell it what came of it.

What the model sees is the song as it is now, told anew in every request, and the talk so far within the
endpoint's budget; not the whole past.
"""

from collections.abc import Sequence
from typing import Literal

from songsmith.agent.chat.context import TalkMemory, Turn, fit_turns, prompt_budget
from songsmith.agent.chat.session import Session
from songsmith.agent.chat.telling import Refused, Said, Tell
from songsmith.agent.chat.tool_choice import asks_for, command_for, fitting_tools, tools_for_wish
from songsmith.agent.chat.tools import MORE_TOOLS, Toolbox
from songsmith.agent.events import Done, Note
from songsmith.agent.llm.client import Llm
from songsmith.agent.llm.dialects import Ask
from songsmith.agent.llm.errors import LlmError
from songsmith.agent.llm.messages import Message, Reply, Tool, ToolCall
from songsmith.agent.phrases import clock
from songsmith.agent.settings.wishes import StandingWishes
from songsmith.agent.writers.replies.shape import loop_start
from songsmith.engine.engine import Cancelled
from songsmith.prompts import render

__all__ = ["Conversation", "Ending", "song_as_text"]

Ending = Literal["done", "turns"]
"""How a turn ended: the model had no more to do, or its rounds of tools were used up."""


class Conversation:
    """The talk of a chat; `wishes` are what the person always wishes."""

    def __init__(
        self,
        llm: Llm,
        toolbox: Toolbox,
        session: Session,
        tell: Tell,
        memory: TalkMemory,
        wishes: StandingWishes | None = None,
    ) -> None:
        self._llm = llm
        self._toolbox = toolbox
        self._session = session
        self._tell = tell
        self._memory = memory
        self._wishes = wishes
        self._asked_back = self._has_done = False

    def turn(self, sentence: str) -> Ending:
        """Answer one sentence, and say how that ended. Whatever breaks it off is remembered with what was done."""
        self._toolbox.begin_turn()
        self._memory.begin(sentence)
        self._has_done = False
        try:
            ending = self._rounds()
            if not self._has_done:
                self._second_try(sentence)
        except (LlmError, Cancelled) as error:
            self._memory.add(Message("assistant", f"(broke off: {error.what})"))
            raise
        except KeyboardInterrupt:
            self._memory.add(Message("assistant", "(stopped by the person)"))
            raise
        return ending

    def _rounds(self) -> Ending:
        rounds = self._session.settings.tool_rounds
        for _ in range(rounds):
            reply = self._ask()
            self._asked_back = reply.text.rstrip().endswith(("?", "？"))
            if not reply.calls:
                self._memory.add(reply.message)
                if reply.is_stopped:
                    self._note("the reply said the same over and over and was stopped")
                if reply.is_cut:
                    self._note("the reply was cut off at the model's limit; say “go on”")
                return "done"
            # Added together, so that no call is ever remembered without its result.
            results = [Message("tool", self._do(c), call_id=c.id) for c in reply.calls]
            self._memory.add(reply.message, *results)
        self._note(f"stopped after {rounds} rounds of tools; say “go on” if it should")
        return "turns"

    def _second_try(self, sentence: str) -> None:
        """Put a wish that nothing came of once more, as text with the tools that fit; then say what does it."""
        wanted = asks_for(self._session, sentence)
        if not wanted or self._asked_back:
            return
        tools = tools_for_wish(self._session, sentence)
        self._note("nothing was done; asking once more, with fewer tools")
        messages = fit_turns(
            self._rules(), self._song_state(), [Turn(sentence)], self._budget(tools)
        )
        reply = self._reply(messages, tools, Ask("chat", self._most_tokens(600), as_text=True))
        results = [Message("tool", self._do(call), call_id=call.id) for call in reply.calls]
        self._memory.add(reply.message, *results)
        if not self._has_done:
            self._note(f"the model did nothing; say it with a command: {command_for(wanted[0])}")

    def _do(self, call: ToolCall) -> str:
        """The result of one call, drawn for the person."""
        done = self._toolbox.call(call)
        if done.refusal:
            self._tell(Refused(call.name, done.refusal))
        elif call.name != MORE_TOOLS.name:
            self._has_done = True
            self._tell(Done(call.name, done.result))
        return done.text

    def _ask(self) -> Reply:
        window = self._llm.endpoint.context_tokens
        tools = fitting_tools(self._session, window, with_all=self._toolbox.wants_all)
        messages = self._memory.messages(self._rules(), self._song_state(), self._budget(tools))
        return self._reply(messages, tools, Ask("chat", self._most_tokens(2_000)))

    def _reply(self, messages: Sequence[Message], tools: Sequence[Tool], ask: Ask) -> Reply:
        reply = self._llm.reply(
            messages,
            tools,
            ask,
            is_enough=_goes_round,
            on_text=lambda piece: self._tell(Said(piece)),
            on_event=lambda event: self._note(str(event)),
        )
        if reply.text and not reply.text.endswith("\n"):
            self._tell(Said("\n"))
        return reply

    def _note(self, line: str) -> None:
        self._tell(Note(line))

    def _most_tokens(self, wanted: int) -> int:
        """The bound of a reply: as wanted, and at most the quarter of the window that is kept for it."""
        return min(wanted, self._llm.endpoint.context_tokens // 4)

    def _rules(self) -> str:
        rules = render("system", renders=self._session.settings.renders_per_turn)
        told = self._wishes.prompt() if self._wishes else ""
        return f"{rules}\n\n{told}".strip()

    def _song_state(self) -> str:
        return render("song_state", state=song_as_text(self._session))

    def _budget(self, tools: Sequence[Tool]) -> int:
        return prompt_budget(self._llm.endpoint, tools)


def _goes_round(text: str) -> bool:
    """Whether a reply says the same lines over and over."""
    return text.endswith("\n") and loop_start(text.split("\n")[-48:-1]) is not None


def song_as_text(session: Session) -> str:
    """The song as it is now, for the model: words with numbers and stamps, faults, takes."""
    if not session.has_song:
        return "No song yet."
    studio = session.studio
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
    listed = studio.takes()
    for manifest in listed.takes:
        picked = ", picked" if manifest.take == song.picked else ""
        parent = f", only a part differs from {manifest.parent}" if manifest.parent else ""
        hearing = listed.hearings.get(manifest.take)
        heard = f", heard: {hearing.get('summary')}" if hearing else ""
        rows.append(
            f"- {manifest.take}: {manifest.engine}, seed {manifest.seed}{parent}{heard}{picked}"
        )
    rows += [] if song.takes else ["- none"]
    return "\n".join(rows)
