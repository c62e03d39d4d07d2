"""The score everybody in the sketch engine plays from: bars, chords, sections, sung lines.

Pure values. `form.make_score` builds one from lyrics and style; the singer composes a melody on it and the
band accompanies it. All times are seconds from the start of the song.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal

__all__ = [
    "BACKING_VOICE",
    "Backing",
    "Bar",
    "ChordSpan",
    "Harmony",
    "KeyLift",
    "Note",
    "Score",
    "SongPart",
    "SungLine",
    "Touch",
]

BACKING_VOICE = "backing"
"""Who sings a line all of which is backing words."""


Touch = Literal["", "muted", "slid", "joined"]
"""How a note is played: on damped strings, slid into from below, or out of the one before without a new stroke."""


@dataclass(frozen=True)
class Harmony:
    """A chord: root as pitch class 0-11 (C = 0), pitch classes of its tones (root first), bass, symbol."""

    symbol: str
    root: int
    tones: tuple[int, ...]
    bass: int


@dataclass(frozen=True)
class ChordSpan:
    """A chord that sounds over `[start_s, end_s)`."""

    start_s: float
    end_s: float
    harmony: Harmony


@dataclass(frozen=True)
class Bar:
    """One bar. `beats_s` are the times of its beats; the tempo may differ from bar to bar."""

    start_s: float
    end_s: float
    beats_s: tuple[float, ...]
    part: int

    @property
    def beat_s(self) -> float:
        """Mean length of a beat in this bar."""
        return (self.end_s - self.start_s) / len(self.beats_s)


@dataclass(frozen=True)
class SongPart:
    """A stretch of the form: "intro", "verse", "chorus", "bridge", "interlude", "outro".

    `energy` 0..1 steers how much the band plays; `index` counts the parts of the same kind from 0.
    """

    kind: str
    label: str
    start_s: float
    end_s: float
    energy: float
    index: int = 0


@dataclass(frozen=True)
class Backing:
    """Words for the second voice, ways to say them marked, sung in `[start_s, end_s)`."""

    text: str
    start_s: float
    end_s: float


@dataclass(frozen=True)
class SungLine:
    """A line with its slot: the first vowel sounds at `start_s`, all is sung by `end_s`.

    `text` are its words, `said` the same with marks how some are to be said, which is what a voice reads ("" where
    nobody says). `line` is the 1-based number in the lyrics, `voice` who sings ("" = the lead), `same_as` the
    earliest line (its number) with the same words, else its own: repeated lines share their melody.
    """

    line: int
    text: str
    start_s: float
    end_s: float
    part: int
    voice: str = ""
    same_as: int = 0
    backing: tuple[Backing, ...] = ()
    said: str = ""

    @property
    def spoken(self) -> str:
        """What a voice reads."""
        return self.said or self.text

    @property
    def until_s(self) -> float:
        """When all of the line has been sung, its backing words included."""
        return max([self.end_s, *(words.end_s for words in self.backing)])


@dataclass(frozen=True)
class KeyLift:
    """From `start_s` on the song lies `semitones` above the key it began in."""

    start_s: float
    semitones: int


@dataclass(frozen=True)
class Note:
    """A sung or played note; `pitch` is a MIDI number, `syllable` the index in its line (-1 = none),
    `line` the 1-based lyric line (0 = none), `touch` how an instrument plays it."""

    start_s: float
    end_s: float
    pitch: int
    velocity: int = 90
    line: int = 0
    syllable: int = -1
    touch: Touch = ""


@dataclass(frozen=True)
class Score:
    """The whole song as a score. `tonic` is a pitch class, `scale` the pitch classes of its mode, tonic first.

    `bpm` counts felt beats: in 6/8 a bar has six `beats_s`, eighths, and two felt beats. `lifts` are changes of key,
    ascending in time; `tonic` and `scale` are those before them.
    """

    duration_s: float
    bpm: float
    beats_per_bar: int
    tonic: int
    mode: str
    scale: tuple[int, ...]
    bars: tuple[Bar, ...]
    chords: tuple[ChordSpan, ...]
    parts: tuple[SongPart, ...]
    lines: tuple[SungLine, ...] = field(default=())
    meter: str = "4/4"
    lifts: tuple[KeyLift, ...] = ()

    def lift_at(self, time_s: float) -> int:
        """Semitones by which the key at `time_s` lies above the first one."""
        return next((x.semitones for x in reversed(self.lifts) if time_s >= x.start_s - 1e-6), 0)

    def tonic_at(self, time_s: float) -> int:
        """The tonic's pitch class at `time_s`."""
        return (self.tonic + self.lift_at(time_s)) % 12

    def scale_at(self, time_s: float) -> tuple[int, ...]:
        """Pitch classes of the scale at `time_s`, tonic first."""
        lift = self.lift_at(time_s)
        return tuple((tone + lift) % 12 for tone in self.scale)

    def chord_at(self, time_s: float) -> Harmony:
        """The chord that sounds at `time_s`; before the first and after the last, those."""
        for span in self.chords:
            if time_s < span.end_s:
                return span.harmony
        return self.chords[-1].harmony

    def beats(self) -> Iterator[tuple[float, float]]:
        """Start and end of every beat of the song."""
        starts = [beat_s for bar in self.bars for beat_s in bar.beats_s]
        yield from pairwise([*starts, self.bars[-1].end_s])
