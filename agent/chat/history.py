"""The talk of a song on the disk: one JSON line a turn, read again when the song is opened."""

from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from songsmith.agent.chat.context import TalkMemory, Turn
from songsmith.agent.files import write_whole

__all__ = ["load_talk", "save_talk"]

_TURN = TypeAdapter(Turn)


def save_talk(path: Path, turns: tuple[Turn, ...]) -> None:
    """Write all turns that are still remembered whole."""
    write_whole(path, b"".join(_TURN.dump_json(turn) + b"\n" for turn in turns))


def load_talk(path: Path) -> TalkMemory:
    """What `save_talk` wrote; a line that can't be read is passed over; the song itself does not need it."""
    memory = TalkMemory()
    if not path.is_file():
        return memory
    for line in path.read_bytes().splitlines():
        try:
            turn = _TURN.validate_json(line)
        except ValidationError:
            continue
        memory.begin(turn.said)
        memory.add(*turn.answers)
    return memory
