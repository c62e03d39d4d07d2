"""Genres: how a kind of music moves, as data. One JSON file each, `data/genre_*.json`.

Rhythms are strings that fill one bar, one character a step; how many steps is the string's length, so
"x..x..x.x..." is a bar of twelve. Drums: x hit, X accent, o ghost. Comping: x or X strikes, - holds on, s is
staccato, d and u strum down and up, g brushes damped strings, m strikes the low strings under the palm.
Arpeggios: digits are tones of the voicing from below, 0 is the bass note.
Bass: degrees of the chord (1 3 5 7, 6, 8 the octave), a is a step into the next chord's root, x a dead note, - holds.
"""

import json
from functools import lru_cache
from importlib.resources import files
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from songsmith.engine.sketch.style.mix_style import MixStyle, Stem
from songsmith.engine.sketch.style.tune import TuneStyle
from songsmith.engine.sketch.style.vocabulary import Words

__all__ = ["DrumSet", "Genre", "LeadStyle", "Level", "Player", "Stem", "genre", "genre_names"]

Level = Literal["low", "mid", "high"]
LeadStyle = Literal["lyrical", "riff", "bebop", "pentatonic", "sparse"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class DrumSet(_Strict):
    """Kit program and, per level of energy, a bar of rhythm for each voice; fills are bars too.

    `parts` are bars that a kind of part has to itself, unless its energy is low; `lift` are voices that join in the
    last chorus; `accent` is the voice that marks the start of a strong part and the last chord, "" for none.
    """

    kit: int = 0
    name: str = "drums"
    low: dict[str, str] = Field(default_factory=dict)
    mid: dict[str, str] = Field(default_factory=dict)
    high: dict[str, str] = Field(default_factory=dict)
    parts: dict[str, dict[str, str]] = Field(default_factory=dict)
    fills: tuple[dict[str, str], ...] = ()
    lift: dict[str, str] = Field(default_factory=dict)
    accent: str = "crash"
    level_db: float = 0.0


class Player(_Strict):
    """One instrument. Empty rhythm: silent at that level; "walk" is a walking bass, "hold" a sustained chord.

    `parts` are rhythms that a kind of part has to itself, unless its energy is low. A `power` player strikes root,
    fifth and octave, which is all that distortion bears. One who `enters` late leaves so many verses to the others.
    `slides` is the chance that a note of a single line is slid into, `legato` that it comes out of the one before
    without a new stroke; `swell_db` is how much softer a long note begins than it is in its middle.
    """

    name: str
    program: int
    stem: Stem
    low: str = ""
    mid: str = ""
    high: str = ""
    parts: dict[str, str] = Field(default_factory=dict)
    register_low: int = 48
    register_high: int = 72
    voices: int = 4
    power: bool = False
    strum_s: float = 0.0
    pan: float = 0.0
    level_db: float = 0.0
    room: float = 0.2
    length: float = 0.9
    late_s: float = 0.0
    enters: int = 0
    slides: float = 0.0
    legato: float = 0.0
    swell_db: float = 0.0


class Genre(_Strict):
    """A groove, a harmony, a band, a way of building a song.

    `words` name the genre, `hints` point to it where no genre is named ("love song", "nightclub"), `near`
    are kinds of music that there is no genre for and that this one comes nearest to.
    `bpm` is slowest, usual, fastest. `swing` is the long share of a beat (or of half a beat, with
    `swing_unit` 16), 0.5 is straight. `modes` weigh keys; `progressions` are bars of roman numerals per mode family
    ("major", "minor"; a mode may have its own, "dorian") and kind of part, alternatives in a list; two chords in a bar
    are joined by a comma. `answer` plays between the lines in the lead's stead. `form` orders the parts of an
    instrumental; `tune` is how it sings, `mix` how it is mixed. `loose_s` is how far players are off the beat, `sway_s`
    how far all of them together rush and drag. `stops` is the chance that the band holds its breath before a chorus,
    `riser_db` the level of a rush of noise that leads into one.
    """

    name: str
    words: Words
    hints: Words = ()
    near: Words = ()
    bpm: tuple[int, int, int]
    time: str = "4/4"
    swing: float = 0.5
    swing_unit: Literal[8, 16] = 8
    energy: float = 0.5
    modes: dict[str, float]
    tonics: tuple[int, ...] = (0, 2, 4, 5, 7, 9, 10)
    progressions: dict[str, dict[str, tuple[str, ...]]]
    drums: DrumSet | None = None
    bass: Player | None = None
    players: tuple[Player, ...] = ()
    lead: Player | None
    answer: Player | None = None
    lead_style: LeadStyle = "lyrical"
    loose_s: float = 0.006
    sway_s: float = 0.004
    stops: float = 0.0
    riser_db: float | None = None
    pump_db: float = 0.0
    crackle_db: float | None = None
    brightness_db: float = 0.0
    room_s: float = 1.4
    tune: TuneStyle = TuneStyle()
    mix: MixStyle = MixStyle()
    form: tuple[str, ...] = ("intro", "verse", "verse", "chorus", "interlude", "verse", "chorus")


@lru_cache(maxsize=1)
def _genres() -> dict[str, Genre]:
    folder = files("songsmith.engine.sketch.style") / "data"
    found = [
        Genre.model_validate(json.loads(entry.read_text(encoding="utf-8")))
        for entry in folder.iterdir()
        if entry.name.startswith("genre_") and entry.name.endswith(".json")
    ]
    return {g.name: g for g in sorted(found, key=lambda g: g.name)}


def genre_names() -> list[str]:
    """Names of all genres, sorted."""
    return list(_genres())


def genre(name: str) -> Genre:
    """The genre called `name`."""
    return _genres()[name]
