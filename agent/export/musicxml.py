"""A take's melody with words and chords as MusicXML, from its MIDI file: notes on a grid of sixteenths.

Format: MusicXML 4.0, score-partwise (https://www.w3.org/2021/06/musicxml40/).
"""

import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from songsmith.agent.export.formats import ExportError

if TYPE_CHECKING:
    import mido

__all__ = ["format_musicxml"]

_HEAD = """\
<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE score-partwise PUBLIC "-//Recordare//DTD MusicXML 4.0 Partwise//EN"
 "http://www.musicxml.org/dtds/partwise.dtd">
"""
_PER_QUARTER = 4
_TYPES = {
    1: "16th",
    2: "eighth",
    3: "eighth.",
    4: "quarter",
    6: "quarter.",
    8: "half",
    12: "half.",
    16: "whole",
}
_STEPS = ["C", "C", "D", "D", "E", "F", "F", "G", "G", "A", "A", "B"]
_STEPS_FLAT = ["C", "D", "D", "E", "E", "F", "G", "G", "A", "A", "B", "B"]
_IS_BLACK = (0, 1, 0, 1, 0, 0, 1, 0, 1, 0, 1, 0)
_FIFTHS = {"C": 0, "G": 1, "D": 2, "A": 3, "E": 4, "B": 5, "F#": 6, "C#": 7, "F": -1, "Bb": -2, "Eb": -3, "Ab": -4,
           "Db": -5, "Gb": -6, "Cb": -7, "G#": 8, "D#": 9, "A#": 10}  # fmt: skip
_KINDS = {
    "": "major", "m": "minor", "7": "dominant", "maj7": "major-seventh", "m7": "minor-seventh", "6":
    "major-sixth", "m6": "minor-sixth", "9": "dominant-ninth", "maj9": "major-ninth", "m9": "minor-ninth", "dim":
    "diminished", "dim7": "diminished-seventh", "m7b5": "half-diminished", "aug": "augmented", "+": "augmented",
    "sus2": "suspended-second", "sus4": "suspended-fourth", "5": "power", "13": "dominant-13th", "11":
    "dominant-11th", "m11": "minor-11th", "mmaj7": "major-minor",
}  # fmt: skip
_CHORD = re.compile(r"([A-G])([#b]?)([^/]*)(?:/([A-G])([#b]?))?")


@dataclass(frozen=True)
class _Note:
    """`start` and `end` in sixteenths of the song; `text` is the syllable that begins on it, "" where one is held."""

    start: int
    end: int
    pitch: int
    text: str


@dataclass(frozen=True)
class _Bar:
    """`[start, end)` in sixteenths, its metre, and whether that is new here; `marker` names a part that begins."""

    start: int
    end: int
    beats: int
    beat_type: int
    is_new_meter: bool
    marker: str = ""


def format_musicxml(midi: bytes, title: str, composer: str = "") -> str:
    """The lead sheet of a MIDI file that has a track "Melody". Raises `ExportError` where it has none.

    Times are rounded to sixteenths of the file's own tempo map; the exact ones are in the MIDI file.
    """
    import mido

    file = mido.MidiFile(file=io.BytesIO(midi), charset="utf-8")
    tracks = {track.name: track for track in file.tracks}
    if "Melody" not in tracks:
        raise ExportError(
            "there is no melody in this take to write down",
            hint="it is an instrumental; export midi instead",
        )
    unit = file.ticks_per_beat / _PER_QUARTER
    notes = _melody(tracks["Melody"], unit)
    chords = [
        (round(tick / unit), m.text)
        for tick, m in _timed(tracks.get("Chords", []))
        if m.type == "text"
    ]
    end = max([note.end for note in notes] + [at for at, _ in chords])
    conductor = [(round(tick / unit), message) for tick, message in _timed(file.tracks[0])]
    root = _score(title, composer)
    part = SubElement(root, "part", id="P1")
    key = next((m.key for _, m in conductor if m.type == "key_signature"), "C")
    tempo = next((mido.tempo2bpm(m.tempo) for _, m in conductor if m.type == "set_tempo"), 120.0)
    for number, bar in enumerate(_bars(conductor, end), start=1):
        measure = SubElement(part, "measure", number=str(number))
        if number == 1 or bar.is_new_meter:
            _attributes(measure, bar, key if number == 1 else "")
        if number == 1:
            _tempo(measure, tempo)
        if bar.marker:
            _rehearsal(measure, bar.marker)
        _fill(measure, bar, notes, chords, uses_flats=_fifths(key) < 0)
    indent(root, " ")
    return _HEAD + tostring(root, encoding="unicode") + "\n"


