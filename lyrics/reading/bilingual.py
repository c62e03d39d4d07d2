r"""Lyrics in several languages: an original and its translations, told apart and put beside each other.

They come as lines at the same stamp or a hundredth of a second apart, as two texts in one line (parted by `\n`, ` / `
or `｜`), as lines in turn, or as a block after the song. The first language is the one that is sung, until
`sung_in` says another.
"""

import re
import unicodedata
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache

from songsmith.lyrics.fault import Fault
from songsmith.lyrics.lyric import Beside, Draft, DraftSection, LyricLine, Lyrics, Translation
from songsmith.lyrics.reading.encoding import LrcError
from songsmith.lyrics.reading.events import Event, Label, Words
from songsmith.lyrics.reading.inline import Inline
from songsmith.lyrics.song_faults import language_code
from songsmith.lyrics.speech.language_guess import (
    guess_language,
    has_small_words,
    script_language,
)
from songsmith.lyrics.speech.mandarin import syllable_phones

__all__ = ["languages_in", "sung_in", "with_translations"]

_SAME_S = 0.015
_SHARE = 0.6
_FEWEST = 2
_FEWEST_IN_TURN = 4
_SPELLED = ("ja", "ko", "zh", "ru", "hi", "ar", "th")
_ROMAJI = re.compile(
    r"(?:(?:[kgsztdnhbpmrfvw]y?|sh|ch|ts|j|y)?[aeiou]|n(?![aeiou])|([kstpcmg])(?=\1)|t(?=ch)|h(?![aeiouy]))+"
)
_LIKE_SPELLING, _LONGEST_SPELLED = 0.85, 18
"""The share of words that look like a spelling, and the most letters of one that is tried: syllables can be parted in
many ways."""
_PLAIN = dict.fromkeys(range(768, 880)) | {ord("’"): None, ord("'"): None}
_PARTINGS = (r"\\n", r"\s[/／]\s|／", r"\s?[｜|]\s?")
_HEADING = re.compile(
    r"\W*(?:(?:english |chinese |lyrics? )?translation|译文|譯文|翻译|翻譯|中文(?:翻译|翻譯|歌词)?|中译|中譯"
    r"|和訳|日本語訳|traducci[oó]n|traduction|tradução|traduzione|übersetzung|перевод|terjemahan|bản dịch)\W*",
    re.I,
)


def with_translations(events: Sequence[Event]) -> tuple[list[Event], list[Fault]]:
    """The events with translations beside the lines they translate, and a note of which languages there are."""
    for find in (_in_one_line, _block_after, _at_one_stamp, _in_turn):
        found = find(events)
        if found is not None:
            return found, [_note(found)]
    return list(events), []


def languages_in(words: Lyrics | Draft) -> tuple[str, ...]:
    """The languages that the lines come in, that of the words to sing first."""
    texts, besides = _texts_and_besides(words)
    others = dict.fromkeys(t.language for beside in besides for t in beside.translations)
    if not others:
        return (words.language or guess_language("\n".join(texts)),)
    return (guess_language("\n".join(texts)), *others)


def sung_in(words: Lyrics | Draft, language: str) -> Lyrics | Draft:
    """The lyric with the lines in this language as the words, and what was sung beside them; lines that it has no
    translation for stay. Raises `LrcError` where no line comes in it."""
    own, *others = languages_in(words)
    code = language_code(language)
    if code == own:
        return words
    if code not in others:
        raise LrcError(
            f"the lyrics are not in {language!r}",
            hint=f"they are in {' and '.join([own, *others])}; leave --only out or name one of these",
        )
    tagged = replace(words, language=code if words.language else "")
    if isinstance(tagged, Draft):
        return replace(tagged, sections=tuple(_draft_in(s, own, code) for s in tagged.sections))
    return tagged.with_lines(_line_in(line, own, code) for line in tagged.lines)


def _texts_and_besides(words: Lyrics | Draft) -> tuple[list[str], list[Beside]]:
    if isinstance(words, Lyrics):
        return [line.text for line in words.lines], [line.beside for line in words.lines]
    return (
        [text for section in words.sections for text in section.lines],
        [beside for section in words.sections for beside in section.beside],
    )


