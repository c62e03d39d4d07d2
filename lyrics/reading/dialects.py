"""The ways people write lyrics down, as events: LRC and its cousins, labelled text, chord sheets.

One reader takes them all, line by line, since files mix them; subtitles have their own (`subtitles`).
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice

from songsmith.lyrics.fault import Fault
from songsmith.lyrics.labels import is_part_label, narrow, read_label
from songsmith.lyrics.lyric import Beside, Translation, clean_text, section_kind
from songsmith.lyrics.reading import chordpro
from songsmith.lyrics.reading.documents import plain_credit
from songsmith.lyrics.reading.events import Blank, Event, Label, Tag, Words
from songsmith.lyrics.reading.foreign_stamps import with_lrc_stamps
from songsmith.lyrics.reading.inline import Inline, is_chord, read_inline, read_say
from songsmith.lyrics.reading.leading import BareStamps, has_stamp, leading_stamps, start_of_line
from songsmith.lyrics.reading.pasted import unwrapped
from songsmith.lyrics.reading.singers import in_brackets, leading_singer, with_backing
from songsmith.lyrics.stamps import broken_stamp, format_stamp

__all__ = ["TextReader", "label_and_words"]

_KNOWN_TAGS = {
    *("ti", "title", "ar", "artist", "al", "album", "au", "author", "lr", "by", "re", "tool", "ve"),
    *("length", "offset", "la", "lang", "language", "key", "bpm", "tempo", "time", "style"),
    *("genre", "section"),
}
_TAG = re.compile(r"\[\s*([A-Za-z#][\w#-]*)\s*:(.*)\]", re.DOTALL)
_HEADING = re.compile(
    r"(title|artist|album|language|key|tempo|bpm|style|genre|歌名|标题|標題|题目|歌手)\s*:\s*(\S.*)",
    re.I,
)
_HEADING_KEYS = {
    **{"title": "ti", "artist": "ar", "album": "al", "language": "la"},
    **{"歌名": "ti", "标题": "ti", "標題": "ti", "题目": "ti", "歌手": "ar"},
}
_RULE = re.compile(r"[-=_*~]{3,}|```.*|~~~.*")
_QUOTES = "*_\"“”'《》 "


def label_and_words(text: str) -> tuple[str, str] | None:
    """The section label that `text` after a stamp begins with, and the words behind it, as in
    `[00:10.00][Chorus]` and `[00:10.00] [Chorus] Play it slow`; None if it is words alone."""
    match = re.match(r"\s*\[([^\[\]]+)\]\s*", narrow(text))
    if match is None or is_chord(match[1].strip()):
        return None
    label, words = text[match.start(1) : match.end(1)].strip(), text[match.end() :]
    is_label = is_part_label(label) if words else bool(section_kind(label))
    return (label, words) if is_label else None


class TextReader:
    """Reads a text line by line into `events` and `faults`."""

    def __init__(self, lines: Sequence[str]) -> None:
        self.lines = with_lrc_stamps(unwrapped([plain_credit(line) for line in lines]))
        lines = self.lines
        self.events: list[Event] = []
        self.faults: list[Fault] = []
        self._bare = BareStamps.among(lines)
        self._has_stamps = self._bare is not BareStamps.NEVER or any(map(has_stamp, lines))
        self._is_chordpro = any(map(_is_directive, lines))
        self._chords_above, self._chords_number = "", 0
        self._block = ""
        self._has_begun, self._looked_at = False, 0

    def read(self) -> None:
        """Fill `events` and `faults` from `lines`."""
        for number, raw in enumerate(self.lines, start=1):
            if not self._block:
                self._line(raw, number)
            elif chordpro.ends_block(raw, self._block):
                self._block = ""
        self._drop_chords_above()
        self.events = _with_stamps_above(self.events)

    def _line(self, raw: str, number: int) -> None:
        line = start_of_line(raw).rstrip()
        if not clean_text(line) or _RULE.fullmatch(line):
            self.events.append(Blank())
        elif not (self._stamped(line, number) or self._structure(line, number)):
            self._plain(raw.rstrip(), number)

    def _note(self, code: str, message: str, hint: str, number: int) -> None:
        self.faults.append(Fault(code, "note", message, hint, source_line=number))

    # Lines with stamps

    def _stamped(self, line: str, number: int) -> bool:
        """Read a line that begins with stamps of any kind; False if it has none."""
        stamps_s, rest = leading_stamps(line, self._bare)
        broken = broken_stamp(narrow(rest))
        if not stamps_s and (broken is None or _is_tag(line, broken)):
            return False
        if broken is not None:
            self._bad_stamp(line, broken, number)
        else:
            if labelled := label_and_words(rest):
                label, rest = labelled
                self.events.append(Label(label, number))
                if not rest:
                    return True
            voice, rest = leading_singer(rest)
            inline = read_inline(rest)
            if inline.chords and not inline.text:
                self._chords_alone(number)
            self.events.append(Words(inline, tuple(stamps_s), number, beside=Beside(voice)))
        return True

    def _bad_stamp(self, line: str, broken: str, number: int) -> None:
        _, _, words = narrow(line).partition(broken)
        loss = f", so “{clean_text(words)[:40]}” will not be sung" if words.strip() else ""
        self.faults.append(
            Fault(
                "bad-stamp",
                "error",
                f"{broken} is not a time{loss}",
                "write minutes, seconds below 60 and hundredths, e.g. [00:12.34]",
                source_line=number,
            )
        )

    # Lines about the song

    def _structure(self, line: str, number: int) -> bool:
        """Read a line that says something about the song; False if it is one to sing."""
        if self._is_chordpro and line.startswith("#") and not is_part_label(line.strip("# ")):
            self._note("direction", f"the comment “{line[:60]}” is not sung", "", number)
            return True
        return (
            self._tag(line, number)
            or self._directive(line, number)
            or self._heading(line)
            or self._label(line, number)
        )

    def _tag(self, line: str, number: int) -> bool:
        match = _TAG.fullmatch(narrow(line))
        if not match:
            return False
        key, value = match[1], line[match.start(2) : match.end(2)].strip()
        if key == "section":
            self.events.append(Label(value))
        elif key.lower() in ("bg", "say") or key.startswith("tr-"):
            self._beside(key, value, number)
        elif key.lower() in _KNOWN_TAGS or (key == key.lower() and not section_kind(key)):
            self.events.append(Tag(key.lower(), value))
        else:
            return False
        return True

    def _beside(self, key: str, value: str, number: int) -> None:
        """What belongs to the line above: backing words, a translation, how a word is said."""
        last = self.events[-1] if self.events else None
        if not isinstance(last, Words):
            if key.lower() == "bg":
                self._words(in_brackets(read_inline(value)), number)
            return
        beside = last.beside
        if key.lower() == "bg":
            self.events[-1] = with_backing(last, value)
        elif key == "say":
            says = (*beside.says, *read_say(value, last.inline.text))
            self.events[-1] = replace(last, beside=replace(beside, says=says))
        else:
            translation = Translation(key[3:], read_inline(value).text)
            translations = (*beside.translations, translation)
            self.events[-1] = replace(last, beside=replace(beside, translations=translations))

    def _heading(self, line: str) -> bool:
        """`Title: …` and a Markdown `# …` before the first words."""
        if self._words_have_begun():
            return False
        plain = line.strip("*_ ")
        if match := _HEADING.fullmatch(narrow(plain)):
            key = match[1].lower()
            value = clean_text(plain[match.start(2) :]).strip(_QUOTES)
            self.events.append(Tag(_HEADING_KEYS.get(key, key), value))
        elif title := re.fullmatch(r"《([^《》]+)》", plain):
            self.events.append(Tag("ti", clean_text(title[1])))
        elif line.startswith("# ") and not (self._is_chordpro or is_part_label(line[2:])):
            self.events.append(Tag("ti", clean_text(line[2:]).strip(_QUOTES)))
        else:
            return False
        return True

    def _words_have_begun(self) -> bool:
        """Whether there is a word or a label among the events; each event is looked at once."""
        if not self._has_begun:
            fresh = islice(self.events, self._looked_at, None)
            self._has_begun = any(isinstance(event, Words | Label) for event in fresh)
            self._looked_at = len(self.events)
        return self._has_begun

    def _label(self, line: str, number: int) -> bool:
        if line[0] == "[" and line[-1] == "]" and is_chord(line[1:-1].strip()):
            return False
        label = read_label(line)
        if label is None and re.match(r"#{1,6} ", line):
            label = clean_text(line.lstrip("#")).strip("*_ ") or None
        if label is None:
            return self._label_and_words(line, number)
        if self._just_labelled() and not section_kind(label):
            self._note("direction", f"“{label}” is not sung", "put it in the style", number)
        else:
            self.events.append(Label(label, number))
        return True

    def _just_labelled(self) -> bool:
        """Whether the last thing read is the label of a part of a song."""
        last = self.events[-1] if self.events else None
        return isinstance(last, Label) and bool(section_kind(last.text))

    def _label_and_words(self, line: str, number: int) -> bool:
        """`Chorus: Play it slow` is a label and a line, unless the file has stamps."""
        head, colon, words = narrow(line).partition(":")
        if self._has_stamps or not colon or not is_part_label(head) or not words.strip():
            return False
        self.events.append(Label(clean_text(line[: len(head)]), number))
        self._words(read_inline(line[len(head) + 1 :]), number)
        return True

    def _directive(self, line: str, number: int) -> bool:
        """A ChordPro directive, `{name: value}`."""
        name, value = chordpro.read_directive(line) or ("", "")
        if block := chordpro.unsung_block(name):
            self._block = block
            self._note("unsung-block", f"the {block} that begins here is not sung", "", number)
        elif event := chordpro.directive_event(name, value):
            self.events.append(event)
        elif name == "chorus":
            self._repeat_chorus(value, number)
        elif name in {"comment", "c", "ci", "cb", "comment_italic", "comment_box", "highlight"}:
            self._comment(value, number)
        else:
            return False
        return True

    def _comment(self, value: str, number: int) -> None:
        if is_part_label(value):
            self.events.append(Label(value))
        else:
            self._note("direction", f"the comment “{value}” is not sung", "", number)

    def _repeat_chorus(self, label: str, number: int) -> None:
        """`{chorus}` sings the last chorus again."""
        chorus = chordpro.last_chorus(self.events)
        if chorus:
            self.events += [Label(label) if label else chorus[0], *chorus[1:], Blank()]
        else:
            self._note("no-chorus", "there is no chorus yet to repeat", "write it first", number)

    # Lines of words alone

    def _plain(self, raw: str, number: int) -> None:
        """A line to sing without a stamp, perhaps with a line of chords above it."""
        if not self._has_stamps and chordpro.is_chord_line(raw):
            self._drop_chords_above()
            self._chords_above, self._chords_number = raw.expandtabs(), number
            return
        words = chordpro.under_chords(raw.expandtabs(), self._chords_above)
        voice, words = leading_singer(words)
        inline = read_inline(words)
        self._chords_above = ""
        if inline.text:
            self._words(inline, number, voice)
        elif inline.chords:
            self._chords_alone(number)

    def _words(self, inline: Inline, number: int, voice: str = "") -> None:
        """Words without a stamp before them; where there is one inside or behind them, they start there."""
        text, stamps = inline.text, inline.word_stamps
        beside = Beside(voice)
        if not stamps:
            self.events.append(Words(inline, (), number, beside=beside))
            return
        first, rest = stamps[0], stamps[1:]
        if _has_words(text[: first.offset]) and _has_words(text[first.offset :]):
            self.faults.append(
                Fault(
                    "stamp-inside",
                    "warning",
                    f"“{text[:40]}” starts at [{format_stamp(first.start_s)}], though the stamp is inside it",
                    "put the stamp before the line",
                    source_line=number,
                )
            )
        inline = inline._replace(word_stamps=rest)
        self.events.append(Words(inline, (first.start_s,), number, beside=beside))

    def _drop_chords_above(self) -> None:
        if self._chords_above:
            self._chords_alone(self._chords_number)
            self._chords_above = ""

    def _chords_alone(self, number: int) -> None:
        self._note(
            "chords-alone",
            "these chords have no words under them and are not kept",
            "write them before the words they go with, e.g. [Am]word",
            number,
        )


def _with_stamps_above(events: list[Event]) -> list[Event]:
    """Stamps on lines of their own, as video sites have them, given to the words below if no line has both."""
    words = [event for event in events if isinstance(event, Words)]
    if any(word.stamps_s and word.inline.text for word in words):
        return events
    joined: list[Event] = []
    for event in events:
        above = joined[-1] if joined else None
        is_below = isinstance(above, Words) and above.stamps_s and not above.inline.text
        if is_below and isinstance(event, Words) and not event.stamps_s:
            assert isinstance(above, Words)
            joined[-1] = replace(event, stamps_s=above.stamps_s)
        else:
            joined.append(event)
    return joined


def _has_words(text: str) -> bool:
    return any(character.isalnum() for character in text)


def _is_tag(line: str, broken: str) -> bool:
    """Whether what could be a stamp gone wrong is a tag: a known one, or one that no words follow."""
    match = _TAG.fullmatch(narrow(line))
    return match is not None and (match[1].lower() in _KNOWN_TAGS or len(broken) == len(line))


def _is_directive(line: str) -> bool:
    return chordpro.directive_event(*(chordpro.read_directive(line) or ("", ""))) is not None