def _timed(track: "Sequence[mido.Message]") -> "Iterator[tuple[int, mido.Message]]":
    tick = 0
    for message in track:
        tick += message.time
        yield tick, message


def _melody(track: "Sequence[mido.Message]", unit: float) -> list[_Note]:
    """Notes one after the other, each at least a sixteenth, with the words that begin on them."""
    raw: list[tuple[int, int, int]] = []
    texts: dict[int, str] = {}
    sounding: dict[int, int] = {}
    for tick, message in _timed(track):
        if message.type == "lyrics":
            texts[tick] = message.text
        elif message.type == "note_on" and message.velocity:
            sounding[message.note] = tick
        elif message.type in ("note_off", "note_on") and message.note in sounding:
            raw.append((sounding.pop(message.note), tick, message.note))
    notes: list[_Note] = []
    for start_tick, end_tick, pitch in sorted(raw):
        start = round(start_tick / unit)
        if notes and start <= notes[-1].start:
            start = notes[-1].start + 1
        if notes and notes[-1].end > start:
            notes[-1] = _Note(notes[-1].start, start, notes[-1].pitch, notes[-1].text)
        notes.append(
            _Note(start, max(round(end_tick / unit), start + 1), pitch, texts.get(start_tick, ""))
        )
    return notes


def _bars(conductor: "Sequence[tuple[int, mido.Message]]", end: int) -> Iterator[_Bar]:
    meters = {at: (m.numerator, m.denominator) for at, m in conductor if m.type == "time_signature"}
    markers = {at: m.text for at, m in conductor if m.type == "marker"}
    beats, beat_type = meters.get(0, (4, 4))
    start, is_new = 0, True
    while start < end:
        if start in meters and start:
            is_new = meters[start] != (beats, beat_type)
            beats, beat_type = meters[start]
        length = max(beats * 4 * _PER_QUARTER // beat_type, 1)
        marker = next((text for at, text in markers.items() if start <= at < start + length), "")
        yield _Bar(start, start + length, beats, beat_type, is_new, marker)
        start, is_new = start + length, False


def _score(title: str, composer: str) -> Element:
    root = Element("score-partwise", version="4.0")
    SubElement(SubElement(root, "work"), "work-title").text = title
    identification = SubElement(root, "identification")
    if composer:
        SubElement(identification, "creator", type="composer").text = composer
    SubElement(SubElement(identification, "encoding"), "software").text = "songsmith"
    part = SubElement(SubElement(root, "part-list"), "score-part", id="P1")
    SubElement(part, "part-name").text = "Voice"
    return root


def _fifths(key: str) -> int:
    """Sharps (or flats, below 0) of a key as MIDI names it, "F#m"."""
    sharps = _FIFTHS.get(key.removesuffix("m"), 0) - (3 if key.endswith("m") else 0)
    return sharps if -7 <= sharps <= 7 else (sharps - 12 if sharps > 0 else sharps + 12)


def _attributes(measure: Element, bar: _Bar, key: str) -> None:
    attributes = SubElement(measure, "attributes")
    SubElement(attributes, "divisions").text = str(_PER_QUARTER)
    if key:
        signature = SubElement(attributes, "key")
        SubElement(signature, "fifths").text = str(_fifths(key))
        SubElement(signature, "mode").text = "minor" if key.endswith("m") else "major"
    time = SubElement(attributes, "time")
    SubElement(time, "beats").text = str(bar.beats)
    SubElement(time, "beat-type").text = str(bar.beat_type)
    if key:
        clef = SubElement(attributes, "clef")
        SubElement(clef, "sign").text = "G"
        SubElement(clef, "line").text = "2"


def _tempo(measure: Element, bpm: float) -> None:
    direction = SubElement(measure, "direction", placement="above")
    metronome = SubElement(SubElement(direction, "direction-type"), "metronome")
    SubElement(metronome, "beat-unit").text = "quarter"
    SubElement(metronome, "per-minute").text = f"{bpm:.1f}"
    SubElement(direction, "sound", tempo=f"{bpm:.1f}")


def _rehearsal(measure: Element, text: str) -> None:
    direction = SubElement(measure, "direction", placement="above")
    SubElement(SubElement(direction, "direction-type"), "rehearsal").text = text


def _fill(
    measure: Element,
    bar: _Bar,
    notes: Sequence[_Note],
    chords: Sequence[tuple[int, str]],
    *,
    uses_flats: bool,
) -> None:
    """Chords, notes and rests of one bar, in order of time."""
    at = bar.start
    here = sorted(
        {
            max(start, bar.start): symbol
            for start, symbol in chords
            if bar.start <= start < bar.end
        }.items()
    )
    for note in (note for note in notes if note.start < bar.end and note.end > bar.start):
        first, last = max(note.start, bar.start), min(note.end, bar.end)
        _rests(measure, at, first, here)
        _sound(measure, note, first, last, here, uses_flats=uses_flats)
        at = last
    _rests(measure, at, bar.end, here)


def _lengths(length: int) -> Iterator[int]:
    """`length` sixteenths as lengths that one sign can write, the longest first."""
    while length:
        part = max(value for value in _TYPES if value <= length)
        yield part
        length -= part


def _harmonies(measure: Element, until: int, chords: list[tuple[int, str]]) -> None:
    """The chords that begin before `until`; they are taken off the list."""
    while chords and chords[0][0] < until:
        _harmony(measure, chords.pop(0)[1])


def _harmony(measure: Element, symbol: str) -> None:
    match = _CHORD.fullmatch(symbol.strip())
    if match is None:
        return
    harmony = SubElement(measure, "harmony")
    root = SubElement(harmony, "root")
    SubElement(root, "root-step").text = match[1]
    if match[2]:
        SubElement(root, "root-alter").text = "1" if match[2] == "#" else "-1"
    kind = SubElement(harmony, "kind", text=match[3])
    kind.text = _KINDS.get(match[3], "minor" if re.match(r"m(?!aj)", match[3]) else "other")
    if match[4]:
        bass = SubElement(harmony, "bass")
        SubElement(bass, "bass-step").text = match[4]
        if match[5]:
            SubElement(bass, "bass-alter").text = "1" if match[5] == "#" else "-1"


def _rests(measure: Element, start: int, end: int, chords: list[tuple[int, str]]) -> None:
    for length in _lengths(end - start):
        _harmonies(measure, start + length, chords)
        rest = SubElement(measure, "note")
        SubElement(rest, "rest")
        _length(rest, length)
        start += length


def _sound(
    measure: Element,
    note: _Note,
    first: int,
    last: int,
    chords: list[tuple[int, str]],
    *,
    uses_flats: bool,
) -> None:
    """One note, or tied ones where one sign can't write it or a bar ends in it."""
    for length in _lengths(last - first):
        _harmonies(measure, first + length, chords)
        begins, ends = first == note.start, first + length == note.end
        element = SubElement(measure, "note")
        _pitch(element, note.pitch, uses_flats=uses_flats)
        _length(element, length, stops=not begins, starts=not ends)
        if begins and note.text.strip():
            _lyric(element, note.text)
        first += length


def _pitch(element: Element, midi: int, *, uses_flats: bool) -> None:
    pitch = SubElement(element, "pitch")
    SubElement(pitch, "step").text = (_STEPS_FLAT if uses_flats else _STEPS)[midi % 12]
    if _IS_BLACK[midi % 12]:
        SubElement(pitch, "alter").text = "-1" if uses_flats else "1"
    SubElement(pitch, "octave").text = str(midi // 12 - 1)


def _length(element: Element, length: int, *, stops: bool = False, starts: bool = False) -> None:
    SubElement(element, "duration").text = str(length)
    ties = [kind for kind, is_there in (("stop", stops), ("start", starts)) if is_there]
    for kind in ties:
        SubElement(element, "tie", type=kind)
    SubElement(element, "voice").text = "1"
    name = _TYPES[length]
    SubElement(element, "type").text = name.rstrip(".")
    if name.endswith("."):
        SubElement(element, "dot")
    if ties:
        notations = SubElement(element, "notations")
        for kind in ties:
            SubElement(notations, "tied", type=kind)


def _lyric(element: Element, text: str) -> None:
    """A syllable; one that no space follows goes on in the next."""
    lyric = SubElement(element, "lyric", number="1")
    SubElement(lyric, "syllabic").text = "single" if text[-1:].isspace() else "begin"
    SubElement(lyric, "text").text = text.strip()
