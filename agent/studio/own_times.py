"""When a take really sings its lines: at its stamps where its engine keeps to them, else as was found by listening."""

from dataclasses import replace

from songsmith.agent.song.hearings import add_times, last_times
from songsmith.agent.studio.open_song import OpenSong
from songsmith.agent.studio.spans import SpanError
from songsmith.engine.engine import EngineError
from songsmith.engine.times import SungTimes
from songsmith.lyrics.lyric import Lyrics

__all__ = ["at_own_times", "keep_times", "keeps_stamps", "known_times"]


def keeps_stamps(opened: OpenSong, take: str) -> bool:
    """Whether the take's engine begins lines at their stamps; one that is not here any more is taken to."""
    try:
        card = opened.engines.card(opened.song.manifest(take).engine)
    except EngineError:
        return True
    return card.limits.takes_stamps


def keep_times(opened: OpenSong, take: str, times: SungTimes) -> SungTimes:
    """`times` as those of a take, kept beside it."""
    times = replace(times, keeps_stamps=keeps_stamps(opened, take))
    add_times(opened.song.folder / "takes", take, times)
    return times


def known_times(opened: OpenSong, take: str) -> SungTimes | None:
    """When a take sings its lines, None if nobody has found out."""
    return last_times(opened.song.folder / "takes", take)


def at_own_times(lyrics: Lyrics, times: SungTimes, take: str) -> Lyrics:
    """`lyrics` with each line and word where `take` sings them; lines not heard lie between their neighbours.

    Words may have changed since, lines may not have come or gone. Raises `SpanError` where nothing is known.
    """
    if len(times.lines) != len(lyrics.lines):
        raise SpanError(
            f"{take} was sung with {len(times.lines)} lines, the song has {len(lyrics.lines)} now",
            hint="point at a span of time, e.g. 0:42-0:55, or render the song first",
        )
    if not times.keeps_stamps and not any(line.is_heard for line in times.lines):
        raise SpanError(
            f"no line of {take} was heard, so nobody knows where they are sung",
            hint="point at a span of time, e.g. 0:42-0:55",
        )
    return times.placed(lyrics)
