"""What can be wrong with one line: each kind of fault is a function from what is known of the line."""

import math
import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from songsmith.lyrics.fault import Fault, Severity
from songsmith.lyrics.frames import LaidLine
from songsmith.lyrics.labels import aside_kind, strip_asides
from songsmith.lyrics.limits import SingingLimits
from songsmith.lyrics.lyric import LyricLine, clean_text
from songsmith.lyrics.pace import BREAK_S, BUSY_PER_S, SPARSE_PER_S, TOO_FAST_PER_S, Slot
from songsmith.lyrics.rates import FRAME_RATE_HZ
from songsmith.lyrics.speech.espeak import WORD_BREAK, pronounce
from songsmith.lyrics.speech.han import has_han
from songsmith.lyrics.speech.japanese import HOW_TO_READ_KANJI, is_japanese, read_japanese
from songsmith.lyrics.speech.language_names import LANGUAGE_NAMES
from songsmith.lyrics.speech.phonemes import PhonemeLine, spoken_text, unsupported_scripts
from songsmith.lyrics.speech.said import respelled, said, way_of
from songsmith.lyrics.speech.spoken import CHINESE_SIGNS, sung_text
from songsmith.lyrics.stamps import format_stamp

__all__ = ["LineFacts", "is_decoration", "line_faults"]

_IN_WORDS = {"&": "and", "@": "at", "%": "percent", "+": "plus", "=": "equals", "#": "number"}
_LONGEST_SONG_S = 600.0
_DECORATION = frozenset("*_|^`~\\<>{}[]•·★☆♪♫♬♩")
_GOOD_GAP_PER_S = 3.0
_SPARSE_GAP_S = 3.5  # a held note or two fills less
_LATE_S = 0.05


@dataclass(frozen=True)
class LineFacts:
    """A line, its number from 1, and what was found out about it.

    `token_count` is estimated where the phonemes here don't cover the writing. `latest_s` is the latest
    stamp of all lines before, `twin` the number of the first line with the same stamp, `language` that of
    the song, as two letters.
    """

    number: int
    line: LyricLine
    slot: Slot
    spoken: PhonemeLine
    token_count: int
    laid: LaidLine
    limits: SingingLimits
    duration_s: float
    latest_s: float
    twin: int
    language: str = "en"

    @property
    def languages(self) -> tuple[str, ...]:
        return self.limits.languages

    @property
    def is_framed(self) -> bool:
        """Whether the singer is given a model's sounds in frames, so that what it can't say is known here."""
        return self.limits.lays_frames

    @property
    def rate(self) -> float:
        return self.slot.rate(self.token_count)

    @property
    def is_past_end(self) -> bool:
        is_laid = self.is_framed and self.laid.is_sung
        return self.line.start_s >= self.duration_s and not is_laid

    @property
    def is_cut(self) -> bool:
        """Whether more than the closing period falls past the end."""
        return self.is_framed and self.laid.cut_tokens > 1

    @property
    def is_foreign(self) -> bool:
        """Whether the singer can't read it, so that nothing about its sounds is worth saying."""
        return self.is_framed and bool(unsupported_scripts(self.line.text))

    @property
    def has_words(self) -> bool:
        return any(ch.isalnum() for ch in self.line.text)


class _Finding(NamedTuple):
    code: str
    severity: Severity
    message: str
    hint: str


def line_faults(facts: LineFacts) -> tuple[Fault, ...]:
    """All faults of the line, those that keep it from being sung first."""
    found = [
        Fault(*finding, line=facts.number, source_line=facts.line.source_line)
        for find in (_FINDERS if facts.limits.takes_stamps else _OF_WORDS)
        for finding in find(facts)
    ]
    return tuple(
        sorted(found, key=lambda fault: ("error", "warning", "note").index(fault.severity))
    )


