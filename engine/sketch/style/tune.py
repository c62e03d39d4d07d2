"""How a genre sings, as data: where in the singer's range, in which shapes, forms and rhythm cells.

Contours are scale steps over a line at equal distances in time, `data/contours.json`. A form is a word for each
line of a part: a letter for the phrase, "+1" or "-2" for a sequence that many steps away, "'" for an answer that
closes ("a a+1 b a'"). A rhythm cell fills a bar, a character a step: x and X are places where notes like to begin,
- one they keep off; the words decide the rest.
"""

import json
from functools import lru_cache
from importlib.resources import files
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

__all__ = ["Contour", "Ornament", "TuneStyle", "contours"]

Contour = tuple[float, ...]
Ornament = Literal["none", "turn", "run", "dip", "circle", "cascade"]
Pair = tuple[float, float]


class TuneStyle(BaseModel):
    """Where two numbers stand, the seed chooses between them. Weights need not sum to anything.

    `seat` is the share of the singer's range at which verses lie, `lift` the semitones from there to the chorus,
    `reach` by how much contours are stretched. `hooks` and `verses` weigh contours. `grid` is how beats are divided;
    `pace` stretches the slowest syllables; `late_s` is how far behind the beat inner syllables come; `push` how
    gladly a stressed syllable comes half a beat early; `beats` how firmly stress keeps to the beat. `leaps` and
    `repeats` make leaps and repeated notes dearer (above 1) or cheaper. `notes` narrows the scale. `ornaments` weigh
    turns into long last notes, `melisma` is the chance that a stressed syllable with room for it is sung on several.
    `peak` is where the song's highest note stands, `ending` how the last line closes. `key_lifts` weigh by how many
    semitones the last chorus lies higher; `secondary` is the chance of a dominant that leads into the next part.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    seat: Pair = (0.28, 0.42)
    lift: Pair = (2.5, 5.0)
    reach: Pair = (0.85, 1.25)
    hooks: dict[str, float] = Field(default_factory=lambda: {"arch": 1.0})
    verses: dict[str, float] = Field(default_factory=lambda: {"valley": 1.0})
    verse_forms: tuple[str, ...] = ("a b a b'", "a a+1 b c'", "a a b c'", "a b b-1 c'")
    chorus_forms: tuple[str, ...] = ("a b a b'", "a a b a'", "a a-1 a-2 b'", "a b c b'")
    cells: tuple[str, ...] = ("................",)
    hook_cells: tuple[str, ...] = ("................",)
    grid: Literal["straight", "triplet"] = "straight"
    pace: float = 1.0
    late_s: float = 0.0
    push: float = 0.0
    beats: float = 1.0
    leaps: float = 1.0
    repeats: float = 1.0
    notes: Literal["", "pentatonic"] = ""
    ornaments: dict[Ornament, float] = {"none": 2.0, "turn": 1.0}
    melisma: float = 0.0
    peak: Literal["chorus", "bridge"] = "chorus"
    ending: Literal["tonic", "open"] = "tonic"
    key_lifts: dict[int, float] = Field(default_factory=lambda: {0: 1.0})
    secondary: float = 0.0


@lru_cache(maxsize=1)
def contours() -> dict[str, Contour]:
    """All contours by name."""
    path = files("songsmith.engine.sketch.style") / "data" / "contours.json"
    found: dict[str, list[float]] = json.loads(path.read_text(encoding="utf-8"))
    return {name: tuple(steps) for name, steps in found.items()}