def _line_in(line: LyricLine, own: str, language: str) -> LyricLine:
    text, beside = _exchanged(line.text, line.beside, own, language)
    return line if text == line.text else replace(line.reworded(text), beside=beside)


def _draft_in(section: DraftSection, own: str, language: str) -> DraftSection:
    if not section.beside:
        return section
    pairs = [
        _exchanged(text, beside, own, language)
        for text, beside in zip(section.lines, section.beside, strict=True)
    ]
    lines, besides = tuple(text for text, _ in pairs), tuple(beside for _, beside in pairs)
    return replace(section, lines=lines, beside=besides, chords=())


def _exchanged(text: str, beside: Beside, own: str, language: str) -> tuple[str, Beside]:
    """The text in this language, and the old one among the translations."""
    found = [t for t in beside.translations if t.language == language]
    if not found:
        return text, beside
    rest = [t for t in beside.translations if t != found[0]]
    return found[0].text, replace(beside, translations=(Translation(own, text), *rest), says=())


def _note(events: Sequence[Event]) -> Fault:
    words = [e for e in events if isinstance(e, Words)]
    own = guess_language("\n".join(word.inline.text for word in words))
    others = list(dict.fromkeys(t.language for word in words for t in word.beside.translations))
    return Fault(
        "bilingual",
        "note",
        f"each line comes in {len(others) + 1} languages: {', '.join([own, *others])}; {own} is sung, "
        "the rest is kept beside it",
        _how_to_sing(others),
    )


def _how_to_sing(others: Sequence[str]) -> str:
    """What to type for another of the languages; spellings are not sung gladly."""
    named = [name for name in others if name != "rom"]
    if not named:
        return ""
    return f"--only {named[0]} sings {'the other' if len(others) == 1 else 'another'}"


def _lines_of(events: Sequence[Event]) -> list[Words]:
    return [event for event in events if isinstance(event, Words) and event.inline.text]


def _script(text: str) -> str:
    """The writing of a text: that of most of its letters; kana count for Japanese, whatever else there is."""
    counts = Counter(filter(None, map(script_language, text)))
    if counts["ja"] and counts["ja"] * 8 >= counts["zh"]:
        return "ja"
    return max(counts, key=lambda name: counts[name], default="")


def _languages(tracks: Sequence[Sequence[str]]) -> list[str]:
    """The language of each track, "rom" for one that spells another in Latin letters."""
    texts = ["\n".join(track) for track in tracks]
    scripts = list(map(_script, texts))
    own = next((script for script in scripts if script in _SPELLED), "")
    return [
        "rom" if own and script == "la" and _spells(text, own) else guess_language(text)
        for text, script in zip(texts, scripts, strict=True)
    ]


def _spells(text: str, script: str) -> bool:
    """Whether a text in Latin letters spells the sounds of another writing: by the shape of its words where that tells,
    else by the want of small words."""
    if script not in ("ja", "zh"):
        return not has_small_words(text)
    shape = _ROMAJI if script == "ja" else _pinyin()
    words = re.findall(
        r"[^\W\d_]+", unicodedata.normalize("NFD", text.casefold()).translate(_PLAIN)
    )
    like = [word for word in words if len(word) <= _LONGEST_SPELLED and shape.fullmatch(word)]
    return len(like) >= _LIKE_SPELLING * max(1, len(words))


@cache
def _pinyin() -> re.Pattern[str]:
    """Words of pinyin without tones."""
    syllables = {reading.rstrip("12345") for reading in syllable_phones()}
    return re.compile(f"(?:{'|'.join(sorted(syllables, key=len, reverse=True))})+")


def _differ(tracks: Sequence[Sequence[str]]) -> bool:
    """Whether all tracks are in writings of their own, or in languages of their own."""
    texts = ["\n".join(track) for track in tracks]
    scripts = [_script(text) for text in texts]
    if "" in scripts:
        return False
    named = zip(scripts, _languages(tracks), strict=True)
    return len({*scripts}) == len(texts) or len({*named}) == len(texts)


