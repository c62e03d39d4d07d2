"""Keys, chords and voicings: symbols and roman numerals to pitch classes, and chords that lead into each other.

Roman numerals count from the major scale whatever the mode ("bVI" in a minor key), upper case is a major
third, lower case a minor one, and what follows is the quality of a chord symbol ("iim7b5", "Vsus4"); after
a stroke comes the degree it leads to ("V7/ii") or the chord tone in the bass ("V/3").
"""

import re
from collections.abc import Iterable, Sequence

from songsmith.engine.sketch.score import Harmony

__all__ = [
    "MODES",
    "chord",
    "key_name",
    "key_of_chords",
    "lacks_fifth",
    "parse_chord",
    "parse_key",
    "roman",
    "voice_chord",
]

MODES: dict[str, tuple[int, ...]] = {
    "major": (0, 2, 4, 5, 7, 9, 11),
    "minor": (0, 2, 3, 5, 7, 8, 10),
    "dorian": (0, 2, 3, 5, 7, 9, 10),
    "mixolydian": (0, 2, 4, 5, 7, 9, 10),
    "blues": (0, 3, 5, 6, 7, 10),
    "pentatonic major": (0, 2, 4, 7, 9),
    "pentatonic minor": (0, 3, 5, 7, 10),
}
"""Semitones above the tonic, tonic first."""

_QUALITIES: dict[str, tuple[int, ...]] = {
    "": (0, 4, 7),
    "m": (0, 3, 7),
    "5": (0, 7),
    "6": (0, 4, 7, 9),
    "m6": (0, 3, 7, 9),
    "7": (0, 4, 7, 10),
    "maj7": (0, 4, 7, 11),
    "m7": (0, 3, 7, 10),
    "mmaj7": (0, 3, 7, 11),
    "m7b5": (0, 3, 6, 10),
    "dim": (0, 3, 6),
    "dim7": (0, 3, 6, 9),
    "aug": (0, 4, 8),
    "7#5": (0, 4, 8, 10),
    "7b9": (0, 4, 7, 10, 1),
    "7#9": (0, 4, 7, 10, 3),
    "sus2": (0, 2, 7),
    "sus4": (0, 5, 7),
    "7sus4": (0, 5, 7, 10),
    "add9": (0, 4, 7, 2),
    "madd9": (0, 3, 7, 2),
    "9": (0, 4, 7, 10, 2),
    "maj9": (0, 4, 7, 11, 2),
    "m9": (0, 3, 7, 10, 2),
    "11": (0, 5, 7, 10, 2),
    "m11": (0, 3, 7, 10, 5),
    "13": (0, 4, 7, 10, 9),
    "69": (0, 4, 7, 9, 2),
}
_SPELLINGS = {
    "M7": "maj7",
    "Δ": "maj7",
    "Δ7": "maj7",
    "maj": "",
    "M": "",
    "major": "",
    "min": "m",
    "-": "m",
    "min7": "m7",
    "-7": "m7",
    "mi7": "m7",
    "mM7": "mmaj7",
    "m(maj7)": "mmaj7",
    "ø": "m7b5",
    "ø7": "m7b5",
    "min7b5": "m7b5",
    "-7b5": "m7b5",
    "o": "dim",
    "°": "dim",
    "o7": "dim7",
    "°7": "dim7",
    "+": "aug",
    "aug7": "7#5",
    "+7": "7#5",
    "sus": "sus4",
    "7sus": "7sus4",
    "9sus4": "11",
    "2": "sus2",
    "4": "sus4",
    "6/9": "69",
    "M9": "maj9",
    "min9": "m9",
    "-9": "m9",
    "min11": "m11",
}
_LETTERS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_SHARPS = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
_FLATS = ("C", "Db", "D", "Eb", "E", "F", "Gb", "G", "Ab", "A", "Bb", "B")
_MAJOR_ON_FLATS = {0: False, 1: True, 2: False, 3: True, 4: False, 5: True}
_MAJOR_ON_FLATS |= {6: True, 7: False, 8: True, 9: False, 10: True, 11: False}
_NUMERALS = {"i": 0, "ii": 2, "iii": 4, "iv": 5, "v": 7, "vi": 9, "vii": 11}
_SYMBOL = re.compile(r"([A-Ga-g])([#b♯♭]?)([^/\s]*(?:6/9)?)(?:/([A-G][#b♯♭]?))?")
_ROMAN = re.compile(r"([b#]?)([iv]+|[IV]+)([^/]*)(?:/(.+))?")
_KEY = re.compile(
    r"([A-Ga-g])\s*([#b♯♭]|sharp|flat|-sharp|-flat|升|降)?\s*[- ]?\s*"
    r"(major|minor|maj|min|m|dorian|mixolydian|大调|小调)?",
)


def chord(root: int, quality: str, *, flats: bool = True, bass: int | None = None) -> Harmony:
    """The chord on pitch class `root` with a known `quality` ("m7")."""
    names = _FLATS if flats else _SHARPS
    low = root if bass is None else bass % 12
    slash = f"/{names[low]}" if low != root else ""
    tones = tuple((root + step) % 12 for step in _QUALITIES[quality])
    return Harmony(f"{names[root]}{quality}{slash}", root, tones, low)


def parse_chord(symbol: str) -> Harmony | None:
    """A chord symbol as people write it ("F#m7b5", "C/E", "Bb△"), None if it isn't one."""
    match = _SYMBOL.fullmatch(symbol.strip().replace("△", "Δ"))
    if not match or not match[1].isupper():
        return None
    quality = match[3].replace("♭", "b").replace("♯", "#").replace("(add9)", "add9")
    quality = _SPELLINGS.get(quality, quality)
    if quality not in _QUALITIES:
        return None
    root = pitch_class(match[1] + match[2])
    bass = pitch_class(match[4]) if match[4] else root
    tones = tuple((root + step) % 12 for step in _QUALITIES[quality])
    return Harmony(symbol.strip(), root, tones, bass)


