"""Reads a style in free text, English or Chinese: which genre, which band, which tempo, key and mood.

Words are looked up in the genres and in `data/vocabulary.json`. Two genres blend: the last one named gives
the groove, as the noun does in "jazzy hip hop", the first one harmony and colour. Words that say nothing to
this engine are left alone; when none says anything, one of a few neutral genres is taken, and the notes say so.
"""

import json
import re
import zlib
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from typing import Literal

from pydantic import BaseModel, ConfigDict

from songsmith.engine.sketch.genre import Genre, Player, Stem, genre, genre_names
from songsmith.engine.sketch.harmony import key_name, parse_key

__all__ = ["SketchStyle", "parse_style"]

_NEUTRAL = ("pop ballad", "folk", "pop", "lo-fi hip-hop", "r&b", "bossa nova")
_KEY = re.compile(
    r"(?:\bin\s+)(?P<en>[A-G](?:[#b♯♭]|-?\s?sharp|-?\s?flat)?\s*(?:major|minor|maj|min|m)?)(?![a-z])"
    r"|(?P<bare>\b[A-Gb-g](?:[#b♯♭]|[- ]sharp|[- ]flat)?[- ](?:major|minor|maj|min)\b)"
    r"|(?P<zh>[升降]?[A-G][#b♯♭升降]?\s*[大小]调)",
)
_BPM = re.compile(
    r"(\d{2,3})\s*(?:bpm|beats per minute|拍)|(?:bpm|tempo|速度)\s*[:：=]?\s*(\d{2,3})", re.I
)
_RHYTHM = {
    "keys": ("x-------x-------", "x-----x---x-----", "x--x--x-x--x--x-"),
    "guitar": ("0.2.3.2.1.2.3.2.", "d...d.dud...d.du", "d.dud.dud.dududu"),
    "strings": ("hold", "hold", "hold"),
}
_REGISTER = {"keys": (52, 74), "guitar": (48, 69), "strings": (55, 79)}


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    words: tuple[str, ...]


class Instrument(_Entry):
    """An instrument people name; program 128 and up are the synthesizer's own."""

    name: str
    program: int
    role: Literal["lead", "keys", "guitar", "strings", "bass", "drums"]
    low: int = 0
    high: int = 0


class _Mood(_Entry):
    say: str
    energy: float = 0.0
    tempo: float = 1.0
    mode: str = ""
    brightness_db: float = 0.0
    room: float = 1.0


class _TempoWord(_Entry):
    say: str
    place: float


