"""Reads a style in free text, English or Chinese: which genre, which band, which tempo, key and mood.

Words are looked up in the genres and in `data/vocabulary.json`. Two genres blend: the last one named gives
the groove, as the noun does in "jazzy hip hop", the first one harmony and colour. What a list of tags says in
vain is named in the notes; when nothing says anything, one of a few neutral genres is taken, and they say so.
"""

import re
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from songsmith.engine.sketch.harmony import key_name, parse_key
from songsmith.engine.sketch.style.genre import Genre, genre, genre_names
from songsmith.engine.sketch.style.lineup import alone, answering, seated, soloing, unseated
from songsmith.engine.sketch.style.vocabulary import (
    Instrument,
    Mention,
    Mood,
    StyleWords,
    TempoWord,
    vocabulary,
)
from songsmith.engine.style_facts import BPM, KEY

__all__ = ["SketchStyle", "parse_style"]

_NEUTRAL = ("pop ballad", "folk", "pop", "lo-fi hip-hop", "r&b")
_FOR_INSTRUMENTS = ("pop ballad", "folk")
_VOICE_ALONE = "folk"  # the harmony a voice without a band moves in
_SOLO = re.compile(r"\s*solos?(?![a-z])")


@dataclass(frozen=True)
class SketchStyle:
    """What was understood. `genre` is the band to play, words and blends already worked in.

    `bpm` and `tonic` are None where the text leaves them free; `mode` is "" where it does. `energy` 0..1,
    `voice` is "her" or "him" where it asks for one, `understood` are the words that counted, in order.
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
    voice: str = ""
    is_instrumental: bool = False
    is_unaccompanied: bool = False
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
        if self.is_unaccompanied:
            return []
        seats = (band.drums, band.bass, *band.players, band.lead, band.answer)
        return list(dict.fromkeys(seat.name for seat in seats if seat))


@lru_cache(maxsize=64)
def parse_style(text: str) -> SketchStyle:
    """The style that `text` asks for. Never fails: what is not understood is left to chance and noted."""
    words, known = StyleWords(text), vocabulary()
    names, notes = _genres(words)
    key, bpm, time = _key(text, words), _bpm(words), words.named(known.times)
    moods, seats, tempo = _moods(words), _seats(words), _tempo(words)
    voice = words.named(known.voices)
    is_instrumental, is_voice_only = words.has(known.instrumental), _is_voice_only(words)
    is_bare = is_voice_only and not seats.wanted
    is_alone = is_voice_only or (words.has(known.alone) and not (seats.soloists and names))
    if not names and is_bare:
        names = [_VOICE_ALONE]
    elif not names:
        names = [_guess(text, moods, has_instruments=bool(seats.wanted))]
        notes = _guess_notes(text, names[0], is_blank=not words.understood)
    if words.understood:
        notes += _left_over_notes(words.left_over())
    band = _seated(_blend(names), seats, is_alone=is_alone)
    band = band.model_copy(update=_mood_changes(band, moods))
    return SketchStyle(
        genre=band,
        names=tuple(names),
        bpm=bpm,
        bpm_usual=_usual_bpm(band, moods, tempo),
        tonic=key[0] if key else None,
        mode=key[1] if key else next((m.mode for m in moods if m.mode), ""),
        time=time or band.time,
        energy=min(max(band.energy + sum(m.energy for m in moods), 0.1), 1.0),
        moods=tuple(dict.fromkeys(m.say for m in moods)),
        voice=voice,
        is_instrumental=is_instrumental,
        is_unaccompanied=is_bare,
        understood=words.understood,
        notes=tuple(notes),
    )


def _is_voice_only(words: StyleWords) -> bool:
    """Whether a voice alone is asked for; "a voice alone in the dark" is what a song is about."""
    loosely = () if words.is_tale else vocabulary().voice_only
    return words.has((*vocabulary().unaccompanied, *loosely))


def _genres(words: StyleWords) -> tuple[list[str], list[str]]:
    """Genres in the text, of more than two the first and the last, else what hints at them (in a tale only the
    first hint counts); and what to say of kinds of music that there is no genre for."""
    known = [genre(name) for name in genre_names()]
    entries = [(w, g.name, False) for g in known for w in (g.name, *g.words)]
    entries += [(w, g.name, True) for g in known for w in g.near]
    hints = [(w, g.name, False) for g in known for w in g.hints]
    named = _wanted(words, entries) or _wanted(words, hints)[: 1 if words.is_tale else None]
    names = list(dict.fromkeys(name for _, name, _ in named))
    words.has([word for word, name, _ in hints if name in names])
    strange: dict[str, list[str]] = {}
    for word, name, is_near in named:
        if is_near:
            strange.setdefault(name, []).append(f'"{word}"')
    return [names[0], names[-1]] if len(names) > 1 else names, _nearest_notes(strange)


def _wanted(
    words: StyleWords, entries: Sequence[tuple[str, str, bool]]
) -> list[tuple[str, str, bool]]:
    """The entries that are named and asked for, in the order of the text."""
    mentions = words.mentions((entry[0], index) for index, entry in enumerate(entries))
    return [entries[mention.entry] for mention in mentions if not words.is_unwanted(mention)]


def _nearest_notes(strange: Mapping[str, Sequence[str]]) -> list[str]:
    """What to say of kinds of music there is no genre for, by the genre that stands in."""
    return [
        f"the nearest the sketch engine plays to {' and '.join(dict.fromkeys(words))} is {name}"
        for name, words in strange.items()
    ]


def _moods(words: StyleWords) -> list[Mood]:
    moods = vocabulary().moods
    mentions = words.mentions((w, i) for i, mood in enumerate(moods) for w in mood.words)
    wanted = [mention.entry for mention in mentions if not words.is_unwanted(mention)]
    return [moods[index] for index in dict.fromkeys(wanted)]


def _tempo(words: StyleWords) -> TempoWord | None:
    tempi = vocabulary().tempo
    mentions = words.mentions((w, i) for i, tempo in enumerate(tempi) for w in tempo.words)
    return tempi[mentions[0].entry] if mentions else None


@dataclass(frozen=True)
class _Seats:
    """Instruments asked for, those asked not to play, and those that are to have a solo."""

    wanted: tuple[Instrument, ...]
    dropped: tuple[Instrument, ...]
    soloists: tuple[Instrument, ...]


def _seats(words: StyleWords) -> _Seats:
    known = vocabulary().instruments
    mentions = words.mentions(
        (w, i) for i, instrument in enumerate(known) for w in instrument.words
    )
    wanted = [mention for mention in mentions if not words.is_unwanted(mention)]
    solo = [mention for mention in wanted if _SOLO.match(words.text, mention.end)]

    def each(chosen: Sequence[Mention]) -> tuple[Instrument, ...]:
        return tuple(dict.fromkeys(known[mention.entry] for mention in chosen))

    return _Seats(each(wanted), each([h for h in mentions if h not in wanted]), each(solo))


def _seated(band: Genre, seats: _Seats, *, is_alone: bool) -> Genre:
    for instrument in seats.wanted:
        band = seated(band, instrument)
    leads = [instrument for instrument in seats.wanted if instrument.role == "lead"]
    if len(leads) > 1:
        band = answering(soloing(band, leads[0]), leads[1])
    for instrument in seats.dropped:
        band = unseated(band, instrument)
    for instrument in seats.soloists:
        band = soloing(band, instrument) if instrument.program >= 0 else band
    return alone(band, seats.wanted) if is_alone and seats.wanted else band


def _key(text: str, words: StyleWords) -> tuple[int, str] | None:
    match = KEY.search(text)
    if match is None:
        return None
    words.take(match[0])
    return parse_key(" ".join(filter(None, match.groups())))


def _bpm(words: StyleWords) -> float | None:
    match = BPM.search(words.text)
    value = float(match[1] or match[2]) if match else 0.0
    if match is None or not 40 <= value <= 220:
        return None
    words.take(match[0])
    return value


def _guess(text: str, moods: list[Mood], *, has_instruments: bool) -> str:
    """A neutral genre when none is named, the same one for the same words."""
    energy = sum(mood.energy for mood in moods)
    if energy >= 0.15:
        return "rock"
    choices: tuple[str, ...] = _NEUTRAL if not moods or energy < 0 else ("pop", "folk", "r&b")
    choices = _FOR_INSTRUMENTS if has_instruments else choices
    return choices[zlib.crc32(text.casefold().encode()) % len(choices)] if text else _NEUTRAL[0]


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


def _left_over_notes(phrases: Sequence[str]) -> list[str]:
    if not phrases:
        return []
    return ["not understood in the style, so left aside: " + ", ".join(map(_short, phrases))]


def _short(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= 60 else plain[:59] + "…"


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
            "answer": colour.answer,
            "lead_style": colour.lead_style,
            "players": (*base.players, *guests),
            "swing": min(swing, 0.6) if swing != base.swing else base.swing,
            "energy": (2 * base.energy + colour.energy) / 3,
            "brightness_db": (base.brightness_db + colour.brightness_db) / 2,
            "room_s": (base.room_s + colour.room_s) / 2,
        }
    )


def _mood_changes(band: Genre, moods: list[Mood]) -> dict[str, object]:
    room = band.room_s
    for mood in moods:
        room *= mood.room
    brightness = band.brightness_db + sum(mood.brightness_db for mood in moods)
    return {"room_s": min(room, 5.0), "brightness_db": min(max(brightness, -5.0), 3.0)}


def _usual_bpm(band: Genre, moods: list[Mood], tempo: TempoWord | None) -> float:
    low, usual, high = band.bpm
    if tempo:
        return low + tempo.place * (high - low)
    bpm = float(usual)
    for mood in moods:
        bpm *= mood.tempo
    return min(max(bpm, low), high)
