"""The ways people write lyrics down, as events: LRC and its cousins, labelled text, ChordPro.

One reader takes them all, line by line, since files mix them; subtitles have their own (`subtitles`).
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from songsmith.lyrics.events import Blank, Event, Label, Tag, Words
from songsmith.lyrics.fault import Fault
from songsmith.lyrics.inline import is_chord, read_inline
from songsmith.lyrics.labels import is_part_label, narrow, read_label
from songsmith.lyrics.lyric import clean_text, section_kind
from songsmith.lyrics.stamps import STAMP, broken_stamp, parse_clock

__all__ = ["TextReader", "is_stamped_label"]

_KNOWN_TAGS = {
    *("ti", "title", "ar", "artist", "al", "album", "au", "author", "lr", "by", "re", "tool", "ve"),
    *(
        "length",
        "offset",
        "la",
        "lang",
        "language",
        "key",
        "bpm",
        "tempo",
        "time",
        "style",
        "genre",
    ),
}
_TAG = re.compile(r"\[\s*([A-Za-z#][\w#-]*)\s*:(.*)\]", re.DOTALL)
_SECTION_TAG = "section"
_HEADING = re.compile(
    r"(title|artist|album|language|key|tempo|bpm|style|genre|歌名|标题|標題|题目|歌手)\s*:\s*(\S.*)",
    re.I,
)
_HEADING_KEYS = {
    "title": "ti",
    "artist": "ar",
    "album": "al",
    "language": "la",
    "歌名": "ti",
    "标题": "ti",
    "標題": "ti",
    "题目": "ti",
    "歌手": "ar",
}
_BARE = re.compile(
    r"\(?(\d{1,3}:\d{2}(?::\d{2})?(?P<exact>[.,]\d{1,3})?)\)?(?:\s*[-–—|>]+)?(?=\s|$|[^\x00-\x7f])"
)
_ANGLE = re.compile(r"\s*<([\d:.,\s]+)>")
_DIRECTIVE = re.compile(r"\{\s*([A-Za-z_]+)\s*(?:[:\s]\s*(.*?))?\s*\}")
_DIRECTIVE_TAGS = {
    **{"title": "ti", "t": "ti", "artist": "ar", "album": "al", "lyricist": "au", "language": "la"},
    **{name: name for name in ("key", "tempo", "time", "capo", "year", "duration", "subtitle")},
    **{"st": "subtitle", "composer": "composer", "copyright": "copyright"},
}
_DIRECTIVE_PARTS = {"soc": "Chorus", "sov": "Verse", "sob": "Bridge"}
_UNSUNG_BLOCKS = ("tab", "grid", "abc", "ly", "svg", "textblock")
_RULE = re.compile(r"[-=_*~]{3,}|```.*|~~~.*")


def is_stamped_label(text: str) -> bool:
    """Whether `text` after a stamp names a section, as in `[00:10.00][Chorus]`."""
    plain = narrow(text).strip()
    return (
        len(plain) > 2
        and plain[0] == "["
        and plain[-1] == "]"
        and not re.search(r"[\[\]]", plain[1:-1])
        and not is_chord(plain[1:-1])
        and bool(section_kind(plain[1:-1]))
    )


@dataclass
class TextReader:
    """Reads a text line by line into `events` and `faults`."""

    lines: Sequence[str]
    events: list[Event] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    def read(self) -> None:
        """Fill `events` and `faults` from `lines`."""
        self._bare = _bare_stamps(self.lines)
        self._has_stamps = self._bare != _NEVER or any(STAMP.match(_head(x)) for x in self.lines)
        self._chords_above = ""
        self._block = ""
        for number, raw in enumerate(self.lines, start=1):
            if not self._in_block(raw):
                self._line(raw, number)
        self._drop_chords_above(len(self.lines))

    def _note(self, code: str, message: str, mend: str, number: int) -> None:
        self.faults.append(Fault(code, "note", message, mend, source_line=number))

    def _line(self, raw: str, number: int) -> None:
        line = raw.strip().lstrip("\ufeff").strip()
        if not clean_text(line) or _RULE.fullmatch(line):
            self.events.append(Blank())
        elif not (self._stamped(line, number) or self._structure(line, number)):
            self._plain(raw.rstrip(), number)

    def _stamped(self, line: str, number: int) -> bool:
        """Read a line that begins with stamps of any kind; False if it has none."""
        stamps_s, rest = _leading_stamps(line, self._bare)
        if not stamps_s:
            broken = broken_stamp(narrow(line))
            if broken is None or _known_tag(line) or _is_tag(broken, line):
                return False
            self._bad_stamp(line, broken, number)
            return True
        if broken := broken_stamp(narrow(rest)):
            self._bad_stamp(line, broken, number)
            return True
        if is_stamped_label(rest):
            self.events.append(Label(clean_text(rest)[1:-1]))
            return True
        inline = read_inline(rest)
        if inline.chords and not inline.text:
            self._chords_alone(number)
        self.events.append(Words(inline, tuple(stamps_s), number))
        return True

    def _bad_stamp(self, line: str, broken: str, number: int) -> None:
        words = clean_text(narrow(line)[len(broken) :])
        loss = f", so “{words[:40]}” will not be sung" if words else ""
        self.faults.append(
            Fault(
                "bad-stamp",
                "error",
                f"{broken} is no time{loss}",
                "write minutes, seconds below 60 and hundredths, e.g. [00:12.34]",
                source_line=number,
            )
        )

    def _structure(self, line: str, number: int) -> bool:
        """Read a line that says something about the song; False if it is one to sing."""
        return (
            self._tag(line)
            or self._directive(line, number)
            or self._heading(line)
            or self._label(line, number)
        )

    def _tag(self, line: str) -> bool:
        match = _TAG.fullmatch(narrow(line))
        if not match:
            return False
        key, value = match[1], line[match.start(2) : match.end(2)].strip()
        if key == _SECTION_TAG:
            self.events.append(Label(value))
        elif _known_tag(line) or (key == key.lower() and not section_kind(key)):
            self.events.append(Tag(key.lower(), value))
        else:
            return False
        return True

    def _heading(self, line: str) -> bool:
        """`Title: …` and a Markdown `# …` before the first words."""
        if any(isinstance(event, Words | Label) for event in self.events):
            return False
        match = _HEADING.fullmatch(narrow(line).strip("*_ "))
        if match:
            key = match[1].lower()
            value = clean_text(line.strip("*_ ")[match.start(2) :]).strip("*_\"“”'《》 ")
            self.events.append(Tag(_HEADING_KEYS.get(key, key), value))
        elif line.startswith("# ") and not is_part_label(line[2:]):
            self.events.append(Tag("ti", clean_text(line[2:]).strip('*_"“”《》 ')))
        else:
            return False
        return True

    def _label(self, line: str, number: int) -> bool:
        if line[0] == "[" and is_chord(line[1:-1].strip()) and line[-1] == "]":
            return False
        label = read_label(line)
        if label is None and re.match(r"#{1,6} ", line):
            label = clean_text(line.lstrip("#")) or None
        if label is not None and (not section_kind(label) and self._just_labelled()):
            self._note(
                "direction",
                f"“{label}” says how to play, and is not sung",
                "put it in the style",
                number,
            )
        elif label is not None:
            self.events.append(Label(label))
        else:
            return self._label_and_words(line, number)
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
        self.events.append(Label(clean_text(line[: len(head)])))
        self.events.append(Words(read_inline(line[len(head) + 1 :]), (), number))
        return True

    def _plain(self, raw: str, number: int) -> None:
        """A line to sing without a stamp, perhaps with a line of chords above it."""
        if not self._has_stamps and _is_chord_line(raw):
            self._drop_chords_above(number)
            self._chords_above = raw.expandtabs()
            return
        inline = read_inline(_under_chords(raw.expandtabs(), self._chords_above))
        self._chords_above = ""
        if inline.text:
            self.events.append(Words(inline, (), number))
        elif inline.chords:
            self._chords_alone(number)

    def _drop_chords_above(self, number: int) -> None:
        if self._chords_above:
            self._chords_alone(number - 1)
            self._chords_above = ""

    def _chords_alone(self, number: int) -> None:
        self._note(
            "chords-alone",
            "these chords have no words under them and are not kept",
            "write them before the words they go with, e.g. [Am]word",
            number,
        )

    def _in_block(self, raw: str) -> bool:
        """Whether the line is within a ChordPro block that nobody sings."""
        if not self._block:
            return False
        match = _DIRECTIVE.fullmatch(raw.strip())
        if match and match[1].lower() in {f"end_of_{self._block}", f"eo{self._block[0]}"}:
            self._block = ""
        return True

    def _directive(self, line: str, number: int) -> bool:
        """A ChordPro directive, `{name: value}`."""
        match = _DIRECTIVE.fullmatch(line)
        if not match:
            return False
        name, value = match[1].lower(), clean_text(match[2] or "")
        if name == "meta":
            name, _, value = value.partition(" ")
        opened = re.fullmatch(r"start_of_(\w+)|so([a-z])", name)
        if name in _DIRECTIVE_TAGS:
            self.events.append(Tag(_DIRECTIVE_TAGS[name], value))
        elif opened and (opened[1] in _UNSUNG_BLOCKS or opened[2] in {"t", "g"}):
            self._block = opened[1] or {"t": "tab", "g": "grid"}[opened[2]]
            self._note(
                "unsung-block", f"{line} begins a part without words", "nothing to do", number
            )
        elif opened:
            given = re.sub(r'^label="?|"$', "", value)
            usual = _DIRECTIVE_PARTS.get(name) or (opened[1] or name).replace("_", " ").capitalize()
            self.events.append(Label(given or usual))
        elif re.fullmatch(r"end_of_\w+|eo[a-z]", name):
            self.events.append(Blank())
        elif name == "chorus":
            self._repeat_chorus(value, number)
        elif name in {"comment", "c", "ci", "cb", "comment_italic", "highlight"}:
            self._comment(value, number)
        else:
            return False
        return True

    def _comment(self, value: str, number: int) -> None:
        if is_part_label(value):
            self.events.append(Label(value))
        else:
            self._note("direction", f"the comment “{value}” is not sung", "nothing to do", number)

    def _repeat_chorus(self, label: str, number: int) -> None:
        """`{chorus}` sings the last chorus again."""
        starts = [
            index
            for index, event in enumerate(self.events)
            if isinstance(event, Label) and section_kind(event.text) == "chorus"
        ]
        if not starts:
            self._note(
                "no-chorus", "{chorus} repeats a chorus that is not there yet", "write it", number
            )
            return
        first = self.events[starts[-1]]
        body = []
        for event in self.events[starts[-1] + 1 :]:
            if not isinstance(event, Words):
                break
            body.append(event)
        again = Label(label) if label else first
        self.events += [again, *body, Blank()]


_NEVER, _EXACT, _ALWAYS = "never", "exact", "always"


def _head(line: str) -> str:
    return narrow(line[:40]).strip().lstrip("\ufeff").lstrip()


def _bare_stamps(lines: Sequence[str]) -> str:
    """Whether times without brackets are stamps here: always where most lines begin with one; only
    those with hundredths in a file with other stamps; never else, for "10:30 on a Tuesday" is a lyric."""
    content = [line for line in lines if line.strip()]
    bare = sum(bool(_BARE.match(_head(line))) for line in content)
    if bare and bare * 2 >= len(content):
        return _ALWAYS
    has_brackets = any(STAMP.match(_head(line)) for line in content)
    return _EXACT if has_brackets or bare * 4 >= len(content) > bare > 1 else _NEVER


def _leading_stamps(line: str, bare: str) -> tuple[list[float], str]:
    """All readable stamps at the start of the line, and what stands after them."""
    stamps_s: list[float] = []
    plain, at = narrow(line), 0
    while match := STAMP.match(plain, at):
        clock_s = parse_clock(match[1])
        if clock_s is None:
            break
        stamps_s.append(clock_s)
        at = match.end()
        at += len(plain[at:]) - len(plain[at:].lstrip())
    if not stamps_s and (match := _ANGLE.match(plain)):
        clock_s = parse_clock(match[1])
        return ([clock_s], line) if clock_s is not None else ([], line)
    match = _BARE.match(plain)
    if not stamps_s and match and (bare == _ALWAYS or (bare == _EXACT and match["exact"])):
        clock_s = parse_clock(match[1])
        return ([clock_s], line[match.end() :]) if clock_s is not None else ([], line)
    return stamps_s, line[at:]


def _known_tag(line: str) -> bool:
    match = _TAG.fullmatch(narrow(line))
    return match is not None and match[1].lower() in _KNOWN_TAGS


def _is_tag(broken: str, line: str) -> bool:
    """Whether `[v1:2]`, which could be a stamp gone wrong, is a tag, since no words go with it."""
    return len(broken) == len(line) and _TAG.fullmatch(broken) is not None


def _is_chord_line(raw: str) -> bool:
    """Whether the line is chords over the words below: more than one letter, or set wide apart."""
    symbols = [symbol for symbol in raw.replace("|", " ").split() if symbol != "%"]
    return (
        bool(symbols)
        and all(is_chord(symbol) for symbol in symbols)
        and (any(len(symbol) > 1 for symbol in symbols) or "  " in raw.strip())
    )


def _under_chords(raw: str, chords: str) -> str:
    """The line with the chords above it set into it, each before the character it stands over."""
    for match in reversed(list(_symbols(chords))):
        at = min(match.start(), len(raw))
        raw = f"{raw[:at]}[{match.group()}]{raw[at:]}"
    return raw


def _symbols(chords: str) -> Iterator[re.Match[str]]:
    return (m for m in re.finditer(r"[^\s|%]+", chords))
