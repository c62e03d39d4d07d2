"""Credits and adverts at the head and the foot of downloaded lyrics, set aside: by their words, and by their place.

A run of short `word：name` lines less than a second apart is a block of credits, whatever the words are. Title, artist
and authors become tags.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from songsmith.lyrics.credits import has_credit_shape, is_advert, is_credit, split_credit
from songsmith.lyrics.fault import Fault
from songsmith.lyrics.lyric import clean_text
from songsmith.lyrics.reading.events import Event, Tag, Words
from songsmith.lyrics.reading.inline import Inline

__all__ = ["without_credits"]

_CLOSE_S = 1.0
_FEWEST_BY_PLACE = 3
_HEAD_LINE_S = 5.0
_TITLE_LINE = re.compile(r"(\S.{0,60}?)\s[-–—]\s(\S.{0,80})")
_TAGS = {
    **dict.fromkeys(("歌手", "演唱", "演唱者", "原唱", "singer", "artist", "ca sĩ", "ca sỹ"), "ar"),
    **dict.fromkeys(("歌名", "歌曲", "曲名", "title", "song", "bài hát", "歌曲名"), "ti"),
    **dict.fromkeys(("词", "作词", "填词", "詞", "作詞", "lyricist", "lyrics", "lyrics by"), "au"),
    **dict.fromkeys(("曲", "作曲", "composer", "composed by"), "composer"),
    **dict.fromkeys(("专辑", "專輯", "所属专辑", "album"), "al"),
}


def without_credits(events: Sequence[Event]) -> tuple[list[Event], list[Fault]]:
    """The events without credits, what they say as tags, and a note of how many lines that were."""
    places = [i for i, e in enumerate(events) if isinstance(e, Words) and e.inline.text]
    lines = [event for i in places if isinstance(event := events[i], Words)]
    tags = {event.key: event.value for event in events if isinstance(event, Tag)}
    head = _sure(lines[: _head(lines, tags)])
    foot = len(lines) - _sure(lines[_foot(lines, head) :])
    adverts = [i for i in range(head, foot) if is_advert(lines[i].inline.text)]
    aside = {*range(head), *range(foot, len(lines)), *adverts}
    if not aside or len(aside) == len(lines):
        return list(events), []
    gone = {places[i]: lines[i] for i in aside}
    found = dict(_as_tags([lines[i].inline.text for i in sorted(aside)], tags))
    kept: list[Event] = [Tag(key, value) for key, value in found.items()]
    for place, event in enumerate(events):
        if place not in gone:
            kept.append(event)
        elif place >= places[head]:  # nothing is sung there any more: the line before it ends
            line = gone[place]
            kept += [Words(Inline(""), line.stamps_s, line.source_line)] if line.stamps_s else []
    return kept, [_note(lines, sorted(aside))]


def _note(lines: Sequence[Words], aside: Sequence[int]) -> Fault:
    count = len(aside)
    shown = "; ".join(lines[i].inline.text[:24] for i in aside[:3])
    return Fault(
        "credits-set-aside",
        "note",
        f"{count} line{'s' if count > 1 else ''} of credits {'are' if count > 1 else 'is'} not sung: "
        f"{shown}{' …' if count > 3 else ''}",
        "--sing-all keeps them",
    )


def _sure(block: Sequence[Words]) -> int:
    """How many lines the block has; none where it is but one that could be sung too."""
    is_doubtful = len(block) == 1 and not is_credit(block[0].inline.text)
    return 0 if is_doubtful and not _TITLE_LINE.fullmatch(block[0].inline.text) else len(block)


def _head(lines: Sequence[Words], tags: dict[str, str]) -> int:
    """How many lines at the beginning are credits."""
    texts = [line.inline.text for line in lines]
    end = place = 0
    if lines and _is_title_line(lines, tags):
        place = end = 1
    run_from = place
    while place < len(lines):
        if is_credit(texts[place], at_edge=True):
            end = place + 1
        elif not has_credit_shape(texts[place]):
            break
        elif _is_close_run(lines, run_from, place):
            end = max(end, place + 1)
        place += 1
    return end


def _foot(lines: Sequence[Words], head: int) -> int:
    """Where the credits at the end begin."""
    start = place = len(lines)
    while place > head:
        text = lines[place - 1].inline.text
        if is_credit(text, at_edge=True):
            start = place - 1
        elif not has_credit_shape(text):
            break
        elif _is_close_run(lines, place - 1, len(lines) - 1):
            start = place - 1
        place -= 1
    return start


def _is_close_run(lines: Sequence[Words], first: int, last: int) -> bool:
    """Whether these are at least three lines that all look like credits, each within a second of the next."""
    run = lines[first : last + 1]
    if len(run) < _FEWEST_BY_PLACE:
        return False
    starts_s = [line.stamps_s[0] for line in run if line.stamps_s]
    return len(starts_s) == len(run) and all(0 <= b - a < _CLOSE_S for a, b in pairwise(starts_s))


def _is_title_line(lines: Sequence[Words], tags: dict[str, str]) -> bool:
    """Whether the first line is `artist - title`."""
    text = clean_text(lines[0].inline.text)
    match = _TITLE_LINE.fullmatch(text)
    if match is None:
        title = tags.get("ti", "").casefold()
        return bool(title) and text.casefold().strip("《》") == title and _is_apart(lines)
    parts = {match[1].casefold().strip(), match[2].casefold().strip()}
    if parts & {tags.get("ti", "").casefold(), tags.get("ar", "").casefold()}:
        return True
    if len(lines) > 1 and is_credit(lines[1].inline.text, at_edge=True):
        return True
    return _is_apart(lines)


def _is_apart(lines: Sequence[Words]) -> bool:
    """Whether the first line stands at the very beginning, long before the second."""
    first, second = lines[0].stamps_s, lines[1].stamps_s if len(lines) > 1 else ()
    return bool(first and second) and first[0] < _CLOSE_S and second[0] - first[0] > _HEAD_LINE_S


def _as_tags(texts: Sequence[str], tags: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Tags for what the credits say, where there is none yet."""
    for number, text in enumerate(texts):
        head, name = split_credit(text)
        key = _TAGS.get(head.casefold().replace("  ", " ")) or _TAGS.get(
            head.casefold().replace(" ", "")
        )
        if key and not tags.get(key):
            yield key, name
        elif number == 0 and not head and (match := _TITLE_LINE.fullmatch(clean_text(text))):
            yield from ((k, v) for k, v in (("ar", match[1]), ("ti", match[2])) if not tags.get(k))