class _Vocabulary(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    instruments: tuple[Instrument, ...]
    moods: tuple[_Mood, ...]
    tempo: tuple[_TempoWord, ...]
    times: dict[str, tuple[str, ...]]
    instrumental: tuple[str, ...]
    alone: tuple[str, ...]
    without: tuple[str, ...]


@dataclass(frozen=True)
class SketchStyle:
    """What was understood. `genre` is the band to play, words and blends already worked in.

    `bpm` and `tonic` are None where the text leaves them free; `mode` is "" where it does. `energy` 0..1,
    `understood` are the words that counted, in order.
    """

    genre: Genre
    names: tuple[str, ...]
    bpm: float | None
    bpm_usual: float
    tonic: int | None
    mode: str
    time: str
    energy: float
    moods: tuple[str, ...] = ()
    is_instrumental: bool = False
    understood: tuple[str, ...] = ()
    notes: tuple[str, ...] = field(default=())

    def summary(self, bpm: float, tonic: int, mode: str) -> str:
        """One line: "jazz swing · 92 bpm · F minor · brushes, upright bass, piano, tenor sax · low light"."""
        meter = f"{self.time} · " if self.time != "4/4" else ""
        parts = [" / ".join(self.names), f"{meter}{bpm:.0f} bpm", key_name(tonic, mode)]
        parts.append(", ".join(self.instrument_names()) or "voice alone")
        if self.moods:
            parts.append(", ".join(self.moods))
        return " · ".join(parts)

    def instrument_names(self) -> list[str]:
        """Drums, bass, comping instruments and lead, each name once."""
        band = self.genre
        names = [band.drums.name] if band.drums else []
        names += [band.bass.name] if band.bass else []
        names += [p.name for p in band.players] + [band.lead.name]
        return list(dict.fromkeys(names))


@lru_cache(maxsize=1)
def _vocabulary() -> _Vocabulary:
    text = (files("songsmith.engine.sketch") / "data" / "vocabulary.json").read_text("utf-8")
    return _Vocabulary.model_validate(json.loads(text))


def parse_style(text: str) -> SketchStyle:
    """The style that `text` asks for. Never fails: what is not understood is left to chance and noted."""
    words = _Words(text)
    names = words.genres()
    key, bpm, time = _key(text), _bpm(text), words.time()
    moods, tempo = words.moods(), words.tempo()
    instruments, dropped = words.instruments()
    notes: list[str] = []
    if not names:
        names = [_guess(text, moods)]
        notes += _guess_notes(text, names[0], is_blank=not (instruments or moods))
    band = _blend(names)
    band = _with_instruments(band, instruments, dropped, is_alone=words.has(_vocabulary().alone))
    band = band.model_copy(update=_mood_changes(band, moods))
    return SketchStyle(
        genre=band,
        names=tuple(names[-2:]),
        bpm=bpm,
        bpm_usual=_usual_bpm(band, moods, tempo),
        tonic=key[0] if key else None,
        mode=key[1] if key else next((m.mode for m in moods if m.mode), ""),
        time=time or band.time,
        energy=min(max(band.energy + sum(m.energy for m in moods), 0.1), 1.0),
        moods=tuple(dict.fromkeys(m.say for m in moods)),
        is_instrumental=words.has(_vocabulary().instrumental),
        understood=tuple(dict.fromkeys(words.understood)),
        notes=tuple(notes),
    )


def _guess_notes(text: str, name: str, *, is_blank: bool) -> list[str]:
    """What to say of a genre nobody named."""
    if not text.strip():
        return []
    if is_blank:
        return [
            f"nothing in the style {_short(text)!r} names a music the sketch engine knows: "
            f"it plays {name}"
        ]
    return [f"the style names no kind of music the sketch engine knows: it plays {name}"]


def _short(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= 60 else plain[:59] + "…"


class _Words:
    """A style text to look things up in; longer phrases first, and what they cover is spent."""

    def __init__(self, text: str) -> None:
        self.text = " ".join(text.casefold().split())
        self.understood: list[str] = []

    def find(self, word: str) -> list[int]:
        """Where `word` stands: whole words (or plurals) in Latin script, anywhere in others."""
        pattern = re.escape(word.casefold())
        if word.isascii():
            pattern = rf"(?<![a-z0-9]){pattern}(?:s|es)?(?![a-z0-9])"
        return [match.start() for match in re.finditer(pattern, self.text)]

    def has(self, words: tuple[str, ...]) -> bool:
        return any(self.find(word) for word in words)

    def hits(self, entries: list[tuple[str, int]]) -> list[tuple[int, int]]:
        """(place, entry) of every entry that is named, in the order of the text; phrases that lie in a
        longer one don't count."""
        found: list[tuple[int, int]] = []
        taken: list[tuple[int, int]] = []
        for word, entry in sorted(entries, key=lambda item: (-len(item[0]), item[0])):
            for place in self.find(word):
                if any(start < place + len(word) and place < end for start, end in taken):
                    continue
                taken.append((place, place + len(word)))
                found.append((place, entry))
                self.understood.append(word)
        return sorted(found)

    def genres(self) -> list[str]:
        """Names of the genres in the text, of more than two the first and the last; else the first hint."""
        known = genre_names()
        named = [(w, i) for i, name in enumerate(known) for w in (name, *genre(name).words)]
        hinted = [(w, i) for i, name in enumerate(known) for w in genre(name).hints]
        found = self.hits(list(dict.fromkeys(named))) or self.hits(hinted)[:1]
        places: dict[int, int] = {}
        for place, index in found:
            places.setdefault(index, place)
        names = [known[i] for i, _ in sorted(places.items(), key=lambda item: item[1])]
        return [names[0], names[-1]] if len(names) > 1 else names

    def moods(self) -> list[_Mood]:
        moods = _vocabulary().moods
        hits = self.hits([(w, i) for i, mood in enumerate(moods) for w in mood.words])
        return [moods[i] for i in dict.fromkeys(entry for _, entry in hits)]

    def tempo(self) -> _TempoWord | None:
        tempi = _vocabulary().tempo
        hits = self.hits([(w, i) for i, tempo in enumerate(tempi) for w in tempo.words])
        return tempi[hits[0][1]] if hits else None

    def time(self) -> str:
        times = _vocabulary().times
        return next((name for name, words in times.items() if self.has(words)), "")

    def instruments(self) -> tuple[list[Instrument], list[Instrument]]:
        """Instruments asked for, and those asked not to play."""
        known = _vocabulary().instruments
        hits = self.hits([(w, i) for i, instrument in enumerate(known) for w in instrument.words])
        wanted: list[Instrument] = []
        dropped: list[Instrument] = []
        for place, index in hits:
            before = self.text[:place].rstrip()
            is_unwanted = any(
                re.search(rf"(?<![a-z]){re.escape(word)}$", before)
                for word in _vocabulary().without
            )
            (dropped if is_unwanted else wanted).append(known[index])
        return list(dict.fromkeys(wanted)), list(dict.fromkeys(dropped))


def _key(text: str) -> tuple[int, str] | None:
    match = _KEY.search(text)
    return parse_key(" ".join(filter(None, match.groups()))) if match else None


def _bpm(text: str) -> float | None:
    match = _BPM.search(text)
    value = float(match[1] or match[2]) if match else 0.0
    return value if 40 <= value <= 220 else None


def _guess(text: str, moods: list[_Mood]) -> str:
    """A neutral genre when none is named, the same one for the same words."""
    energy = sum(mood.energy for mood in moods)
    if energy >= 0.15:
        return "rock"
    choices = _NEUTRAL if not moods or energy < 0 else ("pop", "folk", "r&b")
    return choices[zlib.crc32(text.casefold().encode()) % len(choices)] if text else _NEUTRAL[0]


def _blend(names: list[str]) -> Genre:
    """One genre of two: groove and tempo of the last, harmony, lead and a colour of the first."""
    base = genre(names[-1])
    if len(names) == 1:
        return base
    colour = genre(names[0])
    own = {player.stem for player in base.players}
    guests = [player for player in colour.players if player.stem not in own][:1]
    swing = colour.swing if colour.swing > 0.6 and base.swing <= 0.5 else base.swing
    return base.model_copy(
        update={
            "progressions": colour.progressions,
            "modes": colour.modes,
            "lead": colour.lead,
            "lead_style": colour.lead_style,
            "players": (*base.players, *guests),
            "swing": min(swing, 0.6) if swing != base.swing else base.swing,
            "energy": (2 * base.energy + colour.energy) / 3,
            "brightness_db": (base.brightness_db + colour.brightness_db) / 2,
            "room_s": (base.room_s + colour.room_s) / 2,
        }
    )


def _with_instruments(
    band: Genre, wanted: list[Instrument], dropped: list[Instrument], *, is_alone: bool
) -> Genre:
    for instrument in wanted:
        band = band.model_copy(update=_seat(band, instrument))
    for instrument in dropped:
        band = band.model_copy(update=_unseat(band, instrument))
    if is_alone and wanted:
        names = {instrument.name for instrument in wanted}
        roles = {instrument.role for instrument in wanted}
        changes: dict[str, object] = {
            "players": tuple(p for p in band.players if p.name in names),
            "drums": band.drums if "drums" in roles else None,
            "bass": band.bass if "bass" in roles else None,
        }
        band = band.model_copy(update=changes)
    return band


def _seat(band: Genre, instrument: Instrument) -> dict[str, object]:
    """Changes that bring an instrument into the band, in the place of its like where there is one."""
    name, program = instrument.name, instrument.program
    if instrument.role == "drums":
        if band.drums is None or program < 0:
            return {}
        return {"drums": band.drums.model_copy(update={"name": name, "kit": program})}
    if instrument.role == "bass":
        seat = band.bass or genre("pop").bass
        return {
            "bass": seat.model_copy(update={"name": name, "program": program}) if seat else None
        }
    if instrument.role == "lead":
        new = {"name": name, "program": program, "register_low": instrument.low}
        return {"lead": band.lead.model_copy(update=new | {"register_high": instrument.high})}
    if any(player.program == program for player in band.players):
        return {"players": tuple(_awake(p) if p.program == program else p for p in band.players)}
    seated = [player.stem == instrument.role for player in band.players]
    if any(seated):
        first = seated.index(True)
        player = band.players[first].model_copy(update={"name": name, "program": program})
        return {"players": (*band.players[:first], _awake(player), *band.players[first + 1 :])}
    return {"players": (*band.players, _newcomer(name, program, instrument.role))}


def _awake(player: Player) -> Player:
    """A player who was asked for by name also plays where the groove is low."""
    quiet = player.low or player.mid or player.high
    return player.model_copy(update={"low": quiet, "mid": player.mid or player.high or quiet})


def _newcomer(name: str, program: int, stem: Stem) -> Player:
    low, mid, high = _RHYTHM[stem]
    bottom, top = _REGISTER[stem]
    return Player(
        name=name,
        program=program,
        stem=stem,
        low=low,
        mid=mid,
        high=high,
        register_low=bottom,
        register_high=top,
        strum_s=0.015 if stem == "guitar" else 0.0,
        pan=0.3 if stem == "guitar" else -0.15,
        level_db=-3.0,
    )


def _unseat(band: Genre, instrument: Instrument) -> dict[str, object]:
    if instrument.role in ("drums", "bass"):
        return {instrument.role: None}
    return {"players": tuple(p for p in band.players if p.stem != instrument.role)}


def _mood_changes(band: Genre, moods: list[_Mood]) -> dict[str, object]:
    room = band.room_s
    for mood in moods:
        room *= mood.room
    brightness = band.brightness_db + sum(mood.brightness_db for mood in moods)
    return {"room_s": min(room, 5.0), "brightness_db": min(max(brightness, -5.0), 3.0)}


def _usual_bpm(band: Genre, moods: list[_Mood], tempo: _TempoWord | None) -> float:
    low, usual, high = band.bpm
    if tempo:
        return low + tempo.place * (high - low)
    bpm = float(usual)
    for mood in moods:
        bpm *= mood.tempo
    return min(max(bpm, low), high)
