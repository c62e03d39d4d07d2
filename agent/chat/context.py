"""What the model is shown of a conversation: the song as it is now, the last turns, one line for each older one.

The past is cheap to leave out because the song's state is told anew every turn. Whatever happened, the
messages stay within the budget, which is counted on the high side (see `estimate_tokens`).
"""

import json
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, takewhile

from songsmith.agent.llm.messages import Message, Tool, ToolCall, tools_to_wire
from songsmith.agent.llm.profiles import Endpoint
from songsmith.agent.llm.usage import estimate_tokens
from songsmith.prompts import render

__all__ = ["TalkMemory", "Turn", "condense_turn", "count_tokens", "fit_turns", "prompt_budget"]

_MESSAGE_TOKENS = 6
_OLD_RESULT_CHARS = 400
_KEPT_TURNS = 40
_KEPT_LINES = 400
_SUMMARY_SHARE = 0.2
_CUT = " … "


@dataclass(frozen=True)
class Turn:
    """What the person said, and all replies and tool results until the next time they spoke."""

    said: str
    answers: tuple[Message, ...] = ()


class TalkMemory:
    """The conversation so far. Old turns are kept as one line each, very old ones not at all."""

    def __init__(self) -> None:
        self._lines: deque[str] = deque(maxlen=_KEPT_LINES)
        self._turns: list[Turn] = []

    def begin(self, said: str) -> None:
        """The person speaks: a new turn."""
        self._turns.append(Turn(said))
        while len(self._turns) > _KEPT_TURNS:
            self._lines.append(condense_turn(self._turns.pop(0)))

    def add(self, *answers: Message) -> None:
        """Replies and tool results of the present turn."""
        self._turns[-1] = replace(self._turns[-1], answers=(*self._turns[-1].answers, *answers))

    def clear(self) -> None:
        """Forget everything."""
        self._lines.clear()
        self._turns.clear()

    @property
    def turns(self) -> tuple[Turn, ...]:
        """The turns that are kept whole, oldest first."""
        return tuple(self._turns)

    def __len__(self) -> int:
        return len(self._lines) + len(self._turns)

    def messages(self, system: str, state: str, budget_tokens: int) -> list[Message]:
        """The messages for the next request: `system`, the past as far as it fits, `state`, the present turn."""
        return fit_turns(system, state, self._turns, budget_tokens, older=self._lines)