def _in_one_line(events: Sequence[Event]) -> list[Event] | None:
    """Each line holds its translation, parted from it by a mark."""
    lines = _lines_of(events)
    for pattern in _PARTINGS:
        parting = re.compile(pattern)
        pieces = [
            [p.strip() for p in parting.split(x.inline.text) if p.strip()] if x.inline.text else []
            for x in lines
        ]
        usual = Counter(len(p) for p in pieces if len(p) > 1).most_common(1)
        if not usual or usual[0][1] < max(_FEWEST, _SHARE * len(lines)) or usual[0][0] > 3:
            continue
        whole = [p for p in pieces if len(p) == usual[0][0]]
        tracks = list(zip(*whole, strict=True))
        if not _differ(tracks):
            continue
        languages = _languages(tracks)
        parted = iter(pieces)
        return [
            _parted(event, next(parted), languages)
            if isinstance(event, Words) and event.inline.text
            else event
            for event in events
        ]
    return None


def _parted(line: Words, pieces: Sequence[str], languages: Sequence[str]) -> Words:
    if len(pieces) != len(languages):
        return line
    end = line.inline.text.find(pieces[0]) + len(pieces[0])
    inline = Inline(
        pieces[0],
        tuple(c for c in line.inline.chords if c.offset <= end),
        tuple(w for w in line.inline.word_stamps if w.offset < end),
        tuple(s for s in line.inline.says if s.offset + s.length <= end),
    )
    return _beside(replace(line, inline=inline), zip(languages[1:], pieces[1:], strict=True))


def _beside(line: Words, translations: Iterator[tuple[str, str]]) -> Words:
    found = tuple(Translation(language, text) for language, text in translations)
    return replace(
        line, beside=replace(line.beside, translations=(*line.beside.translations, *found))
    )


def _at_one_stamp(events: Sequence[Event]) -> list[Event] | None:
    """Lines at the same time, next to each other or in blocks one after the other."""
    places = [
        i for i, e in enumerate(events) if isinstance(e, Words) and e.stamps_s and e.inline.text
    ]
    lines = {i: e for i in places if isinstance(e := events[i], Words)}
    groups = _groups(lines)
    several = [group for group in groups if len(group) > 1]
    if len(several) < max(_FEWEST, _SHARE * len(groups)):
        return None
    count = Counter(map(len, several)).most_common(1)[0][0]
    whole = _in_usual_order([[lines[i].inline.text for i in g] for g in several if len(g) == count])
    tracks = list(zip(*whole, strict=True))
    if not _differ(tracks):
        return None
    languages, scripts = _languages(tracks), [_script("\n".join(track)) for track in tracks]
    kept: dict[int, Words] = {}
    for group in groups:
        order = _by_script(group, lines, scripts)
        first = lines[order[0]]
        names = _names(len(order), languages)
        others = ((n, lines[i].inline.text) for n, i in zip(names, order[1:], strict=True))
        earliest_s = tuple(min(lines[i].stamps_s) for i in group)
        at_s = (min(earliest_s), *first.stamps_s[1:])
        kept[order[0]] = _beside(replace(first, stamps_s=at_s), others)
    return [kept.get(i, e) for i, e in enumerate(events) if i in kept or i not in lines]


def _names(count: int, languages: Sequence[str]) -> list[str]:
    return [*languages[1:count], *[languages[-1]] * max(0, count - len(languages))]


def _groups(lines: dict[int, Words]) -> list[list[int]]:
    """Places of the lines that share a stamp, in the order of the file."""
    by_time = sorted(lines, key=lambda i: (lines[i].stamps_s[0], i))
    groups: list[list[int]] = []
    last_s = -1.0
    for place in by_time:
        start_s = lines[place].stamps_s[0]
        if groups and start_s - last_s <= _SAME_S and len(groups[-1]) < 4:
            groups[-1].append(place)
        else:
            groups.append([place])
        last_s = start_s
    return [sorted(group) for group in groups]


