"""Lyrics in JSON: what lrclib, NetEase's service, Spotify's, Whisper and whisper.cpp answer with.

Each becomes the text of an LRC file, which is then read like any other; a translation beside the words follows them.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from songsmith.lyrics.lyric import clean_text
from songsmith.lyrics.reading.inline import escape
from songsmith.lyrics.stamps import format_stamp, parse_clock

__all__ = ["is_json", "lrc_of_json", "plain_credit", "read_json"]

_TEXTS = ("syncedLyrics", "synced_lyrics", "lrc", "lyric", "plainLyrics", "plain_lyrics", "lyrics")
_TAGS = {
    **{"trackName": "ti", "title": "ti", "artistName": "ar", "artist": "ar", "albumName": "al"},
    "language": "la",
}
_LINES = ("segments", "lines", "transcription", "chunks")
_NOTHING = object()


def plain_credit(line: str) -> str:
    """NetEase's `{"t":0,"c":[{"tx":"作词: "},{"tx":"王某"}]}` before the lyrics as a line with a stamp."""
    if not line.startswith('{"t":'):
        return line
    value = read_json(line)
    if not isinstance(value, dict) or not isinstance(value.get("c"), list):
        return line
    words = [piece.get("tx") for piece in value["c"] if isinstance(piece, dict)]
    time_ms = value.get("t")
    if not isinstance(time_ms, int) or not all(isinstance(word, str) for word in words):
        return line
    return f"[{format_stamp(time_ms / 1000)}]{''.join(map(str, words))}"


def read_json(text: str) -> object:
    """The JSON value of a text that begins like one; a value of its own kind if it is not JSON."""
    if text.lstrip()[:1] not in ("{", "["):
        return _NOTHING
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return _NOTHING


def is_json(value: object) -> bool:
    return value is not _NOTHING


def lrc_of_json(value: Any) -> str:
    """The lyrics in a JSON value as LRC or plain text; "" if there are none in any of the known shapes."""
    if isinstance(value, list):
        found = next((text for text in map(lrc_of_json, value[:1]) if text), "")
        return found or "\n".join(_timed(value)) or _plain_lines(value)
    if not isinstance(value, Mapping):
        return ""
    head = [
        f"[{key}:{clean_text(value[name])}]"
        for name, key in _TAGS.items()
        if isinstance(value.get(name), str)
    ]
    body = _body(value)
    return "\n".join([*head, body]) if body else ""


def _body(value: Mapping[str, Any]) -> str:
    for name in _LINES:
        if isinstance(value.get(name), list) and (lines := list(_timed(value[name]))):
            return "\n".join(lines)
    for name in _TEXTS:
        found = value.get(name)
        words = found if isinstance(found, str) else lrc_of_json(found)
        if words.strip():
            return "\n".join([words, *_translations(value)])
    return ""


def _translations(value: Mapping[str, Any]) -> Iterator[str]:
    """NetEase's translation and romanisation, LRC files of their own."""
    for name in ("tlyric", "ytlrc", "romalrc"):
        track = value.get(name)
        if isinstance(track, Mapping) and isinstance(track.get("lyric"), str):
            yield track["lyric"]


def _timed(items: Sequence[Any]) -> Iterator[str]:
    """Segments and lines with times, each as a line of LRC with its words' stamps and its end."""
    for item in items:
        if not isinstance(item, Mapping):
            continue
        words = next((item[key] for key in ("text", "words", "line") if _is_text(item, key)), None)
        start_s, end_s = _bounds_s(item)
        if words is None or start_s is None:
            continue
        end = f"<{format_stamp(end_s)}>" if end_s is not None and end_s > start_s else ""
        body = _with_word_stamps(item) or escape(clean_text(words))
        yield f"[{format_stamp(start_s)}]{body}{end}"


def _with_word_stamps(item: Mapping[str, Any]) -> str:
    parts = item.get("words")
    if not isinstance(parts, list):
        return ""
    stamped = ""
    for part in parts:
        word = part.get("word", part.get("text")) if isinstance(part, Mapping) else None
        start_s = _bounds_s(part)[0] if isinstance(word, str) else None
        if not isinstance(word, str) or start_s is None:
            return ""
        mark = f"<{format_stamp(start_s)}>"
        space = " " if word.startswith(" ") or stamped == "" else ""
        stamped += f"{space}{mark}{escape(word.strip())}{' ' if word.endswith(' ') else ''}"
    return stamped.strip()


def _is_text(item: Mapping[str, Any], key: str) -> bool:
    return isinstance(item.get(key), str)


def _bounds_s(item: Any) -> tuple[float | None, float | None]:
    """Start and end in seconds, of whichever names they have; milliseconds are known by theirs."""
    for holder, scale in ((item, 1.0), (item.get("timestamps"), 1.0), (item.get("offsets"), 0.001)):
        if not isinstance(holder, Mapping):
            continue
        start_s = _time_s(holder, ("start", "from", "startTime"), scale)
        end_s = _time_s(holder, ("end", "to", "endTime"), scale)
        if start_s is not None:
            return start_s, end_s
        start_s = _time_s(item, ("startTimeMs", "start_ms", "time_ms"), 0.001)
        if start_s is not None:
            return start_s, _time_s(item, ("endTimeMs", "end_ms"), 0.001)
    pair = item.get("timestamp")
    if isinstance(pair, list) and len(pair) == 2 and isinstance(pair[0], int | float):
        return float(pair[0]), float(pair[1]) if isinstance(pair[1], int | float) else None
    return None, None


def _time_s(holder: Mapping[str, Any], names: Sequence[str], scale: float) -> float | None:
    for name in names:
        value = holder.get(name)
        if isinstance(value, bool):
            continue
        if isinstance(value, int | float) and 0 <= value * scale < 36_000:
            return value * scale
        if isinstance(value, str) and (clock_s := parse_clock(value)) is not None:
            return clock_s
        if isinstance(value, str) and value.isdecimal() and len(value) < 9:
            return int(value) * scale
    return None


def _plain_lines(items: Sequence[Any]) -> str:
    """A list of lines, or of objects with a text."""
    lines = [item if isinstance(item, str) else "" for item in items]
    return "\n".join(lines) if any(line.strip() for line in lines) else ""
