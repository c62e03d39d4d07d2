"""Words given stamps, and checked for the engine that will sing them."""

from collections.abc import Sequence

from songsmith.agent.writers.tempo import Pulse, pulse_of
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
    "on_bars",
    "stamped",
    "stamped_to_sing",
]

DEFAULT_DURATION_S = 95.0


def stamped(
    words: Lyrics | Draft, duration_s: float | None, pulse: Pulse | None = None
) -> tuple[Lyrics, float]:
    """Words with stamps and the length of their song; stamps that are there stay as they are.

    New ones are laid on the bars of `pulse`, or of one that suits any music.
    """
    if isinstance(words, Draft):
        words = on_bars(words, duration_s, pulse or pulse_of(""))
    if duration_s is None:
        duration_s = natural_duration_s(words) if words.lines else DEFAULT_DURATION_S
    return words, duration_s


def on_bars(draft: Draft, duration_s: float | None, pulse: Pulse) -> Lyrics:
    """The draft with stamps on the bars of `pulse`."""
    return stamp_draft(
        draft, duration_s=duration_s, bpm=pulse.bpm, beats_per_bar=pulse.beats_per_bar
    )


def stamped_to_sing(
    parsed: Parsed, duration_s: float | None, pulse: Pulse | None = None
) -> tuple[Lyrics, float]:
    """`stamped` of words that are to be sung. Raises `LrcError` if there are none, and says what was read instead."""
    lyrics, length_s = stamped(parsed.lyrics, duration_s, pulse)
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
