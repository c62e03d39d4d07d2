"""Where in the speech each moment of a sung line comes from.

Vowels begin exactly on their notes and take up all the stretch; the consonants before a vowel are
sung in the tail of the note before it. Both ends of a vowel keep their natural speed, because that is
where the consonants are heard, and only its middle is held.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from songsmith.engine.sketch.phonetics.espeak import Phoneme
from songsmith.engine.sketch.phonetics.sounds import longest_s
from songsmith.engine.sketch.phonetics.syllables import Syllable

__all__ = ["Stretch", "retime_line"]

_CONSONANTS_MAX_SHARE = 0.62
_VOWEL_MIN_S = 0.06
_GAP_MIN_S = 0.03
_GLIDES = frozenset("ɚɝɹɪʊəʁɻjwuiyɫlr")


@dataclass(frozen=True)
class Stretch:
    """A piece of speech, `[source_start_s, source_end_s)`, sung over `[start_s, end_s)` of the song.

    `syllable` is its index in the line, `symbol` the phoneme it is part of.
    """

    start_s: float
    end_s: float
    source_start_s: float
    source_end_s: float
    syllable: int
    symbol: str


def retime_line(
    syllables: Sequence[Syllable],
    notes: Sequence[tuple[float, float]],
    *,
    rate_hz: int,
    earliest_s: float,
) -> tuple[Stretch, ...]:
    """Stretches for `syllables` sung over `notes`, one `(start_s, end_s)` each, in order.

    The first consonants begin before the first note, but not before `earliest_s`.
    """
    stretches: list[Stretch] = []
    first = syllables[0]
    room_s = max(0.0, notes[0][0] - earliest_s)
    stretches += _consonants(first.onset, notes[0][0], room_s, 0, rate_hz)
    for index, (syllable, (start_s, end_s)) in enumerate(zip(syllables, notes, strict=True)):
        after = syllables[index + 1] if index + 1 < len(syllables) else None
        next_start_s = notes[index + 1][0] if after else end_s
        is_legato = after is not None and next_start_s - end_s < _GAP_MIN_S
        if is_legato and after is not None:
            room_s = _room_for_consonants(next_start_s - start_s)
            cluster = [*syllable.coda, *after.onset]
            tail = _consonants(cluster, next_start_s, room_s, index, rate_hz)
            tail = [
                replace(s, syllable=index + 1) if k >= len(syllable.coda) else s
                for k, s in enumerate(tail)
            ]
            vowel_end_s = tail[0].start_s if tail else next_start_s
        else:
            coda = _consonants(
                syllable.coda, end_s, _room_for_consonants(end_s - start_s), index, rate_hz
            )
            vowel_end_s = coda[0].start_s if coda else end_s
            tail = coda
            if after is not None:
                room_s = max(0.0, next_start_s - end_s)
                tail = coda + _consonants(after.onset, next_start_s, room_s, index + 1, rate_hz)
        stretches += _vowel(syllable.nucleus, start_s, vowel_end_s, index, rate_hz)
        stretches += tail
    return tuple(stretches)


def _room_for_consonants(note_s: float) -> float:
    return max(0.0, min(_CONSONANTS_MAX_SHARE * note_s, note_s - _VOWEL_MIN_S))


def _consonants(
    sounds: Sequence[Phoneme], end_s: float, room_s: float, syllable: int, rate_hz: int
) -> list[Stretch]:
    """`sounds` sung so that the last ends at `end_s`, in at most `room_s` seconds."""
    spans = [(s.start / rate_hz, s.end / rate_hz) for s in sounds]
    lengths = [min(b - a, longest_s(s.symbol)) for s, (a, b) in zip(sounds, spans, strict=True)]
    share = min(1.0, room_s / max(sum(lengths), 1e-9))
    start_s = end_s - share * sum(lengths)
    stretches = []
    for sound, (source_start_s, source_end_s), length_s in zip(sounds, spans, lengths, strict=True):
        stop_s = start_s + share * length_s
        stretches.append(
            Stretch(start_s, stop_s, source_start_s, source_end_s, syllable, sound.symbol)
        )
        start_s = stop_s
    return stretches


def _vowel(
    nucleus: Phoneme, start_s: float, end_s: float, syllable: int, rate_hz: int
) -> list[Stretch]:
    """The nucleus over `[start_s, end_s)`: ends at natural speed, the middle held."""
    source_s, source_end_s = nucleus.start / rate_hz, nucleus.end / rate_hz
    natural_s, sung_s = source_end_s - source_s, end_s - start_s
    if sung_s <= natural_s:
        return [Stretch(start_s, end_s, source_s, source_end_s, syllable, nucleus.symbol)]
    head, tail = _kept_ends(nucleus.symbol)
    a, b = head * natural_s, tail * natural_s
    marks = [
        (start_s, source_s),
        (start_s + a, source_s + a),
        (end_s - b, source_end_s - b),
        (end_s, source_end_s),
    ]
    return [
        Stretch(t0, t1, s0, s1, syllable, nucleus.symbol) for (t0, s0), (t1, s1) in pairwise(marks)
    ]


def _kept_ends(symbol: str) -> tuple[float, float]:
    """Shares of a vowel, at its start and end, that keep their speed. What lies between is held: the first
    part of a falling diphthong ("aɪ"), the last of a rising one ("ia"), the middle of the others."""
    letters = [letter for letter in symbol if letter.isalpha() and letter != "ː"]
    if len(letters) < 2:
        return 0.45, 0.45
    rises, falls = letters[0] in _GLIDES, letters[-1] in _GLIDES
    if rises and falls:
        return 0.45, 0.40
    return (0.62, 0.28) if rises else (0.30, 0.38) if falls else (0.45, 0.45)
