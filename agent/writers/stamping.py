"""Words given stamps, and checked for the engine that will sing them."""

from collections.abc import Sequence

from songsmith.engine.engine import engine_card
from songsmith.lyrics.check import Report, Variant, check_lyrics
from songsmith.lyrics.fault import Fault
from songsmith.lyrics.limits import FRAMES
from songsmith.lyrics.lyric import Draft, Lyrics
from songsmith.lyrics.reading.lrc import LrcError, Parsed
from songsmith.lyrics.timing import natural_duration_s, stamp_draft

__all__ = [
    "DEFAULT_DURATION_S",
    "check_for",
    "stamped",
    "stamped_to_sing",
]

DEFAULT_DURATION_S = 95.0


def stamped(words: Lyrics | Draft, duration_s: float | None) -> tuple[Lyrics, float]:
    """Words with stamps and the length of their song; stamps that are there stay as they are."""
    if isinstance(words, Draft):
        words = stamp_draft(words, duration_s=duration_s)
    if duration_s is None:
        duration_s = natural_duration_s(words) if words.lines else DEFAULT_DURATION_S
    return words, duration_s


def stamped_to_sing(parsed: Parsed, duration_s: float | None) -> tuple[Lyrics, float]:
    """`stamped` of words that are to be sung. Raises `LrcError` if there are none, and says what was read instead."""
    lyrics, length_s = stamped(parsed.lyrics, duration_s)
    if not lyrics.lines:
        for fault in parsed.faults:
            raise LrcError(fault.message, hint=fault.hint)
        raise LrcError("these words have no line to sing", hint="write some lines first")
    return lyrics, length_s


def check_for(
    engine: str,
    lyrics: Lyrics,
    *,
    duration_s: float,
    variant: Variant | None = None,
    parse_faults: Sequence[Fault] = (),
) -> Report:
    """All faults of words that the engine called `engine` is to sing ("": by the strictest limits)."""
    return check_lyrics(
        lyrics,
        duration_s=duration_s,
        variant=variant,
        parse_faults=parse_faults,
        limits=engine_card(engine).limits if engine else FRAMES,
    )