def is_decoration(character: str) -> bool:
    """Whether the character is an ornament that stands for no word: emoji, notes, asterisks, brackets."""
    return character in _DECORATION or unicodedata.category(character) in {"So", "Sk", "Co", "Cn"}


def _stamp(facts: LineFacts) -> Iterator[_Finding]:
    line = facts.line
    stamp = f"[{format_stamp(line.start_s)}]"
    if facts.is_past_end:
        needed_s = math.ceil(line.start_s + facts.token_count / 5 + 1)
        longer = f"make the song at least {needed_s} s long, or "
        yield _Finding(
            "past-end",
            "error",
            f"starts at {stamp}, but the song ends at {format_stamp(facts.duration_s)}",
            f"{longer if needed_s <= _LONGEST_SONG_S else ''}move or cut the line",
        )
    if line.start_s < facts.latest_s:
        yield _Finding(
            "out-of-order",
            "error",
            f"{stamp} is earlier than [{format_stamp(facts.latest_s)}] before it",
            "put the lines in the order of their stamps",
        )
    if facts.twin < facts.number:
        yield _Finding(
            "doubled-stamp",
            "error",
            f"{stamp} is the stamp of line {facts.twin} too",
            "move one of them, or delete it if it is a translation",
        )


def _language(facts: LineFacts) -> Iterator[_Finding]:
    if not facts.has_words:
        yield _Finding(
            "nothing-to-sing",
            "error",
            f"“{facts.line.text[:20]}” has no words" if facts.line.text else "has no words",
            "write words or delete the line",
        )
        return
    if not facts.is_framed:
        return
    known = " and ".join(LANGUAGE_NAMES.get(name, name) for name in sorted(facts.languages))
    strange = [
        LANGUAGE_NAMES[name] for name in sorted(facts.spoken.languages - set(facts.languages))
    ]
    scripts = [*unsupported_scripts(facts.line.text), *strange]
    if scripts:
        yield _Finding(
            "unsupported-script",
            "error",
            f"the {' and '.join(scripts)} words can't be sung; this engine sings {known}",
            "write the line in one of these, or choose an engine that sings it",
        )
    elif facts.spoken.is_silent or not facts.token_count:
        yield _Finding(
            "nothing-to-sing",
            "error",
            "has nothing that can be sung",
            "write words or delete the line",
        )
    elif facts.spoken.unknown:
        sounds = " ".join(dict.fromkeys(facts.spoken.unknown))
        yield _Finding(
            "unknown-phonemes",
            "warning",
            f"{len(facts.spoken.unknown)} sounds are not in the model's vocabulary and are left out: {sounds}",
            "spell the word as it should sound",
        )


def _pace(facts: LineFacts) -> Iterator[_Finding]:
    rate, slot, count = facts.rate, facts.slot, facts.token_count
    if facts.is_past_end or facts.is_cut or not facts.has_words or not count or facts.is_foreign:
        return
    length_s = slot.end_s - slot.start_s
    measured = f"{count} phonemes in {length_s:.1f} s, {rate:.1f}/s"
    words = _words_over(facts.line.text, count, BUSY_PER_S * length_s)
    more_s = max(0.1, count / BUSY_PER_S - length_s)
    hint = f"cut about {words} or give it {more_s:.1f} s more"
    if (count + 1) / FRAME_RATE_HZ > length_s:
        limit = (
            f"more than the {FRAME_RATE_HZ:.1f}/s there is room for; {BUSY_PER_S:.0f}/s sings well"
        )
        yield _Finding("too-fast", "error", f"{measured}; {limit}", hint)
    elif rate > TOO_FAST_PER_S:
        limit = f"words get lost above {TOO_FAST_PER_S:.0f}/s, {BUSY_PER_S:.0f}/s sings well"
        yield _Finding("too-fast", "warning", f"{measured}; {limit}", hint)
    elif rate > BUSY_PER_S:
        yield _Finding("busy", "note", f"{measured}; up to {BUSY_PER_S:.0f}/s sings well", hint)
    elif rate < SPARSE_PER_S and _SPARSE_GAP_S <= slot.gap_s < BREAK_S and not slot.is_before_break:
        missing = max(1, math.ceil((_GOOD_GAP_PER_S * length_s - count) / 4))
        yield _Finding(
            "sparse",
            "warning",
            f"{measured}; singers fill such a gap by repeating words",
            f"add about {_counted(missing, 'word')}, or start the next line "
            f"{length_s - max(count / _GOOD_GAP_PER_S, 1.2):.1f} s earlier",
        )


