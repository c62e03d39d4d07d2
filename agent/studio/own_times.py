"""When a take really sings its lines, for engines that place the lines themselves: as it was heard."""

from collections.abc import Mapping
from typing import Any

from songsmith.agent.studio.open_song import OpenSong
from songsmith.agent.studio.spans import SpanError
from songsmith.engine.engine import EngineError
from songsmith.lyrics.lyric import Lyrics

__all__ = ["at_heard_times", "keeps_stamps"]


def keeps_stamps(opened: OpenSong, take: str) -> bool:
    """Whether the take's engine begins lines at their stamps; one that is not here any more is taken to."""
    try:
        card = opened.engines.card(opened.song.manifest(take).engine)
    except EngineError:
        return True
    return card.limits.takes_stamps


def at_heard_times(lyrics: Lyrics, hearing: Mapping[str, Any], take: str) -> Lyrics:
    """`lyrics` with each line where `hearing` found it in `take`; lines not heard lie between their neighbours.

    Words may have changed since, lines may not have come or gone. Raises `SpanError` where nothing is known.
    """
    heard = hearing.get("lines", [])
    if len(heard) != len(lyrics.lines):
        raise SpanError(
            f"{take} was sung with {len(heard)} lines, the song has {len(lyrics.lines)} now",
            hint="point at a span of time, e.g. 0:42-0:55, or render the song first",
        )
    if not any(line["heard_start_s"] is not None for line in heard):
        raise SpanError(
            f"no line of {take} was heard, so nobody knows where they are sung",
            hint="point at a span of time, e.g. 0:42-0:55",
        )
    return lyrics.with_lines(
        line.moved_to(float(place["start_s"]))
        for line, place in zip(lyrics.lines, heard, strict=True)
    )
