"""What was said and done in a chat: one line a turn on the disk, older turns condensed for the model.

No second LLM call is needed for that: an old turn becomes a line of what the person wanted and what was
done, and when even those are too many, the oldest are left out and counted.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from songsmith.agent.atomic import write_whole
from songsmith.agent.messages import Message, Tool, tools_to_wire

__all__ = ["Talk", "Turn", "tokens_of"]

_CHARACTERS_PER_TOKEN = 3.0  # on the safe side for English; Chinese is counted by the character
_REPLY_SHARE = 0.25  # of the window, kept free for the reply
_WHOLE_TURNS = 6
_MOST_TURNS_ON_DISK = 500


@dataclass
class Turn:
    """One sentence of the person's, what the model answered, what was done."""

    sentence: str
    reply: str = ""
    deeds: list[str] = field(default_factory=list)

    def condensed(self) -> str:
        """The turn in one line."""
        deeds = "; ".join(deed[:80] for deed in self.deeds) or _first(self.reply, 120)
        return f"- person: {_first(self.sentence, 160)} → {deeds}"


@dataclass
class Talk:
    """All turns of a song's chat."""

    turns: list[Turn] = field(default_factory=list)

    def add(self, turn: Turn) -> None:
        self.turns.append(turn)
        del self.turns[:-_MOST_TURNS_ON_DISK]

    def messages(
        self, system: Message, recent: Sequence[Message], tools: Sequence[Tool], context_tokens: int
    ) -> list[Message]:
        """The request: system, the talk so far as far as it fits, the present turn, which always goes whole."""
        fixed = tokens_of(system.text) + tokens_of(json.dumps(tools_to_wire(tools)))
        fixed += sum(_message_tokens(message) for message in recent)
        budget = int(context_tokens * (1 - _REPLY_SHARE)) - fixed
        whole = self.turns[-_WHOLE_TURNS:]
        while whole and sum(map(_turn_tokens, whole)) > budget * 0.7:
            whole = whole[1:]
        budget -= sum(map(_turn_tokens, whole))
        older = self.turns[: len(self.turns) - len(whole)]
        past = _condensed(older, budget)
        messages = [Message("system", f"{system.text}\n\n{past}" if past else system.text)]
        for turn in whole:
            done = f"\n(done: {'; '.join(deed[:120] for deed in turn.deeds)})" if turn.deeds else ""
            messages.append(Message("user", turn.sentence))
            messages.append(Message("assistant", f"{turn.reply}{done}".strip() or "(nothing said)"))
        return [*messages, *recent]

    def save(self, path: Path) -> None:
        lines = [json.dumps(asdict(turn), ensure_ascii=False) for turn in self.turns]
        write_whole(path, "".join(f"{line}\n" for line in lines))

    @classmethod
    def load(cls, path: Path) -> "Talk":
        """The talk in `path`; lines that can't be read are passed over, the song does not hang on them."""
        talk = cls()
        if not path.is_file():
            return talk
        for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
            try:
                talk.turns.append(Turn(**json.loads(line)))
            except (json.JSONDecodeError, TypeError):
                continue
        return talk


def tokens_of(text: str) -> int:
    """About how many tokens `text` is, rather too many than too few."""
    wide = sum(ord(character) > 0x2E7F for character in text)
    return wide + int((len(text) - wide) / _CHARACTERS_PER_TOKEN) + 4


def _message_tokens(message: Message) -> int:
    return tokens_of(message.text) + sum(tokens_of(call.arguments) + 16 for call in message.calls)


def _turn_tokens(turn: Turn) -> int:
    deeds = sum(min(len(deed), 120) for deed in turn.deeds)
    return tokens_of(turn.sentence) + tokens_of(turn.reply) + deeds // 2 + 16


def _condensed(turns: Sequence[Turn], budget: int) -> str:
    """Older turns in a line each, the newest that fit."""
    lines: list[str] = []
    for turn in reversed(turns):
        line = turn.condensed()
        budget -= tokens_of(line)
        if budget < 40:
            break
        lines.insert(0, line)
    if not turns:
        return ""
    left_out = len(turns) - len(lines)
    head = (
        f"Earlier in this talk ({left_out} older turns left out):"
        if left_out
        else "Earlier in this talk:"
    )
    return "\n".join([head, *lines])


def _first(text: str, most: int) -> str:
    text = " ".join(text.split())
    return text if len(text) <= most else f"{text[: most - 1]}…"
