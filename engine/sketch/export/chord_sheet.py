"""A chord sheet under the words, as ChordPro: sections, and each chord before the syllable it sounds on."""

from collections.abc import Mapping, Sequence

from songsmith.engine.sketch.harmony import key_name
from songsmith.engine.sketch.score import ChordSpan, Note, Score, SongPart, SungLine
from songsmith.lyrics.lyric import Chord, Lyrics

__all__ = ["format_chordpro"]

_ENVIRONMENTS = {"verse": "verse", "chorus": "chorus", "bridge": "bridge"}


def format_chordpro(
    score: Score, lyrics: Lyrics, notes: Sequence[Note], syllables: Mapping[int, Sequence[str]]
) -> str:
    """The sheet as text. Lines that came with chords keep them as written; parts nobody sings in are a
    row of chords under a comment."""
    head = [
        f"{{title: {_plain(lyrics.title) or 'Untitled'}}}",
        f"{{key: {key_name(score.tonic, score.mode).split()[0]}{_minor_sign(score)}}}",
        f"{{tempo: {score.bpm:.0f}}}",
        f"{{time: {score.meter}}}",
    ]
    marked = {n: line.chords for n, line in enumerate(lyrics.lines, start=1) if line.chords}
    body = [
        _part_text(score, part, index, marked, notes, syllables)
        for index, part in enumerate(score.parts)
    ]
    return "\n".join(head) + "\n\n" + "\n\n".join(body) + "\n"


def _plain(text: str) -> str:
    """Text of the same length in which nothing is a chord or a directive: full-width brackets and braces stand in."""
    return text.translate(str.maketrans("{}[]", "｛｝［］"))


def _minor_sign(score: Score) -> str:
    third = {(score.tonic + 3) % 12, (score.tonic + 4) % 12} & set(score.scale)
    return "m" if third == {(score.tonic + 3) % 12} else ""


def _part_text(
    score: Score,
    part: SongPart,
    index: int,
    marked: Mapping[int, Sequence[Chord]],
    notes: Sequence[Note],
    syllables: Mapping[int, Sequence[str]],
) -> str:
    name = _plain(part.label or part.kind.capitalize())
    lines = [line for line in score.lines if line.part == index]
    if not lines:
        chords = [s for s in score.chords if part.start_s - 0.01 <= s.start_s < part.end_s - 0.01]
        return f"{{comment: {name}}}\n" + " ".join(f"[{c.harmony.symbol}]" for c in chords)
    environment = _ENVIRONMENTS.get(part.kind, "verse")
    sheet = [f"{{start_of_{environment}: {name}}}"]
    until = [*(line.start_s for line in lines[1:]), part.end_s]
    for line, end_s in zip(lines, until, strict=True):
        first_s = part.start_s if line is lines[0] else line.start_s
        chords = [c for c in score.chords if first_s - 0.1 <= c.start_s < end_s - 0.1]
        places = _places(line, notes, syllables.get(line.line, ()))
        inserts = [(chord.offset, chord.symbol) for chord in marked.get(line.line, ())]
        sheet.append(_with_chords(_plain(line.text), inserts or _inserts(line, chords, places)))
    return "\n".join([*sheet, f"{{end_of_{environment}}}"])


def _places(
    line: SungLine, notes: Sequence[Note], syllables: Sequence[str]
) -> list[tuple[float, int]]:
    """(time, offset in the text) of every syllable that is found there; words evenly if none is."""
    starts: dict[int, float] = {}
    for note in notes:
        if note.line == line.line and note.syllable >= 0:
            starts[note.syllable] = min(note.start_s, starts.get(note.syllable, note.start_s))
    found = []
    offset = 0
    folded = line.text.casefold()
    for number, syllable in enumerate(syllables):
        at = folded.find(syllable.strip(" -").casefold(), offset)
        if at >= 0 and number in starts:
            found.append((starts[number], at))
            offset = at + max(len(syllable.strip(" -")), 1)
    return found or _even_places(line)


def _even_places(line: SungLine) -> list[tuple[float, int]]:
    text = line.text
    offsets = [i for i in range(len(text)) if text[i] != " " and (i == 0 or text[i - 1] == " ")]
    if len(offsets) == 1:  # no spaces between words: every character may carry a chord
        offsets = list(range(len(text)))
    length_s = line.end_s - line.start_s
    return [(line.start_s + length_s * offset / len(text), offset) for offset in offsets]


def _inserts(
    line: SungLine, chords: Sequence[ChordSpan], places: list[tuple[float, int]]
) -> list[tuple[int, str]]:
    """(offset, symbol): each change of chord at the syllable sung nearest to it, at the end if all is sung."""
    inserts: list[tuple[int, str]] = []
    for chord in chords:
        if inserts and inserts[-1][1] == chord.harmony.symbol:
            continue
        if chord.start_s > line.end_s:
            offset = len(line.text)
        else:
            offset = min(places, key=lambda place: abs(place[0] - chord.start_s))[1]
        inserts.append((offset, chord.harmony.symbol))
    return inserts


def _with_chords(text: str, inserts: Sequence[tuple[int, str]]) -> str:
    end = len(text)
    for offset, symbol in reversed(inserts):
        gap = " " if offset == end else ""
        text = f"{text[:offset]}{gap}[{symbol}]{text[offset:]}"
    return text
