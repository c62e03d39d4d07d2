"""Reads the song out of what a model sends: LRC as asked, or plain sections, Markdown, JSON, with talk around it.

The rule is that a line of words is never lost when in doubt it belongs to the song, and talk is never sung:
talk is what stands before the first and after the last line that a stamp, a label or a neighbour marks as sung.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from songsmith.agent.writers.replies.reply_text import (
    find_json,
    unfenced,
    unmarked,
    without_thinking,
)
from songsmith.lyrics.labels import narrow, read_label
from songsmith.lyrics.lyric import Draft, Lyrics
from songsmith.lyrics.reading.lrc import format_stamp, parse_lyrics
from songsmith.lyrics.stamps import STAMP, parse_clock

__all__ = ["SongReply", "is_refusal", "read_song", "text_of_json"]

_FEWEST_LINES = 4
"""Fewer lines without stamps and labels are an answer, not a song."""

_HEADER = re.compile(
    r"(?:\[\s*)?(?P<key>title|song title|ti|style|genre|标题|歌名|歌曲名|风格|曲风)\s*[:：]\s*(?P<value>.+?)\s*\]?",
    re.IGNORECASE,
)
_TITLE_KEYS = {"title", "song title", "ti", "标题", "歌名", "歌曲名"}
_REFUSAL = re.compile(
    r"(?:i['’]?m (?:very )?sorry|sorry|i apologi[sz]e|i (?:can(?:no|['’])t|won['’]t|am (?:not able|unable))"
    r"|as an ai\b|抱歉|对不起|很遗憾|我不能|我无法|作为(?:一个)?(?:ai|人工智能))",
    re.IGNORECASE,
)
_TALK = re.compile(
    r"let me know|feel free|hope (?:you|this)|would you like|here(?:['’]s| is| are)\b.*(?:song|lyrics?|version|lines?)"
    r"|\b(?:note|notes|explanation|timing|word count)\s*:|i(?:['’]ve| have) (?:written|kept|tried|used)"
    r"|^(?:sure|certainly|of course|absolutely)\b|希望你|希望您|如果(?:你|您)|需要(?:我|修改|调整)"
    r"|以下是|这(?:是|首歌).*(?:歌词|歌曲)"
    r"|(?:注|说明|备注)\s*[:：]|^好的",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class SongReply:
    """What was found: title, style, words (with stamps or without), and remarks on what was odd."""

    words: Lyrics | Draft
    title: str = ""
    style: str = ""
    notes: tuple[str, ...] = ()

    @property
    def line_count(self) -> int:
        return sum(len(section.lines) for section in self.words.sections)


def is_refusal(text: str) -> bool:
    """Whether the reply begins like a refusal."""
    return bool(_REFUSAL.match(without_thinking(text).strip()))


def read_song(reply: str) -> SongReply:
    """The song in a reply; one without lines if there is none."""
    text = without_thinking(reply).replace("\r\n", "\n").replace("\r", "\n")
    inside, outside = unfenced(text)
    body = inside if inside.strip() else outside
    value = find_json(body)
    if value is not None and (as_text := text_of_json(value)):
        body = as_text
    title, style, lines = _without_headers([unmarked(line) for line in body.split("\n")])
    if inside.strip():
        more_title, more_style, _ = _without_headers([unmarked(x) for x in outside.split("\n")])
        title, style = title or more_title, style or more_style
    sung, notes = _with_stamps(_without_talk(lines))
    words = parse_lyrics("\n".join(sung), as_written=True).lyrics
    words = replace(words, title=title or words.title, tags=())
    return SongReply(words, title or words.title, style, tuple(notes))


def _without_headers(lines: list[str]) -> tuple[str, str, list[str]]:
    """Title, style and the other lines. A heading before the song is a title too."""
    title, style, rest = "", "", []
    has_begun = False
    for line in lines:
        header = None if has_begun and title and style else _HEADER.fullmatch(line)
        heading = re.fullmatch(r"#{1,3}\s*(.+)", line)
        if header:
            value = header["value"].strip().strip("\"“”'《》*#").strip()
            if header["key"].lower() in _TITLE_KEYS:
                title = title or value
            else:
                style = style or value
        elif heading and not has_begun and not title and not read_label(line):
            title = heading[1].strip("\"“”'《》* ")
        else:
            has_begun = has_begun or _is_mark(line)
            rest.append(line)
    return title, style, rest


def _is_mark(line: str) -> bool:
    """Whether the line belongs to a song by its form: a stamp or a label."""
    return _stamp_s(_unnumbered(line)) is not None or read_label(line) is not None


def _stamp_s(line: str) -> float | None:
    match = STAMP.match(narrow(line))
    return parse_clock(match[1]) if match else None


def _unnumbered(line: str) -> str:
    """A line without the list number before its stamp: "3. [00:12.00] words", "3| [00:12.00] words"."""
    return re.sub(r"^\s*\d{1,3}\s*[.)、:：|]\s*(?=[\[【［])", "", line)


def _without_talk(lines: list[str]) -> list[str]:
    """The lines of the song, without list numbers and without the talk around and between them."""
    lines = [_unnumbered(line) for line in _without_list_numbers(lines)]
    paragraphs = _paragraphs(lines)
    marked = [n for n, paragraph in enumerate(paragraphs) if any(map(_is_mark, paragraph))]
    if not marked:
        return _bare_song(paragraphs)
    has_stamps = any(_stamp_s(line) is not None for line in lines)
    first = paragraphs[marked[0]]
    first = first[next(n for n, line in enumerate(first) if _is_mark(line)) :]
    inner = [p for p in paragraphs[marked[0] + 1 : marked[-1] + 1] if not _is_talk(p)]
    after = paragraphs[marked[-1] + 1 :]
    outer = [] if has_stamps else _without_last_talk(after)
    song = [first, *inner, *outer]
    while has_stamps and not _is_mark(song[-1][-1]) and _TALK.search(song[-1][-1]):
        song[-1] = song[-1][:-1]
    return [line for paragraph in song for line in (*paragraph, "")]


def _paragraphs(lines: list[str]) -> list[list[str]]:
    """Groups of lines that stand together; rules ("---") part them like blank lines."""
    groups: list[list[str]] = [[]]
    for line in lines:
        if not line or re.fullmatch(r"[-=_*~`]{3,}", line):
            groups.append([])
        else:
            groups[-1].append(line)
    return [group for group in groups if group]


def _is_talk(paragraph: list[str]) -> bool:
    """Whether a paragraph speaks about the song: one line that does, or a list under a heading."""
    if any(map(_is_mark, paragraph)) or not _TALK.search(paragraph[0]):
        return False
    return len(paragraph) == 1 or paragraph[0].endswith((":", "："))


def _without_last_talk(paragraphs: list[list[str]]) -> list[list[str]]:
    """Unmarked paragraphs at the end of a plain song, up to the first that is talk or prose."""
    kept: list[list[str]] = []
    for paragraph in paragraphs:
        is_prose = sum(map(len, paragraph)) > 90 * len(paragraph)
        if _is_talk(paragraph) or is_prose or paragraph[-1].endswith((":", "：")):
            break
        kept.append(paragraph)
    return kept


def _without_list_numbers(lines: list[str]) -> list[str]:
    """Plain lines without "1. ", where most lines have such a number."""
    numbered = [re.match(r"\s*\d{1,3}\s*[.)、]\s+(?=\S)", line) for line in lines]
    words = sum(bool(line) for line in lines)
    if sum(bool(match) for match in numbered) * 2 < words:
        return lines
    return [
        line[match.end() :] if match else line for line, match in zip(lines, numbered, strict=True)
    ]


def _bare_song(paragraphs: list[list[str]]) -> list[str]:
    """Lines without any stamp or label, if they look like a song: short ones, and enough of them."""
    song = [p for p in paragraphs if not _is_talk(p)]
    if song and song[0][0].endswith((":", "：")):
        song[0] = song[0][1:]
    words = [line for paragraph in song for line in paragraph]
    is_song = len(words) >= _FEWEST_LINES and sum(map(len, words)) < 60 * len(words)
    if not is_song or _REFUSAL.match(words[0]):
        return []
    return [line for paragraph in song for line in (*paragraph, "")]


def _with_stamps(lines: list[str]) -> tuple[list[str], list[str]]:
    """The lines, each with a stamp if some have one: forgotten ones are set between their neighbours."""
    stamps = [_stamp_s(line) for line in lines]
    known = [number for number, stamp_s in enumerate(stamps) if stamp_s is not None]
    # A stamp alone is no line, but tells where the line before it ends.
    is_sung = [
        bool(line) and (stamp_s is not None or read_label(line) is None)
        for line, stamp_s in zip(lines, stamps, strict=True)
    ]
    forgotten = [n for n, stamp_s in enumerate(stamps) if stamp_s is None and is_sung[n]]
    if not known or not forgotten:
        return lines, []
    filled = list(lines)
    for number in forgotten:
        stamp_s = _between(number, stamps, is_sung)
        filled[number] = f"[{format_stamp(stamp_s)}]{lines[number]}"
    return filled, [f"{len(forgotten)} of the model's lines had no stamp; they got one in between"]


def _between(number: int, stamps: list[float | None], is_sung: list[bool]) -> float:
    """A stamp for line `number`, at its share of the time between the stamped lines around it."""
    sung = [n for n, sings in enumerate(is_sung) if sings]
    place = sung.index(number)
    before = next((p for p in range(place, -1, -1) if stamps[sung[p]] is not None), None)
    after = next((p for p in range(place, len(sung)) if stamps[sung[p]] is not None), None)
    if before is None:
        assert after is not None
        return max(0.0, (stamps[sung[after]] or 0.0) - 4.0 * (after - place))
    start_s = stamps[sung[before]] or 0.0
    if after is None:
        return start_s + 4.0 * (place - before)
    return start_s + ((stamps[sung[after]] or 0.0) - start_s) * (place - before) / (after - before)


def text_of_json(value: Any) -> str:
    """A song given as JSON, in whatever shape, as text; "" if there is none in it."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return "\n".join(filter(None, map(text_of_json, value)))
    if not isinstance(value, Mapping):
        return ""
    fields = {str(key).casefold().replace("-", "_"): item for key, item in value.items()}
    words = _first(fields, "text", "words", "line", "lyric")
    if isinstance(words, str):
        return _json_stamp(_first(fields, "time", "start", "start_s", "stamp", "timestamp")) + words
    label = _first(fields, "label", "section", "name", "type", "part")
    parts = [f"[{label}]"] if isinstance(label, str) and label else []
    parts += [
        f"{key}: {fields[key]}" for key in ("title", "style") if isinstance(fields.get(key), str)
    ]
    inner = _first(fields, "sections", "lyrics", "lines", "song", "lrc", "content", "verses")
    return "\n".join([*parts, text_of_json(inner), ""]) if inner is not None else ""


def _first(fields: Mapping[str, Any], *names: str) -> Any:
    return next((fields[name] for name in names if name in fields), None)


def _json_stamp(value: object) -> str:
    """A stamp given as seconds or as text, "" if there is none."""
    if isinstance(value, int | float) and 0 <= value < 36_000:
        return f"[{format_stamp(float(value))}]"
    if isinstance(value, str) and parse_clock(value.strip("[] ")) is not None:
        return f"[{value.strip('[] ')}]"
    return ""