def _words_over(text: str, count: int, allowed: float) -> str:
    """How many words, or characters where there are no spaces, are too many."""
    characters = sum("\u3040" <= ch <= "\u9fff" for ch in text)
    words = len(text.split())
    unit, units = ("character", characters) if characters > words else ("word", words)
    over = math.ceil((count - allowed) / count * max(1, units))
    return _counted(max(1, min(over, units)), unit)


def _counted(number: int, unit: str) -> str:
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"


def _layout(facts: LineFacts) -> Iterator[_Finding]:
    """What the frames do to the line: pushed by the line before, or cut by the end of the song."""
    if not facts.is_framed:
        return
    laid = facts.laid
    late_s = (laid.first_frame - laid.asked_frame) / FRAME_RATE_HZ
    in_order = facts.line.start_s > facts.latest_s
    if laid.is_sung and late_s > _LATE_S and in_order:
        yield _Finding(
            "pushed",
            "warning",
            f"starts {late_s:.2f} s late, because line {facts.number - 1} is still being sung",
            f"start it at [{format_stamp(facts.line.start_s + late_s + 0.05)}], "
            f"or shorten line {facts.number - 1}",
        )
    if facts.is_cut and not facts.is_past_end:
        sung = len(laid.tokens) - laid.cut_tokens
        yield _Finding(
            "cut-at-end",
            "error",
            f"only {sung} of {len(laid.tokens)} phonemes are sung before the song ends",
            f"make the song {facts.token_count / BUSY_PER_S:.1f} s longer, start the line earlier or shorten it",
        )


def _unsung_words(facts: LineFacts) -> Iterator[_Finding]:
    """Labels, stage directions, credits and the like, which a singer would sing like any words."""
    text = facts.line.text
    kind = aside_kind(text)
    names = {
        "label": "a section label",
        "direction": "a stage direction",
        "credit": "a credit",
        "page": "a line of the page or chat it was copied from",
    }
    if kind is not None:
        hints = {
            "label": "put it on a line of its own without a stamp, in square brackets",
            "direction": "delete the line",
            "credit": "delete the line, or write it as a tag like [by:…]",
            "page": "delete the line",
        }
        yield _Finding(
            f"{kind}-sung",
            "warning",
            f"“{text[:40]}” looks like {names[kind]} and would be sung",
            hints[kind],
        )
    elif (kept := strip_asides(text)) != clean_text(text):
        yield _Finding(
            "direction-sung",
            "warning",
            f"“{text[:60]}” has a stage direction in it that would be sung",
            f"write “{kept[:60]}”",
        )


def _unread(facts: LineFacts) -> Iterator[_Finding]:
    """Japanese that nobody here can read."""
    is_ours = facts.language == "ja" or (facts.language != "zh" and is_japanese(facts.line.text))
    if facts.is_framed or not is_ours:
        return
    if unread := read_japanese(respelled(said(facts.line))).unread:
        yield _Finding(
            "unread",
            "warning",
            f"{' '.join(unread)[:40]} can't be read here and will not be sung",
            HOW_TO_READ_KANJI,
        )