def prompt_budget(endpoint: Endpoint, tools: Sequence[Tool] = ()) -> int:
    """Tokens that messages may take, beside the tools' descriptions and a quarter kept for the reply."""
    described = estimate_tokens(json.dumps(tools_to_wire(tools))) if tools else 0
    return max(1_000, endpoint.context_tokens * 3 // 4 - described)


def count_tokens(messages: Sequence[Message]) -> int:
    """Estimated tokens of messages on the wire."""
    return sum(map(_tokens, messages))


def fit_turns(
    system: str,
    state: str,
    turns: Sequence[Turn],
    budget_tokens: int,
    older: Sequence[str] | deque[str] = (),
) -> list[Message]:
    """Messages within the budget: the last turn always, shortened if it must be; then as many turns before
    it as fit; then a line each for those that don't and for `older`, the latest first."""
    *past, present = turns
    head = Message("system", system)
    room = budget_tokens - _tokens(head)
    present_messages = _present(present, state, room)
    room -= count_tokens(present_messages)
    summary_room = min(int(budget_tokens * _SUMMARY_SHARE), room)
    kept = _latest(past, room - summary_room)
    lines = [*older, *(condense_turn(turn) for turn in past[: len(past) - len(kept)])]
    head = replace(head, text=f"{system}{_summary(lines, summary_room)}")
    return [head, *(message for turn in kept for message in turn), *present_messages]


def condense_turn(turn: Turn) -> str:
    """One line for a turn: what was said, what was done, what was answered."""
    calls = [call.name for answer in turn.answers for call in answer.calls]
    replies = [a.text for a in turn.answers if a.role == "assistant" and a.text.strip()]
    done = f" [{', '.join(dict.fromkeys(calls))}]" if calls else ""
    answered = f" → {_shortened(_one_line(replies[-1]), 90)}" if replies else ""
    return f"- {_shortened(_one_line(turn.said), 110)}{done}{answered}"


def _summary(lines: Sequence[str], room: int) -> str:
    """The prompt's part about older turns, with as many of the latest lines as there is room for."""
    if not lines:
        return ""
    frame = estimate_tokens(render("earlier_turns", turns="")) + 20
    costs = accumulate(estimate_tokens(line) + 1 for line in reversed(lines))
    fitting = sum(1 for _ in takewhile(lambda cost: cost <= room - frame, costs))
    if not fitting:
        return ""
    left_out = len(lines) - fitting
    shown = [f"- ({left_out} earlier turns)"] if left_out else []
    return "\n\n" + render("earlier_turns", turns="\n".join([*shown, *lines[-fitting:]]))


def _latest(past: Sequence[Turn], room: int) -> list[list[Message]]:
    """The last turns that fit, oldest first, their tool results shortened."""
    kept: list[list[Message]] = []
    for turn in reversed(past):
        messages = [Message("user", turn.said), *(_old(answer) for answer in turn.answers)]
        room -= count_tokens(messages)
        if room < 0:
            break
        kept.insert(0, messages)
    return kept


def _old(answer: Message) -> Message:
    """An answer of an earlier turn: without thinking, tool results cut."""
    text = _shortened(answer.text, _OLD_RESULT_CHARS) if answer.role == "tool" else answer.text
    return replace(answer, text=text, reasoning="")


def _present(turn: Turn, state: str, room: int) -> list[Message]:
    """The present turn with the state before it; where it is too long, its texts are cut further and
    further, then its first rounds of tools are left out, and last the state."""
    rounds = _rounds(turn.answers)
    limit = max(1, len(turn.said), *(_longest(answer) for answer in turn.answers))
    while True:
        said = _shortened(turn.said, limit)
        messages = [Message("user", f"{state}\n\n{said}" if state else said)]
        messages += [_within(answer, limit) for answers in rounds for answer in answers]
        if count_tokens(messages) <= room:
            return messages
        if limit > 200:
            limit //= 2
        elif len(rounds) > 1:
            rounds = rounds[1:]
        elif state:
            state = _shortened(state, len(state) // 2) if len(state) > 400 else ""
        elif limit > 8:
            limit //= 2
        else:
            return messages


def _rounds(answers: Sequence[Message]) -> list[list[Message]]:
    """Answers in groups that belong together: a reply with calls and the results of these."""
    rounds: list[list[Message]] = []
    for answer in answers:
        if answer.role == "tool" and rounds:
            rounds[-1].append(answer)
        else:
            rounds.append([answer])
    return rounds


def _longest(answer: Message) -> int:
    return max(
        len(answer.text), len(answer.reasoning), *(len(c.arguments) for c in answer.calls), 0
    )


def _within(answer: Message, limit: int) -> Message:
    calls = tuple(
        call if len(call.arguments) <= max(limit, 40) else ToolCall(call.id, call.name, "{}")
        for call in answer.calls
    )
    reasoning = answer.reasoning if len(answer.reasoning) <= limit else ""
    return replace(answer, text=_shortened(answer.text, limit), calls=calls, reasoning=reasoning)


def _tokens(message: Message) -> int:
    calls = "".join(call.id + call.name + call.arguments for call in message.calls)
    wire = (message.text, message.reasoning, calls, message.call_id)
    extra = _MESSAGE_TOKENS * (1 + 2 * len(message.calls))
    return extra + sum(estimate_tokens(text) for text in wire if text)


def _shortened(text: str, length: int) -> str:
    """Text of at most `length` characters, its middle left out."""
    if len(text) <= length:
        return text
    if length <= 2 * len(_CUT):
        return text[: max(length, 1)]
    half = (length - len(_CUT)) // 2
    return f"{text[:half]}{_CUT}{text[-half:]}"


def _one_line(text: str) -> str:
    return " ".join(text.split())
