"""The talk of a song on the disk: one JSON line a turn, read again when the song is opened."""

import json
from dataclasses import asdict
from pathlib import Path

from songsmith.agent.files import write_whole
from songsmith.agent.memory import Memory, Turn
from songsmith.agent.messages import Message, ToolCall

__all__ = ["load_talk", "save_talk"]


def save_talk(path: Path, turns: tuple[Turn, ...]) -> None:
    """Write all turns that are still remembered whole."""
    lines = [json.dumps(asdict(turn), ensure_ascii=False) for turn in turns]
    write_whole(path, "".join(f"{line}\n" for line in lines))


def load_talk(path: Path) -> Memory:
    """What `save_talk` wrote; a line that can't be read is passed over, the song does not hang on it."""
    memory = Memory()
    if not path.is_file():
        return memory
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        try:
            turn = json.loads(line)
            answers = [_message(answer) for answer in turn["answers"]]
        except (json.JSONDecodeError, TypeError, KeyError):
            continue
        memory.begin(turn["said"])
        memory.add(*answers)
    return memory


def _message(values: dict[str, object]) -> Message:
    calls = tuple(ToolCall(**call) for call in values.pop("calls"))  # type: ignore[attr-defined]
    return Message(**values, calls=calls)  # type: ignore[arg-type]