def pitch_class(name: str) -> int:
    """Pitch class of a note name, "Bb" -> 10."""
    shift = {"#": 1, "♯": 1, "b": -1, "♭": -1}.get(name[1:2], 0)
    return (_LETTERS[name[0].upper()] + shift) % 12


def roman(numeral: str, tonic: int, mode: str) -> Harmony:
    """The chord of a roman numeral over `tonic`, spelt as the key is."""
    match = _ROMAN.fullmatch(numeral)
    if not match:
        raise ValueError(f"no roman numeral: {numeral!r}")
    over = match[4] or ""
    base = roman(over, tonic, mode).root if over and not over.isdigit() else tonic
    shift = {"b": -1, "#": 1, "": 0}[match[1]]
    root = (base + _NUMERALS[match[2].lower()] + shift) % 12
    quality = match[3]
    if match[2].islower() and not quality.startswith(("dim", "m")):
        quality = f"m{quality}"
    bass = (root + _QUALITIES[quality][int(over) // 2]) if over.isdigit() else root
    return chord(root, quality, flats=uses_flats(tonic, mode), bass=bass)


def uses_flats(tonic: int, mode: str) -> bool:
    """Whether the key is written with flats."""
    relative = (tonic + 3) % 12 if "major" not in mode and mode != "mixolydian" else tonic
    if mode == "mixolydian":
        relative = (tonic + 5) % 12
    if mode == "dorian":
        relative = (tonic - 2) % 12
    return _MAJOR_ON_FLATS.get(relative, True)


def key_name(tonic: int, mode: str) -> str:
    """As people say it: "F minor", "Bb major"; modes that are neither are named."""
    names = _FLATS if uses_flats(tonic, mode) else _SHARPS
    spoken = {"pentatonic major": "major pentatonic", "pentatonic minor": "minor pentatonic"}
    return f"{names[tonic]} {spoken.get(mode, mode)}"


def parse_key(text: str) -> tuple[int, str] | None:
    """Tonic and "major", "minor", "dorian" or "mixolydian" of "F# minor", "Am", "降E大调"; None if it is not a key."""
    plain = re.sub(r"^([升降])\s*([A-Ga-g])", r"\2\1", text.strip())
    match = _KEY.fullmatch(plain)
    if not match:
        return None
    sign = (match[2] or "").strip("-").replace("sharp", "#").replace("flat", "b")
    sign = sign.replace("升", "#").replace("降", "b")
    mode = {"m": "minor", "min": "minor", "小调": "minor", "maj": "major", "大调": "major"}
    named = (match[3] or "major").lower() if match[3] != "M" else "major"
    return pitch_class(match[1].upper() + sign), mode.get(named, named)


def key_of_chords(chords: Sequence[Harmony]) -> tuple[int, str]:
    """The key that explains most tones of `chords`; first and last chord count as likely tonics."""

    def fit(tonic: int, mode: str) -> float:
        scale = {(tonic + step) % 12 for step in MODES[mode]}
        inside = sum(tone in scale for c in chords for tone in c.tones)
        outside = sum(tone not in scale for c in chords for tone in c.tones)
        third = 3 if mode == "minor" else 4
        bonus = 0.0
        for harmony, weight in ((chords[0], 3), (chords[-1], 2)):
            if harmony.root == tonic:
                bonus += weight + ((tonic + third) % 12 in harmony.tones)
        return inside - 2 * outside + bonus

    keys = [(tonic, mode) for mode in ("major", "minor") for tonic in range(12)]
    return max(keys, key=lambda key: fit(*key))


def lacks_fifth(harmony: Harmony) -> bool:
    """Whether a chord has no perfect fifth."""
    return (harmony.root + 7) % 12 not in harmony.tones


def voice_chord(
    harmony: Harmony, previous: Sequence[int], *, low: int, high: int, size: int = 4
) -> tuple[int, ...]:
    """MIDI pitches of `harmony` within `[low, high]`, ascending, moving little from `previous`.

    Rootless where there are more tones than `size`; the bass is not in it.
    """
    tones = list(harmony.tones)
    while len(tones) > size:
        # The root is the bass's business and the fifth says least.
        tones.pop(2 if len(tones) > 4 and (tones[2] - tones[0]) % 12 == 7 else 0)
    middle = (low + high) / 2
    centre = sum(previous) / len(previous) if previous else middle
    best: tuple[int, ...] = ()
    best_cost = float("inf")
    for voicing in _inversions(tones, low, high):
        cost = _movement(voicing, previous) + 0.3 * abs(sum(voicing) / len(voicing) - middle)
        cost += 0.2 * abs(sum(voicing) / len(voicing) - centre)
        if cost < best_cost:
            best, best_cost = voicing, cost
    return best or tuple(sorted(low + (tone - low) % 12 for tone in tones))


def _inversions(tones: Sequence[int], low: int, high: int) -> Iterable[tuple[int, ...]]:
    """Close voicings with every tone once as the lowest, at every octave that fits."""
    for first in range(len(tones)):
        order = [*tones[first:], *tones[:first]]
        start = low + (order[0] - low) % 12
        while start <= high:
            pitches = [start]
            for tone in order[1:]:
                pitches.append(pitches[-1] + ((tone - pitches[-1]) % 12 or 12))
            if max(pitches) <= high:
                yield tuple(pitches)
            start += 12


def _movement(voicing: Sequence[int], previous: Sequence[int]) -> float:
    if not previous:
        return 0.0
    return sum(min(abs(pitch - old) for old in previous) for pitch in voicing)