def _in_usual_order(rows: Sequence[Sequence[str]]) -> list[list[str]]:
    """The rows with their texts in the order of writings that most rows have."""
    orders = Counter(tuple(map(_script, row)) for row in rows)
    usual = orders.most_common(1)[0][0]
    if len(set(usual)) < len(usual):
        return [list(row) for row in rows]
    return [sorted(row, key=lambda t: _rank(usual, _script(t))) for row in rows]


def _rank(order: Sequence[str], script: str) -> int:
    return order.index(script) if script in order else len(order)


def _by_script(group: Sequence[int], lines: dict[int, Words], scripts: Sequence[str]) -> list[int]:
    if len(set(scripts)) < len(scripts):
        return list(group)
    return sorted(group, key=lambda i: (_rank(scripts, _script(lines[i].inline.text)), i))


def _block_after(events: Sequence[Event]) -> list[Event] | None:
    """A translation behind the song, under a heading of its own or as many lines in another writing."""
    for place, event in enumerate(events):
        text = event.text if isinstance(event, Label) else ""
        text = event.inline.text if isinstance(event, Words) else text
        if text and _HEADING.fullmatch(text):
            return _matched(list(events[:place]), _lines_of(events[place + 1 :]), is_sure=True)
    lines = _lines_of(events)
    half = len(lines) // 2
    if len(lines) % 2 or half < _FEWEST_IN_TURN or any(line.stamps_s for line in lines):
        return None
    scripts = [_script(line.inline.text) for line in lines]
    if len(set(scripts[:half])) == len(set(scripts[half:])) == 1 and scripts[0] != scripts[half]:
        place = next(i for i, e in enumerate(events) if e is lines[half])
        return _matched(list(events[:place]), lines[half:], is_sure=False)
    return None


def _matched(song: list[Event], block: Sequence[Words], *, is_sure: bool) -> list[Event] | None:
    """The song with the lines of the block beside its own: one for one, or by their stamps."""
    own = _lines_of(song)
    if not block or not own:
        return None
    language = _languages([[x.inline.text for x in own], [x.inline.text for x in block]])[1]
    if len(own) == len(block):
        pairs = {id(a): b.inline.text for a, b in zip(own, block, strict=True)}
    elif all(line.stamps_s for line in block) and is_sure:
        pairs = dict(_by_time(own, block))
    elif is_sure:
        return song  # a translation that can't be matched is not sung either
    else:
        return None
    return [
        _beside(e, iter([(language, pairs[id(e)])]))
        if isinstance(e, Words) and id(e) in pairs
        else e
        for e in song
    ]


def _by_time(own: Sequence[Words], block: Sequence[Words]) -> Iterator[tuple[int, str]]:
    ordered = sorted((line for line in own if line.stamps_s), key=lambda line: line.stamps_s[0])
    starts_s = [line.stamps_s[0] for line in ordered]
    for line in block:
        place = bisect_left(starts_s, line.stamps_s[0] - _SAME_S)
        if place < len(starts_s) and abs(starts_s[place] - line.stamps_s[0]) <= _SAME_S:
            yield id(ordered[place]), line.inline.text


def _in_turn(events: Sequence[Event]) -> list[Event] | None:
    """Words without stamps whose every second line is in another writing."""
    lines = _lines_of(events)
    if len(lines) < _FEWEST_IN_TURN or len(lines) % 2 or any(line.stamps_s for line in lines):
        return None
    tracks = [[line.inline.text for line in lines[k::2]] for k in (0, 1)]
    scripts = [[_script(text) for text in track] for track in tracks]
    if not (len(set(scripts[0])) == len(set(scripts[1])) == 1 and scripts[0][0] != scripts[1][0]):
        return None
    languages = _languages(tracks)
    pairs = {id(a): b.inline.text for a, b in zip(lines[::2], lines[1::2], strict=True)}
    gone = {id(line) for line in lines[1::2]}
    return [
        _beside(e, iter([(languages[1], pairs[id(e)])]))
        if isinstance(e, Words) and id(e) in pairs
        else e
        for e in events
        if id(e) not in gone
    ]