def _says(facts: LineFacts) -> Iterator[_Finding]:
    """How words are said where the line says so, and what of that can't be understood."""
    told = []
    for say in facts.line.beside.says:
        word = facts.line.text[say.offset : say.offset + say.length]
        way, how = way_of(word, say.how)
        if way:
            told.append(f"“{word}” as {_as_heard(how) if way == 'respelling' else how}")
            continue
        chinese = "one syllable of pinyin with its tone for each character, parted by spaces"
        yield _Finding(
            "say-unread",
            "warning",
            f"“{word}” can't be said as “{say.how[:40]}”, so it is sung as it is written",
            f"write {chinese if has_han(word) else 'letters as they sound, or IPA between slashes'}",
        )
    if told:
        yield _Finding("said", "note", f"says {', '.join(told)}", "")


def _as_heard(respelling: str) -> str:
    """A respelling, with the sounds that English letters are read as."""
    if not respelling.isascii():
        return respelling
    sounds = "".join(" " if sound == WORD_BREAK else sound for sound in pronounce(respelling))
    return f"{respelling} /{sounds}/"


def _read_aloud(facts: LineFacts) -> Iterator[_Finding]:
    """Numbers and signs: sung as words, or not at all."""
    if facts.is_foreign:
        return
    text = strip_asides(facts.line.text)
    signs = [sign for sign in _IN_WORDS if sign in text]
    if facts.is_framed and facts.has_words and not facts.spoken.is_silent:
        spoken = spoken_text(text)
        if re.search(r"\d", text) or _letters(text) != _letters(spoken):
            yield _Finding(
                "read-aloud",
                "note",
                f"“{text[:60]}” will be sung as “{spoken[:90]}”",
                "write numbers and abbreviations as they should be sung",
            )
        signs = [s for s in signs if _IN_WORDS[s] not in spoken and CHINESE_SIGNS[s] not in spoken]
    if signs and facts.language != "ja":  # its reader knows them
        table = CHINESE_SIGNS if has_han(text) else _IN_WORDS
        words = ", ".join(f"“{table[sign]}” for “{sign}”" for sign in signs)
        shown = " ".join(signs)
        if facts.is_framed:
            yield _Finding("silent-sign", "warning", f"{shown} will not be sung", f"write {words}")
        else:
            said = sung_text(text, facts.language)
            is_left = any(sign in said for sign in signs)
            yield _Finding(
                "read-aloud",
                "note",
                f"{shown} will be sung as the voice reads it"
                if is_left
                else f"“{text[:60]}” will be sung as “{said[:90]}”",
                f"write {words} to be sure" if is_left else "write it as it should be sung",
            )
    ornaments = dict.fromkeys(ch for ch in text if is_decoration(ch))
    if ornaments and facts.has_words:
        yield _Finding(
            "ornament",
            "note",
            f"{' '.join(ornaments)} will not be sung",
            "delete it or write words",
        )


def _letters(text: str) -> str:
    return re.sub(r"[\W_]", "", unicodedata.normalize("NFKC", text)).casefold()


def _word_stamps(facts: LineFacts) -> Iterator[_Finding]:
    times = [stamp.start_s for stamp in facts.line.word_stamps]
    until_s = facts.line.start_s + facts.slot.gap_s
    rises = all(a <= b for a, b in pairwise(times))
    within = all(facts.line.start_s <= time_s <= until_s for time_s in times)
    if not (rises and within):
        yield _Finding(
            "word-stamps",
            "warning",
            f"its word stamps don't rise from {format_stamp(facts.line.start_s)} "
            f"to {format_stamp(until_s)}",
            "correct them or leave them out",
        )


_OF_WORDS: tuple[Callable[[LineFacts], Iterator[_Finding]], ...] = (
    _language,
    _unsung_words,
    _unread,
    _says,
    _read_aloud,
)
_FINDERS: tuple[Callable[[LineFacts], Iterator[_Finding]], ...] = (
    _stamp,
    _language,
    _pace,
    _layout,
    _unsung_words,
    _unread,
    _says,
    _read_aloud,
    _word_stamps,
)
